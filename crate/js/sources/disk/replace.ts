/** A file on disk that is written as a whole: it is the old one or the new one, whatever happens. */

import { closeSync, fchmodSync, fdatasyncSync, ftruncateSync, openSync, realpathSync, renameSync, statSync, unlinkSync, writeSync } from "node:fs";
import { argument, HyperslabError } from "../../errors.js";
import { syncFolder } from "./lock.js";
import { pathOf } from "./path.js";

let copies = 0;

/** A place for a new file. Nothing is at its path, or what was there before, until `finish`. */
export interface Replacement {
  /** Writes bytes behind those written before, or at a position. */
  write(bytes: Uint8Array, at?: number): void;
  /** Puts the new file, of `size` bytes if that is not what was written, into its place. */
  finish(size?: number): void;
  /** Leaves everything as it was. */
  abandon(): void;
}

/** Begins a new file in the place of the one at `path`, if there is one: not of that at `open`, which is being changed. */
export function replaceFile(path: string | URL, open?: string): Replacement {
  const [place, mode] = existing(pathOf(path));
  if (open !== undefined && isSame(place, open)) throw argument(`${place} is the file itself: flush writes what has changed`);
  const temporary = `${place}.${process.pid}.${copies++}.tmp`;
  const failed = (cause: unknown): HyperslabError =>
    new HyperslabError("Io", `cannot write ${place}: ${(cause as Error).message}`, { cause });
  let fd: number | undefined;
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (cause) {
      abandon();
      throw failed(cause);
    }
  };
  const abandon = (): void => {
    if (fd === undefined) return;
    closeSync(fd);
    fd = undefined;
    unlinkSync(temporary);
  };
  attempt(() => {
    fd = openSync(temporary, "wx");
    if (mode !== undefined) fchmodSync(fd, mode);
  });
  return {
    abandon,
    write: (bytes, at) =>
      attempt(() => {
        for (let done = 0; done < bytes.length; ) {
          done += writeSync(fd!, bytes, done, bytes.length - done, at === undefined ? null : at + done);
        }
      }),
    finish: (size) =>
      attempt(() => {
        if (size !== undefined) ftruncateSync(fd!, size);
        fdatasyncSync(fd!);
        renameSync(temporary, place);
        closeSync(fd!);
        fd = undefined;
        syncFolder(place);
      }),
  };
}

/** Whether two paths lead to the same file. */
function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    const [x, y] = [statSync(a, { bigint: true }), statSync(b, { bigint: true })];
    return x.dev === y.dev && x.ino === y.ino;
  } catch {
    return false;
  }
}

/** Where a file really is, and its permissions, if there is one. */
function existing(path: string): [place: string, mode: number | undefined] {
  try {
    const place = realpathSync(path);
    return [place, statSync(place).mode & 0o777];
  } catch {
    return [path, undefined];
  }
}
