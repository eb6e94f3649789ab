/** What values there are: extremes with their places, how many are not finite, and percentiles for robust colour limits. */

import type { Numbers } from "./decimate.js";

/** Figures of one slice. */
export interface Stats {
  /** Lowest and highest finite value; NaN if there is none. */
  min: number;
  max: number;
  /** Index of each; -1 if there is none. */
  minAt: number;
  maxAt: number;
  /** Values that are NaN or infinite. */
  notFinite: number;
}

/** One pass over all values. */
export function statsOf(data: Numbers): Stats {
  let notFinite = 0;
  let i = 0;
  while (i < data.length && !Number.isFinite(data[i] as number)) {
    notFinite++;
    i++;
  }
  if (i === data.length) return { min: NaN, max: NaN, minAt: -1, maxAt: -1, notFinite };
  let min = data[i] as number;
  let max = min;
  let minAt = i;
  let maxAt = i;
  for (; i < data.length; i++) {
    const v = data[i] as number;
    // Nearly every value leaves here: one test that the processor foresees.
    if (v >= min && v <= max) continue;
    if (v - v !== 0) notFinite++;
    else if (v < min) {
      min = v;
      minAt = i;
    } else {
      max = v;
      maxAt = i;
    }
  }
  return { min, max, minAt, maxAt, notFinite };
}

/** The lowest value above zero, for logarithmic scales; NaN if there is none. */
export function lowestPositive(data: Numbers): number {
  let low = Infinity;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v > 0 && v < low) low = v;
  }
  return low === Infinity ? NaN : low;
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
