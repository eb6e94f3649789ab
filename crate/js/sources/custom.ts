/** The user's own `{ size, read }`: bytes at once or by promise. */

import { argument, HyperslabError } from "../errors.js";
import type { RandomAccess } from "../types.js";
import { type ByteSource, count, ImmediateSource, noCounts, shortRead } from "./source.js";

function checked(answer: unknown, offset: number, length: number): Uint8Array {
  const bytes = answer instanceof ArrayBuffer ? new Uint8Array(answer) : answer;
  if (!(bytes instanceof Uint8Array)) throw argument("a source's read must give a Uint8Array or an ArrayBuffer");
  if (bytes.length !== length) throw shortRead(offset, length, bytes.length);
  return bytes;
}

function checkSize(source: RandomAccess): number {
  if (Number.isSafeInteger(source.size) && source.size >= 0) return source.size;
  throw argument("a source's size must be a whole number of bytes");
}

/** For `openSync`: `read` has to answer at once. */
export class ImmediateCustomSource extends ImmediateSource {
  size: number;

  constructor(private readonly source: RandomAccess) {
    super();
    this.size = checkSize(source);
  }

  measure(): void {
    this.size = checkSize(this.source);
  }

  protected fill(offset: number, into: Uint8Array): void {
    const answer = this.source.read(offset, into.length);
    if (answer instanceof Promise) {
      answer.catch(() => {}); // nobody will look at it
      throw argument("this source answers by promise: use open instead of openSync");
    }
    into.set(checked(answer, offset, into.length));
  }
}

/** For `open`. */
export class CustomSource implements ByteSource {
  size: number;
  readonly immediate = false;
  readonly page = 64 << 10;
  readonly counts = noCounts();
  failure: unknown;

  constructor(private readonly source: RandomAccess) {
    this.size = checkSize(source);
  }

  measure(): void {
    this.size = checkSize(this.source);
  }

  read(): number {
    return 0;
  }

  async fetch(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    let answer: unknown;
    try {
      answer = await this.source.read(offset, length, signal ? { signal } : {});
    } catch (cause) {
      signal?.throwIfAborted();
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new HyperslabError("Io", `the source failed: ${message}`, { address: offset, cause });
    }
    count(this.counts, length);
    return checked(answer, offset, length);
  }

  close(): void {}
}
