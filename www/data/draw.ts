/** Heatmaps and lines, ready to be put on the screen. */

import type { Dataset, Mode } from "hyperslab";
import { colorTable } from "./colors.js";
import { decimate } from "./decimate.js";
import type { Job } from "./job.js";
import { lowestPositive, percentiles } from "./limits.js";
import { plan } from "./plan.js";
import { storageOf, type Plane, type Planes } from "./planes.js";
import type { HeatAsk, Limits, Line, LineAsk, Picture } from "./protocol.js";
import { paint, resample, type Grid, type Window } from "./resample.js";
import { count, isRange, part, whole, type Range } from "./selection.js";

function rangeOf(ask: { picks: HeatAsk["picks"] }, axis: number, d: Dataset<Mode>): Range {
  const p = ask.picks[axis];
  return p && isRange(p) ? p : whole(d.shape?.[axis] ?? 0);
}

/** The elements of `n` that a window of positions shows, with one to spare on each side. */
function shown(from: number, to: number, n: number): [number, number] {
  const a = Math.max(0, Math.min(n - 1, Math.floor(from) - 1));
  return [a, Math.min(n, Math.max(a + 1, Math.ceil(to) + 2))];
}

/** Positions of a plane that begins at element `offset`; undefined if element `i` simply stands at `i`. */
function placed(at: Float64Array | undefined, offset: number, n: number): Float64Array | undefined {
  if (!at && offset === 0) return undefined;
  return at ? at.map((x) => x + offset) : Float64Array.from({ length: n }, (_, i) => i + offset);
}

export async function drawHeat(d: Dataset<Mode>, planes: Planes, ask: HeatAsk, job: Job): Promise<Picture> {
  const [y, x] = [ask.y ?? 0, ask.x ?? 1];
  const down = y < x;
  const axes = down ? [y, x] : [x, y];
  const ranges = axes.map((a) => rangeOf(ask, a, d));
  const [rows, cols] = [y, x].map((a) => count(rangeOf(ask, a, d))) as [number, number];
  const window: Window = ask.window ?? { x0: -0.5, x1: cols - 0.5, y0: -0.5, y1: rows - 0.5 };
  // A slice that can be read whole is kept whole; of a bigger one, what the window shows is read.
  const offsets = [0, 0];
  if (!plan(storageOf(d), axes, ranges).exact && ask.window) {
    axes.forEach((axis, k) => {
      const [from, to] = axis === y ? shown(window.y0, window.y1, rows) : shown(window.x0, window.x1, cols);
      offsets[k] = from;
      ranges[k] = part(ranges[k] as Range, from, to);
    });
  }
  const plane = await planes.get(d, ask.picks, axes, ranges, job);
  const [first = 0, second = 0] = plane.shape;
  const at = plane.positions.map((p, k) => placed(p, offsets[k] ?? 0, plane.shape[k] ?? 0));
  const grid: Grid = down
    ? { data: plane.data, rows: first, cols: second, rowStride: second, colStride: 1, rowsAt: at[0], colsAt: at[1] }
    : { data: plane.data, rows: second, cols: first, rowStride: 1, colStride: second, rowsAt: at[1], colsAt: at[0] };
  const { low, high } = limitsOf(plane, ask.limits, ask.scale);
  const values = resample(grid, window, ask.width, ask.height);
  const table = colorTable(ask.colors, ask.reverse);
  const rgba = paint(values, { table, low, high, scale: ask.scale });
  const place = (i: number): [number, number] | null => {
    if (i < 0) return null;
    const k = [Math.floor(i / second), i % second] as const;
    const [a, b] = k.map((v, axis) => at[axis]?.[v] ?? v) as [number, number];
    return down ? [a, b] : [b, a];
  };
  return {
    rgba: rgba.buffer,
    table,
    width: ask.width,
    height: ask.height,
    window,
    rows,
    cols,
    low,
    high,
    stats: plane.stats,
    minAt: place(plane.stats.minAt),
    maxAt: place(plane.stats.maxAt),
    coverage: plane.coverage,
  };
}

/** What was computed of a plane for its limits. */
const known = new WeakMap<Plane["data"], Map<string, number[]>>();

function once(data: Plane["data"], key: string, compute: () => number[]): number[] {
  const kept = known.get(data) ?? new Map<string, number[]>();
  known.set(data, kept);
  const values = kept.get(key) ?? compute();
  kept.set(key, values);
  return values;
}

/** Colour limits; for a logarithmic scale always above zero. */
export function limitsOf(plane: Pick<Plane, "data" | "stats">, limits: Limits, scale: "lin" | "log"): { low: number; high: number } {
  let { min: low, max: high } = plane.stats;
  if (limits.kind === "fixed") ({ low, high } = limits);
  if (limits.kind === "percent") {
    const { percent } = limits;
    [low, high] = once(plane.data, `percent ${percent}`, () => percentiles(plane.data, [percent, 100 - percent])) as [number, number];
  }
  if (scale === "log") {
    if (!(low > 0)) [low] = once(plane.data, "positive", () => [lowestPositive(plane.data)]) as [number];
    if (!(high > low)) high = low;
  }
  return { low, high };
}

export async function drawLine(d: Dataset<Mode>, planes: Planes, ask: LineAsk, job: Job): Promise<Line> {
  const axis = ask.x ?? 0;
  const range = rangeOf(ask, axis, d);
  const length = count(range);
  const window = ask.window ?? { x0: 0, x1: Math.max(1, length - 1) };
  let offset = 0;
  let ranges = [range];
  if (!plan(storageOf(d), [axis], ranges).exact && ask.window) {
    const [from, to] = shown(window.x0, window.x1, length);
    offset = from;
    ranges = [part(range, from, to)];
  }
  const plane = await planes.get(d, ask.picks, [axis], ranges, job);
  const at = placed(plane.positions[0], offset, plane.shape[0] ?? 0);
  const position = (i: number): number => at?.[i] ?? i;
  const n = plane.shape[0] ?? 0;
  // One element beyond both ends, so that the line runs to the edge.
  const from = Math.max(0, firstAt(window.x0, n, position) - 1);
  const to = Math.min(n, firstAt(window.x1, n, position) + 2);
  const points = decimate(plane.data, from, to, ask.columns, position);
  return { ...points, length, window, stats: plane.stats, coverage: plane.coverage };
}

function firstAt(x: number, n: number, position: (i: number) => number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (position(middle) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
