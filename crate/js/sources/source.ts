/** What every source is turned into. */

import type { Source as EngineSource } from "#glue";
import { HyperslabError } from "../errors.js";

/** A file's bytes. */
export interface ByteSource extends EngineSource {
  /** Whether `read` answers at once. */
  readonly immediate: boolean;
  /** Bytes of a page of the metadata cache. */
  readonly page: number;
  /** Asks how large the file is now, where that may change while it is open. */
  measure?(): void | Promise<void>;
  /** The Blob that these bytes are. */
  readonly blob?: Blob;
  /** The absolute path of the file that these bytes are. */
  readonly path?: string;
  /** What the last failed `read`, or another verb, threw. */
  failure: unknown;
  /** Reads when `read` cannot. */
  fetch(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  close(): void;
}

/** A source that answers at once. */
export abstract class ImmediateSource implements ByteSource {
  abstract readonly size: number;
  readonly immediate = true;
  readonly page: number = 64 << 10;
  failure: unknown;

  /** Fills all of `into` from `offset`, or throws. */
  protected abstract fill(offset: number, into: Uint8Array): void;

  read(offset: number, into: Uint8Array): number {
    if (into.length === 0) return 1;
    try {
      this.fill(offset, into);
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
