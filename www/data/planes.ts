/** Slices as numbers in memory: read in bands, broken chunks left out, the last few kept. */

import { isHyperslabError, type Dataset, type Mode, type NdArray, type NumericArray, type Value } from "hyperslab";
import { isArray } from "./cells.js";
import type { Numbers } from "./decimate.js";
import { itemSize } from "./dtype.js";
import { isFar } from "./far.js";
import { isHalves } from "./halves.js";
import type { Job } from "./job.js";
import { statsOf, type Stats } from "./limits.js";
import { pieces, plan, positions, unit, type Piece, type Plan, type Storage } from "./plan.js";
import { count, isRange, type Picks, type Range } from "./selection.js";
import { troubleOf } from "./trouble.js";
import type { Coverage } from "./protocol.js";

/** A slice's elements along one or two axes. */
export interface Plane {
  data: Numbers;
  /** Elements read along each drawn axis, in the dataset's order. */
  shape: number[];
  /** Elements of the slice along each. */
  extent: number[];
  /** Where each element stands in the slice; undefined if all were read. */
  positions: (Float64Array | undefined)[];
  stats: Stats;
  coverage: Coverage;
}

/** Bytes of planes that are kept for zooming, other colours and other axes. */
const KEEP = 300 * 2 ** 20;
/** Pieces that are read at the same time where they have to be fetched: what is asked for together comes together. */
const LANES = 16;
/** Broken chunks after which a picture is given up when nothing was readable. */
const HOPELESS = 16;

/** Files by number: paths are not unique where links lead from file to file. */
const numbers = new WeakMap<object, number>();
let counted = 0;

/** A dataset's place among all files. */
export function placeOf(d: Dataset<Mode>): string {
  const number = numbers.get(d.file) ?? ++counted;
  numbers.set(d.file, number);
  return `${number} ${d.path}`;
}

/** Names of the sources that were missing when a value was read. */
export function absentFrom(a: Value): string[] {
  const missing = isArray(a) ? (a.missing ?? []) : [];
  return [...new Set(missing.map((s) => (s.file === "." ? s.dataset : s.file)))];
}

/** Sources that are missing of a single element: a value alone cannot say so, an array of one can. */
export async function absentAt(d: Dataset<Mode>, picks: Picks): Promise<string[]> {
  if (d.layout !== "virtual" || picks.length === 0) return [];
  const at = picks.map((p) => (isRange(p) ? p.start : p.at));
  return absentFrom(await d.read(at.map((i) => [i, i + 1] as const)));
}

/** What planning has to know of a dataset. */
export function storageOf(d: Dataset<Mode>): Storage {
  return { shape: d.shape ?? [], chunks: d.chunks, itemSize: itemSize(d.datatype), far: isFar(d.file) };
}

/** The last planes, newest last. */
export class Planes {
  readonly #kept = new Map<string, Plane>();

  clear(): void {
    this.#kept.clear();
  }

  /** The plane of the axes that are ranges, limited to `[from, to)` of each; from memory if it is there. */
  async get(d: Dataset<Mode>, picks: Picks, axes: readonly number[], ranges: readonly Range[], job: Job): Promise<Plane> {
    const key = JSON.stringify([placeOf(d), picks.map((p, k) => (axes.includes(k) ? 0 : p)), axes, ranges]);
    const found = this.#kept.get(key);
    if (found) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
      return { ...found, coverage: { ...found.coverage, ms: 0 } };
    }
    const plane = await readPlane(d, picks, axes, ranges, job);
    this.#kept.set(key, plane);
    let bytes = 0;
    for (const [k, p] of [...this.#kept].toReversed()) {
      bytes += p.data.byteLength;
      if (bytes > KEEP && k !== key) this.#kept.delete(k);
    }
    return plane;
  }
}

async function readPlane(d: Dataset<Mode>, picks: Picks, axes: readonly number[], ranges: readonly Range[], job: Job): Promise<Plane> {
  const storage = storageOf(d);
  const p = plan(storage, axes, ranges);
  const shape = p.axes.map((a) => a.length);
  const sink = new Sink(shape);
  const reader = new Reader(d, picks, axes, storage, sink, job.signal);
  const todo = pieces(storage, axes, ranges, p);
  const elements = shape.reduce((a, b) => a * b, 1);
  let done = 0;
  await job.step(0, p.bytes);
  for (let at = 0; at < todo.length; ) {
    // The first alone: it shows what numbers there are.
    const some = todo.slice(at, at + (storage.far && at > 0 ? LANES : 1));
    at += some.length;
    await Promise.all(some.map((piece) => reader.read(piece)));
    done += some.reduce((n, piece) => n + piece.shape.reduce((a, b) => a * b, 1), 0);
    await job.step(Math.round((done / Math.max(1, elements)) * p.bytes), p.bytes);
  }
  reader.verdict();
  const data = sink.finish();
  return {
    data,
    shape,
    extent: ranges.map(count),
    positions: p.axes.map((axis, k) => (isWhole(p, k, ranges) ? undefined : positions(axis))),
    stats: statsOf(data),
    coverage: {
      read: elements,
      of: ranges.reduce((a, r) => a * count(r), 1),
      failed: reader.failed,
      ...(reader.why ? { why: troubleOf(reader.why) } : {}),
      absent: [...reader.absent],
      bytes: storage.chunks ? p.bytes : elements * storage.itemSize,
      ms: Math.round(job.ms),
    },
  };
}

const isWhole = (p: Plan, k: number, ranges: readonly Range[]): boolean => p.axes[k]?.length === count(ranges[k] as Range);

/** Reads pieces; where a chunk is broken, cuts the piece until only that chunk is missing. */
class Reader {
  failed = 0;
  why: unknown;
  readonly absent = new Set<string>();
  #read = 0;

  constructor(
    private readonly d: Dataset<Mode>,
    private readonly picks: Picks,
    private readonly axes: readonly number[],
    private readonly storage: Storage,
    private readonly sink: Sink,
    private readonly signal: AbortSignal,
  ) {}

  async read(piece: Piece): Promise<void> {
    try {
      const selection = this.picks.map((p, axis) => {
        const r = this.axes.indexOf(axis) >= 0 ? piece.ranges[this.axes.indexOf(axis)] : undefined;
        if (r) return [r.start, r.stop, r.step] as const;
        return isRange(p) ? p.start : p.at;
      });
      const into = this.sink.place(piece);
      const { signal } = this;
      const a = await (into ? this.d.read(selection, { into, signal }) : this.d.read<NdArray<NumericArray>>(selection, { signal }));
      if (!into) this.sink.put(piece, a as NdArray<NumericArray>);
      for (const name of absentFrom(a)) this.absent.add(name);
      this.#read++;
    } catch (e) {
      const halves = isHyperslabError(e, "Malformed") ? cut(piece, this.axes, this.storage) : undefined;
      if (!halves) return this.#fail(piece, e);
      for (const half of halves) await this.read(half);
    }
  }

  #fail(piece: Piece, e: unknown): void {
    if (!isHyperslabError(e, "Malformed") || !this.storage.chunks) throw e;
    this.failed++;
    this.why ??= e;
    if (this.failed >= HOPELESS && this.#read === 0) throw e;
    this.sink.miss(piece);
  }

  /** Throws if nothing at all could be read. */
  verdict(): void {
    if (this.#read === 0 && this.why) throw this.why;
  }
}

/** Two halves of a piece that spans several chunks, cut where a chunk begins; undefined for a single chunk. */
export function cut(piece: Piece, axes: readonly number[], storage: Storage): [Piece, Piece] | undefined {
  if (!storage.chunks) return undefined;
  const extents = unit(storage);
  for (let k = 0; k < axes.length; k++) {
    const range = piece.ranges[k] as Range;
    const extent = extents[axes[k] as number] ?? 1;
    const n = count(range);
    const first = Math.floor(range.start / extent);
    const last = Math.floor((range.start + (n - 1) * range.step) / extent);
    if (first === last) continue;
    const border = (first + Math.ceil((last - first) / 2)) * extent;
    const head = Math.ceil((border - range.start) / range.step);
    if (head <= 0 || head >= n) continue;
    const at = (list: readonly number[], v: number): number[] => list.map((x, j) => (j === k ? v : x));
    const swap = (r: Range): Range[] => piece.ranges.map((x, j) => (j === k ? r : x));
    const middle = range.start + head * range.step;
    return [
      { ranges: swap({ ...range, stop: middle }), at: piece.at, shape: at(piece.shape, head) },
      { ranges: swap({ ...range, start: middle }), at: at(piece.at, (piece.at[k] ?? 0) + head), shape: at(piece.shape, n - head) },
    ];
  }
  return undefined;
}

/** Collects pieces into one array; 64-bit integers and half floats become floats that can be drawn. */
class Sink {
  #out: Numbers | undefined;
  #missing: Piece[] = [];
  #direct = false;
  readonly #size: number;

  constructor(private readonly shape: readonly number[]) {
    this.#size = shape.reduce((a, b) => a * b, 1);
  }

  /** The part of the output that a piece fills from beginning to end, if its numbers need no conversion. */
  place(piece: Piece): Numbers | undefined {
    const [n = 1, ...rest] = piece.shape;
    const each = this.shape.slice(1).reduce((a, b) => a * b, 1);
    if (!this.#out || !this.#direct || rest.some((m, k) => m !== this.shape[k + 1])) return undefined;
    return this.#out.subarray((piece.at[0] ?? 0) * each, ((piece.at[0] ?? 0) + n) * each);
  }

  put(piece: Piece, a: NdArray<NumericArray>): void {
    const from = drawable(a.data);
    // Halves are read into singles as well as copied.
    this.#direct = (from === a.data || from instanceof Float32Array) && typeof a.dtype === "string" && a.dtype !== "bool";
    this.#out ??= piece.shape.every((n, k) => n === this.shape[k])
      ? from
      : new (from.constructor as new (n: number) => Numbers)(this.#size);
    if (this.#out !== from) this.#rows(piece, (to, at, n) => to.set(from.subarray(at, at + n) as never, 0));
  }

  miss(piece: Piece): void {
    this.#missing.push(piece);
  }

  /** The array, with NaN where pieces are missing. */
  finish(): Numbers {
    let out = this.#out ?? new Float64Array(this.#size);
    if (this.#missing.length > 0) {
      if (!(out instanceof Float32Array)) out = Float64Array.from(out);
      this.#out = out;
      for (const piece of this.#missing) this.#rows(piece, (to) => to.fill(NaN));
    }
    return out;
  }

  /** Calls `fn` with each contiguous part of the output that a piece covers. */
  #rows(piece: Piece, fn: (to: Numbers, at: number, n: number) => void): void {
    const out = this.#out as Numbers;
    if (this.shape.length <= 1) {
      const n = piece.shape[0] ?? 1;
      fn(out.subarray(piece.at[0] ?? 0, (piece.at[0] ?? 0) + n), 0, n);
      return;
    }
    const [rows = 0, cols = 0] = piece.shape;
    const width = this.shape[1] ?? 0;
    const [r0 = 0, c0 = 0] = piece.at;
    if (cols === width) {
      fn(out.subarray(r0 * width, (r0 + rows) * width), 0, rows * width);
      return;
    }
    for (let r = 0; r < rows; r++) {
      const at = (r0 + r) * width + c0;
      fn(out.subarray(at, at + cols), r * cols, cols);
    }
  }
}

function drawable(a: NumericArray): Numbers {
  if (a instanceof BigInt64Array || a instanceof BigUint64Array) return fromWide(a);
  if (a instanceof Float32Array || a instanceof Float64Array) return a;
  return isHalves(a) ? Float32Array.from(a) : a;
}

/** 64-bit integers as the nearest floats, without making a BigInt of each. */
export function fromWide(a: BigInt64Array | BigUint64Array): Float64Array {
  const out = new Float64Array(a.length);
  const low = new Uint32Array(a.buffer, a.byteOffset, a.length * 2);
  const high = a instanceof BigInt64Array ? new Int32Array(a.buffer, a.byteOffset, a.length * 2) : low;
  for (let i = 0; i < a.length; i++) out[i] = (high[2 * i + 1] as number) * 4294967296 + (low[2 * i] as number);
  return out;
}
