/** What values there are: extremes with their places, how many are not finite, and percentiles for robust colour limits. */

import type { Numbers } from "./decimate.js";

/** Figures of one slice. */
export interface Stats {
  /** Lowest and highest finite value; NaN if there is none. */
  min: number;
  max: number;
  /** Index of each. */
  minAt: number;
  maxAt: number;
  /** Lowest value above zero, for logarithmic scales; NaN if there is none. */
  minPositive: number;
  /** Mean of the finite values. */
  mean: number;
  /** Values that are NaN or infinite. */
  notFinite: number;
  /** Values that were looked at. */
  count: number;
}

/** One pass over all values. */
export function statsOf(data: Numbers): Stats {
  let min = Infinity;
  let max = -Infinity;
  let minAt = -1;
  let maxAt = -1;
  let minPositive = Infinity;
  let sum = 0;
  let notFinite = 0;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v - v !== 0) {
      notFinite++;
      continue;
    }
    sum += v;
    if (v < min) {
      min = v;
      minAt = i;
    }
    if (v > max) {
      max = v;
      maxAt = i;
    }
    if (v > 0 && v < minPositive) minPositive = v;
  }
  const finite = data.length - notFinite;
  if (finite === 0) {
    return { min: NaN, max: NaN, minAt, maxAt, minPositive: NaN, mean: NaN, notFinite, count: data.length };
  }
  return {
    min,
    max,
    minAt,
    maxAt,
    minPositive: minPositive === Infinity ? NaN : minPositive,
    mean: sum / finite,
    notFinite,
    count: data.length,
  };
}

/** Values that are sorted at most to find percentiles; beyond, evenly spread ones stand for the rest. */
const SAMPLE = 250_000;

/** The value below which `percent` of the finite values lie, for each of `percents`; NaN without finite values. */
export function percentiles(data: Numbers, percents: readonly number[]): number[] {
  // An odd stride that shares no factor with usual row lengths, so that no column is favoured.
  const every = data.length > SAMPLE ? Math.floor(data.length / SAMPLE) | 1 : 1;
  const sample = new Float64Array(Math.ceil(data.length / every));
  let n = 0;
  for (let i = 0; i < data.length; i += every) {
    const v = data[i] as number;
    if (v - v === 0) sample[n++] = v;
  }
  const sorted = sample.subarray(0, n).toSorted();
  return percents.map((p) => {
    if (n === 0) return NaN;
    const at = ((n - 1) * p) / 100;
    const low = sorted[Math.floor(at)] as number;
    const high = sorted[Math.ceil(at)] as number;
    return low + (high - low) * (at - Math.floor(at));
  });
}
