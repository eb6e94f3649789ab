/** A plane of numbers as pixels: each pixel shows the highest value it covers, so that a lone hot element stays visible. */

import type { Numbers } from "./decimate.js";

/** Numbers in two dimensions, wherever their axes are. */
export interface Grid {
  data: Numbers;
  rows: number;
  cols: number;
  /** Elements between neighbours down and across. */
  rowStride: number;
  colStride: number;
  /** Where elements stand, if not all of the slice were read or if they do not begin at 0. */
  rowsAt?: Float64Array | undefined;
  colsAt?: Float64Array | undefined;
}

/** The elements `[first, last)` that each pixel covers along one axis. */
export interface Cover {
  first: Int32Array;
  last: Int32Array;
}

/**
 * What each of `pixels` covers in a window `[from, to)` of positions. Without `at`, element `i` of `n` stands at position
 * `i` and reaches half a step to both sides; with it, elements stand where it says, and a pixel between two of them
 * shows the nearest.
 */
export function cover(from: number, to: number, pixels: number, n: number, at?: Float64Array): Cover {
  const first = new Int32Array(pixels);
  const last = new Int32Array(pixels);
  const scale = (to - from) / pixels;
  for (let p = 0; p < pixels; p++) {
    const a = from + p * scale + 0.5;
    const b = from + (p + 1) * scale + 0.5;
    if (at) {
      first[p] = search(at, a - 0.5);
      last[p] = search(at, b - 0.5);
      if (first[p] === last[p]) {
        const i = nearest(at, (a + b) / 2 - 0.5, first[p] as number);
        first[p] = i;
        last[p] = i + 1;
      }
    } else {
      first[p] = Math.min(n, Math.max(0, Math.floor(a)));
      last[p] = Math.min(n, Math.max(0, Math.ceil(b - 1e-9)));
    }
  }
  return { first, last };
}

/** The first of the growing numbers `at` that is not below `x`. */
function search(at: Float64Array, x: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(at: Float64Array, x: number, next: number): number {
  if (next === 0) return 0;
  if (next >= at.length) return at.length - 1;
  return x - (at[next - 1] as number) <= (at[next] as number) - x ? next - 1 : next;
}

/** A window of element positions: `x` across, `y` down; element `i` stands at position `i`. */
export interface Window {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** The highest value under each pixel of `width` x `height`; NaN where there is none. */
export function resample(grid: Grid, window: Window, width: number, height: number): Float64Array {
  const { data, rowStride, colStride } = grid;
  const x = cover(window.x0, window.x1, width, grid.cols, grid.colsAt);
  const y = cover(window.y0, window.y1, height, grid.rows, grid.rowsAt);
  const out = new Float64Array(width * height).fill(NaN);
  for (let r = 0; r < height; r++) {
    const y0 = y.first[r] as number;
    const y1 = y.last[r] as number;
    const row = r * width;
    if (r > 0 && y0 === y.first[r - 1] && y1 === y.last[r - 1]) {
      out.copyWithin(row, row - width, row);
      continue;
    }
    for (let j = y0; j < y1; j++) {
      const base = j * rowStride;
      for (let c = 0; c < width; c++) {
        let best = out[row + c] as number;
        const end = base + (x.last[c] as number) * colStride;
        for (let i = base + (x.first[c] as number) * colStride; i < end; i += colStride) {
          const v = data[i] as number;
          // Also true while nothing was found, as no comparison with NaN is.
          if (!(v <= best) && v === v) best = v;
        }
        out[row + c] = best;
      }
    }
  }
  return out;
}

/** How values become colours. */
export interface Painting {
  /** 256 colours of 3 bytes. */
  table: Uint8Array;
  low: number;
  high: number;
  scale: "lin" | "log";
}

/** Values as RGBA pixels. NaN is transparent; below and above the limits are the first and last colour. */
export function paint(values: Float64Array, painting: Painting): Uint8ClampedArray<ArrayBuffer> {
  const { table, scale } = painting;
  const log = scale === "log";
  const low = log ? Math.log(painting.low) : painting.low;
  const high = log ? Math.log(painting.high) : painting.high;
  const factor = high > low ? 256 / (high - low) : 0;
  const rgba = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (v !== v) continue;
    const t = log ? (v > 0 ? Math.log(v) : -Infinity) : v;
    // A single value everywhere takes the middle colour.
    const k = factor === 0 ? (t < low ? 0 : t > high ? 255 : 128) : Math.min(255, Math.max(0, Math.floor((t - low) * factor)));
    const c = 3 * k;
    const o = 4 * i;
    rgba[o] = table[c] as number;
    rgba[o + 1] = table[c + 1] as number;
    rgba[o + 2] = table[c + 2] as number;
    rgba[o + 3] = 255;
  }
  return rgba;
}
