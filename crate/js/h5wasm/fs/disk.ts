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
  /** Names in a folder. */
  list(path: string): string[];
  stat(path: string): Stat;
}
