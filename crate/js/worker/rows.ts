/** Values by rows of chunks: what a worker encodes is some of the first axis, whole on all others. */

import type { Leaves, Spec, Values } from "#glue";

/** Whether each element has its place in each buffer: numbers, and opaque bytes. */
export function fixedWidth({ kinds }: Leaves): boolean {
  return kinds.every((kind) => /^([iuf]\d|n\d+|o)$/.test(kind));
}

/** Rows at which parts of some `bytes` begin, each at a chunk, and the end of the last one. */
export function rowsOf(shape: ArrayLike<number>, chunks: readonly number[], { buffers }: Leaves, bytes: number): number[] {
  const rows = shape[0]!;
  const each = buffers.reduce((n, b) => n + b.length, 0) / rows;
  const step = chunks[0]! * Math.max(1, Math.round(bytes / (each * chunks[0]!)));
  const out = [0];
  for (let at = step; at < rows; at += step) out.push(at);
  out.push(rows);
  return out;
}

/** Rows `from` to `to` of values, and a dataset for them. */
export function cutRows(like: Spec, values: Values, from: number, to: number): { like: Spec; values: Values } {
  const shape = like.shape!.slice();
  const rows = shape[0]!;
  shape[0] = to - from;
  const { kinds, buffers } = values.data!;
  const cut = buffers.map((b) => b.slice((b.length / rows) * from, (b.length / rows) * to));
  // Chunks may be larger than what is left.
  const maxshape = shape.map(() => Infinity);
  return { like: { ...like, shape, maxshape }, values: { ...values, shape, data: { kinds, buffers: cut } } };
}
