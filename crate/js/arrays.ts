/** Typed arrays, and arrays with a shape. */

import { isHalves } from "./halves.js";
import type { NdArray, NumericArray } from "./types.js";

const TYPES: [new (n: number) => NumericArray | Uint8ClampedArray, string][] = [
  [Int8Array, "|i1"],
  [Uint8Array, "|u1"],
  [Uint8ClampedArray, "|u1"],
  [Int16Array, "<i2"],
  [Uint16Array, "<u2"],
  [Int32Array, "<i4"],
  [Uint32Array, "<u4"],
  [BigInt64Array, "<i8"],
  [BigUint64Array, "<u8"],
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
];

/** The dtype of a typed array; `undefined` for anything else. */
export function typedArrayType(value: unknown): string | undefined {
  if (isHalves(value)) return "<f2";
  return TYPES.find(([Type]) => value instanceof Type)?.[1];
}

export function isNdArray(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && "data" in value && "shape" in value && Array.isArray(value.shape);
}

/** The number of elements of a shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}
