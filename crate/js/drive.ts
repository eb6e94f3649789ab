/**
 * The engine never waits: what it needs and does not have is an error that lists byte ranges. The loop here fetches
 * them and calls again. It is also where synchronous and asynchronous files part ways, and the only such place:
 * operations are generators that yield steps, and `Session.run` either runs them at once or awaits in between.
 */

import type { Engine } from "#glue";
import { loadCodecs, loadCodecsNow } from "./codecs.js";
import type { Instance } from "./engine.js";
import type { Names } from "./dims.js";
import { HyperslabError, unlessStopped } from "./errors.js";
import { type Fault, isTrap, Pending, toError, Wanted } from "./faults.js";
import { filterFailure } from "./filters.js";
import type { Neighbours } from "./neighbours.js";
import type { HdfObject } from "./object.js";
import { breathe } from "./pauses.js";
import type { Described, ObjectRecord } from "./records.js";
import { fetchRanges } from "./sources/ranges.js";
import { type ByteSource, sourceFailure } from "./sources/source.js";
import { rest, Tries } from "./tries.js";
import type { Mode, Out } from "./types.js";
import type { Crew } from "./worker/crew.js";
import type { Joined } from "./worker/joined.js";
import type { Sharing } from "./worker/share.js";

/** One call into the engine, repeated until its bytes are there; or, in asynchronous files, a promise to wait for. */
type Step = () => unknown;

/** An operation as a series of steps. */
export type Steps<T> = Generator<Step, T, unknown>;

/** `yield* step(fn)` is `fn()`'s result, whichever way the file is driven. */
export function* step<T>(fn: () => T): Generator<Step, Awaited<T>, unknown> {
  return (yield fn) as Awaited<T>;
}

/** What an operation has fetched and the engine still holds. */
interface Held {
  supplies: [token: number, bytes: number, file: number][];
  bytes: number;
  /** What stops it. */
  signal: AbortSignal | undefined;
}

/** Bytes that an operation keeps from step to step. */
const HELD = 32 << 20;

/** One open file: its engine, its source, and how its calls are driven. */
export class Session<M extends Mode = Mode> {
  private engine: Engine | undefined;
  /** Address of the root group. */
  root = 0;
  /** Counts changes: descriptions of an older version are out of date. */
  version = 0;
  /** Objects that were created and whose addresses are not known yet. */
  readonly unsettled = new Set<{ settle(): void }>();
  /** Whether somebody writes the file meanwhile (SWMR), as of the last look at it. */
  swmr = false;
  /** Addresses at which objects were deleted, with the version at that. */
  readonly deleted = new Map<number, number>();
  /**
   * Descriptions by address that changes have renewed, where bytes may have to be fetched for that. Elsewhere objects are
   * described again when somebody asks.
   */
  readonly renewed: Map<number, Described<ObjectRecord>> | undefined;
  /** The objects whose descriptions would have to be renewed, as far as the program still has them. */
  private handed: WeakRef<HdfObject<Mode>>[] = [];
  /** Workers, if the file has any. */
  crew: Crew | undefined;
  /** What is not as it should be. */
  notices?: string[];
  /** What members of this file get, if others have joined it. */
  sharing: Sharing | undefined;
  /** The way to its owner, if this is a file that was joined. */
  joined: Joined | undefined;
  /** Changes wait for it. */
  held: Promise<void> | undefined;
  /** What is done when it is closed. */
  readonly endings: (() => void)[] = [];
  /** By group, see `dims.ts`. */
  readonly names = new Map<string, Names>();
  private readonly generation: number;
  /** Files that the engine also reads, by their numbers, besides those that were found for it. */
  private readonly attached = new Map<number, ByteSource>();
  /** And what is named in those. */
  private readonly beyond: Neighbours[] = [];

  constructor(
    readonly driven: M,
    readonly instance: Instance,
    engine: Engine,
    readonly source: ByteSource,
    readonly writable: boolean,
    readonly signal?: AbortSignal | undefined,
    readonly others?: Neighbours | undefined,
  ) {
    this.engine = engine;
    this.generation = instance.generation;
    if (driven === "async" && !source.immediate) this.renewed = new Map();
    if (others) engine.findFiles();
  }

  /** Whether the engine's objects of this file still exist. */
  get alive(): boolean {
    return this.engine !== undefined && this.generation === this.instance.generation;
  }

  /** Whether the file can be changed. */
  get changes(): boolean {
    return this.writable || (this.joined?.writable ?? false);
  }

  /** The engine, unless the file was closed. */
  get raw(): Engine {
    if (!this.engine) throw new HyperslabError("Closed", "the file was closed");
    if (this.generation !== this.instance.generation) {
      throw new HyperslabError("Closed", "the engine was restarted after an internal fault: open the file again");
    }
    return this.engine;
  }

  close(): void {
    if (this.alive) this.engine!.free();
    this.engine = undefined;
    this.crew?.close();
    for (const end of this.endings.splice(0)) end();
    this.source.close();
    for (const others of [this.others, ...this.beyond]) others?.close();
  }

  /** Notes an object that the program gets. */
  hand(object: HdfObject<Mode>): void {
    if (!this.renewed) return;
    // Those that are gone are dropped when there are twice as many as there were the last time.
    if (this.handed.length >= 64 && Number.isInteger(Math.log2(this.handed.length))) this.handed = this.handed.filter((ref) => ref.deref());
    this.handed.push(new WeakRef(object));
  }

  /** The objects that the program has. */
  objects(): HdfObject<Mode>[] {
    return this.handed.map((ref) => ref.deref()).filter((object) => object !== undefined);
  }

  /** Of the file and of those that it reads. */
  sources(): ByteSource[] {
    const named = [this.others, ...this.beyond].flatMap((others) => others?.all() ?? []);
    return [this.source, ...this.attached.values(), ...named];
  }

  /** Lets go of what was read: others have changed it. With `all`, of open datasets, too. What stops it leaves everything as it was. */
  forget(all: boolean, own?: AbortSignal): void | Promise<void> {
    const under = this.sources().map((source) => source.measure?.()).filter((answer) => answer !== undefined);
    const forget = (): void => this.raw.refresh(all);
    if (under.length === 0) return forget();
    return unlessStopped(Promise.all(under), own).then((measured) => {
      // All at once: nothing is read in between.
      for (const goOver of measured) goOver?.();
      forget();
    });
  }

  /** Lets the engine read another file, and find the `others` that it names; its number. */
  attach(source: ByteSource, cache: number, others?: Neighbours): number {
    for (const [number, known] of this.attached) if (known === source) return number;
    const number = this.raw.attach(source, source.page, cache);
    this.attached.set(number, source);
    if (others) this.beyond.push(others.elsewhere(number, this.driven));
    return number;
  }

  /** Where file `number` was found, or what is named in it. */
  private othersOf(number: number): Neighbours {
    return (this.beyond.find((others) => others.has(number)) ?? this.others)!;
  }

  /** Finds the file that this one's engine wanted while another session called it; what else went wrong is thrown again. */
  findWanted(e: unknown): void | Promise<void> {
    const fault = this.translate(e, "/");
    if (fault instanceof Wanted) return this.othersOf(fault.from).answer(this.raw, fault.from, fault.name);
    if (fault instanceof Pending && fault.source !== 0) {
      throw new HyperslabError("Unsupported", "copying from a file that is changed what is in others and has to be fetched: open it for reading");
    }
    throw e;
  }

  /** A single call into the engine about the object at `path`. */
  once<T>(path: string, fn: (engine: Engine) => T, own?: AbortSignal): Out<M, T> {
    return this.run(path, step(() => fn(this.raw)), own) as Out<M, T>;
  }

  /** A single call into the engine that has everything it needs, whichever way the file is driven. */
  now<T>(path: string, fn: (engine: Engine) => T): T {
    return this.attemptNow(() => fn(this.raw), path) as T;
  }

  /** Runs an operation about the object at `path`. */
  run<T>(path: string, steps: Steps<T>, own?: AbortSignal): Out<M, T> {
    if (this.driven === "sync") {
      own?.throwIfAborted();
      return this.runSync(path, steps) as Out<M, T>;
    }
    if (own?.aborted) return Promise.reject(own.reason as Error) as Out<M, T>;
    const signal = this.stoppedBy(own);
    return (this.joined ? this.joined.within(() => this.runAsync(path, steps, signal)) : this.runAsync(path, steps, signal)) as Out<M, T>;
  }

  /** What stops an operation: the file's signal, and one of its own. */
  stoppedBy(own: AbortSignal | undefined): AbortSignal | undefined {
    const { signal } = this;
    // Where there is no `any`, the file's is looked at between fetches.
    return own && signal && AbortSignal.any ? AbortSignal.any([own, signal]) : (own ?? signal);
  }

  /** Does something when changes need not wait any more. */
  unheld<T>(call: () => T): T | Promise<T> {
    return this.held ? this.held.then(() => this.unheld(call) as T) : call();
  }

  /** What comes after a change that is made, in an operation that might be stopped: nothing stops it any more. */
  settling<T>(steps: Steps<T>): Steps<T> {
    return this.driven === "sync" ? steps : (step(() => this.runAsync("/", steps)) as Steps<T>);
  }

  private runSync<T>(path: string, steps: Steps<T>): T {
    let next = steps.next();
    while (!next.done) {
      let value: unknown;
      try {
        value = this.attemptNow(next.value, path);
      } catch (e) {
        next = steps.throw(e);
        continue;
      }
      next = steps.next(value);
    }
    return next.value;
  }

  /** Calls; again if filters had to be loaded for it or other files to be found. */
  private attemptNow(call: Step, path: string): unknown {
    const tries = new Tries();
    for (let loaded = false; ; ) {
      try {
        return call();
      } catch (e) {
        const fault = this.translate(e, path);
        if (fault instanceof Wanted) void this.othersOf(fault.from).answer(this.raw, fault.from, fault.name);
        else if (fault instanceof Pending && fault.filter && !loaded) {
          loadCodecsNow(fault.filter.id);
          loaded = true;
        } else if (this.swmr && tries.another(fault)) {
          if (tries.many) rest();
          void this.forget(false);
        } else throw fault;
      }
    }
  }

  /** Runs an operation that waits for what is missing. */
  async runAsync<T>(path: string, steps: Steps<T>, signal = this.signal): Promise<T> {
    const held: Held = { supplies: [], bytes: 0, signal };
    try {
      let next = steps.next();
      while (!next.done) {
        let value: unknown;
        try {
          value = await this.attempt(next.value, path, held);
        } catch (e) {
          next = steps.throw(e);
          continue;
        }
        next = steps.next(value);
      }
      return next.value;
    } finally {
      this.release(held, 0);
    }
  }

  /** Calls until nothing is missing any more. */
  private async attempt(call: Step, path: string, held: Held): Promise<unknown> {
    let before = "";
    // What earlier steps fetched may be meant for this one: reads ask for several batches at once.
    let earlier = held.supplies.length;
    const tries = new Tries();
    for (;;) {
      try {
        return await call();
      } catch (e) {
        const fault = this.translate(e, path);
        if (fault instanceof Wanted) {
          this.signal?.throwIfAborted();
          await this.othersOf(fault.from).answer(this.raw, fault.from, fault.name);
          continue;
        }
        if (!(fault instanceof Pending)) {
          if (!(await this.again(fault, tries))) throw fault;
          before = "";
          continue;
        }
        const asked = fault.filter ? "filter" : `${fault.source}:${String(fault.ranges)}`;
        if (asked === before) throw new HyperslabError("Internal", "the same bytes are asked for again", { path });
        before = asked;
        if (fault.filter) {
          await loadCodecs(undefined, held.signal);
          continue;
        }
        earlier -= this.release(held, HELD, earlier);
        try {
          await this.fetch(fault, held);
        } catch (failed) {
          if (!(await this.again(failed, tries))) throw failed;
          before = "";
        }
      }
    }
  }

  /** Gets ready for another attempt, if it may succeed. */
  private async again(e: unknown, tries: Tries): Promise<boolean> {
    if (!this.swmr || !tries.another(e)) return false;
    if (tries.many) await breathe();
    await this.forget(false);
    return true;
  }

  /** Lets go of the oldest supplies, `most` of them at most, until `bytes` are left. */
  private release(held: Held, bytes: number, most = held.supplies.length): number {
    let n = 0;
    while (held.supplies.length > 0 && n < most && held.bytes > bytes) {
      const [token, size, file] = held.supplies.shift()!;
      held.bytes -= size;
      n += 1;
      if (this.alive) this.engine!.release(file, token);
    }
    return n;
  }

  /** Fetches all ranges at the same time, those close together as one. */
  private async fetch({ ranges, source: file }: Pending, held: Held): Promise<void> {
    this.signal?.throwIfAborted();
    const source = file === 0 ? this.source : (this.attached.get(file) ?? this.othersOf(file).source(file));
    const { signal } = held;
    const parts = await unlessStopped(fetchRanges(source, ranges, signal), signal);
    signal?.throwIfAborted();
    this.signal?.throwIfAborted();
    for (const { from, bytes } of parts) {
      held.supplies.push([this.raw.supply(file, from, bytes), bytes.length, file]);
      held.bytes += bytes.length;
    }
  }

  private translate(e: unknown, path: string): HyperslabError | Pending | Wanted | unknown {
    if (typeof e === "string") {
      const fault = JSON.parse(e) as Fault;
      if (fault.wanted !== undefined) return new Wanted(fault.wanted, fault.source ?? 0);
      if (fault.pending) return new Pending(fault.pending, fault.source ?? 0, fault.filter);
      const failed = [this.source, ...this.attached.values()].find((s) => s.failure !== undefined) ?? [this.others, ...this.beyond].map((others) => others?.failed()).find(Boolean);
      if (fault.code === "Io" && failed) return sourceFailure(failed, fault.address);
      const cause = fault.filter && filterFailure();
      const error = toError(fault, path);
      return cause === undefined ? error : Object.assign(error, { cause });
    }
    if (isTrap(e)) {
      this.instance.restart();
      return new HyperslabError("Internal", `the engine failed: ${(e as Error).message}`, { path, cause: e });
    }
    return e;
  }
}
