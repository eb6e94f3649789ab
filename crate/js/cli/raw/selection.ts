/** Selections as they are stored: in region references and in the mappings of virtual datasets. */

import { Cursor } from "./source.js";

/** A block, by the positions of its first and its last element. */
export type Corners = [first: number[], last: number[]];

/** One axis of a regular selection; `undefined`: no end. */
export interface Axis {
  readonly start: number;
  readonly stride: number;
  readonly count: number | undefined;
  readonly block: number | undefined;
}

export type Stored =
  | { readonly kind: "none" | "all" }
  | { readonly kind: "points"; readonly points: number[][] }
  | { readonly kind: "regular"; readonly axes: Axis[] }
  | { readonly kind: "blocks"; readonly blocks: Corners[] };

const KINDS = ["none", "points", "blocks", "all"] as const;
/** Blocks that a regular selection is spelled out in, at most. */
const MOST = 1 << 20;

/** Reads a selection; the cursor is behind it then. */
export function decodeSelection(c: Cursor): Stored {
  const kind = KINDS[c.u32()];
  const version = c.u32();
  if (kind === "points") return decodePoints(c, version);
  if (kind === "blocks") return decodeBlocks(c, version);
  if (kind === undefined) throw new RangeError("no such selection");
  c.take(8);
  return { kind };
}

function numbers(c: Cursor, n: number, width: number): number[] {
  if (n * width > c.left) throw new RangeError("beyond the end");
  return Array.from({ length: n }, () => c.wide(width) ?? Infinity);
}

function decodePoints(c: Cursor, version: number): Stored {
  let width = 4;
  if (version === 1) c.take(8);
  else width = c.u8();
  const rank = c.u32();
  const n = c.wide(width) ?? 0;
  const all = numbers(c, n * rank, width);
  return { kind: "points", points: Array.from({ length: n }, (_, i) => all.slice(i * rank, (i + 1) * rank)) };
}

function decodeBlocks(c: Cursor, version: number): Stored {
  let width = 4;
  let regular = false;
  if (version === 1) c.take(8);
  else {
    regular = (c.u8() & 1) !== 0;
    if (version === 2) {
      c.take(4);
      width = 8;
    } else width = c.u8();
  }
  const rank = c.u32();
  if (regular) {
    const axis = (): Axis => ({ start: c.wide(width) ?? 0, stride: c.wide(width) ?? 0, count: c.wide(width), block: c.wide(width) });
    if (rank * 4 * width > c.left) throw new RangeError("beyond the end");
    return { kind: "regular", axes: Array.from({ length: rank }, axis) };
  }
  const n = c.wide(width) ?? 0;
  if (n * 2 * rank * width > c.left) throw new RangeError("beyond the end");
  const blocks = Array.from({ length: n }, (): Corners => [numbers(c, rank, width), numbers(c, rank, width)]);
  return { kind: "blocks", blocks };
}

/** The blocks of a regular selection, in C order. */
export function blocksOf(axes: readonly Axis[]): Corners[] {
  let blocks: Corners[] = [[[], []]];
  for (const { start, stride, count = 0, block = 1 } of axes) {
    if (blocks.length * count > MOST) throw new RangeError("too many blocks");
    blocks = blocks.flatMap(([first, last]) =>
      Array.from({ length: count }, (_, i): Corners => [[...first, start + i * stride], [...last, start + i * stride + block - 1]]),
    );
  }
  return blocks;
}

/** Blocks as a regular selection, if they are one. */
export function asRegular(blocks: readonly Corners[]): Axis[] | undefined {
  const rank = blocks[0]?.[0].length ?? 0;
  const axes: Axis[] = [];
  let total = 1;
  for (let d = 0; d < rank; d++) {
    const spans = new Map(blocks.map(([first, last]) => [first[d]!, last[d]!] as const));
    const starts = [...spans.keys()].toSorted((a, b) => a - b);
    const block = spans.get(starts[0]!)! - starts[0]! + 1;
    const stride = starts.length > 1 ? starts[1]! - starts[0]! : 1;
    if (!starts.every((s, i) => s === starts[0]! + i * stride && spans.get(s)! - s + 1 === block)) return undefined;
    if (blocks.some(([first, last]) => last[d]! - first[d]! + 1 !== block)) return undefined;
    axes.push({ start: starts[0]!, stride, count: starts.length, block });
    total *= starts.length;
  }
  return total === blocks.length ? axes : undefined;
}
