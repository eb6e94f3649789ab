/** Messages of an object header, as far as tools ask for more than the engine describes. */

import type { File } from "../../types.js";
import { bytesAt, Cursor, type Widths } from "./source.js";

/** One message. */
export interface Message {
  readonly type: number;
  /** Bit 1: it is elsewhere. */
  readonly flags: number;
  readonly body: Uint8Array;
}

/** What is known of a header. */
export interface Header {
  readonly version: number;
  /** Bytes in the file, and how many of those nothing is in. */
  readonly size: number;
  readonly free: number;
  readonly messages: Message[];
}

export const NULL = 0x00;
export const OLD_FILL = 0x04;
export const FILL = 0x05;
export const LAYOUT = 0x08;
export const COMMENT = 0x0d;
const CONTINUATION = 0x10;
/** Messages of a header, and blocks, at most. */
const MOST = 1 << 16;
const MOST_BLOCKS = 1 << 10;
/** Read at once: most headers are smaller. */
const FIRST = 512;

interface Block {
  bytes: Uint8Array;
  /** Where its messages are. */
  from: number;
  to: number;
}

/** The header at an address. Of a damaged one, what comes before the damage. */
export async function headerAt(file: File, address: number, widths: Widths): Promise<Header> {
  let bytes = await bytesAt(file, address, FIRST);
  const modern = Buffer.from(bytes.subarray(0, 4)).toString("latin1") === "OHDR";
  const c = new Cursor(bytes);
  let ordered = false;
  let length: number;
  if (modern) {
    c.at = 5;
    const flags = c.u8();
    ordered = (flags & 4) !== 0;
    c.at += (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    length = c.wide(1 << (flags & 3)) ?? 0;
  } else {
    c.at = 8;
    length = c.u32();
    c.at = 16;
  }
  const from = c.at;
  if (from + length > bytes.length) bytes = await bytesAt(file, address, from + length);
  const blocks: Block[] = [{ bytes, from, to: Math.min(bytes.length, from + length) }];
  const header = { version: modern ? 2 : 1, size: from + length + (modern ? 4 : 0), free: 0, messages: [] as Message[] };
  let followed = 0;
  for (let block; (block = blocks.shift()) && header.messages.length < MOST; ) {
    for (const message of messagesIn(block, modern, ordered)) {
      if (message.type === NULL) header.free += message.body.length;
      header.messages.push(message);
      if (message.type !== CONTINUATION) continue;
      const place = new Cursor(message.body);
      const at = place.wide(widths.offset);
      const n = place.wide(widths.length);
      if (at === undefined || n === undefined) continue;
      if ((followed += 1) > MOST_BLOCKS) throw new RangeError("continuations without end");
      header.size += n;
      const more = await bytesAt(file, at, n);
      blocks.push(modern ? { bytes: more, from: 4, to: more.length - 4 } : { bytes: more, from: 0, to: more.length });
    }
  }
  return header;
}

function* messagesIn({ bytes, from, to }: Block, modern: boolean, ordered: boolean): Generator<Message> {
  const c = new Cursor(bytes.subarray(0, Math.max(to, 0)), from);
  const head = modern ? (ordered ? 6 : 4) : 8;
  while (c.left >= head) {
    const type = modern ? c.u8() : c.u16();
    const size = c.u16();
    const flags = c.u8();
    c.at += modern ? (ordered ? 2 : 0) : 3;
    if (size > c.left) return;
    yield { type, flags, body: c.take(size) };
  }
}

/** The message of a type, unless it is kept elsewhere. */
export function find(header: Header, type: number): Message | undefined {
  return header.messages.find((m) => m.type === type && (m.flags & 2) === 0);
}
