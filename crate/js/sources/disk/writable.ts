/** A file on disk that is written in place, with its journal beside it. */

import {
  closeSync, constants, fdatasyncSync, fstatSync, ftruncateSync, fsyncSync, openSync, readSync, realpathSync, unlinkSync, writeSync,
} from "node:fs";
import { HyperslabError } from "../../errors.js";
import { shortRead } from "../source.js";
import { alreadyThere, busy, PlaceSource, type Verbs, type WritableSource, type WriteMode } from "../writable.js";
import { isHot, letRead, lock, type Lock, look, unlock } from "./lock.js";
import { describeOwner, isAlive, isSelf, OWNER } from "./owner.js";
import { pathOf } from "./path.js";

/** How a file is written. */
export interface WritableOptions {
  /** Whether a journal is kept; default `true`. Without one, a power cut leaves anything. */
  journal?: boolean | undefined;
  /** Whether whoever else has the file is respected; default `true`. `false` takes it from them. */
  locking?: boolean | undefined;
  /** Whether others read the file meanwhile: each write is done at once, in its turn, and there is no journal. */
  ordered?: boolean | undefined;
}

/** Plays the journal of a source back: the engine's work. */
let recover: (source: WritableSource) => void = () => {
  throw new HyperslabError("Internal", "nothing here plays journals back");
};

/** Called by the entry point, which has an engine. */
export function useRecovery(play: (source: WritableSource) => void): void {
  recover = play;
}

/** Files that are written here, by device and number: names may differ. */
const writing = new Map<string, string>();

/** Where the journal of the file at `path` is. */
export function journalOf(path: string): string {
  return `${path}-journal`;
}

/** What can be done with an open file, from `base` on. */
function verbs(fd: number, base = 0): Verbs {
  return {
    size: () => Math.max(fstatSync(fd).size - base, 0),
    read(offset, into) {
      for (let done = 0; done < into.length; ) {
        const n = readSync(fd, into, done, into.length - done, base + offset + done);
        if (n === 0) throw shortRead(offset, into.length, done);
        done += n;
      }
    },
    write(offset, bytes) {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, base + offset + done);
    },
    truncate: (size) => ftruncateSync(fd, base + size),
    sync: () => fdatasyncSync(fd),
  };
}

/** Opens the file itself; whether it was made for that. */
function openAs(name: string, mode: WriteMode): { fd: number; made: boolean } {
  const make = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  const only = mode === "x" || mode === "w-";
  try {
    if (mode !== "r+") return { fd: openSync(name, make), made: true };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cannotOpen(name, cause);
    if (only) throw alreadyThere(name);
  }
  try {
    return { fd: openSync(name, constants.O_RDWR), made: false };
  } catch (cause) {
    throw cannotOpen(name, cause);
  }
}

function cannotOpen(name: string, cause: unknown): HyperslabError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new HyperslabError(code === "ENOENT" ? "NotFound" : "Io", `cannot open ${name} for writing: ${message}`, { cause });
}

/** Makes the journal this process's own. */
function lockJournal(name: string, path: string, { locking = true, ordered = false }: WritableOptions): Lock {
  try {
    return lock(journalOf(path), name, ordered, !locking);
  } catch (cause) {
    if (cause instanceof HyperslabError) throw cause;
    const message = `${name} cannot be written safely, since there can be no journal beside it: ${(cause as Error).message}`;
    throw new HyperslabError("Io", message, { cause });
  }
}

/** Opens the file at `path` to be written. Nobody else opens it for that before it is closed. */
export function openWritable(path: string | URL, mode: WriteMode, options: WritableOptions = {}): WritableSource {
  const name = pathOf(path);
  const { fd, made } = openAs(name, mode);
  let held: Lock | undefined;
  let key: string | undefined;
  const close = (): void => {
    if (key !== undefined) writing.delete(key);
    closeSync(fd);
    if (held) unlock(held, !isHot(held.fd));
  };
  try {
    const real = realpathSync(name);
    const { dev, ino } = fstatSync(fd, { bigint: true });
    if (writing.has(`${dev}:${ino}`) && options.locking !== false) throw busy(name, "by this process");
    key = `${dev}:${ino}`;
    writing.set(key, real);
    const journal = options.journal !== false && !options.ordered;
    if (journal || options.locking !== false || look(journalOf(real))?.hot) held = lockJournal(name, real, options);
    const isNew = prepare(fd, held, made ? "w" : mode);
    const data = verbs(fd);
    const saved = held && verbs(held.fd, OWNER);
    if (held && !journal && isHot(held.fd)) restore(name, new PlaceSource({ data, journal: saved }));
    const share = (): void => void (held && letRead(held));
    return new PlaceSource({ data, journal: journal ? saved : undefined, ordered: options.ordered ?? false, isNew, location: real, share, close });
  } catch (e) {
    close();
    if (made) unlinkSync(name);
    throw e;
  }
}

/** Empties what is to be new, together with a journal that belonged to something else; whether it is new. */
function prepare(fd: number, held: Lock | undefined, mode: WriteMode): boolean {
  if (mode === "w") {
    // The journal first: it must never be about a file that is not there any more.
    if (held) ftruncateSync(held.fd, OWNER);
    if (held) fsyncSync(held.fd);
    ftruncateSync(fd, 0);
  }
  return mode === "w" || (mode === "a" && fstatSync(fd).size === 0);
}

/** Plays a journal back. */
function restore(name: string, source: WritableSource): void {
  try {
    recover(source);
  } catch (cause) {
    const message = `${name} was left half written, and cannot be put back: ${(cause as Error).message}`;
    throw new HyperslabError(cause instanceof HyperslabError ? cause.code : "Io", message, { cause });
  }
}

/**
 * What comes before a file is opened to be read: if its writer left it half written it is put back; if its writer is at work
 * it cannot be read. The writer may be this process, between two flushes.
 */
export function beforeReading(name: string): void {
  let path: string;
  try {
    path = realpathSync(name);
  } catch {
    return; // opening it says more
  }
  const found = look(journalOf(path));
  if (!found || found.owner?.readers) return;
  const { owner, hot } = found;
  if (owner && isAlive(owner)) {
    if (!hot && isSelf(owner)) return;
    throw busy(name, `${describeOwner(owner)}, says ${journalOf(path)}`);
  }
  if (!hot) return;
  let source: WritableSource;
  try {
    source = openWritable(path, "r+", { journal: true });
  } catch (cause) {
    const message = `${name} was left half written: it has to be put back by its journal, ${journalOf(path)}, but cannot be written: ${(cause as Error).message}`;
    throw new HyperslabError("Io", message, { cause });
  }
  try {
    restore(name, source);
  } finally {
    source.close();
  }
}

