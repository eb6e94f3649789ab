/** Half floats: in a `Float16Array` where the platform has one, else as single floats in a `Float32Array`. */

import type { NumericConstructor } from "./columns.js";
import type { NumericArray } from "./types.js";

/** The platform's array of halves. */
export const HALVES = (globalThis as { Float16Array?: NumericConstructor }).Float16Array;

/** What a read of halves is asked for by. Where there is no array of them nothing is made with it: it stands for them alone. */
export const Halves: NumericConstructor = HALVES ?? (class extends Float32Array {} as NumericConstructor);

/** Whether something is an array of halves; of another realm, or as a library makes it, too. */
export function isHalves(value: unknown): boolean {
  return (value as object | null)?.constructor?.name === "Float16Array";
}

/** The value of each half, by its bits. */
let values: Float32Array | undefined;

function valueOf(_: unknown, bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const size = exponent === 31 ? (mantissa ? NaN : Infinity) : exponent ? (1024 + mantissa) * 2 ** (exponent - 25) : mantissa * 2 ** -24;
  return bits >> 15 ? -size : size;
}

/** Stored halves as numbers, for a platform that has no array of them. */
export function singles(bits: Uint16Array): Float32Array {
  values ??= Float32Array.from({ length: 65536 }, valueOf);
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = values[bits[i]!]!;
  return out;
}

/** The nearest half, ties to even. */
function nearest(v: number): number {
  const size = Math.abs(v);
  if (!(size < 65520)) return v * Infinity;
  // Between neighbours. Where the logarithm is rounded up to a whole number, the half is that power of two either way.
  const unit = 2 ** Math.max(-24, Math.floor(Math.log2(size)) - 10);
  const rounded = (size / unit + 2 ** 52 - 2 ** 52) * unit;
  return v < 0 || Object.is(v, -0) ? -rounded : rounded;
}

/** Rounds floats to halves as HDF5 does: what is larger than the largest half is infinite, however close it is. */
export function round(from: Float32Array | Float64Array, to: NumericArray, at: number): void {
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    to[at + i] = Math.abs(v) > 65504 ? v * Infinity : HALVES ? v : nearest(v);
  }
}

/** Rounds whole numbers that are in an array already, which singles hold exactly as far as halves tell them apart. */
export function roundWhole(to: NumericArray, at: number, n: number): void {
  if (!HALVES) for (let i = at; i < at + n; i++) to[i] = nearest(to[i] as number);
}
