/** A Blob or File: read on the spot inside a worker, by promise elsewhere. Never copied as a whole. */

import { HyperslabError } from "../errors.js";
import { type ByteSource, ImmediateSource, shortRead } from "./source.js";

const PAGE = 256 << 10;

interface SyncReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

const Reader = (globalThis as { FileReaderSync?: new () => SyncReader }).FileReaderSync;

class WorkerBlobSource extends ImmediateSource {
  readonly size: number;
  override readonly page = PAGE;
  private readonly reader: SyncReader;

  constructor(readonly blob: Blob, reader: new () => SyncReader) {
    super();
    this.size = blob.size;
    this.reader = new reader();
  }

  protected fill(offset: number, into: Uint8Array): void {
    const bytes = new Uint8Array(this.reader.readAsArrayBuffer(this.blob.slice(offset, offset + into.length)));
    if (bytes.length !== into.length) throw shortRead(offset, into.length, bytes.length);
    into.set(bytes);
  }
}

class PromisedBlobSource implements ByteSource {
  readonly size: number;
  readonly immediate = false;
  readonly page = PAGE;
  failure: unknown;

  constructor(readonly blob: Blob) {
    this.size = blob.size;
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
    if (bytes.length !== length) throw shortRead(offset, length, bytes.length);
    return bytes;
  }

  close(): void {}
}

export function blobSource(blob: Blob): ByteSource {
  return Reader ? new WorkerBlobSource(blob, Reader) : new PromisedBlobSource(blob);
}
