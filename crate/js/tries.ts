/**
 * While a file is written that others read (SWMR), a structure may be read when it is written by half: its checksum tells, and
 * it is read again.
 */

import { HyperslabError } from "./errors.js";

/** Attempts at most. */
const ATTEMPTS = 100;
/** Milliseconds from the first failure to the last attempt. */
const PATIENCE = 1000;
/** Attempts that follow at once; after them the writer gets a moment. */
const SOON = 10;

/** How often something has been tried, since when. */
export class Tries {
  private count = 0;
  private since = 0;

  /** Whether a call that failed may succeed when what it reads is read again. */
  another(e: unknown): boolean {
    // A file that changed since the browser handed it out cannot be read any more: it is asked for again.
    if (!(e instanceof HyperslabError) || (e.code !== "Malformed" && e.code !== "Io")) return false;
    this.count += 1;
    this.since ||= Date.now();
    return this.count < ATTEMPTS && Date.now() - this.since < PATIENCE;
  }

  /** Whether the next attempt does not follow at once. */
  get many(): boolean {
    return this.count > SOON;
  }
}

/** Gives the writer a moment, where a program may wait. */
export function rest(): void {
  // Not allowed on a page, which then tries again at once.
  if (typeof SharedArrayBuffer === "undefined" || typeof document !== "undefined") return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
