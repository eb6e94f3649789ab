/** What elements are. */

/** Byte order of a number: little-endian, big-endian, or the mixed order of VAX floats. */
export type ByteOrder = "LE" | "BE" | "VAX";

/** A whole number. `precision` and `offset` (bits) are there only if it does not use its whole width. */
export interface IntegerType {
  class: "integer";
  /** Bytes. */
  size: number;
  order: ByteOrder;
  signed: boolean;
  precision?: number;
  offset?: number;
}

/** Bit positions of a float that is not IEEE binary16, 32 or 64. */
export interface FloatLayout {
  precision: number;
  offset: number;
  /** Position of the sign bit. */
  sign: number;
  /** Exponent: position, bits. */
  exp: [position: number, bits: number];
  /** Mantissa: position, bits. */
  mant: [position: number, bits: number];
  bias: number;
  /** How the leading mantissa bit is stored. */
  norm: "implied" | "msbset" | "none";
}

/** A floating-point number. */
export interface FloatType {
  class: "float";
  /** Bytes. */
  size: number;
  order: ByteOrder;
  layout?: FloatLayout;
}

/** Text of a fixed number of bytes, or of variable length. */
export interface StringType {
  class: "string";
  size: number | "variable";
  pad: "nullterm" | "nullpad" | "spacepad";
  cset: "ascii" | "utf8";
}

/** A record. Members by increasing offset. */
export interface CompoundType<M extends CompoundMember = CompoundMember> {
  class: "compound";
  /** Bytes. */
  size: number;
  members: M[];
}

/** One member of a record. */
export interface CompoundMember {
  name: string;
  /** Byte offset in the record; may be left out when creating. */
  offset?: number;
  dtype: Dtype;
}

/** A fixed number of elements in each element. */
export interface ArrayType<B extends Dtype = Dtype> {
  class: "array";
  dims: number[];
  base: B;
}

/** Names for whole numbers, as `[name, value]`; values of 8-byte integers are bigints. */
export interface EnumType<B extends Dtype = Dtype> {
  class: "enum";
  base: B;
  members: [name: string, value: number | bigint][];
}

/** A sequence of variable length in each element. */
export interface VlenType<B extends Dtype = Dtype> {
  class: "vlen";
  base: B;
}

/** Bytes without meaning to HDF5. */
export interface OpaqueType {
  class: "opaque";
  size: number;
  tag: string;
}

/** A set of bits, or a point in time (which HDF5 never defined further): both read as unsigned numbers. */
export interface BitfieldType {
  class: "bitfield" | "time";
  size: number;
  order: ByteOrder;
  precision?: number;
  offset?: number;
}

/** A reference to an object, to a region of a dataset, or one of HDF5 1.12's. */
export interface ReferenceType {
  class: "reference";
  ref: "object" | "region" | "std";
}

/** HDF5 2.0's complex numbers. */
export interface ComplexType<B extends Dtype = Dtype> {
  class: "complex";
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
