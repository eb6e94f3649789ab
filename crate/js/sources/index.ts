/** From what users have to a source. */

import { argument } from "../errors.js";
import type { Mode, RandomAccess, Source } from "../types.js";
import { blobSource } from "./blob.js";
import { CustomSource, ImmediateCustomSource } from "./custom.js";
import { MemorySource } from "./memory.js";
import type { ByteSource } from "./source.js";

/** How this platform opens a path. */
let openPath: (path: string | URL) => ByteSource = (path) => {
  throw argument(`cannot open ${String(path)}: paths need Node; in a browser pass a File, a Blob, bytes or { size, read }`);
};

/** Called by the entry point of a platform that has paths. */
export function usePaths(open: (path: string | URL) => ByteSource): void {
  openPath = open;
}

/** The source that `source` stands for. */
export function toSource(source: Source, driven: Mode): ByteSource {
  if (source instanceof Uint8Array) return new MemorySource(source);
  if (source instanceof ArrayBuffer) return new MemorySource(new Uint8Array(source));
  if (typeof source === "string" || source instanceof URL) return openPath(source);
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    const blob = blobSource(source);
    if (driven === "async" || blob.immediate) return blob;
    throw argument("a Blob can be opened synchronously inside a worker only: use open");
  }
  if (typeof source === "object" && source !== null && typeof (source as RandomAccess).read === "function") {
    const custom = source as RandomAccess;
    return driven === "sync" ? new ImmediateCustomSource(custom) : new CustomSource(custom);
  }
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source as ArrayBufferView;
    return new MemorySource(new Uint8Array(buffer, byteOffset, byteLength));
  }
  throw argument("a source is bytes, a Blob, a path (in Node) or { size, read }");
}
