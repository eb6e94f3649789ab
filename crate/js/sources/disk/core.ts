/** A file on disk that is in memory as a whole while it is open: HDF5's CORE driver, with its backing store. */

import { HyperslabError } from "../../errors.js";
import { sourceFailure } from "../source.js";
import { PlaceSource, type Verbs, type WritableSource, type WriteMode } from "../writable.js";
import { replaceFile } from "./replace.js";
import { openWritable, type WritableOptions } from "./writable.js";

/** Bytes in memory. When they are to be safe and have changed, `save` gets all of them. */
function memory(bytes: Uint8Array, save: (bytes: Uint8Array) => void): Verbs {
  let size = bytes.length;
  let changed = false;
  const grow = (needed: number): void => {
    if (needed > bytes.length) {
      const more = new Uint8Array(Math.max(needed, bytes.length * 2));
      more.set(bytes);
      bytes = more;
    }
  };
  return {
    size: () => size,
    read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
    write(offset, given) {
      grow(offset + given.length);
      bytes.set(given, offset);
      size = Math.max(size, offset + given.length);
      changed = true;
    },
    truncate(to) {
      grow(to);
      bytes.fill(0, Math.min(size, to));
      changed ||= size !== to;
      size = to;
    },
    sync() {
      if (changed) save(bytes.subarray(0, size));
      changed = false;
    },
  };
}

/** Opens the file at `path` in memory. Each flush writes it as a whole: it is the old one until the new one is there. */
export function openCore(path: string | URL, mode: WriteMode, options: WritableOptions): WritableSource {
  const file = openWritable(path, mode, { ...options, journal: false, ordered: false });
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(file.size);
    if (file.read(0, bytes) !== 1) throw sourceFailure(file);
  } catch (cause) {
    file.close();
    if (!(cause instanceof RangeError)) throw cause;
    throw new HyperslabError("Limit", `${String(path)} does not fit into memory: ${cause.message}`, { cause });
  }
  const save = (all: Uint8Array): void => {
    const next = replaceFile(path);
    next.write(all);
    next.finish();
  };
  const { isNew, location } = file;
  return new PlaceSource({ data: memory(bytes, save), held: true, isNew, location, page: 8 << 10, close: () => file.close() });
}
