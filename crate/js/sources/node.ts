/** A file on disk, in Node: positioned reads, nothing else. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { argument, HyperslabError } from "../errors.js";
import { ImmediateSource, shortRead } from "./source.js";

export class NodeSource extends ImmediateSource {
  readonly size: number;
  private fd: number | undefined;

  constructor(path: string | URL) {
    super();
    if (path instanceof URL && path.protocol !== "file:") {
      throw argument(`cannot open ${path.href}: only file: URLs; pass { size, read } for anything else`);
    }
    const name = path instanceof URL ? fileURLToPath(path) : path;
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
