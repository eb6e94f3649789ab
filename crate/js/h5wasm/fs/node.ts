/** The file system of Node. */

import * as fs from "node:fs";
import type { Disk } from "./disk.js";
import { ErrnoError } from "./nodes.js";

const calls: Disk = {
  cwd: () => process.cwd(),
  chdir: (path) => process.chdir(path),
  exists: fs.existsSync,
  read: (path) => new Uint8Array(fs.readFileSync(path)),
  write: (path, bytes, flags) => fs.writeFileSync(path, bytes, flags === undefined ? {} : { flag: flags }),
  mkdir: (path) => void fs.mkdirSync(path),
  rmdir: fs.rmdirSync,
  unlink: fs.unlinkSync,
  rename: fs.renameSync,
  truncate: (path, size) => fs.truncateSync(path, size),
  symlink: (target, path) => fs.symlinkSync(target, path),
  readlink: (path) => fs.readlinkSync(path),
  chmod: fs.chmodSync,
  utime: (path, atime, mtime) => fs.utimesSync(path, atime / 1000, mtime / 1000),
  list: (path) => fs.readdirSync(path),
  stat: (path, link) => (link ? fs.lstatSync(path) : fs.statSync(path)),
  open: (path, flags) => fs.openSync(path, flags),
  close: fs.closeSync,
  readAt: (file, buffer, at) => fs.readSync(file, buffer, 0, buffer.length, at),
  writeAt(file, bytes, at) {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(file, bytes, done, bytes.length - done, at + done);
  },
  size: (file) => fs.fstatSync(file).size,
  resize: fs.ftruncateSync,
};

/** Errors have the numbers that they have in memory. */
function told<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return call(...args);
    } catch (cause) {
      throw ErrnoError.of(cause, String(args[0]));
    }
  };
}

export const nodeDisk = Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, told(call as (...args: unknown[]) => unknown)])) as unknown as Disk;
