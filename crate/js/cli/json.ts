/**
 * Values as JSON that other programs read. Integers that a double holds are numbers, all others text; NaN and infinities, which
 * JSON has not, are the texts "NaN", "Infinity" and "-Infinity"; bytes are text in base64; arrays are nested by their extents.
 */

import { isNdArray } from "../arrays.js";
import { isHalves } from "../halves.js";
import type { Data, Dtype, NdArray, Reference, Value } from "../types.js";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One number. */
export function numberOf(value: number | bigint): Json {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

function referenceOf({ kind, address, attribute, file }: Reference): Json {
  return { kind, address, ...(attribute !== undefined && { attribute }), ...(file !== undefined && { file }) };
}

/** A value. */
export function jsonOf(value: Value | undefined): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "bigint") return numberOf(value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (isNdArray(value)) return nested(value as NdArray);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<Value>, jsonOf);
  if ("address" in value && typeof value.address === "number" && "kind" in value) return referenceOf(value as unknown as Reference);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, jsonOf(v as Value)]));
}

/** A float of four bytes, or of two, by the fewest digits that lead back to it among those of four. */
export function single(x: number): number {
  if (!Number.isFinite(x)) return x;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return x;
}

/** The element at a position of data that has `axes` extents before those of its elements. */
export function elementOf(data: Data, i: number, dtype: Dtype, axes = 1): Json {
  if (ArrayBuffer.isView(data)) {
    if (dtype === "bool") return data[i] !== 0;
    const short = data instanceof Float32Array || isHalves(data);
    const at = (k: number): Json => numberOf(short ? single(data[k] as number) : data[k]!);
    return typeof dtype === "object" && dtype.class === "complex" ? [at(2 * i), at(2 * i + 1)] : at(i);
  }
  if (Array.isArray(data)) return jsonOf(data[i] as Value);
  return Object.fromEntries(
    Object.entries(data).map(([key, column]) => {
      const { shape } = column as NdArray;
      const inner = shape.slice(axes);
      const each = inner.reduce((n, d) => n * d, 1);
      return [key, nest(column as NdArray, inner, i * each, axes + inner.length)];
    }),
  );
}

function nest({ data, dtype, ...rest }: NdArray, shape: readonly number[], from: number, axes: number): Json {
  if (shape.length === 0) return elementOf(data, from, dtype, axes);
  const each = shape.slice(1).reduce((n, d) => n * d, 1);
  return Array.from({ length: shape[0]! }, (_, k) => nest({ data, dtype, ...rest }, shape.slice(1), from + k * each, axes));
}

/** An array as nested lists. */
export function nested(array: NdArray): Json {
  return nest(array, array.shape, 0, array.shape.length);
}

/** A list of values, one for each of its first axis. */
export function* items(list: NdArray): Generator<Json> {
  const each = list.shape.slice(1);
  const size = each.reduce((n, d) => n * d, 1);
  for (let i = 0; i < list.shape[0]!; i++) yield nest(list, each, i * size, list.shape.length);
}
