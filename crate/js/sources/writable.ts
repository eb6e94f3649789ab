/** Sources that can be written in place: whatever a platform has becomes one of these. */

import type { Source as EngineSource } from "#glue";
import { HyperslabError } from "../errors.js";
import { type ByteSource, count, noCounts } from "./source.js";

/** How a file is opened to be written, as h5py means it: `w-` and `x` are the same. */
export type WriteMode = "r+" | "w" | "w-" | "x" | "a";

/** What a platform can do with a file. All of it is done when it returns, or it throws. */
export interface Verbs {
  size(): number;
  /** Fills all of `into` from `offset`. */
  read(offset: number, into: Uint8Array): void;
  /** Writes all of `bytes`, which are only lent. */
  write(offset: number, bytes: Uint8Array): void;
  truncate(size: number): void;
  /** Returns when everything written is where a power cut does not reach it. */
  sync(): void;
}

/** A source that can be written. Its verbs answer 1, or 2 after a failure, which is in `failure`. */
export interface WritableSource extends ByteSource {
  write(offset: number, bytes: Uint8Array): number;
  truncate(size: number): number;
  sync(): number;
  /** Where the engine keeps its journal. */
  readonly journal: EngineSource | undefined;
  /** Whether others read the file meanwhile: each write is done at once, in its turn, and there is no journal. */
  readonly ordered: boolean;
  /** Lets others read the file while it is written. */
  share(): void;
  /** Whether there is nothing in it yet: a file is to be made, not opened. */
  readonly isNew: boolean;
  /** Its path, if it has one. */
  readonly location: string | undefined;
}

export function isWritable(source: ByteSource): source is WritableSource {
  return source.write !== undefined;
}

/** How the parts of a source that can be written belong together. */
export interface WritableParts {
  data: Verbs;
  journal?: Verbs | undefined;
  ordered?: boolean | undefined;
  /** Whether `data` keeps what was written when `sync` fails. */
  held?: boolean | undefined;
  isNew?: boolean | undefined;
  location?: string | undefined;
  /** Bytes of a page of the metadata cache. */
  page?: number | undefined;
  /** Lets others read the file. */
  share?: (() => void) | undefined;
  /** Called once, when the source is closed. */
  close?: (() => void) | undefined;
}

/** A part of a source, which notes its failures there. */
class Part implements EngineSource {
  constructor(
    private readonly verbs: Verbs,
    private readonly attempt: (act: () => void) => number,
    private bytes = verbs.size(),
  ) {}

  get size(): number {
    return this.bytes;
  }

  measure(): void {
    this.bytes = this.verbs.size();
  }

  read(offset: number, into: Uint8Array): number {
    return into.length === 0 ? 1 : this.attempt(() => this.verbs.read(offset, into));
  }

  write(offset: number, bytes: Uint8Array): number {
    const answer = this.attempt(() => this.verbs.write(offset, bytes));
    if (answer === 1) this.bytes = Math.max(this.bytes, offset + bytes.length);
    // A write that failed may have made it longer all the same.
    else this.attemptSilently(() => (this.bytes = this.verbs.size()));
    return answer;
  }

  truncate(size: number): number {
    const answer = this.attempt(() => this.verbs.truncate(size));
    if (answer === 1) this.bytes = size;
    return answer;
  }

  sync(): number {
    return this.attempt(() => this.verbs.sync());
  }

  private attemptSilently(act: () => void): void {
    try {
      act();
    } catch {
      // What failed first is what counts.
    }
  }
}

/** A source that is written through `data`. */
export class PlaceSource implements WritableSource {
  readonly immediate = true;
  readonly page: number;
  readonly counts = noCounts();
  failure: unknown;
  readonly journal: EngineSource | undefined;
  readonly ordered: boolean;
  readonly held: boolean;
  readonly isNew: boolean;
  readonly location: string | undefined;
  private readonly data: Part;
  readonly share: () => void;
  private release: (() => void) | undefined;
  private closed = false;

  constructor(parts: WritableParts) {
    this.data = new Part(parts.data, this.attempt);
    this.journal = parts.journal && new Part(parts.journal, this.attempt);
    this.ordered = parts.ordered ?? false;
    this.held = parts.held ?? false;
    this.isNew = parts.isNew ?? false;
    this.location = parts.location;
    this.page = parts.page ?? 64 << 10;
    this.share = parts.share ?? (() => {});
    this.release = parts.close;
  }

  get size(): number {
    return this.data.size;
  }

  measure(): void {
    this.data.measure();
  }

  private readonly attempt = (act: () => void): number => {
    try {
      if (this.closed) throw new HyperslabError("Closed", "the file was closed");
      act();
      return 1;
    } catch (e) {
      this.failure = e;
      return 2;
    }
  };

  read(offset: number, into: Uint8Array): number {
    if (into.length > 0) count(this.counts, into.length);
    return this.data.read(offset, into);
  }

  write(offset: number, bytes: Uint8Array): number {
    return this.data.write(offset, bytes);
  }

  truncate(size: number): number {
    return this.data.truncate(size);
  }

  sync(): number {
    return this.data.sync();
  }

  fetch(): Promise<Uint8Array> {
    throw new HyperslabError("Internal", "an immediate source was asked to fetch");
  }

  close(): void {
    this.closed = true;
    const { release } = this;
    this.release = undefined;
    release?.();
  }
}

/** What a mode makes of a place of `size` bytes that exists in any case: whether it is to be emptied, and a file made. */
export function settle(mode: WriteMode, size: number, what: string): { empty: boolean; isNew: boolean } {
  if ((mode === "x" || mode === "w-") && size > 0) throw alreadyThere(what);
  return { empty: mode === "w", isNew: mode === "w" || (mode !== "r+" && size === 0) };
}

/** The error for a file that must not be there. */
export function alreadyThere(what: string): HyperslabError {
  return new HyperslabError("Io", `${what} exists already`);
}

/** The error for a file that somebody else is writing. */
export function busy(what: string, who: string, cause?: unknown): HyperslabError {
  return new HyperslabError("Io", `${what} is open for writing already: ${who}`, { cause });
}
