/** What workers do for one file: they decode the chunks that are read, and encode those that are written. */

import type { Choice, Reading } from "#glue";
import { expose, transfer } from "comlink";
import { count } from "../arrays.js";
import { type Column, Parts as Batches } from "../columns.js";
import { type Session, step, type Steps } from "../drive.js";
import { argument, HyperslabError, unlessStopped } from "../errors.js";
import type { FileObject } from "../file.js";
import { loader } from "../loader.js";
import { CACHE } from "../opening.js";
import { registered } from "../register.js";
import type { Filter, OpenOptions } from "../types.js";
import type { ApartRecord, Batch, EncodedChunk, EncodeJob, Fetch, Place, ReadJob } from "./calls.js";
import { enter, everyone, give, type Hand, leave, take } from "./hands.js";
import { Lock } from "./lock.js";
import { boxOf, cutBox, PART } from "./parts.js";
import { type Leaves, leavesOf, paste, widthOf } from "./paste.js";
// All that is shared is one file, which compresses best.
import "../exports.js";

/** Parts for each worker that are enough to keep it busy to the end. */
const ENOUGH = 4;
/** Buffers that go back to a worker at a time. */
const SPARE = 2;
/** Bytes of a part that are a lot. */
const LARGE = 8 << 20;
/** Workers that "auto" stands for, at most. */
const MOST = 4;

let files = 0;
let reads = 0;

/** What is read, and who takes it. */
export interface Wanted {
  dataset: { readonly path: string; readonly address: number; readonly filters: readonly Filter[]; readonly shape: number[] | null; readonly chunks: number[] | null };
  choice: Choice;
  /** Elements, and the column for them. */
  total: number;
  column: Column;
  signal: AbortSignal | undefined;
  onProgress: ((done: number, total: number) => void) | undefined;
}

/** How a read is cut into parts. */
interface Parts {
  n: number;
  /** What belongs to a part. */
  job(i: number): Pick<ReadJob, "choice" | "from" | "to">;
  /** Whether they are parts of one plan. */
  together: boolean;
  /** Takes a batch of part `i` that begins with its element `from`. */
  take(buffers: Uint8Array[], elements: number, i: number, from: number): void;
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
  if (why === undefined) session.crew = new Crew(most as number, session, cache);
  else session.notices = [`workers cannot be had here, and all is done without them: ${why}`];
}

export class Crew {
  private readonly file = ++files;
  private closed = false;
  private readonly ports = new Map<Hand, MessagePort>();
  /** Nothing is changed while somebody reads. */
  private readonly lock = new Lock();
  private changes = 0;
  private spare: ArrayBuffer[] = [];

  /** `most` workers for the file of `session`. */
  constructor(
    private readonly most: number,
    private readonly session: Session,
    private readonly cache: number,
  ) {
    enter();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const hand of everyone()) if (hand.files.delete(this.file)) void hand.ask((host) => host.close(this.file)).catch(() => {});
    leave();
    for (const port of this.ports.values()) port.close();
  }

  /** Makes a change while nobody reads. */
  async alone<T>(change: () => T): Promise<Awaited<T>> {
    await this.lock.enter(true);
    try {
      return await change();
    } finally {
      this.changes += 1;
      this.lock.leave(true);
    }
  }

  /** Nothing is changed until what this gives is called. */
  async hold(): Promise<() => void> {
    await this.lock.enter(false);
    return () => this.lock.leave(false);
  }

  /** How workers read it; nothing if that is not worth it, or they cannot. */
  read(reading: Reading, wanted: Wanted): Steps<void> | undefined {
    const { total, dataset, column } = wanted;
    // Functions are known here alone.
    if (total < 2 || dataset.filters.some(({ id }) => registered.has(id))) return undefined;
    const rows = reading.cuts(PART);
    if (rows.length === 0) return undefined;
    const leaves = leavesOf(column);
    const most = rows.reduce((most, at, i) => Math.max(most, at - (i ? rows[i - 1]! : 0)), 0);
    // A few large parts are not enough for all workers, and take a lot of memory.
    const better = leaves && (rows.length <= ENOUGH * this.most || most * widthOf(leaves) > LARGE) && this.boxes(wanted, leaves, rows.length - 1);
    if (better) return this.readParts(better, wanted);
    if (rows.length <= 2) return undefined;
    const parts: Parts = {
      n: rows.length - 1,
      job: (i) => ({ choice: wanted.choice, from: rows[i]!, to: rows[i + 1]! }),
      together: true,
      take: (buffers, elements) => column.take(new Batches(buffers), elements),
    };
    return this.readParts(parts, wanted);
  }

  /** A box in parts along the axis that gives most of them, if they are more than `least`. */
  private boxes({ choice: { text }, dataset: { shape, chunks }, total }: Wanted, leaves: Leaves, least: number): Parts | undefined {
    const box = text === undefined || !chunks ? undefined : boxOf(this.session, text, shape!);
    if (!box) return undefined;
    const { start, extents } = box;
    const end = start.map((from, k) => from + extents[k]!);
    const cuts = cutBox(start, end, chunks!, total * widthOf(leaves), ENOUGH * this.most);
    const { axis, at } = cuts;
    const n = at.length - 1;
    if (n <= least) return undefined;
    const each = total / extents[axis]!;
    return {
      n,
      job(i) {
        const spelled = start.map((from, k) => (k === axis ? `${at[i]}:${at[i + 1]}` : `${from}:${end[k]}`)).join();
        return { choice: { text: spelled }, from: 0, to: each * (at[i + 1]! - at[i]!) };
      },
      together: false,
      take: (buffers, elements, i, from) => paste(leaves, extents, cuts, { i, from, elements }, buffers),
    };
  }

  private *readParts({ n, job, together, take: put }: Parts, { dataset, total, signal, onProgress }: Wanted): Steps<void> {
    const { session } = this;
    const read = ++reads;
    if (!together) reads += n;
    const { address, path } = dataset;
    const ask = (i: number, stop: AbortSignal): Promise<Batch[]> =>
      this.work(session.version + this.changes, stop, (hand) => {
        const spare = this.spare.splice(-SPARE);
        const part: ReadJob = { read: together ? read : read + i, path, dataset: address, spare, ...job(i) };
        return hand.ask((host) => host.read(this.file, transfer(part, spare)));
      });
    let done = 0;
    const taken = (batches: Batch[], i: number): void => {
      let from = 0;
      for (const { elements, buffers } of batches) {
        put(buffers, elements, i, from);
        from += elements;
        done += elements;
        for (const { buffer } of buffers) if (this.spare.length < SPARE * this.most) this.spare.push(buffer as ArrayBuffer);
        onProgress?.(done, total);
      }
    };
    try {
      yield* step(() => this.inOrder(n, ask, taken, [signal, session.signal]));
    } finally {
      this.spare = [];
    }
  }

  /** Encodes `n` parts, several at a time, and gives the chunks of each to `take`, in their order. */
  encode(session: Session, n: number, job: (i: number) => EncodeJob, take: (chunks: EncodedChunk[], i: number) => void, signal: AbortSignal | undefined): Steps<void> {
    const encode = (i: number, stop: AbortSignal): Promise<EncodedChunk[]> =>
      this.work(undefined, stop, (hand) => {
        // Cut when its turn comes: what waits takes no memory.
        const part = job(i);
        const buffers = part.values.data!.buffers.map((b) => b.buffer as ArrayBuffer);
        return hand.ask((host) => host.encode(transfer(part, buffers)));
      });
    return step(() => this.inOrder(n, encode, take, [signal, session.signal]));
  }

  /** Makes chunks of a copy, which `put` takes in the order in which `next` gives what belongs into them. */
  recode(session: Session, job: ApartRecord, next: (most: number) => Float64Array, put: (chunks: EncodedChunk[]) => Promise<void>, signal: AbortSignal | undefined): Steps<void> {
    const most = Math.max(1, Math.floor(PART / (count(job.chunk) * job.fill.length)));
    const recode = (_: number, stop: AbortSignal): Promise<EncodedChunk[]> | undefined => {
      const boxes = next(most);
      return boxes.length === 0 ? undefined : this.work(session.version, stop, (hand) => hand.ask((host) => host.recode(this.file, { ...job, boxes })));
    };
    return step(() => this.inOrder(Infinity, recode, put, [signal, session.signal]));
  }

  /** Does jobs, several at a time, and takes what they make, in order. Not much more is begun than is taken. */
  private async inOrder<T>(n: number, job: (i: number, stop: AbortSignal) => Promise<T> | undefined, taken: (made: T, i: number) => void | Promise<void>, signals: (AbortSignal | undefined)[]): Promise<void> {
    const ended = new AbortController();
    for (const signal of signals) signal?.throwIfAborted();
    const made: Promise<T>[] = [];
    try {
      for (let next = 0, i = 0; i < n; i++) {
        for (; next < Math.min(n, i + 2 * this.most); next++) {
          const one = job(next, ended.signal);
          if (!one) {
            n = next;
            break;
          }
          one.catch(() => {}); // told in its turn, or not at all
          made[next] = one;
        }
        if (i === n) break;
        let part: T | Promise<T> = made[i]!;
        for (const signal of signals) part = unlessStopped(part, signal);
        part = await part;
        // What was made before comes first in a race, also after the end.
        for (const signal of signals) signal?.throwIfAborted();
        await taken(part, i);
        delete made[i];
      }
    } finally {
      ended.abort();
    }
  }

  /** Lets the next free worker do something, with the file open as it is at `version`, if that matters. */
  private async work<T>(version: number | undefined, stop: AbortSignal, job: (hand: Hand) => Promise<T>): Promise<T> {
    const check = (): void => {
      if (this.closed) throw new HyperslabError("Closed", "the file was closed");
      // What it is for was given up meanwhile.
      stop.throwIfAborted();
    };
    check();
    const hand = await take(this.most);
    if (!hand) throw new HyperslabError("Closed", "all files were closed");
    try {
      check();
      if (version !== undefined && hand.files.get(this.file) !== version) {
        const place = this.place();
        const port = "size" in place ? this.port(hand) : undefined;
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
    const { blob, path, size, page } = this.session.source;
    if (this.session.writable) return { size: this.session.raw.fileSize(), page };
    if (blob) return { blob };
    return path === undefined ? { size, page } : { path };
  }

  /** Where a worker asks for bytes that it cannot reach itself. */
  private port(hand: Hand): MessagePort {
    const { port1, port2 } = new MessageChannel();
    expose(fetcher(this.session), port1);
    // In Node a port that listens keeps the program alive, which waits for the worker only.
    (port1 as { unref?(): void }).unref?.();
    this.ports.get(hand)?.close();
    this.ports.set(hand, port1);
    return port2;
  }
}

/** Reads for workers. What is handed over is a copy: the bytes may be in a cache. */
function fetcher(session: Session): Fetch {
  const { source } = session;
  return async (offset, length) => {
    let bytes: Uint8Array;
    // As the file is now, wherever that is.
    if (session.writable) bytes = (await session.run("/", step(() => session.raw.copy(offset, offset + length)))) as Uint8Array;
    else if (source.immediate) {
      bytes = new Uint8Array(length);
      if (source.read(offset, bytes) !== 1) throw source.failure;
    } else bytes = (await source.fetch(offset, length)).slice();
    return transfer(bytes, [bytes.buffer as ArrayBuffer]);
  };
}
