/** A file on disk, in Node: positioned reads, nothing else. */

import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { HyperslabError } from "../errors.js";
import { pathOf } from "./disk/path.js";
import { beforeReading } from "./disk/writable.js";
import { ImmediateSource, shortRead } from "./source.js";

export class NodeSource extends ImmediateSource {
  size: number;
  readonly path: string;
  private fd: number | undefined;

  constructor(path: string | URL) {
    super();
    const name = pathOf(path);
    this.path = resolve(name);
    beforeReading(name);
    try {
      this.fd = openSync(name, "r");
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new HyperslabError(code === "ENOENT" ? "NotFound" : "Io", `cannot open ${name}: ${(cause as Error).message}`, {
        cause,
      });
    }
    const stat = fstatSync(this.fd);
    if (stat.isDirectory()) {
      this.close();
      throw new HyperslabError("Io", `cannot open ${name}: it is a folder`);
    }
    this.size = stat.size;
  }

  measure(): void {
    if (this.fd === undefined) throw new HyperslabError("Closed", "the file was closed");
    this.size = fstatSync(this.fd).size;
  }

  protected fill(offset: number, into: Uint8Array): void {
    if (this.fd === undefined) throw new HyperslabError("Closed", "the file was closed");
    let done = 0;
    while (done < into.length) {
      const n = readSync(this.fd, into, done, into.length - done, offset + done);
      if (n === 0) throw shortRead(offset, into.length, done);
      done += n;
    }
  }

  override close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

/** The one spelling of a path. */
export function absolutePath(path: string | URL): string {
  return resolve(path instanceof URL && path.protocol === "file:" ? fileURLToPath(path) : String(path));
}

/**
 * The file called `name` in the file at `from`. Names come from the bytes of a file, which may have been sent by
 * anybody: nothing outside of the folder of the file that was opened is looked at. An absolute name stands for a file
 * of that name next to it, as files are moved.
 */
export function findBeside(home: string, name: string, from = home): string | undefined {
  const folder = dirname(home);
  const path = isAbsolute(name) ? name : join(dirname(from), name);
  const isInside = (p: string): boolean => {
    const way = relative(folder, p);
    return way !== "" && !isAbsolute(way) && way.split(sep)[0] !== "..";
  };
  const candidates = isAbsolute(name) ? [path, join(folder, basename(name))] : [path];
  return candidates.find((p) => isInside(p) && existsSync(p));
}
