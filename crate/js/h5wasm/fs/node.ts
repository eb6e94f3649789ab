/** The file system of Node. */

import * as fs from "node:fs";
import type { Disk } from "./disk.js";

export const nodeDisk: Disk = {
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
  list: (path) => fs.readdirSync(path),
  stat: (path) => fs.statSync(path),
};
