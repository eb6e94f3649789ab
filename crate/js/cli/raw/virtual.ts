/** Mappings of a virtual dataset: they are in the global heap. */

import type { File } from "../../types.js";
import { find, type Header, LAYOUT } from "./header.js";
import { decodeSelection, type Stored } from "./selection.js";
import { bytesAt, Cursor, type Widths } from "./source.js";

/** One mapping; names are binary text. */
export interface Mapping {
  readonly file: string;
  readonly dataset: string;
  readonly source: Stored;
  readonly target: Stored;
}

/** The object `index` of the heap collection at an address. */
async function heapObject(file: File, address: number, index: number, { length }: Widths): Promise<Uint8Array | undefined> {
  const head = new Cursor(await bytesAt(file, address, 16), 8);
  const size = head.wide(length) ?? 0;
  const c = new Cursor(await bytesAt(file, address, size), 8 + length);
  while (c.left >= 8 + length) {
    const found = c.u16();
    c.take(6);
    const n = c.wide(length) ?? 0;
    if (found === 0) return undefined;
    const bytes = c.take(n);
    if (found === index) return bytes;
    c.take(Math.min((8 - (n % 8)) % 8, c.left));
  }
  return undefined;
}

/** The mappings that a dataset's header leads to. */
export async function mappingsOf(file: File, header: Header, widths: Widths): Promise<Mapping[]> {
  const layout = find(header, LAYOUT);
  if (!layout) return [];
  const c = new Cursor(layout.body, 2);
  const address = c.wide(widths.offset);
  if (address === undefined) return [];
  const bytes = await heapObject(file, address, c.u32(), widths);
  if (!bytes) return [];
  const list = new Cursor(bytes, 1);
  const n = list.wide(widths.length) ?? 0;
  const mappings: Mapping[] = [];
  while (mappings.length < n) {
    mappings.push({ file: list.text(), dataset: list.text(), source: decodeSelection(list), target: decodeSelection(list) });
  }
  return mappings;
}
