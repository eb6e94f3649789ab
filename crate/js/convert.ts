/**
 * Conversion between numeric types while reading, by HDF5's rules: what does not fit is clipped, fractions are cut
 * off, NaN becomes 0, and what a float cannot hold exactly is rounded once, to nearest, ties to even.
 */

import { round, roundWhole } from "./halves.js";
import type { NumericArray } from "./types.js";

type Big = BigInt64Array | BigUint64Array;
type Numbers = Exclude<NumericArray, Big>;

/** Smallest and largest value of a type of whole numbers. */
function limits(a: Numbers): readonly [low: number, high: number] | undefined {
  const { name } = a.constructor;
  const all = 2 ** (a.BYTES_PER_ELEMENT * 8);
  if (name.startsWith("Float")) return undefined;
  return name.startsWith("Int") ? [-all / 2, all / 2 - 1] : [0, all - 1];
}

function isBig(a: NumericArray): a is Big {
  return a instanceof BigInt64Array || a instanceof BigUint64Array;
}

/** Writes all of `from` into `to`, beginning at `at`; `halves`: as half floats. */
export function convert(from: NumericArray, to: NumericArray, at: number, halves = false): void {
  if (halves && (from instanceof Float32Array || from instanceof Float64Array)) return round(from, to, at);
  if (isBig(from)) {
    if (isBig(to)) bigToBig(from, to, at);
    else bigToNumber(from, to, at);
  } else if (isBig(to)) {
    numberToBig(from, to, at);
  } else {
    const [source, target] = [limits(from), limits(to)];
    if (!target || (source && source[0] >= target[0] && source[1] <= target[1])) to.set(from, at);
    else clip(from, to, at, target);
  }
  if (halves) roundWhole(to, at, from.length);
}

function clip(from: Numbers, to: Numbers, at: number, [low, high]: readonly [number, number]): void {
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    to[at + i] = v < low ? low : v > high ? high : v; // the assignment truncates; NaN becomes 0
  }
}

/** The low and the high halves of 8-byte integers, one after the other: many times faster than bigints. */
function halves(a: Big): Uint32Array {
  return new Uint32Array(a.buffer, a.byteOffset, a.length * 2);
}

/** Between signed and unsigned. */
function bigToBig(from: Big, to: Big, at: number): void {
  const [source, target] = [halves(from), halves(to)];
  const bound = to instanceof BigInt64Array ? 0x7fff_ffff : 0;
  for (let i = 0, k = 2 * at; i < source.length; i += 2, k += 2) {
    // The sign bit of either is what the other cannot hold.
    const fits = source[i + 1]! < 0x8000_0000;
    target[k] = fits ? source[i]! : bound && 0xffff_ffff;
    target[k + 1] = fits ? source[i + 1]! : bound;
  }
}

const WORD = 2 ** 32;

function bigToNumber(from: Big, to: Numbers, at: number): void {
  const words = halves(from);
  const [low, high] = limits(to) ?? [-Infinity, Infinity];
  const signed = from instanceof BigInt64Array;
  // On the way to 32 bits through 64 there must be no rounding: what is cut off leaves its trace in the last bit kept.
  const odd = to instanceof Float64Array ? 0 : 0x7ff;
  for (let i = 0, k = 0; i < from.length; i++, k += 2) {
    const upper = signed ? words[k + 1]! | 0 : words[k + 1]!;
    let lower = words[k]!;
    if (lower & odd && (upper >= 1 << 21 || upper < -(1 << 21))) lower = ((lower | (odd + 1)) & ~odd) >>> 0;
    const v = upper * WORD + lower;
    to[at + i] = v < low ? low : v > high ? high : v;
  }
}

function numberToBig(from: Numbers, to: Big, at: number): void {
  const words = halves(to);
  const signed = to instanceof BigInt64Array;
  const [low, high] = signed ? [-(2 ** 63), 2 ** 63] : [0, 2 ** 64];
  for (let i = 0, k = 2 * at; i < from.length; i++, k += 2) {
    const v = Math.trunc(from[i]!);
    if (v >= high) {
      words[k] = WORD - 1;
      words[k + 1] = signed ? 0x7fff_ffff : WORD - 1;
    } else {
      const upper = Math.floor((v < low ? low : v) / WORD); // NaN becomes 0
      words[k] = v < low ? 0 : v - upper * WORD;
      words[k + 1] = upper;
    }
  }
}

/** {@link convert} for integers of more than 8 bytes, which are rare: one by one. */
export function convertWide(from: readonly bigint[], to: NumericArray, at: number, halves = false): void {
  const float = !isBig(to) && !limits(to);
  const [low, high] = to instanceof BigUint64Array ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  for (const [i, value] of from.entries()) {
    // Floats get the upper 62 bits; as above, the last of them tells of what was cut off.
    const cut = float ? Math.max(0, value.toString(2).length - 62) : 0;
    const kept = value >> BigInt(cut);
    let v = kept << BigInt(cut) === value ? kept : kept | 1n;
    if (v < low) v = low;
    else if (v > high) v = high;
    if (isBig(to)) to[at + i] = v;
    else bigToNumber(BigInt64Array.of(v), to, at + i);
    if (cut) (to[at + i] as number) *= 2 ** cut;
  }
  if (halves) roundWhole(to, at, from.length);
}
