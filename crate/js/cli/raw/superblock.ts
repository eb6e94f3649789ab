/** What tools want to know of a superblock, and of the image of the metadata cache to which it leads. */

import type { File } from "../../types.js";
import { find, headerAt } from "./header.js";
import { bytesAt, Cursor, setImage, type Widths } from "./source.js";

const CACHE_IMAGE = 0x18;
/** Files that are known. */
const known = new WeakMap<File, Promise<Widths>>();

/** The widths that the superblock says; from now on metadata is found in a cache image, too. */
export function widthsOf(file: File): Promise<Widths> {
  let widths = known.get(file);
  if (!widths) known.set(file, (widths = look(file)));
  return widths;
}

async function look(file: File): Promise<Widths> {
  const bytes = await bytesAt(file, 0, 16);
  const version = file.info.superblock;
  if (version < 2) return { version, offset: bytes[13]!, length: bytes[14]! };
  const widths = { version, offset: bytes[9]!, length: bytes[10]! };
  const extension = await extensionOf(file, widths);
  const message = extension === undefined ? undefined : find(await headerAt(file, extension, widths), CACHE_IMAGE);
  if (message) {
    const c = new Cursor(message.body, 1);
    const [address, length] = [c.wide(widths.offset), c.wide(widths.length)];
    if (address !== undefined && length !== undefined) setImage(file, entriesOf(await bytesAt(file, address, length), widths));
  }
  return widths;
}

/** Where the extension of a newer superblock is. */
export async function extensionOf(file: File, { version, offset }: Widths): Promise<number | undefined> {
  if (version < 2) return undefined;
  return new Cursor(await bytesAt(file, 0, 12 + 2 * offset), 12 + offset).wide(offset);
}

/** The pieces of metadata in an image, by their addresses. */
function entriesOf(bytes: Uint8Array, widths: Widths): Map<number, Uint8Array> {
  const entries = new Map<number, Uint8Array>();
  const c = new Cursor(bytes, 6 + widths.length);
  for (let n = c.u32(); n > 0; n--) {
    c.take(8);
    const parents = c.u16();
    c.take(4);
    const address = c.wide(widths.offset);
    const size = c.wide(widths.length) ?? 0;
    c.take(parents * widths.offset);
    const piece = c.take(size);
    if (address !== undefined) entries.set(address, piece);
  }
  return entries;
}
