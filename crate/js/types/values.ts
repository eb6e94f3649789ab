/** What is read. */

import type { Dtype } from "./datatypes.js";

/** What a `Float16Array` is to programs whose library of types knows none: all of it but what makes others of it with a function. */
export interface HalfFloats
  extends Omit<Float32Array, "subarray" | "slice" | "map" | "filter" | "toReversed" | "toSorted" | "with" | typeof Symbol.toStringTag> {
  /** The same elements from `begin` (default: the first) up to `end` (default: behind the last), in the same memory. */
  subarray(begin?: number, end?: number): HalfFloats;
  /** A copy of the elements from `start` (default: the first) up to `end` (default: behind the last). */
  slice(start?: number, end?: number): HalfFloats;
  /** Tells typed arrays apart. */
  readonly [Symbol.toStringTag]: "Float16Array";
}

/**
 * Half floats in a `Float16Array`, which is what a platform has for them: Chromium from 135 on, Firefox from 129, Safari from 18.2, Node
 * from 24. Elsewhere they are read into a `Float32Array`, which holds them exactly. {@link HalfFloats} where the program's library of
 * types has no `Float16Array` (TypeScript's `es2025.float16` has).
 */
export type HalfArray = typeof globalThis extends {
  /** The platform's constructor. */
  Float16Array: {
    /** What all of its arrays have. */
    prototype: infer Halves;
  };
}
  ? Halves
  : HalfFloats;

/** Numbers in their natural typed array. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | HalfArray
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Numeric types by their NumPy names, with the typed array each is read into. */
export interface NumericTypes {
  /** Signed, 1 byte. */
  int8: Int8Array;
  /** Unsigned, 1 byte. */
  uint8: Uint8Array;
  /** Signed, 2 bytes. */
  int16: Int16Array;
  /** Unsigned, 2 bytes. */
  uint16: Uint16Array;
  /** Signed, 4 bytes. */
  int32: Int32Array;
  /** Unsigned, 4 bytes. */
  uint32: Uint32Array;
  /** Signed, 8 bytes. */
  int64: BigInt64Array;
  /** Unsigned, 8 bytes. */
  uint64: BigUint64Array;
  /** Binary16; in a `Float32Array` where the platform has no `Float16Array`. */
  float16: HalfArray | Float32Array;
  /** Binary32. */
  float32: Float32Array;
  /** Binary64. */
  float64: Float64Array;
}

/** A numeric type's NumPy name. */
export type NumericName = keyof NumericTypes;

/** Columns of a compound type: one array per member, each in the shape of the whole. */
export interface Columns {
  [member: string]: NdArray;
}

/**
 * Elements of an n-dimensional array, in C order (last axis fastest). Integers of more than 8 bytes are plain arrays of
 * bigints.
 */
export type Data = NumericArray | bigint[] | string[] | Uint8Array[] | Reference[] | Sequences | Columns;

/** One element of a variable-length type: the array of its items. */
export type VlenElement = NumericArray | bigint[] | string[] | Uint8Array[] | Reference[] | VlenElement[] | Columns;

/** Elements of a variable-length type. */
export type Sequences = VlenElement[];

/** An n-dimensional array, as zarrita and ndarray have it. */
export interface NdArray<D extends Data = Data> {
  /** The elements, in C order, or in the order that `stride` says. */
  readonly data: D;
  /** Extents: those of the selection, then those of array types. Empty for one element. */
  readonly shape: number[];
  /** Elements between neighbours along each axis. */
  readonly stride: number[];
  /** What the elements are; the base of an array type, whose extents are part of `shape`. */
  readonly dtype: Dtype;
  /** Sources of a virtual dataset that were not found: their elements are the fill value. Absent if all were. */
  readonly missing?: readonly VirtualSource[];
}

/** A dataset that a virtual dataset is made of. */
export interface VirtualSource {
  /** Name of its file, as stored; `.` is the file of the virtual dataset. In mappings, `%b` stands for numbers. */
  readonly file: string;
  /** Its path there. */
  readonly dataset: string;
}

/** A range of an external file that holds elements of a dataset. */
export interface ExternalRange {
  /** Name of the file, as stored. */
  readonly file: string;
  /** First byte there. */
  readonly offset: number;
  /** Bytes; `null` for all that there are. */
  readonly size: number | null;
}

/** A stored reference: `get` of any group follows it. */
export interface Reference {
  /** Whether it leads to an object, to elements of a dataset, or to an attribute. */
  readonly kind: "object" | "region" | "attribute";
  /** Address of the object; 0 for a null reference. */
  readonly address: number;
  /** The elements a region reference leads to, as they are stored: what `Dataset.read` takes. */
  readonly selection?: Uint8Array;
  /** The name of the attribute an attribute reference leads to. */
  readonly attribute?: string;
  /** The file the object is in, if that is another one. */
  readonly file?: string;
}

/** One record, of a scalar dataspace or of a single element. */
export interface Row {
  [member: string]: Value;
}

/** The one value of a scalar dataspace. An enum is its code; h5py's bool is a boolean. */
export type Scalar = number | bigint | string | boolean | Uint8Array | Reference | Row | NdArray | VlenElement;

/** What reading gives: an array, the plain value of a scalar dataspace, or `null` for a null dataspace. */
export type Value = NdArray | Scalar | null;
