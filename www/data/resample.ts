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
  if (grid.colStride !== 1) {
    // Memory is read along rows; a grid that lies on its side is turned when it is small.
    const { rows, cols, rowStride, colStride, rowsAt, colsAt } = grid;
    const turned: Grid = { data: grid.data, rows: cols, cols: rows, rowStride: colStride, colStride: rowStride, rowsAt: colsAt, colsAt: rowsAt };
    const { x0, x1, y0, y1 } = window;
    return turn(resample(turned, { x0: y0, x1: y1, y0: x0, y1: x1 }, height, width), height, width);
  }
  const { data, rowStride } = grid;
  const x = cover(window.x0, window.x1, width, grid.cols, grid.colsAt);
  const y = cover(window.y0, window.y1, height, grid.rows, grid.rowsAt);
  const out = new Float64Array(width * height).fill(NaN);
  // Columns in sight, and the highest value of each in the rows under a pixel.
  const c0 = x.first[0] ?? 0;
  const c1 = x.last[width - 1] ?? 0;
  const best = new Float64Array(Math.max(0, c1 - c0));
  for (let r = 0; r < height; r++) {
    const y0 = y.first[r] as number;
    const y1 = y.last[r] as number;
    const row = r * width;
    if (r > 0 && y0 === y.first[r - 1] && y1 === y.last[r - 1]) {
      out.copyWithin(row, row - width, row);
      continue;
    }
    best.fill(NaN);
    for (let j = y0; j < y1; j++) {
      const base = j * rowStride + c0;
      for (let c = 0; c < best.length; c++) {
        const v = data[base + c] as number;
        // Also true while nothing was found, as no comparison with NaN is.
        if (!(v <= (best[c] as number)) && v === v) best[c] = v;
      }
    }
    for (let p = 0; p < width; p++) {
      const end = (x.last[p] as number) - c0;
      let top = NaN;
      for (let c = (x.first[p] as number) - c0; c < end; c++) {
        const v = best[c] as number;
        if (!(v <= top) && v === v) top = v;
      }
      out[row + p] = top;
    }
  }
  return out;
}

/** Rows as columns. */
function turn(a: Float64Array, width: number, height: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let r = 0; r < height; r++) for (let c = 0; c < width; c++) out[c * height + r] = a[r * width + c] as number;
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
