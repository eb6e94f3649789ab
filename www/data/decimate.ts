/** A line of any length as few points: each pixel column keeps its first, lowest, highest and last value. */

/** Numbers that can be drawn. */
export type Numbers = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Points to draw: positions along the slice, and values; NaN is a gap. */
export interface Points {
  x: Float64Array;
  y: Float64Array;
}

/**
 * Points of `data[from..to)` for `columns` pixels. `position(i)` is where element `i` stands; positions only grow.
 * Elements themselves if there are at most four a column.
 */
export function decimate(data: Numbers, from: number, to: number, columns: number, position: (i: number) => number): Points {
  const n = Math.max(0, to - from);
  if (n <= 4 * columns) {
    const x = new Float64Array(n);
    const y = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      x[k] = position(from + k);
      const v = data[from + k] as number;
      y[k] = Number.isFinite(v) ? v : NaN;
    }
    return { x, y };
  }
  const x = new Float64Array(4 * columns);
  const y = new Float64Array(4 * columns);
  let used = 0;
  for (let c = 0; c < columns; c++) {
    const a = from + Math.floor((c * n) / columns);
    const b = from + Math.floor(((c + 1) * n) / columns);
    const at = extremes(data, a, b);
    if (at === undefined) {
      x[used] = position(a);
      y[used++] = NaN;
      continue;
    }
    let last = -1;
    for (const i of at) {
      if (i === last) continue;
      last = i;
      x[used] = position(i);
      y[used++] = data[i] as number;
    }
  }
  return { x: x.slice(0, used), y: y.slice(0, used) };
}

/** Where the first, lowest, highest and last finite values of `data[a..b)` are, in order; undefined if there is none. */
function extremes(data: Numbers, a: number, b: number): number[] | undefined {
  let first = a;
  while (first < b && !Number.isFinite(data[first] as number)) first++;
  if (first === b) return undefined;
  let last = first;
  let low = first;
  let high = first;
  let min = data[first] as number;
  let max = min;
  for (let i = first + 1; i < b; i++) {
    const v = data[i] as number;
    if (v < min) {
      if (v === -Infinity) continue;
      min = v;
      low = i;
    } else if (v > max) {
      if (v === Infinity) continue;
      max = v;
      high = i;
    } else if (v !== v) continue;
    last = i;
  }
  return low < high ? [first, low, high, last] : [first, high, low, last];
}
