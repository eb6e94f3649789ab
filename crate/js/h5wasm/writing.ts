/** From the values that a program gives to what the package writes. */

import { argument } from "../errors.js";
import type { Data, Datatype, NdArray, WriteValue } from "../types.js";
import { CLASS } from "./constants.js";
import { arrayOf, toDatatype } from "./dtypes.js";
import { toOwn } from "./references.js";
import type { Metadata, TypedArray } from "./types.js";

/** A value to be written, its type and its extents. */
export interface Prepared {
  data: WriteValue;
  dtype: Datatype;
  shape: number[];
}

type Listed = ArrayLike<unknown> | Map<string, unknown>;

const isList = (data: unknown): data is Listed => Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView)) || data instanceof Map;

/** Extents of a value where nobody says: a record of columns is as long as the first of them. */
function extents(data: unknown): number[] {
  if (data instanceof Map) {
    const column = [...data.values()].find((c) => isList(c)) as Listed | undefined;
    return column instanceof Map ? extents(column) : [column?.length ?? 1];
  }
  return isList(data) ? [(data as ArrayLike<unknown>).length] : [];
}

/** Values of a type; without `shape` it is that of the data. */
export function prepare(data: unknown, metadata: Metadata, shape?: readonly (number | bigint)[] | null): Prepared {
  const dims = shape ? shape.map(Number) : extents(data);
  const n = dims.reduce((all, d) => all * d, 1);
  const dtype = toDatatype(metadata);
  const array: NdArray = { data: column(data, metadata, n), shape: [...dims, ...inner(metadata)], stride: [], dtype };
  return { data: { ...array, stride: strides(array.shape) }, dtype, shape: dims };
}

/** Extents that belong to the type. */
function inner(metadata: Metadata): number[] {
  if (metadata.type !== CLASS.array) return [];
  return [...(metadata.array_type!.shape ?? metadata.shape ?? []), ...inner(metadata.array_type!)];
}

function strides(shape: number[]): number[] {
  const all: number[] = [];
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    all[i] = n;
    n *= shape[i]!;
  }
  return all;
}

/** `n` elements of a type as the package takes them. */
function column(data: unknown, metadata: Metadata, n: number): Data {
  const { type } = metadata;
  if (type === CLASS.compound) return columns(data, metadata, n);
  if (type === CLASS.array) {
    const each = (metadata.array_type!.shape ?? []).reduce((all, d) => all * d, 1);
    return column(Array.isArray(data) ? data.flat(Infinity) : data, metadata.array_type!, n * each);
  }
  const list = isList(data) ? data : [data];
  if (list instanceof Map) throw argument("a Map is the columns of a record");
  if (list.length !== n) throw argument(`${list.length} values where ${n} are needed`);
  if (type === CLASS.reference) return Array.from(list, toOwn);
  if (type === CLASS.integer || type === CLASS.float || type === CLASS.enum) return numbers(list, metadata) as Data;
  if (type === CLASS.string) {
    if (Array.from(list).some((s) => typeof s !== "string")) throw argument("text is written as strings");
    if (!metadata.vlen) checkFits(list as ArrayLike<string>, metadata.size);
  }
  return list as Data;
}

const encoder = new TextEncoder();

/** Text is not cut off. */
function checkFits(list: ArrayLike<string>, size: number): void {
  for (const text of Array.from(list)) {
    if (text.length * 3 > size && encoder.encode(text).length > size) throw argument(`"${text.slice(0, 40)}" has more than ${size} bytes`);
  }
}

function columns(data: unknown, { compound_type }: Metadata, n: number): Data {
  if (!(data instanceof Map)) throw argument("records are written as a Map of their columns");
  const all: Record<string, NdArray> = {};
  for (const member of compound_type!.members) {
    if (!data.has(member.name)) throw argument(`the column "${member.name}" is missing`);
    const shape = [n, ...inner(member)];
    const values: NdArray = { data: column(data.get(member.name), member, n), shape, stride: strides(shape), dtype: toDatatype(member) };
    Object.defineProperty(all, member.name, { value: values, enumerable: true });
  }
  return all;
}

/** Numbers in their typed array. Those that it cannot hold are refused; fractions of what becomes an integer are cut off. */
function numbers(list: ArrayLike<unknown>, metadata: Metadata): ArrayLike<unknown> {
  const Type = arrayOf(metadata);
  if (!Type || list instanceof Type) return list;
  const out = new Type(list.length) as Exclude<TypedArray, BigInt64Array | BigUint64Array>;
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array;
  for (let i = 0; i < list.length; i++) {
    const v = list[i];
    if (typeof v !== "number" && typeof v !== "bigint" && typeof v !== "boolean") throw argument(`a ${typeof v} where a number is needed`);
    if (wide) {
      const exact = typeof v === "bigint" ? v : BigInt(Math.trunc(Number(v)));
      (out as unknown as BigInt64Array)[i] = exact;
      if ((out as unknown as BigInt64Array)[i] !== exact) throw unfit(v);
    } else {
      out[i] = Number(v);
      if (metadata.type !== CLASS.float && out[i] !== Math.trunc(Number(v))) throw unfit(v);
    }
  }
  return out;
}

const unfit = (v: unknown): Error => argument(`${String(v)} does not fit into the type`);
