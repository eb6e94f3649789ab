/** What workers do for one file: they decode the chunks that are read, and encode those that are written. */

import type { Choice, Reading, Spec, Values } from "#glue";
import { expose, transfer } from "comlink";
import { type Session, step, type Steps } from "../drive.js";
import { argument, HyperslabError } from "../errors.js";
import type { FileObject } from "../file.js";
import { loader } from "../loader.js";
import { CACHE } from "../opening.js";
import { registered } from "../register.js";
import type { ByteSource } from "../sources/source.js";
import type { Filter, OpenOptions } from "../types.js";
import type { Batch, EncodedChunk, Fetch, Place } from "./calls.js";
import { enter, everyone, give, type Hand, leave, take } from "./hands.js";
import { cutRows, rowsOf } from "./rows.js";
// All that is shared is one file, which compresses best.
import "../exports.js";

/** Bytes of a part, before filters: enough for the message not to matter. */
const PART = 1 << 20;
/** Workers that "auto" stands for, at most. */
const MOST = 4;

let files = 0;
let reads = 0;

/** How the parts of a read are taken. */
export interface Taker {
  path: string;
  choice: Choice;
  dataset: number;
  signal: AbortSignal | undefined;
  /** Takes the next batch of a part. */
  take(batch: Batch): void;
}

/** Gives a file its workers, where there are any. */
export async function staff(file: FileObject<"async">, { workers, cache = CACHE }: OpenOptions): Promise<void> {
  const { session } = file.context;
  // One processor is left to the program itself.
  const most = workers === "auto" ? Math.min(Math.max(loader().processors() - 1, 1), MOST) : workers;
  if (!Number.isInteger(most) || (most as number) < 1) {
    session.close();
    throw argument(`workers: ${String(workers)} is not "auto" nor a number of workers`);
  }
  const why = await loader().without?.();
  if (why === undefined) session.crew = new Crew(most as number, session.source, cache);
  else session.notices = [`workers cannot be had here, and all is done without them: ${why}`];
}

export class Crew {
  private readonly file = ++files;
  private closed = false;
  private readonly ports: MessagePort[] = [];

  /** `most` workers for the file in `source`. */
  constructor(
    private readonly most: number,
    private readonly source: ByteSource,
    private readonly cache: number,
  ) {
    enter();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const hand of everyone()) if (hand.files.delete(this.file)) void hand.ask((host) => host.close(this.file)).catch(() => {});
    leave();
    for (const port of this.ports) port.close();
  }

  /** Where the parts of a read begin that workers can take; none if it is not worth it, or they cannot. */
  cuts(session: Session, reading: Reading, elements: number, filters: readonly Filter[]): Float64Array | undefined {
    // What has changed and is not flushed is known here alone, and so are functions.
    if (session.writable || elements < 2 || filters.some(({ id }) => registered.has(id))) return undefined;
    const cuts = reading.cuts(PART);
    return cuts.length > 2 ? cuts : undefined;
  }

  /** Reads all parts, several at a time, in their order. */
  read(session: Session, cuts: Float64Array, { path, choice, dataset, signal, take: next }: Taker): Steps<void> {
    const read = ++reads;
    const job = (i: number): Promise<Batch[]> =>
      this.work(session.version, (hand) => hand.ask((host) => host.read(this.file, { read, path, dataset, choice, from: cuts[i]!, to: cuts[i + 1]! })));
    const taken = (batches: Batch[]): void => batches.forEach(next);
    return step(() => this.inOrder(cuts.length - 1, job, taken, [signal, session.signal]));
  }

  /**
   * Encodes whole rows of chunks, several at a time, and gives each chunk to `store`, in their order. `like`: a dataset of that
   * type, with `chunks` and filters; `values`: its elements.
   */
  encode(session: Session, like: Spec, values: Values, chunks: readonly number[], filters: readonly Filter[], store: (chunk: EncodedChunk) => void): Steps<void> {
    const rows = rowsOf(like.shape!, chunks, values.data!, PART);
    const job = (i: number): Promise<EncodedChunk[]> => {
      const part = cutRows(like, values, rows[i]!, rows[i + 1]!);
      const buffers = part.values.data!.buffers.map((b) => b.buffer as ArrayBuffer);
      return this.work(undefined, (hand) => hand.ask((host) => host.encode(transfer({ ...part, filters: [...filters] }, buffers))));
    };
    let at = 0;
    const taken = (encoded: EncodedChunk[]): void => {
      for (const { offset, bytes, mask } of encoded) store({ offset: [offset[0]! + rows[at]!, ...offset.slice(1)], bytes, mask });
      at += 1;
    };
    return step(() => this.inOrder(rows.length - 1, job, taken, [session.signal]));
  }

  /** Does jobs, several at a time, and takes what they make, in order. Not much more is begun than is taken. */
  private async inOrder<T>(n: number, job: (i: number) => Promise<T>, taken: (made: T) => void, signals: (AbortSignal | undefined)[]): Promise<void> {
    const ended = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      for (const signal of signals) {
        signal?.throwIfAborted();
        signal?.addEventListener("abort", () => reject(signal.reason), { signal: ended.signal });
      }
    });
    aborted.catch(() => {});
    const made: Promise<T>[] = [];
    try {
      for (let next = 0, i = 0; i < n; i++) {
        for (; next < Math.min(n, i + 2 * this.most); next++) {
          made[next] = job(next);
          made[next]!.catch(() => {}); // told in its turn, or not at all
        }
        const part = await Promise.race([made[i]!, aborted]);
        // What was made before comes first in a race, also after the end.
        for (const signal of signals) signal?.throwIfAborted();
        taken(part);
        delete made[i];
      }
    } finally {
      ended.abort();
    }
  }

  /** Lets the next free worker do something, with the file open as it is at `version`, if that matters. */
  private async work<T>(version: number | undefined, job: (hand: Hand) => Promise<T>): Promise<T> {
    const check = (): void => {
      if (this.closed) throw new HyperslabError("Closed", "the file was closed");
    };
    check();
    const hand = await take(this.most);
    if (!hand) throw new HyperslabError("Closed", "all files were closed");
    try {
      check();
      if (version !== undefined && hand.files.get(this.file) !== version) {
        const place = this.place();
        const port = "size" in place ? this.port() : undefined;
        await hand.ask((host) => host.open(this.file, place, this.cache, port && transfer(port, [port])));
        hand.files.set(this.file, version);
      }
      const made = await job(hand);
      check();
      return made;
    } finally {
      give(hand);
    }
  }

  /** Where the file is for a worker. */
  private place(): Place {
    const { blob, path, size, page } = this.source;
    if (blob) return { blob };
    return path === undefined ? { size, page } : { path };
  }

  /** Where a worker asks for bytes that it cannot reach itself. */
  private port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    expose(fetcher(this.source), port1);
    // In Node a port that listens keeps the program alive, which waits for the worker only.
    (port1 as { unref?(): void }).unref?.();
    this.ports.push(port1);
    return port2;
  }
}

/** Reads for workers. What is handed over is a copy: the bytes may be in a cache. */
function fetcher(source: ByteSource): Fetch {
  return async (offset, length) => {
    let bytes: Uint8Array;
    if (source.immediate) {
      bytes = new Uint8Array(length);
      if (source.read(offset, bytes) !== 1) throw source.failure;
    } else bytes = (await source.fetch(offset, length)).slice();
    return transfer(bytes, [bytes.buffer]);
  };
}
