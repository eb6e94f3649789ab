/** From what users have to a source. */

import { argument } from "../errors.js";
import { type AccessibleFile, isAccessibleFile, isSyncAccessHandle, isWritableAccess, openAccess, openPlace } from "./access.js";
import type { FamilySource, Mode, MultiSource, RandomAccess, Source, SplitSource, WritingOptions } from "../types.js";
import { blobSource } from "./blob.js";
import { CustomSource, ImmediateCustomSource } from "./custom.js";
import { openAll, openFamily } from "./joined.js";
import { MemorySource } from "./memory.js";
import type { ByteSource } from "./source.js";
import type { Replacement } from "./disk/replace.js";
import { besideUrl, opened, textIsPath, urlOf } from "./urls.js";
import type { WritableSource, WriteMode } from "./writable.js";

/** How this platform opens a path. */
let openPath: (path: string | URL) => ByteSource = (path) => {
  throw argument(`cannot open ${String(path)}: paths need Node`);
};

/** Finds the file called `name` in the file at `from`, next to or below the one at `home`. */
export type FindBeside = (home: string, name: string, from: string | undefined) => string | undefined;
let findBeside: FindBeside = () => undefined;
let absolute: (path: string | URL) => string | undefined = () => undefined;

/** Called by the entry point of a platform that has paths. */
export function usePaths(
  open: (path: string | URL) => ByteSource,
  makeAbsolute: (path: string | URL) => string,
  find: FindBeside,
): void {
  [openPath, absolute, findBeside] = [open, makeAbsolute, find];
  textIsPath();
}

/** The absolute path or the URL of a source that has one. */
export function locationOf(source: Source): string | undefined {
  return typeof source === "string" || source instanceof URL ? (urlOf(source) ?? absolute(source)) : undefined;
}

/** How files are found next to the one at `home`. */
export function beside(home: string): (name: string, from?: string) => string | undefined | Promise<string | undefined> {
  if (urlOf(home) !== undefined) return besideUrl(home);
  return (name, from) => findBeside(home, name, from);
}

/** How a path is written. */
export interface PathOptions extends Pick<WritingOptions, "locking" | "ordered" | "driver"> {
  journal: boolean;
}

let openWritablePath: (path: string | URL, mode: WriteMode, options: PathOptions) => WritableSource = (path) => openPath(path) as never;

/** A new file in the place of the one at a path, but not of that at `open`. */
export let replacement = (path: string | URL, _open?: string): Replacement => {
  throw argument(`cannot write ${String(path)}: paths need Node; in a browser save to a file handle`);
};

/** Called by the entry point of a platform that has paths. */
export function useWritablePaths(open: typeof openWritablePath, replace: typeof replacement): void {
  [openWritablePath, replacement] = [open, replace];
}

/**
 * The place that `target` stands for, to be written in place: a path, a `FileSystemSyncAccessHandle`, or a place of your own
 * with `read`, `write` and `truncate`. Nothing if it cannot be written: changes are kept in memory then.
 */
export function toWritable(target: unknown, mode: WriteMode, options: WritingOptions = {}): WritableSource | undefined {
  const { journal, locking, ordered, driver } = options;
  if (driver !== undefined && (driver !== "core" || !(typeof target === "string" || target instanceof URL))) throw argument(`a driver is "core", for paths: not "${String(driver)}" for this`);
  if (driver !== undefined && ordered) throw argument("others cannot read meanwhile what is in memory until it is flushed");
  if (typeof target === "string" || target instanceof URL) {
    return openWritablePath(target, mode, { journal: journal !== false, locking, ordered, driver });
  }
  if (!isSyncAccessHandle(target) && !isWritableAccess(target)) return undefined;
  if (journal && !isSyncAccessHandle(journal) && !isWritableAccess(journal)) {
    throw argument("the journal of a file without a path is kept in a place such as the file's own");
  }
  return openPlace(target, mode, { journal: journal || undefined, ordered });
}

/** The same for what takes time to open: a file handle whose `createSyncAccessHandle` works here, and one for its journal. */
export async function toAccess(target: AccessibleFile, mode: WriteMode, options: WritingOptions = {}): Promise<WritableSource> {
  const { journal, ordered } = options;
  if (journal && !isAccessibleFile(journal)) throw argument("the journal of a file handle is kept in another file handle");
  return await openAccess(target, mode, { journal: journal || undefined, ordered });
}

/** The source that `source` stands for. */
export function toSource(source: Source, driven: Mode): ByteSource {
  const open = opened.get(source as object);
  if (open) return open;
  if (source instanceof Uint8Array) return new MemorySource(source);
  if (source instanceof ArrayBuffer) return new MemorySource(new Uint8Array(source));
  if (typeof source === "string" || source instanceof URL) {
    if (urlOf(source) !== undefined) throw argument("a URL takes time to open: use open");
    return openPath(source);
  }
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    const blob = blobSource(source);
    if (driven === "async" || blob.immediate) return blob;
    throw argument("a Blob can be opened synchronously inside a worker only: use open");
  }
  if (isSyncAccessHandle(source)) return openPlace(source, "r+");
  if (typeof source === "object" && source !== null && typeof (source as RandomAccess).read === "function") {
    const custom = source as RandomAccess;
    return driven === "sync" ? new ImmediateCustomSource(custom) : new CustomSource(custom);
  }
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source as ArrayBufferView;
    return new MemorySource(new Uint8Array(buffer, byteOffset, byteLength));
  }
  const set = toSet((source ?? {}) as Partial<FamilySource & SplitSource & MultiSource>, driven);
  if (set) return set;
  throw argument("a source is bytes, a Blob, a URL, a path (in Node), { size, read } or { family }, { split } or { multi } of such");
}

/** The files of a set in the order in which the engine wants them, as one source. */
function toSet({ family, split, multi }: Partial<FamilySource & SplitSource & MultiSource>, driven: Mode): ByteSource | undefined {
  const open = (file: Source | undefined): ByteSource => toSource(file ?? new Uint8Array(), driven);
  if (typeof family === "string") return openFamily(family, openPath);
  if (Array.isArray(family)) return openAll(family as Source[], open, false);
  if (split) return openAll([split.meta, undefined, split.raw, undefined, undefined, undefined], open, true);
  return multi && openAll([multi.super, multi.btree, multi.draw, multi.gheap, multi.lheap, multi.ohdr], open, true);
}
