/** A Blob or File: read on the spot inside a worker, by promise elsewhere. Never copied as a whole. A Blob never changes. */

import { HyperslabError } from "../errors.js";
import { type ByteSource, count, ImmediateSource, noCounts, shortRead } from "./source.js";

const PAGE = 256 << 10;

interface SyncReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

const Reader = (globalThis as { FileReaderSync?: new () => SyncReader }).FileReaderSync;

/** Gives the file as it is now. */
type Again = (() => Promise<Blob>) | undefined;

class WorkerBlobSource extends ImmediateSource {
  override readonly page = PAGE;
  private readonly reader: SyncReader;

  constructor(
    public blob: Blob,
    reader: new () => SyncReader,
    private readonly again: Again,
  ) {
    super();
    this.reader = new reader();
  }

  get size(): number {
    return this.blob.size;
  }

  async measure(): Promise<void> {
    if (this.again) this.blob = await this.again();
  }

  protected fill(offset: number, into: Uint8Array): void {
    const bytes = new Uint8Array(this.reader.readAsArrayBuffer(this.blob.slice(offset, offset + into.length)));
    if (bytes.length !== into.length) throw shortRead(offset, into.length, bytes.length);
    into.set(bytes);
  }
}

class PromisedBlobSource implements ByteSource {
  readonly immediate = false;
  readonly page = PAGE;
  readonly counts = noCounts();
  failure: unknown;

  constructor(
    public blob: Blob,
    private readonly again: Again,
  ) {}

  get size(): number {
    return this.blob.size;
  }

  async measure(): Promise<void> {
    if (this.again) this.blob = await this.again();
  }

  read(): number {
    return 0;
  }

  async fetch(offset: number, length: number): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await this.blob.slice(offset, offset + length).arrayBuffer());
    } catch (cause) {
      // A File that changed on disk since it was chosen can no longer be read.
      throw new HyperslabError("Io", `the file cannot be read: ${String(cause)}`, { address: offset, cause });
    }
    count(this.counts, bytes.length);
    if (bytes.length !== length) throw shortRead(offset, length, bytes.length);
    return bytes;
  }

  close(): void {}
}

/** `again`: gives the file as it is later, where there is a way to it. */
export function blobSource(blob: Blob, again?: () => Promise<Blob>): ByteSource {
  return Reader ? new WorkerBlobSource(blob, Reader, again) : new PromisedBlobSource(blob, again);
}
