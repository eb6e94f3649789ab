/** A machine's own file system. All paths are absolute. */

import type { Stat } from "./index.js";

export interface Disk {
  cwd(): string;
  chdir(path: string): void;
  exists(path: string): boolean;
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array, flags: string | undefined): void;
  mkdir(path: string): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  truncate(path: string, size: number): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  chmod(path: string, mode: number): void;
  /** Times in milliseconds. */
  utime(path: string, atime: number, mtime: number): void;
  /** Names in a folder. */
  list(path: string): string[];
  /** Of what a link leads to, or of the link itself. */
  stat(path: string, link: boolean): Stat;
  /** Opens a file with Node's flags: its number. */
  open(path: string, flags: string): number;
  close(file: number): void;
  readAt(file: number, buffer: Uint8Array, at: number): number;
  writeAt(file: number, bytes: Uint8Array, at: number): void;
  size(file: number): number;
  resize(file: number, size: number): void;
}
