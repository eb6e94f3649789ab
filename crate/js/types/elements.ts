/** What reading gives, as the type of a dataset's elements says it. */

import type {
  ArrayType,
  BitfieldType,
  ComplexType,
  CompoundType,
  Dtype,
  EnumType,
  FloatType,
  IntegerType,
  OpaqueType,
  ReferenceType,
  StringType,
  VlenType,
} from "./datatypes.js";
import type { Mask, Points } from "./selections.js";
import type { Columns, Data, HalfArray, NdArray, NumericArray, NumericName, NumericTypes, Reference, Row, Scalar, Sequences, VlenElement } from "./values.js";

/** The typed array for each kind and width of numbers, as dtypes spell them behind the byte order. */
export interface NumberCodes {
  /** Signed, 1 byte. */
  i1: Int8Array;
  /** Unsigned, 1 byte. */
  u1: Uint8Array;
  /** Signed, 2 bytes. */
  i2: Int16Array;
  /** Unsigned, 2 bytes. */
  u2: Uint16Array;
  /** Signed, 4 bytes. */
  i4: Int32Array;
  /** Unsigned, 4 bytes. */
  u4: Uint32Array;
  /** Signed, 8 bytes. */
  i8: BigInt64Array;
  /** Unsigned, 8 bytes. */
  u8: BigUint64Array;
  /** Binary16; in a `Float32Array` where the platform has no `Float16Array`. */
  f2: HalfArray | Float32Array;
  /** Binary32. */
  f4: Float32Array;
  /** Binary64. */
  f8: Float64Array;
}

/** A byte order, as dtypes begin with it. */
type Order = "<" | ">" | "|";

/** Text of fixed or variable length. */
type AnyString = "string" | "bytes" | `S${number}` | StringType;

/** The array of elements that are in no other; `Other` for those that are not known here. */
type Simple<D, Other> = D extends "bool"
  ? Uint8Array
  : D extends `${Order}${infer Code extends keyof NumberCodes & string}`
    ? NumberCodes[Code]
    : D extends AnyString
      ? string[]
      : D extends `V${number}` | OpaqueType
        ? Uint8Array[]
        : D extends ReferenceType
          ? Reference[]
          : D extends VlenType
            ? Sequences
            : D extends FloatType
              ? HalfArray | Float32Array | Float64Array
              : D extends IntegerType | BitfieldType
                ? Exclude<NumericArray, HalfArray | Float32Array | Float64Array> | bigint[]
                : Other;

/** The array of elements that may be in others, as deep as types usually are. */
type Inner<D> = D extends { readonly base: infer Base } ? (D extends VlenType ? Sequences : Simple<Base, Data>) : Simple<D, D extends CompoundType ? Columns : Data>;

/**
 * The array that elements of a type are read into, as precisely as the type is known: {@link Data} where it is not. The base of an enum,
 * an array type or of complex numbers says it for them; of compound types, see {@link ColumnsOf}.
 */
export type DataOf<D extends Dtype> = D extends EnumType | ArrayType | ComplexType ? Inner<D["base"]> : D extends CompoundType ? ColumnsOf<D> : Simple<D, Data>;

/** `Yes` if the members' names are known, else `No`. */
type Named<D extends CompoundType, Yes, No> = [D["members"][number]["name"]] extends [`${infer _First}${infer _Rest}`] ? Yes : No;

/** The columns of a compound type, by the names of its members: each is an array in the shape of the whole. */
export type ColumnsOf<D extends CompoundType> = Named<D, { [M in D["members"][number] as M["name"]]: NdArray<Inner<M["dtype"]>> }, Columns>;

/** One element that is in no other; `Other` for those that are not known here. */
type Plain<D, Other> = D extends "bool"
  ? boolean
  : D extends `${Order}${"i8" | "u8"}`
    ? bigint
    : D extends `${Order}${keyof NumberCodes & string}` | FloatType
      ? number
      : D extends AnyString
        ? string
        : D extends `V${number}` | OpaqueType
          ? Uint8Array
          : D extends ReferenceType
            ? Reference
            : D extends VlenType
              ? VlenElement
              : D extends IntegerType | BitfieldType
                ? number | bigint
                : Other;

/** One element that may have others in it. */
type InnerScalar<D> = D extends EnumType ? Plain<D["base"], Scalar> : D extends ArrayType | ComplexType ? NdArray<Inner<D["base"]>> : Plain<D, D extends CompoundType ? Row : Scalar>;

/** One element of a type as a plain value, as precisely as the type is known: {@link Scalar} where it is not. */
export type ScalarOf<D extends Dtype> = D extends CompoundType ? RowOf<D> : InnerScalar<D>;

/** One record of a compound type, by the names of its members. */
export type RowOf<D extends CompoundType> = Named<D, { [M in D["members"][number] as M["name"]]: InnerScalar<M["dtype"]> }, Row>;

/**
 * The shape of a dataset as far as it is known when a program is compiled: `[number, number]` for two axes, `[]` for a scalar,
 * `null` for a null dataspace, `number[] | null` for anything.
 */
export type Shape = readonly number[] | null;

/** An axis that is kept: all of it, or a range. */
type Kept = null | { readonly start: number | null } | readonly [start: number | null, stop: number | null, step?: number | null];

/** Whether a list selects single indices alone (`"all"`), keeps an axis for certain (`"none"`), or neither is known. */
type Indices<L extends readonly unknown[]> = number extends L["length"]
  ? L[number] extends Kept
    ? "none"
    : "some"
  : L extends readonly number[]
    ? L extends readonly []
      ? "none"
      : "all"
    : true extends { [I in keyof L]: L[I] extends Kept ? true : false }[number]
      ? "none"
      : "some";

/** How many axes there may be. */
type Ranks = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31 | 32;

/** What a selection of a dataset with axes gives: an array `A`, or the one element `E` where an index is given for every axis. */
type Selected<A, E, Rank extends number, Selection> = Selection extends string
  ? Selection extends "" | "..." | `${string}:${string}`
    ? A
    : A | E
  : Selection extends readonly unknown[]
    ? Indices<Selection> extends "none"
      ? A
      : Indices<Selection> extends "all"
        ? Rank extends Ranks
          ? Rank extends Selection["length"]
            ? E
            : A
          : A | E
        : A | E
    : A;

/**
 * What a selection of a scalar gives: its value, or a list of one element where that is chosen by a mask or a reference. There is no range
 * of it.
 */
type Single<A, E, Selection> = Selection extends string
  ? Selection extends `${string}:${string}`
    ? never
    : E
  : Selection extends readonly unknown[]
    ? true extends { [I in keyof Selection]: Selection[I] extends Kept ? true : false }[number]
      ? number extends Selection["length"]
        ? E
        : never
      : E
    : Selection extends Points
      ? never
      : Selection extends Mask | Reference
        ? A
        : E;

/**
 * What reading a selection gives: an array `A`, a plain element `E`, or `null` for a null dataspace; each where the shape and the
 * selection allow for it.
 */
export type Taken<A, E, S extends Shape, Selection> = S extends null
  ? null
  : S extends readonly number[]
    ? S extends readonly []
      ? Single<A, E, Selection>
      : S extends readonly [number, ...number[]]
        ? Selected<A, E, S["length"], Selection>
        : Single<A, E, Selection> | Selected<A, E, number, Selection>
    : never;

/** What `read` gives of a dataset of that type and shape. */
export type ReadOf<D extends Dtype, S extends Shape, Selection = undefined> = Taken<NdArray<DataOf<D>>, ScalarOf<D>, S, Selection>;

/** One number that was read as another type: in a complex number or an array type, the array of all of them. */
export type ConvertedOf<D extends Dtype, K extends NumericName> = D extends ArrayType | ComplexType
  ? NdArray<NumericTypes[K]>
  : K extends "int64" | "uint64" ? bigint : number;

/** The types that `isDataset` knows by name, as datasets spell them. */
export interface KnownTypes {
  /** Signed, 1 byte. */
  int8: "|i1";
  /** Unsigned, 1 byte. */
  uint8: "|u1";
  /** Signed, 2 bytes. */
  int16: "<i2" | ">i2";
  /** Unsigned, 2 bytes. */
  uint16: "<u2" | ">u2";
  /** Signed, 4 bytes. */
  int32: "<i4" | ">i4";
  /** Unsigned, 4 bytes. */
  uint32: "<u4" | ">u4";
  /** Signed, 8 bytes. */
  int64: "<i8" | ">i8";
  /** Unsigned, 8 bytes. */
  uint64: "<u8" | ">u8";
  /** Binary16. */
  float16: "<f2" | ">f2";
  /** Binary32. */
  float32: "<f4" | ">f4";
  /** Binary64. */
  float64: "<f8" | ">f8";
  /** h5py's enum of `FALSE` and `TRUE`: arrays of 0 and 1, a scalar is a boolean. */
  bool: "bool";
  /** Text of fixed or variable length, in ASCII or UTF-8. */
  string: "string" | "bytes" | `S${number}` | StringType;
}
