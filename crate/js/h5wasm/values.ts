/** From what the package reads to h5wasm's forms of values. */

import { expand } from "../dtype.js";
import type { Columns, Data, Datatype, Dtype as OwnDtype, NdArray, Reference as OwnReference, Row, Value } from "../types.js";
import { isNdArray } from "../arrays.js";
import { isHalves } from "../halves.js";
import { NUMERIC } from "../values.js";
import { describe, isBool } from "./metadata.js";
import { fromOwn } from "./references.js";
import type { JSONCompatibleOutputData, Metadata, OutputData } from "./types.js";

type Typed = ArrayLike<number | bigint> & ArrayBufferView;

/** Elements of one type, one behind the other. */
interface Elements {
  /** All of them. */
  all(): OutputData;
  /** One of them, as it is among others. */
  at(i: number): OutputData;
}

/** A value of a type as h5wasm has it; with `json`, of what JSON has. */
export function toOutput(value: Value, dtype: OwnDtype, shape: number[] | null, json: boolean): OutputData | null {
  if (value === null || shape === null) return null;
  const type = expand(dtype);
  const data = shape.length === 0 ? [...wrap(value, type)][0]! : (value as NdArray).data;
  const n = shape.reduce((all, d) => all * d, 1);
  const elements = elementsOf(data, type, n, json);
  if (type.class === "array") return nest(elements.all() as OutputData[], shape.length === 0 ? undefined : shape);
  if (shape.length > 0 || RAW.has(type.class)) return elements.all();
  return elements.at(0);
}

/** Types that are bytes, or a list, even where there is one element. */
const RAW = new Set(["opaque", "bitfield", "time", "complex", "reference"]);

/** A single value as the column it would be. */
function wrap(value: Value, type: Datatype): [Data] {
  if (isNdArray(value)) return [value.data];
  switch (type.class) {
    case "compound": {
      const columns: Columns = {};
      for (const { name, dtype } of type.members) {
        const [data] = wrap((value as Row)[name]!, expand(dtype));
        Object.defineProperty(columns, name, { value: { data }, enumerable: true });
      }
      return [columns];
    }
    case "enum":
      return wrap(typeof value === "boolean" ? Number(value) : value, expand(type.base));
    case "integer":
    case "float":
    case "bitfield":
    case "time": {
      const wide = typeof value === "bigint";
      if (wide && "size" in type && type.size > 8) return [[value as bigint]];
      const signed = type.class === "integer" && type.signed;
      const name = type.class === "float" ? "float64" : `${signed ? "" : "u"}int${8 * roundUp(type.size)}`;
      const array = new NUMERIC[name as keyof typeof NUMERIC](1);
      array[0] = value as never;
      return [array];
    }
    default:
      return [[value] as Data];
  }
}

/** The width of the numbers in which as many bytes arrive. */
const roundUp = (size: number): number => [1, 2, 4, 8].find((width) => width >= size) ?? 8;

function elementsOf(data: Data, type: Datatype, n: number, json: boolean): Elements {
  switch (type.class) {
    case "integer":
      return numbers(data as Typed, json);
    case "float":
      // Halves are single floats there, whatever the platform has.
      return numbers(isHalves(data) ? Float32Array.from(data as ArrayLike<number>) : (data as Typed), json);
    case "enum": {
      // h5py's bool arrives unsigned.
      const base = expand(type.base);
      const codes = signedAs(data as Typed, base);
      if (json && isBool(describe(type).enum_type!)) return list(Array.from(codes as ArrayLike<number>, (v) => v !== 0));
      return numbers(codes, json);
    }
    case "string":
      return list(data as string[]);
    case "opaque":
      return bytes(data as Uint8Array[]);
    case "bitfield":
    case "time":
      return raw(data as Typed, type.size);
    case "complex":
      return raw(data as Typed, 2 * describe(type.base).size);
    case "reference":
      return list((data as OwnReference[]).map((own) => fromOwn(own, own.kind === "region" || type.ref === "region")) as OutputData[]);
    case "vlen": {
      const base = expand(type.base);
      return list((data as Data[]).map((items) => elementsOf(items, base, lengthOf(items, base), json).all()));
    }
    case "array": {
      const base = expand(type.base);
      const each = type.dims.reduce((all, d) => all * d, 1);
      // Arrays in arrays are read as one of all their extents.
      return list(split(elementsOf(data, base, n * each, json), type.dims, n, json));
    }
    case "compound": {
      const columns = type.members.map(({ name, dtype }) => elementsOf((data as Columns)[name]!.data, expand(dtype), n, json));
      return list(Array.from({ length: n }, (_, i) => columns.map((column) => column.at(i))));
    }
  }
}

/** How many items a sequence has. */
function lengthOf(items: Data, base: Datatype): number {
  if (base.class === "compound") {
    const [member] = base.members;
    return member ? lengthOf((items as Columns)[member.name]!.data, expand(member.dtype)) : 0;
  }
  const each = base.class === "array" ? base.dims.reduce((all, d) => all * d, 1) : base.class === "complex" ? 2 : 1;
  const inner = base.class === "array" ? lengthOf(items, expand(base.base)) : (items as ArrayLike<unknown>).length;
  return each === 0 ? 0 : inner / each;
}

function list(items: OutputData[]): Elements {
  return { all: () => items, at: (i) => items[i]! };
}

/** JSON has no integers that are not numbers: those that are none without loss are text. */
const plain = (v: number | bigint): number | string => {
  if (typeof v === "number") return v;
  const number = Number(v);
  return Number.isSafeInteger(number) ? number : String(v);
};

function numbers(data: Typed, json: boolean): Elements {
  if (json) return list(Array.from(data, plain));
  return { all: () => data as unknown as OutputData, at: (i) => data[i]! };
}

/** The same bytes as numbers of that sign. */
function signedAs(data: Typed, base: Datatype): Typed {
  if (base.class !== "integer" || !base.signed || !(data instanceof Uint8Array)) return data;
  return new Int8Array(data.buffer, data.byteOffset, data.length);
}

function bytes(items: Uint8Array[]): Elements {
  const all = (): Uint8Array => {
    const out = new Uint8Array(items.reduce((n, item) => n + item.length, 0));
    let at = 0;
    for (const item of items) {
      out.set(item, at);
      at += item.length;
    }
    return out;
  };
  return { all, at: (i) => items[i]! };
}

/** Numbers without a form of their own: their bytes, the lowest first. */
function raw(data: Typed, size: number): Elements {
  const width = (data as Uint8Array).BYTES_PER_ELEMENT * (size > 8 ? 2 : 1);
  const all = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tight = width === size ? all : Uint8Array.from({ length: (all.length / width) * size }, (_, i) => all[Math.floor(i / size) * width + (i % size)]!);
  return { all: () => tight, at: (i) => tight.slice(i * size, (i + 1) * size) };
}

/** Elements of an array type, `dims` of the base in each. */
function split(base: Elements, dims: number[], n: number, json: boolean): OutputData[] {
  const each = dims.reduce((all, d) => all * d, 1);
  return Array.from({ length: n }, (_, i) => {
    // Always plain arrays; what is no number without loss stays an integer.
    const items = Array.from({ length: each }, (_, k) => number(base.at(i * each + k), json));
    return nest(items, dims);
  });
}

function number(v: OutputData, json: boolean): OutputData {
  return typeof v === "bigint" && !json && Number.isSafeInteger(Number(v)) ? Number(v) : v;
}

/** A flat list as nested arrays of that shape. */
export function nest(items: OutputData[], shape: readonly number[] | undefined): OutputData {
  if (!shape) return items[0]!;
  let out = items;
  for (const extent of shape.slice(1).toReversed()) {
    const rows: OutputData[] = [];
    // Without positions there may still be rows.
    if (extent > 0) for (let i = 0; i < out.length; i += extent) rows.push(out.slice(i, i + extent));
    out = rows;
  }
  return out;
}

/** A flat JSON value in the shape of its dataspace. */
export function toNested(value: JSONCompatibleOutputData | null, { shape, type }: Metadata): JSONCompatibleOutputData | null {
  const flat = Array.isArray(value) && shape !== null && shape.length > 1 && type !== 10;
  return flat ? (nest(value, shape) as JSONCompatibleOutputData) : value;
}
