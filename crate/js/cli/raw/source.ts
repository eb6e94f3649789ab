/** Bytes of a file that is open, by HDF5's addresses. The engine has its own way to them: this is for what only tools ask for. */

import { step } from "../../drive.js";
import type { GroupObject } from "../../group.js";
import { sourceFailure } from "../../sources/source.js";
import type { File } from "../../types.js";

/** How wide addresses and lengths are, and the rest of what the superblock says. */
export interface Widths {
  readonly version: number;
  readonly offset: number;
  readonly length: number;
}

/** Reads little-endian numbers, one after the other. What lies outside throws a `RangeError`. */
export class Cursor {
  private readonly view: DataView;
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(n: number): Uint8Array {
    if (n < 0 || n > this.left) throw new RangeError("beyond the end");
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u16(): number {
    this.take(2);
    return this.view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.take(4);
    return this.view.getUint32(this.at - 4, true);
  }

  /** A number of `width` bytes; `undefined` if all bits are set: undefined addresses, unlimited extents. */
  wide(width: number): number | undefined {
    const bytes = this.take(width);
    if (bytes.every((b) => b === 0xff)) return undefined;
    return bytes.reduceRight((n, b) => n * 256 + b, 0);
  }

  /** Text up to a NUL, as binary text: a character for each byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    const bytes = this.take((end < 0 ? this.bytes.length : end) - this.at);
    if (end >= 0) this.at += 1;
    return Buffer.from(bytes).toString("latin1");
  }
}

/** Metadata that is not where its addresses say, but in the image of a cache. */
const images = new WeakMap<File, Map<number, Uint8Array>>();

/** Says what is in such an image. */
export function setImage(file: File, entries: Map<number, Uint8Array>): void {
  images.set(file, entries);
}

/** `length` bytes at an address, or as many as there are. */
export async function bytesAt(file: File, address: number, length: number): Promise<Uint8Array> {
  const image = images.get(file)?.get(address);
  if (image) return image.subarray(0, length);
  const { session } = (file as unknown as GroupObject<"async">).context;
  const { source } = session;
  const from = file.info.userblock + address;
  const n = Math.max(0, Math.min(length, source.size - from));
  return await session.run(
    "/",
    (function* () {
      return yield* step((): Uint8Array | Promise<Uint8Array> => {
        if (!source.immediate) return source.fetch(from, n, session.signal);
        const bytes = new Uint8Array(n);
        if (n > 0 && source.read(from, bytes) !== 1) throw sourceFailure(source, from);
        return bytes;
      });
    })(),
  );
}
