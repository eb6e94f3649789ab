/** Which parts of a slice to read: all of it in bands along the chunks, or evenly spread samples when it is too big. Pure. */

import { count, part, type Range } from "./selection.js";

/** Bytes (decoded) that are read for one picture; beyond that it is an overview. */
export const EXACT_BYTES = 256 * 2 ** 20;
/** Bytes (decoded) that an overview may cost. */
export const OVERVIEW_BYTES = 96 * 2 ** 20;
/** Bytes that one band should have: small enough to stay responsive, large enough to be quick. */
const BAND_BYTES = 8 * 2 ** 20;
/** Where data are not in chunks, this much is fetched at once anyway. */
const PAGE_BYTES = 2 ** 20;
/** The same where bytes come from afar. */
const FAR = { exact: 32 * 2 ** 20, overview: 16 * 2 ** 20, page: 2 ** 16 };
/** Elements along one axis of an overview. */
const OVERVIEW_ELEMENTS = 4096;
/** What finding and unpacking a unit costs at least, however small it is. */
const LEAST_BYTES = 1024;
/** Reads that an overview is made of; small units are taken several at a time. */
const MOST_READS = 1024;

/** What has to be known of a dataset to plan. */
export interface Storage {
  shape: readonly number[];
  /** Extents of a chunk; null if it is not chunked. */
  chunks: readonly number[] | null;
  itemSize: number;
  /** Whether its bytes come from afar. */
  far?: boolean;
}

/** A run of a slice's elements along one axis: `from`, `from + every`, … below `to`. */
export interface Run {
  from: number;
  to: number;
  every: number;
}

/** What is read along one axis of a picture. */
export interface AxisPlan {
  runs: Run[];
  /** Elements read. */
  length: number;
}

/** What is read for a picture. */
export interface Plan {
  /** In the order of the dataset's axes. */
  axes: AxisPlan[];
  /** Whether every element is read. */
  exact: boolean;
  /** Decoded bytes that have to be touched. */
  bytes: number;
}

/** The unit in which the file is read: a chunk, or as many whole trailing axes as make a page. Rows are not cut for less than a large one. */
export function unit(storage: Storage): number[] {
  if (storage.chunks) return [...storage.chunks];
  const extents = storage.shape.map(() => 1);
  const page = storage.far ? FAR.page : PAGE_BYTES;
  let bytes = storage.itemSize;
  for (let axis = extents.length - 1; axis >= 0 && bytes < page; axis--) {
    const extent = storage.shape[axis] ?? 1;
    extents[axis] = Math.max(1, Math.min(extent, Math.ceil((axis > 0 && axis === extents.length - 1 ? PAGE_BYTES : page) / bytes)));
    bytes *= extents[axis] ?? 1;
  }
  return extents;
}

/** Units that a range touches. */
function units(range: Range, extent: number): number {
  const n = count(range);
  if (n === 0) return 0;
  if (range.step >= extent) return n;
  const last = range.start + (n - 1) * range.step;
  return Math.floor(last / extent) - Math.floor(range.start / extent) + 1;
}

/** Plans a picture of the ranges `ranges` (of the axes `axes`, in the dataset's order). */
export function plan(storage: Storage, axes: readonly number[], ranges: readonly Range[], limit = storage.far ? FAR.exact : EXACT_BYTES): Plan {
  const extents = unit(storage);
  const unitBytes = Math.max(LEAST_BYTES, extents.reduce((a, b) => a * b, storage.itemSize));
  const touched = ranges.map((r, k) => units(r, extents[axes[k] ?? 0] ?? 1));
  const bytes = touched.reduce((a, b) => a * b, unitBytes);
  const elements = ranges.reduce((a, r) => a * count(r), storage.itemSize);
  if (bytes <= limit && elements <= limit) {
    return {
      axes: ranges.map((r) => ({ runs: [{ from: 0, to: count(r), every: 1 }], length: count(r) })),
      exact: true,
      bytes,
    };
  }
  const allowed = Math.max(1, Math.floor((storage.far ? FAR.overview : OVERVIEW_BYTES) / unitBytes));
  const quota = share(touched, allowed);
  // Neighbouring units are read together when there would be too many reads.
  const reads = share(quota, MOST_READS);
  const plans = ranges.map((r, k) => {
    const together = Math.ceil((quota[k] ?? 1) / (reads[k] ?? 1));
    return spread(r, (extents[axes[k] ?? 0] ?? 1) * together, reads[k] ?? 1);
  });
  const read = quota.reduce((a, b) => a * b, unitBytes);
  return { axes: plans, exact: false, bytes: Math.min(bytes, read) };
}

/** Shares `allowed` units between the axes in proportion, at least one each. */
function share(touched: readonly number[], allowed: number): number[] {
  const total = touched.reduce((a, b) => a * b, 1);
  if (total <= allowed) return [...touched];
  const ratio = (allowed / total) ** (1 / touched.length);
  const quota = touched.map((n) => Math.max(1, Math.floor(n * ratio)));
  // Short axes leave room that longer ones can use.
  for (let k = 0; k < quota.length; k++) {
    const others = quota.reduce((a, b, j) => (j === k ? a : a * b), 1);
    quota[k] = Math.max(1, Math.min(touched[k] ?? 1, Math.floor(allowed / others)));
  }
  return quota;
}

/** Evenly spread units of a range, each thinned so that all of them give a screenful of elements. */
function spread(range: Range, extent: number, quota: number): AxisPlan {
  const n = count(range);
  const runs: Run[] = [];
  const perUnit = Math.max(1, Math.min(n, Math.ceil(extent / range.step)));
  if (range.step >= extent || perUnit * quota >= n) {
    const every = Math.max(1, Math.ceil(n / Math.max(1, range.step >= extent ? quota : Math.min(n, OVERVIEW_ELEMENTS))));
    runs.push({ from: 0, to: n, every });
  } else {
    const every = Math.max(1, Math.ceil((perUnit * quota) / OVERVIEW_ELEMENTS));
    for (let q = 0; q < quota; q++) {
      const aim = quota === 1 ? 0 : (q * (n - 1)) / (quota - 1);
      // Back to the unit's first element, so that a run stays within one unit.
      const place = range.start + Math.floor(aim) * range.step;
      const begin = Math.max(range.start, Math.floor(place / extent) * extent);
      const from = Math.ceil((begin - range.start) / range.step);
      const to = Math.min(n, Math.ceil((Math.floor(place / extent) * extent + extent - range.start) / range.step));
      if (to > from && from >= (runs.at(-1)?.to ?? 0)) runs.push({ from, to, every });
    }
  }
  return { runs, length: runs.reduce((a, r) => a + runLength(r), 0) };
}

/** Elements of a run. */
export function runLength(r: Run): number {
  return Math.max(0, Math.ceil((r.to - r.from) / r.every));
}

/** Where each element read stands in the slice. */
export function positions(axis: AxisPlan): Float64Array {
  const at = new Float64Array(axis.length);
  let k = 0;
  for (const r of axis.runs) for (let i = r.from; i < r.to; i += r.every) at[k++] = i;
  return at;
}

/** One read: a run's elements `[from, to)` of each axis as ranges of the dataset, and where they go in the picture. */
export interface Piece {
  ranges: Range[];
  /** First element in the picture, along each axis. */
  at: number[];
  /** Elements along each axis. */
  shape: number[];
}

/** The reads of a plan, in bands of whole units along the first axis. */
export function pieces(storage: Storage, axes: readonly number[], ranges: readonly Range[], p: Plan): Piece[] {
  const extents = unit(storage);
  const out: Piece[] = [];
  const visit = (k: number, piece: Piece): void => {
    const range = ranges[k];
    const axis = p.axes[k];
    if (!range || !axis) {
      out.push(piece);
      return;
    }
    let at = 0;
    for (const run of axis.runs) {
      for (const [from, to] of k === 0 ? bands(run, range, extents[axes[0] ?? 0] ?? 1, rowBytes(storage, p)) : [[run.from, run.to] as const]) {
        const length = runLength({ from, to, every: run.every });
        if (length === 0) continue;
        visit(k + 1, {
          ranges: [...piece.ranges, part(range, from, to, run.every)],
          at: [...piece.at, at],
          shape: [...piece.shape, length],
        });
        at += length;
      }
    }
  };
  visit(0, { ranges: [], at: [], shape: [] });
  return out;
}

/** Decoded bytes of one element of the first axis, across the others. */
function rowBytes(storage: Storage, p: Plan): number {
  return p.axes.slice(1).reduce((a, axis) => a * axis.length, storage.itemSize);
}

/** Cuts a run where units end, so that no unit is decoded for two bands. */
function bands(run: Run, range: Range, extent: number, bytesPerElement: number): (readonly [number, number])[] {
  const wanted = Math.max(1, Math.floor(BAND_BYTES / Math.max(1, bytesPerElement)));
  const out: [number, number][] = [];
  let from = run.from;
  while (from < run.to) {
    const place = range.start + from * range.step;
    const unitsEach = Math.max(1, Math.floor((wanted * run.every * range.step) / extent));
    const end = (Math.floor(place / extent) + unitsEach) * extent;
    let to = Math.min(run.to, Math.ceil((end - range.start) / range.step));
    // The next band has to begin on one of the run's own elements.
    to = Math.min(run.to, run.from + Math.ceil((to - run.from) / run.every) * run.every);
    if (to <= from) to = Math.min(run.to, from + run.every);
    out.push([from, to]);
    from = to;
  }
  return out;
}
