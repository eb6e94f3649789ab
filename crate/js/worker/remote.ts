/** A file that only the program can reach, read by asking it. */

import type { ByteSource } from "../sources/source.js";
import type { Fetch } from "./calls.js";

export class RemoteSource implements ByteSource {
  readonly immediate = false;
  failure: unknown;

  constructor(
    public size: number,
    readonly page: number,
    private readonly ask: Fetch,
  ) {}

  read(): number {
    return 0;
  }

  fetch(offset: number, length: number): Promise<Uint8Array> {
    return this.ask(offset, length);
  }

  close(): void {}
}
