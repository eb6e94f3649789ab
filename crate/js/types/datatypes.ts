/** What elements are. */

/** Byte order of a number: little-endian, big-endian, or the mixed order of VAX floats. */
export type ByteOrder = "LE" | "BE" | "VAX";

/** A whole number. `precision` and `offset` (bits) are there only if it does not use its whole width. */
export interface IntegerType {
  /** Tells types apart. */
  class: "integer";
  /** Bytes. */
  size: number;
  /** Byte order; of a single byte it means nothing. */
  order: ByteOrder;
  /** Whether it is a two's complement number. */
  signed: boolean;
  /** Bits that count, if they are not all. */
  precision?: number;
  /** Bits below those that count, if there are any. */
  offset?: number;
}

/** Bit positions of a float that is not IEEE binary16, 32 or 64. */
export interface FloatLayout {
  /** Bits that count. */
  precision: number;
  /** Bits below those that count. */
  offset: number;
  /** Position of the sign bit. */
  sign: number;
  /** Exponent: position, bits. */
  exp: [position: number, bits: number];
  /** Mantissa: position, bits. */
  mant: [position: number, bits: number];
  /** What is added to the exponent when it is stored. */
  bias: number;
  /** How the leading mantissa bit is stored. */
  norm: "implied" | "msbset" | "none";
}

/** A floating-point number. */
export interface FloatType {
  /** Tells types apart. */
  class: "float";
  /** Bytes. */
  size: number;
  /** Byte order. */
  order: ByteOrder;
  /** Where its bits are, if not as in IEEE 754. */
  layout?: FloatLayout;
}

/** Text of a fixed number of bytes, or of variable length. */
export interface StringType {
  /** Tells types apart. */
  class: "string";
  /** Bytes, or `"variable"`. */
  size: number | "variable";
  /** How text that is shorter ends: with NUL, or filled up with NULs or spaces. */
  pad: "nullterm" | "nullpad" | "spacepad";
  /** Encoding of the bytes. */
  cset: "ascii" | "utf8";
}

/** A record. Members by increasing offset. */
export interface CompoundType<M extends CompoundMember = CompoundMember> {
  /** Tells types apart. */
  class: "compound";
  /** Bytes. */
  size: number;
  /** Its members, by increasing offset when they are read. */
  members: M[];
}

/** One member of a record. */
export interface CompoundMember {
  /** Its name; the one of its column or of its value in a row. */
  name: string;
  /** Byte offset in the record; may be left out when creating. */
  offset?: number;
  /** Its type. */
  dtype: Dtype;
}

/** A fixed number of elements in each element. */
export interface ArrayType<B extends Dtype = Dtype> {
  /** Tells types apart. */
  class: "array";
  /** Extents, which come after those of the dataset in the shape of what is read. */
  dims: number[];
  /** Type of the elements. */
  base: B;
}

/** Names for whole numbers, as `[name, value]`; values of 8-byte integers are bigints. */
export interface EnumType<B extends Dtype = Dtype> {
  /** Tells types apart. */
  class: "enum";
  /** Type of the codes: whole numbers. */
  base: B;
  /** Names and what they stand for. */
  members: [name: string, value: number | bigint][];
}

/** A sequence of variable length in each element. */
export interface VlenType<B extends Dtype = Dtype> {
  /** Tells types apart. */
  class: "vlen";
  /** Type of the items. */
  base: B;
}

/** Bytes without meaning to HDF5. */
export interface OpaqueType {
  /** Tells types apart. */
  class: "opaque";
  /** Bytes. */
  size: number;
  /** What the program that wrote it calls it; may be empty. */
  tag: string;
}

/** A set of bits, or a point in time (which HDF5 never defined further): both read as unsigned numbers. */
export interface BitfieldType {
  /** Tells types apart. */
  class: "bitfield" | "time";
  /** Bytes. */
  size: number;
  /** Byte order. */
  order: ByteOrder;
  /** Bits that count, if they are not all. */
  precision?: number;
  /** Bits below those that count, if there are any. */
  offset?: number;
}

/** A reference to an object, to a region of a dataset, or one of HDF5 1.12's. */
export interface ReferenceType {
  /** Tells types apart. */
  class: "reference";
  /** What it refers to: an object, a region of a dataset, or any of them and attributes, too. */
  ref: "object" | "region" | "std";
}

/** HDF5 2.0's complex numbers. */
export interface ComplexType<B extends Dtype = Dtype> {
  /** Tells types apart. */
  class: "complex";
  /** Type of the real and the imaginary part, which are next to each other in what is read. */
  base: B;
}

/** Any datatype in full. */
export type Datatype =
  | IntegerType
  | FloatType
  | StringType
  | CompoundType
  | ArrayType
  | EnumType
  | VlenType
  | OpaqueType
  | BitfieldType
  | ReferenceType
  | ComplexType;

/**
 * A datatype: a string where one says it all, else the structured form. Both are accepted back when creating.
 *
 * Strings, as in NumPy: `"<i4"` `">f8"` `"|u1"` (on input also `"<u1"`, `"int32"`, `"float64"` …), `"bool"` (h5py's
 * enum of FALSE and TRUE), `"S10"` (10 bytes of ASCII, padded with NULs), `"string"` and `"bytes"` (text of variable
 * length, UTF-8 and ASCII), `"V16"` (16 opaque bytes).
 */
export type Dtype = string | Datatype;
