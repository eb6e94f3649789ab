/** Parts of a read that do not lie one behind the other, put where they belong. */

import { ArrayColumn, type Column, CompoundColumn, NumberColumn } from "../columns.js";
import { type Cuts, runsOf } from "./parts.js";

/** The columns of numbers that a column is made of, in the order of their buffers, and how many numbers an element has in each. */
export type Leaves = (readonly [leaf: NumberColumn, each: number])[];

/** Those of a column; nothing if there is anything else in it. */
export function leavesOf(column: Column, each = 1): Leaves | undefined {
  if (column instanceof NumberColumn) return [[column, each]];
  if (column instanceof ArrayColumn) return leavesOf(column.base, each * column.each);
  if (!(column instanceof CompoundColumn)) return undefined;
  const members = column.members.map(([, member]) => leavesOf(member, each));
  return members.every((m) => m !== undefined) ? members.flat() : undefined;
}

/** Bytes of an element. */
export function widthOf(leaves: Leaves): number {
  return leaves.reduce((n, [{ width }, each]) => n + width * each, 0);
}

/** Puts a batch of part `i` of a box into the columns. The batch begins with element `from` of the part. */
export function paste(leaves: Leaves, extents: readonly number[], { axis, at }: Cuts, batch: { i: number; from: number; elements: number }, buffers: readonly Uint8Array[]): void {
  const { i, from, elements } = batch;
  const { inner, run, whole } = runsOf(extents, axis, at[i + 1]! - at[i]!);
  const before = (at[i]! - at[0]!) * inner;
  for (let done = 0; done < elements; ) {
    const within = (from + done) % run;
    const n = Math.min(run - within, elements - done);
    const to = Math.floor((from + done) / run) * whole + before + within;
    leaves.forEach(([leaf, each], k) => {
      const width = leaf.width * each;
      leaf.put(buffers[k]!.subarray(done * width, (done + n) * width), to * each);
    });
    done += n;
  }
}
