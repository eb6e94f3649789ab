/** What every source is turned into. */

import type { Source as EngineSource } from "#glue";
import { HyperslabError } from "../errors.js";

/** What a source was asked for, see `FileStats`. */
export interface Counts {
  requests: number;
  bytes: number;
  hits: number;
  /** Bytes kept on this side. */
  memory: number;
  notices: string[];
}

export const noCounts = (): Counts => ({ requests: 0, bytes: 0, hits: 0, memory: 0, notices: [] });

/** Bytes of a file, from a position on. */
export interface Fetched {
  readonly from: number;
  readonly bytes: Uint8Array;
}

export type FetchAll = (ranges: readonly (readonly [from: number, to: number])[], signal?: AbortSignal) => Promise<Fetched[]>;

/** A file's bytes. */
export interface ByteSource extends EngineSource {
  /** Whether `read` answers at once. */
  readonly immediate: boolean;
  /** Bytes of a page of the metadata cache. */
  readonly page: number;
  /** Asks how large the file is now, where that may change while it is open. What it gives is called when the engine asks, too. */
  measure?(): void | Promise<void | (() => void)>;
  /** The Blob that these bytes are. */
  readonly blob?: Blob;
  /** The absolute path of the file that these bytes are. */
  readonly path?: string;
  /** What the last failed `read`, or another verb, threw. */
  failure: unknown;
  /** Reads when `read` cannot. */
  fetch(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Reads all of some ranges, where the source itself knows best which requests that takes. */
  readonly fetchAll?: FetchAll | undefined;
  /** Absent for bytes that are here. */
  readonly counts?: Counts | undefined;
  /** The sources that this one is made of, which count for themselves. */
  readonly members?: readonly ByteSource[];
  close(): void;
}

/** Notes a read of so many bytes. */
export function count(counts: Counts | undefined, bytes: number): void {
  if (!counts) return;
  counts.requests += 1;
  counts.bytes += bytes;
}

/** A source that answers at once. */
export abstract class ImmediateSource implements ByteSource {
  abstract readonly size: number;
  readonly immediate = true;
  readonly page: number = 64 << 10;
  readonly counts: Counts | undefined = noCounts();
  failure: unknown;

  /** Fills all of `into` from `offset`, or throws. */
  protected abstract fill(offset: number, into: Uint8Array): void;

  read(offset: number, into: Uint8Array): number {
    if (into.length === 0) return 1;
    try {
      this.fill(offset, into);
      count(this.counts, into.length);
      return 1;
    } catch (e) {
      this.failure = e;
      return 2;
    }
  }

  fetch(): Promise<Uint8Array> {
    throw new HyperslabError("Internal", "an immediate source was asked to fetch");
  }

  close(): void {}
}

/** The error for the last failed `read` of a source. */
export function sourceFailure(source: ByteSource, address?: number): HyperslabError {
  const cause = source.failure;
  source.failure = undefined;
  if (cause instanceof HyperslabError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new HyperslabError("Io", `the source failed: ${message}`, { address, cause });
}

/** The error for a source that gave another number of bytes than it was asked for. */
export function shortRead(offset: number, wanted: number, got: number): HyperslabError {
  return new HyperslabError("Io", `the source gave ${got} bytes where ${wanted} were asked for`, { address: offset });
}
