/** Boxes of chunks in parts: each is some of one axis and all of the others, and every chunk is in one of them. */

import type { Leaves, Spec, Values } from "#glue";
import { count } from "../arrays.js";
import type { Session } from "../drive.js";

/** Bytes of a part, before filters: enough for the message not to matter. */
export const PART = 1 << 20;
/** And of one where there are many: with less the messages do matter. */
const LARGE = 4 << 20;
/** Parts at most. */
const MOST = 4096;

/** Elements without gaps. */
export interface Box {
  start: number[];
  extents: number[];
}

/** What is selected of a dataset, if that is a box. */
export function boxOf(session: Session, text: string, shape: readonly number[]): Box | undefined {
  try {
    const ends = session.raw.ranges(text, Float64Array.from(shape));
    const start = shape.map((_, i) => ends[2 * i]!);
    return { start, extents: start.map((from, i) => ends[2 * i + 1]! - from) };
  } catch {
    return undefined; // it has gaps, or is wrong: whoever reads or writes it says so
  }
}

/** Where parts begin along an axis, and the end of the last one. */
export interface Cuts {
  axis: number;
  at: number[];
}

/**
 * Parts of the box between `from` and `to`, along the first axis that gives `enough` of them, or
 * else along the one that gives most.
 */
export function cutBox(from: readonly number[], to: readonly number[], chunks: readonly number[], bytes: number, enough: number): Cuts {
  const part = Math.min(Math.max(bytes / enough, PART), LARGE);
  const wanted = Math.max(1, Math.min(MOST, Math.round(bytes / part)));
  const rows = chunks.map((c, i) => Math.ceil(to[i]! / c) - Math.floor(from[i]! / c));
  const found = rows.findIndex((n) => n >= Math.min(wanted, enough));
  const axis = found < 0 ? rows.indexOf(Math.max(...rows)) : found;
  const chunk = chunks[axis]!;
  const step = chunk * Math.max(1, Math.floor(rows[axis]! / wanted));
  const at = [from[axis]!];
  for (let next = Math.floor(from[axis]! / chunk) * chunk + step; next < to[axis]!; next += step) at.push(next);
  at.push(to[axis]!);
  return { axis, at };
}

/** How elements of a part lie among those of the whole: `n` runs, and the elements of each, there and there. */
export function runsOf(shape: readonly number[], axis: number, length: number): { n: number; inner: number; run: number; whole: number } {
  const inner = count(shape.slice(axis + 1));
  return { n: count(shape.slice(0, axis)), inner, run: length * inner, whole: shape[axis]! * inner };
}

/** Whether each element has its place in each buffer: numbers, and opaque bytes. */
export function fixedWidth({ kinds }: Leaves): boolean {
  return kinds.every((kind) => /^([iuf]\d|n\d+|o)$/.test(kind));
}

/** A part of values, and a dataset for them. */
export function cutValues(like: Spec, values: Values, { axis, at }: Cuts, i: number): { like: Spec; values: Values } {
  const shape = like.shape!.slice();
  const [from, length] = [at[i]! - at[0]!, at[i + 1]! - at[i]!];
  const { n, inner, run, whole } = runsOf([...shape], axis, length);
  const elements = n * whole;
  shape[axis] = length;
  const { kinds, buffers } = values.data!;
  const cut = buffers.map((b) => {
    const width = b.length / elements;
    const start = from * inner * width;
    if (n === 1) return b.slice(start, start + run * width);
    const out = new Uint8Array(n * run * width);
    for (let r = 0; r < n; r++) out.set(b.subarray(start + r * whole * width, start + (r * whole + run) * width), r * run * width);
    return out;
  });
  // Chunks may be larger than what is left.
  const maxshape = shape.map(() => Infinity);
  return { like: { ...like, shape, maxshape }, values: { ...values, shape, data: { kinds, buffers: cut } } };
}
