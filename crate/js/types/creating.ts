/** Type and shape of what `createDataset` makes, as its options say them. */

import type {
  ArrayType,
  ComplexType,
  CompoundMember,
  CompoundType,
  Dtype,
  EnumType,
  ReferenceType,
  StringType,
  VlenType,
} from "./datatypes.js";
import type { NumberCodes, Shape } from "./elements.js";
import type { Mode } from "./modes.js";
import type { Dataset, Entity, NamedDatatype } from "./objects.js";
import type { HalfArray, NdArray, NumericArray, Reference } from "./values.js";
import type { DatasetOptions, WriteValue } from "./writing.js";

/** Names of numeric types that are spelled otherwise in files. */
interface Names {
  int8: "|i1";
  uint8: "|u1";
  int16: "<i2";
  uint16: "<u2";
  int32: "<i4";
  uint32: "<u4";
  int64: "<i8";
  uint64: "<u8";
  float16: "<f2";
  float32: "<f4";
  float64: "<f8";
  bool: "bool";
  "?": "bool";
  "|b1": "bool";
  string: "string";
  bytes: "bytes";
}

/** A number in the byte order `O`, as it is spelled in files. */
type Ordered<O, Code> = Code extends "i1" | "u1" ? `|${Code}` : Code extends keyof NumberCodes & string ? (O extends ">" ? `>${Code}` : `<${Code}`) : Dtype;

/** Text as it is spelled in files. */
type Spelled<D extends string> = string extends D
  ? Dtype
  : D extends keyof Names
    ? Names[D]
    : D extends `S${number}` | `|S${number}`
      ? `S${number}`
      : D extends `V${number}` | `|V${number}`
        ? `V${number}`
        : D extends `${infer O extends "<" | ">" | "|" | "="}${infer Code}`
          ? Ordered<O, Code>
          : Ordered<"<", D>;

/** The type in another one, as deep as types usually are. */
type Base<D> = D extends string ? Spelled<D> : Dtype;

/** A type that has no members. */
type Part<D> = D extends string
  ? Spelled<D>
  : D extends StringType
    ? "string" | "bytes" | `S${number}` | StringType
    : D extends { readonly class: "enum"; readonly base: infer B }
      ? "bool" | EnumType<Base<B>>
      : D extends { readonly class: "array"; readonly base: infer B }
        ? ArrayType<Base<B>>
        : D extends { readonly class: "complex"; readonly base: infer B }
          ? ComplexType<Base<B>>
          : D extends { readonly class: "vlen"; readonly base: infer B }
            ? VlenType<Base<B>>
            : D extends { readonly class: "reference" }
              ? ReferenceType
              : Dtype;

/** A member of a compound type as files have it. */
type MemberOf<M> = M extends CompoundMember ? { name: M["name"]; offset: number; dtype: Part<M["dtype"]> } : never;

/** How files spell a type that is given to make something of it; `Dtype` where that is not known. */
export type Stored<D extends Dtype> = Dtype extends D ? Dtype : D extends { readonly class: "compound"; readonly members: readonly (infer M)[] } ? CompoundType<MemberOf<M>> : Part<D>;

/** The type that is taken for plain values. A list that may be empty says nothing of what is not in it. */
type PlainType<V> = [V] extends [never]
  ? "<f8"
  : V extends number
    ? "<f8"
    : V extends bigint
      ? "<i8" | "<u8"
      : V extends boolean
        ? "bool"
        : V extends string
          ? "string"
          : V extends Reference | Entity<Mode>
            ? ReferenceType
            : Dtype;

/** What is in nested lists. */
type Leaf<V> = V extends readonly (infer E)[] ? Leaf<E> : V;

/** Whether nested lists may have nothing in them. */
type MayBeEmpty<V> = V extends readonly unknown[] ? (V extends readonly [infer First, ...unknown[]] ? MayBeEmpty<First> : true) : false;

/** The typed arrays, by the types that they have in files. */
interface Arrays {
  "|i1": Int8Array;
  "|u1": Uint8Array | Uint8ClampedArray;
  "<i2": Int16Array;
  "<u2": Uint16Array;
  "<i4": Int32Array;
  "<u4": Uint32Array;
  "<i8": BigInt64Array;
  "<u8": BigUint64Array;
  "<f2": HalfArray;
  "<f4": Float32Array;
  "<f8": Float64Array;
}

/** The type that is taken for a typed array, a list or a plain value; `Other` for anything else. */
type SimpleType<V, Other> = V extends null
  ? "<f8"
  : V extends Arrays[keyof Arrays]
    ? { [T in keyof Arrays]: V extends Arrays[T] ? T : never }[keyof Arrays]
    : V extends readonly unknown[]
      ? PlainType<Leaf<V>> | (MayBeEmpty<V> extends false ? never : "<f8")
      : V extends number | bigint | boolean | string | Reference | Entity<Mode>
        ? PlainType<V>
        : V extends NdArray
          ? Dtype
          : Other;

/** The types of columns, or of the members of a record. */
type MemberTypes<V> = string extends keyof V ? Dtype : CompoundType<{ [K in keyof V]: { name: K & string; offset: number; dtype: SimpleType<V[K], Dtype> } }[keyof V]>;

/** The type that is taken for a value that is given without one. */
export type TypeOfData<V> = SimpleType<V, V extends { readonly [member: string]: WriteValue } ? MemberTypes<V> : Dtype>;

/** A shape whose first axis is there. */
type Axes = [number, ...number[]];

/** The axes of nested lists; of those that may be empty the first alone is certain. */
type Nesting<V> = V extends readonly unknown[]
  ? V extends readonly [infer First, ...unknown[]]
    ? Nesting<First> extends infer Rest extends readonly number[]
      ? [number, ...Rest]
      : Axes
    : V extends readonly (readonly unknown[])[]
      ? V extends readonly []
        ? [number]
        : Axes
      : [number]
  : V extends Float32Array | NumericArray
    ? number[]
    : [];

/** The shape of a value of which each element is one of the dataset's. */
type ShapeOfData<V> = V extends null
  ? null
  : V extends NumericArray
    ? [number]
    : V extends readonly unknown[]
      ? Nesting<V>
      : V extends number | bigint | boolean | string | Reference | Entity<Mode>
        ? []
        : number[];

/** A given shape, without its extents. */
type Extents<S extends Shape> = S extends readonly number[] ? (number extends S["length"] ? number[] : { -readonly [I in keyof S]: number }) : null;

type Given<O, K extends PropertyKey> = O extends { readonly [P in K]: infer V } ? V : undefined;

/** The type that is given, or that of the data. */
type TypeOf<G, V> = Dtype extends G ? Dtype : G extends Dtype ? Stored<G> : G extends NamedDatatype<Mode> ? Dtype : V extends undefined ? Dtype : TypeOfData<V>;

/** The type of a dataset that is made with the options `O`. */
export type TypeIn<O extends DatasetOptions> = TypeOf<Given<O, "dtype">, Given<O, "data">> extends infer D extends Dtype ? D : never;

/** Types of which each value is one element, so that the data alone say the shape. */
type Plain = undefined | "bool" | "string" | "bytes" | keyof Names | `${"<" | ">" | "|" | "=" | ""}${keyof NumberCodes & string}` | `S${number}` | `|S${number}`;

/** The shape that is given, or that of the data. */
type ShapeFrom<S, D, V> = S extends Shape ? Extents<S> : V extends undefined ? number[] | null : [D] extends [Plain] ? ShapeOfData<V> : V extends null ? null : number[];

/** The shape of a dataset that is made with the options `O`. */
export type ShapeIn<O extends DatasetOptions> = ShapeFrom<Given<O, "shape">, Given<O, "dtype">, Given<O, "data">> extends infer S extends Shape ? S : never;

/** What `createDataset` makes with the options `O`. */
export type Created<M extends Mode, O extends DatasetOptions> = Dataset<M, TypeIn<O>, ShapeIn<O>>;

/** Nothing but the options there are. */
export type Only<O> = { readonly [K in Exclude<keyof O, keyof DatasetOptions>]: never };
