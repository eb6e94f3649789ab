/** What h5wasm says of types and values: the shapes of its metadata, dtypes and results. */

import type { Reference, RegionReference } from "./references.js";

/** What HDF5's functions answer: not negative if all went well. Here what goes wrong throws. */
export type Status = number;

/** What a dataset, an attribute, a committed datatype or a part of one is. */
export interface Metadata {
  /** The class of the datatype, by its number: `Module.H5T_class_t`. */
  type: number;
  /** Bytes of an element in memory; of variable length (as text 4, as a sequence 8) only what leads to it. */
  size: number;
  /** Of whole numbers: whether they have a sign. */
  signed: boolean;
  /** Whether the least significant byte comes first. */
  littleEndian: boolean;
  /** Whether it is text of variable length. */
  vlen: boolean;
  /** `[]` for a scalar, `null` for a null dataspace. */
  shape: number[] | null;
  /** Largest extents, `Infinity` for an unlimited axis. */
  maxshape: number[] | null;
  /** Extents of a chunk, if it is chunked. */
  chunks: number[] | null;
  /** Elements. */
  total_size: number;
  /** Of text: 0 ASCII, 1 UTF-8. */
  cset?: number;
  /** Of text: 0 ended by NUL, 1 padded with NULs, 2 padded with spaces. */
  strpad?: number;
  /** Members of a record. */
  compound_type?: CompoundTypeMetadata;
  /** Elements of an array type, with its extents as `shape`. */
  array_type?: Metadata;
  /** Names of an enum's values. */
  enum_type?: EnumTypeMetadata;
  /** Items of a sequence. */
  vlen_type?: Metadata;
  /** What references lead to. */
  ref_type?: "object" | "region";
  /** Where the elements of a virtual dataset come from. */
  virtual_sources?: VirtualSource[];
}

/** One member of a record. */
export interface CompoundMember extends Metadata {
  /** Its name. */
  name: string;
  /** Bytes from the beginning of the record. */
  offset: number;
}

/** The members of a record, in their order. */
export interface CompoundTypeMetadata {
  /** The members. */
  members: CompoundMember[];
  /** How many there are. */
  nmembers: number;
}

/** The names of an enum's values. */
export interface EnumTypeMetadata {
  /** Values by their names. */
  members: { [key: string]: number };
  /** How many there are. */
  nmembers: number;
  /** Class of the base type. */
  type: number;
}

/** A dataset that a virtual one is made of. */
export interface VirtualSource {
  /** Name of its file, as stored. */
  file_name: string;
  /** Its path there. */
  dset_name: string;
}

/** A filter of a dataset. */
export interface Filter {
  /** Its number, as registered with The HDF Group. */
  id: number;
  /** Its name; empty if it is not known. */
  name: string;
  /** Its parameters. */
  cd_values: number[];
}

/** Numbers in an array. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** What `value` and `slice` give: numbers in their typed array, records as rows, a scalar by itself. */
export type OutputData = TypedArray | string | number | bigint | boolean | Reference | RegionReference | OutputData[];
/** What `json_value` and `to_array` give. Integers that no number holds are text. */
export type JSONCompatibleOutputData = string | number | boolean | JSONCompatibleOutputData[];

/** A member of a record: name, type and, of arrays, extents. */
export type CompoundMemberDtype = [string, Dtype] | [string, Dtype, number[]];
/** A record, by its metadata. */
export interface CompoundTypeDtype {
  /** The members. */
  compound_type: CompoundTypeMetadata;
}
/** A fixed number of elements in each element, by their metadata. */
export interface ArrayTypeDtype {
  /** The elements, with the extents as `shape`. */
  array_type: Metadata;
}
/** A record: `[["x", "<f"], ["y", "<f"], ["v", "<d", [3]]]`. */
export type CompoundDtype = CompoundMemberDtype[];
/** A fixed number of elements in each element: `["<f", [3]]`. */
export type ArrayDtype = [string, number[]];
/**
 * A datatype. Text is an order (`<`, `>`) and a letter: `b h i q` for integers of 1, 2, 4 and 8 bytes (`B H I Q` unsigned), `e f d`
 * for floats of 2, 4 and 8; or, as in NumPy, `i u f` and bytes (`"<i8"`). `S` is UTF-8 and `A` ASCII, of variable length or
 * of as many bytes as are said (`"S5"`); `Reference` and `RegionReference`.
 */
export type Dtype = string | CompoundTypeDtype | ArrayTypeDtype | CompoundDtype | ArrayDtype;

/** What can be written without saying of which type it is. Whole numbers are int32 if they fit, else int64. */
export type GuessableDataTypes =
  | TypedArray
  | number
  | bigint
  | boolean
  | string
  | number[]
  | bigint[]
  | boolean[]
  | string[]
  | Reference
  | Reference[]
  | RegionReference
  | RegionReference[]
  // oxlint-disable-next-line typescript/no-explicit-any -- columns, which may be nested
  | Map<string, any>;

/** A bound or a step. */
export type SliceElement = number | null;
/**
 * What is taken of one axis: `[]` all of it, `[start]`, `[start, stop]` or `[start, stop, step]`; `null` leaves a side open. What
 * lies outside is left out.
 */
export type Slice = [] | [SliceElement] | [SliceElement, SliceElement] | [SliceElement, SliceElement, SliceElement];
