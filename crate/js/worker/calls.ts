/** What is said between a program and its workers, by Comlink: structured clones, and buffers that change hands. */

import type { Choice, Spec, Values } from "#glue";
import { transferHandlers } from "comlink";
import { type Fault, toError } from "../faults.js";
import { HyperslabError } from "../errors.js";
import type { Filter } from "../types.js";

/** Where a worker finds the bytes of a file. */
export type Place = { blob: Blob } | { path: string } | { size: number; page: number };

/** Reads for workers that cannot reach a file themselves. */
export type Fetch = (offset: number, length: number) => Promise<Uint8Array>;

/** A part of a read. */
export interface ReadJob {
  /** Says which read it is part of: parts of one share a plan. */
  read: number;
  /** Path and address of the dataset. */
  path: string;
  dataset: number;
  choice: Choice;
  from: number;
  to: number;
  /** Buffers that were handed over before and are not needed any more: new ones cost more than what is copied into them. */
  spare: ArrayBuffer[];
}

/** Elements, in the engine's buffers. */
export interface Batch {
  elements: number;
  buffers: Uint8Array[];
}

/** Some rows of a dataset, of which chunks are made. */
export interface EncodeJob {
  /** A dataset of so many rows, without elements. */
  like: Spec;
  values: Values;
  /** The filters that the dataset has. */
  filters: Filter[];
}

/** A chunk as it is stored. */
export interface EncodedChunk {
  offset: number[];
  bytes: Uint8Array;
  mask: number;
}

/** What chunks that are made apart from a copy have in common, as the engine says it. */
export interface ApartRecord {
  /** Address of the dataset in the source. */
  dataset: number;
  /** Extents of a chunk. */
  chunk: number[];
  filters: Filter[];
  /** The bytes of an element beyond the extents. */
  fill: number[];
}

/** Some chunks of a copy: where each begins in the dataset, and how much of it there is along each axis, one behind the other. */
export interface RecodeJob extends ApartRecord {
  boxes: Float64Array;
}

/** What a worker does. */
export interface Host {
  /** Opens a file under a number, in the place of what was there under it. `port`: where a {@link Fetch} answers. */
  open(file: number, place: Place, cache: number, port?: MessagePort): Promise<void>;
  close(file: number): void;
  read(file: number, job: ReadJob): Promise<Batch[]>;
  encode(job: EncodeJob): Promise<EncodedChunk[]>;
  /** Makes chunks of a copy; of each only what is stored counts. */
  recode(file: number, job: RecodeJob): Promise<EncodedChunk[]>;
}

/** A change, as a call of the engine. */
export interface Call {
  method: string;
  args: unknown[];
}

/** A shared file as a member finds it. */
export interface State {
  /** Another one after each change. */
  version: number;
  /** Objects that are gone, and the headers of those that are since the state before. */
  graves: number;
  gone: number[];
  size: number;
  writable: boolean;
}

/** What the owner of a shared file does for a member. */
export interface Owner {
  /** Nothing is changed until `release`. `since`: `graves` of the state before. */
  lease(since: number): Promise<State>;
  release(): void;
  fetch: Fetch;
  change(calls: readonly Call[]): Promise<unknown>;
  flush(): Promise<void>;
}

interface Thrown {
  value: unknown;
}
type Sent = { fault: Fault } | object;

let prepared = false;

/** Errors arrive as what they were, if this was called on both sides. */
export function sendFaults(): void {
  if (prepared) return;
  prepared = true;
  const usual = transferHandlers.get("throw")!;
  transferHandlers.set("throw", {
    canHandle: usual.canHandle,
    serialize(thrown) {
      const error = (thrown as Thrown).value;
      if (!(error instanceof HyperslabError)) return usual.serialize(thrown) as [Sent, Transferable[]];
      const { code, message, address, trail, path, filter, server } = error;
      return [{ fault: { code, message, address, trail: trail && [...trail], path, filter, server } } as Sent, []];
    },
    deserialize(sent: Sent) {
      if ("fault" in sent) throw toError(sent.fault);
      return usual.deserialize(sent);
    },
  });
}
