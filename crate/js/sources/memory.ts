/** Bytes that are here already. They stay on this side: the engine copies what it needs. */

import { ImmediateSource } from "./source.js";

export class MemorySource extends ImmediateSource {
  readonly size: number;
  // Nothing is gained by reading ahead; small pages keep the cache small.
  override readonly page = 8 << 10;
  override readonly counts = undefined;

  constructor(private readonly bytes: Uint8Array) {
    super();
    this.size = bytes.length;
  }

  protected fill(offset: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(offset, offset + into.length));
  }
}
