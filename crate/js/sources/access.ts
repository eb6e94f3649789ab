/** Files of a browser's private file system (OPFS), and places that a program brings itself. */

import { argument, HyperslabError } from "../errors.js";
import type { FileHandle, SyncAccessHandle, WritableAccess } from "../types.js";
import { shortRead } from "./source.js";
import { busy, PlaceSource, settle, type Verbs, type WritableSource, type WriteMode } from "./writable.js";

/** A handle that reads and writes. */
interface OpenHandle extends SyncAccessHandle {
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
}

/** A place that is written by itself. */
export type Place = SyncAccessHandle | WritableAccess;

/** A file that can be opened for access, such as one of the browser's private file system. */
export interface AccessibleFile {
  readonly name: string;
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

const has = (value: unknown, names: readonly string[]): boolean =>
  typeof value === "object" && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

export function isSyncAccessHandle(value: unknown): value is OpenHandle {
  return has(value, ["read", "write", "truncate", "getSize", "flush"]);
}

export function isWritableAccess(value: unknown): value is WritableAccess {
  return has(value, ["read", "write", "truncate"]) && typeof (value as WritableAccess).size === "number";
}

/** A file that the browser knows, the user's or its own. */
export function isFileHandle(value: unknown): value is FileHandle {
  return has(value, ["getFile"]);
}

export function isAccessibleFile(value: unknown): value is AccessibleFile {
  return has(value, ["createSyncAccessHandle"]);
}

function handleVerbs(handle: OpenHandle): Verbs {
  return {
    size: () => handle.getSize(),
    read(offset, into) {
      const n = handle.read(into, { at: offset });
      if (n !== into.length) throw shortRead(offset, into.length, n);
    },
    write(offset, bytes) {
      const n = handle.write(bytes, { at: offset });
      if (n !== bytes.length) throw new HyperslabError("Io", `only ${n} bytes of ${bytes.length} were written`, { address: offset });
    },
    truncate: (size) => handle.truncate(size),
    sync: () => handle.flush(),
  };
}

/** The result of a verb, which is not a promise. */
function now<T>(answer: T | Promise<T>, what: string): T {
  if (!(answer instanceof Promise)) return answer;
  answer.catch(() => {}); // nobody will look at it
  throw argument(`a place for a file has to ${what} at once, not by promise`);
}

function accessVerbs(access: WritableAccess): Verbs {
  return {
    size: () => access.size,
    read(offset, into) {
      const answer = now(access.read(offset, into.length), "read");
      const bytes = answer instanceof ArrayBuffer ? new Uint8Array(answer) : answer;
      if (bytes.length !== into.length) throw shortRead(offset, into.length, bytes.length);
      into.set(bytes);
    },
    // What is lent is the engine's memory, which the next call may change: whoever keeps it gets something of its own.
    write: (offset, bytes) => now(access.write(offset, bytes.slice()) as unknown, "write") as void,
    truncate: (size) => now(access.truncate(size) as unknown, "truncate") as void,
    sync: () => now(access.sync?.() as unknown, "sync") as void,
  };
}

function verbsOf(place: Place): Verbs {
  return isSyncAccessHandle(place) ? handleVerbs(place) : accessVerbs(place as WritableAccess);
}

/** How a place is written. */
export interface PlaceOptions {
  /** Where a journal is kept; it belongs to this file alone. Without one, a power cut leaves anything. */
  journal?: Place | undefined;
  /** Whether others read the file meanwhile: each write is done at once, in its turn, and there is no journal. */
  ordered?: boolean | undefined;
  /** Called once, when the file is closed. */
  close?: (() => void) | undefined;
}

/** Opens a place to be written. It stays open afterwards: who opened it closes it. */
export function openPlace(place: Place, mode: WriteMode, options: PlaceOptions = {}): WritableSource {
  const data = verbsOf(place);
  const { empty, isNew } = settle(mode, data.size(), "the file");
  const journal = options.journal && !options.ordered ? verbsOf(options.journal) : undefined;
  if (isNew) journal?.truncate(0);
  if (isNew) journal?.sync();
  if (empty) data.truncate(0);
  return new PlaceSource({ ...options, data, journal, isNew });
}

/** Opens a file to be written, with a journal in another one; nobody else opens them before they are closed. */
export async function openAccess(
  file: AccessibleFile,
  mode: WriteMode,
  { journal, ordered }: { journal?: AccessibleFile | undefined; ordered?: boolean | undefined } = {},
): Promise<WritableSource> {
  const handles: SyncAccessHandle[] = [];
  const close = (): void => {
    for (const handle of handles) handle.close();
  };
  try {
    for (const one of journal && !ordered ? [file, journal] : [file]) handles.push(await accessTo(one));
    return openPlace(handles[0]!, mode, { journal: handles[1], ordered, close });
  } catch (e) {
    close();
    throw e;
  }
}

async function accessTo(file: AccessibleFile): Promise<SyncAccessHandle> {
  try {
    return await file.createSyncAccessHandle();
  } catch (cause) {
    const { name, message } = cause as DOMException;
    if (name === "NoModificationAllowedError") throw busy(file.name, "here, in another tab or in a worker", cause);
    throw new HyperslabError(name === "NotFoundError" ? "NotFound" : "Io", `cannot open ${file.name} for writing: ${message}`, { cause });
  }
}
