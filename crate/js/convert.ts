/** Conversion between numeric types while reading: values that do not fit are clipped, as HDF5 does. */

import type { NumericArray } from "./types.js";

const LIMITS: Record<string, readonly [bigint, bigint]> = {
  Int8Array: [-(2n ** 7n), 2n ** 7n - 1n],
  Uint8Array: [0n, 2n ** 8n - 1n],
  Int16Array: [-(2n ** 15n), 2n ** 15n - 1n],
  Uint16Array: [0n, 2n ** 16n - 1n],
  Int32Array: [-(2n ** 31n), 2n ** 31n - 1n],
  Uint32Array: [0n, 2n ** 32n - 1n],
  BigInt64Array: [-(2n ** 63n), 2n ** 63n - 1n],
  BigUint64Array: [0n, 2n ** 64n - 1n],
};

type Numbers = Exclude<NumericArray, BigInt64Array | BigUint64Array>;

function isBig(a: NumericArray): a is BigInt64Array | BigUint64Array {
  return a instanceof BigInt64Array || a instanceof BigUint64Array;
}

/** Writes all of `from` into `to`, beginning at `at`. */
export function convert(from: NumericArray, to: NumericArray, at: number): void {
  const source = LIMITS[from.constructor.name];
  const target = LIMITS[to.constructor.name];
  const fits = !target || (source && source[0] >= target[0] && source[1] <= target[1]);
  if (isBig(from)) {
    if (isBig(to)) clipBig(from, to, at, target!);
    else bigToNumber(from, to, at, target);
  } else if (isBig(to)) {
    numberToBig(from, to, at, target!);
  } else if (fits) {
    to.set(from, at);
  } else {
    clip(from, to, at, Number(target[0]), Number(target[1]));
  }
}

function clip(from: Numbers, to: Numbers, at: number, low: number, high: number): void {
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    to[at + i] = v < low ? low : v > high ? high : v; // the assignment truncates; NaN becomes 0
  }
}

function clipBig(
  from: BigInt64Array | BigUint64Array,
  to: BigInt64Array | BigUint64Array,
  at: number,
  [low, high]: readonly [bigint, bigint],
): void {
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    to[at + i] = v < low ? low : v > high ? high : v;
  }
}

function bigToNumber(
  from: BigInt64Array | BigUint64Array,
  to: Numbers,
  at: number,
  target: readonly [bigint, bigint] | undefined,
): void {
  const low = target ? Number(target[0]) : -Infinity;
  const high = target ? Number(target[1]) : Infinity;
  for (let i = 0; i < from.length; i++) {
    const v = Number(from[i]!);
    to[at + i] = v < low ? low : v > high ? high : v;
  }
}

function numberToBig(
  from: Numbers,
  to: BigInt64Array | BigUint64Array,
  at: number,
  [low, high]: readonly [bigint, bigint],
): void {
  for (let i = 0; i < from.length; i++) {
    const v = from[i]!;
    if (v >= Number(high)) to[at + i] = high;
    else if (v <= Number(low)) to[at + i] = low;
    else to[at + i] = Number.isNaN(v) ? 0n : BigInt(Math.trunc(v));
  }
}
