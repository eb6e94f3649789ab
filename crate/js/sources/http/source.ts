/** A file behind a URL, of which blocks are kept. */

import { unlessStopped } from "../../errors.js";
import type { HttpOptions } from "../../types.js";
import { type ByteSource, type Fetched, noCounts } from "../source.js";
import { BLOCK, blocksOf, merged, pieces, plan, type Range, readAhead } from "./ranges.js";
import { type Look, Remote } from "./remote.js";
import { difference, isAnonymous } from "./version.js";

/** Bytes of blocks kept unless the options say otherwise. */
const CACHE = 32 << 20;
/** What is longer than this part of the cache goes past it. */
const PART = 4;
/** Requests under way at the same time. */
const LANES = 8;

type Blocks = Map<number, Uint8Array>;

/** Blocks that are asked for together. */
interface Batch {
  readonly wanted: Set<number>;
  readonly done: Promise<Blocks>;
  readonly stop: AbortController;
  /** Calls that wait for it. */
  waiting: number;
}

export class HttpSource implements ByteSource {
  size = 0;
  immediate = false;
  readonly page = BLOCK;
  readonly counts = noCounts();
  failure: unknown;
  private readonly remote: Remote;
  private readonly cache: number;
  /** Versions of the file so far. */
  private versions = 0;
  /** Blocks that are here, those that were not used for longest first. */
  private readonly blocks: Blocks = new Map();
  private readonly coming = new Map<number, Batch>();
  /** The batch of everything that is asked for in this moment. */
  private next: Batch | undefined;
  /** All of the file, if there is no other way. */
  private whole: Uint8Array | undefined;
  private readonly lanes = new Lanes(LANES);

  constructor(url: string, options: HttpOptions) {
    this.remote = new Remote(url, options, this.counts);
    this.cache = options.cache ?? CACHE;
  }

  async open(signal: AbortSignal | undefined): Promise<this> {
    this.goOver(await this.remote.look(signal));
    this.immediate = this.whole !== undefined;
    return this;
  }

  /** Goes over to another version. */
  private goOver({ version, bytes, isWhole }: Look): void {
    this.remote.goOver(version);
    this.versions += 1;
    this.size = version.size;
    this.forget();
    if (isWhole) {
      this.whole = bytes;
      this.counts.memory = bytes.length;
    } else this.divide(0, bytes, this.keep);
  }

  private forget(): void {
    this.blocks.clear();
    this.coming.clear();
    this.next = undefined;
    this.counts.memory = 0;
  }

  async measure(): Promise<() => void> {
    const look = this.immediate ? await this.remote.lookAtWhole() : await this.remote.look();
    return () => {
      const { version } = this.remote;
      // What is here of the same version is still good.
      if (look && (!version || isAnonymous(version) || difference(version, look.version) !== undefined)) this.goOver(look);
    };
  }

  read(offset: number, into: Uint8Array): number {
    if (!this.immediate) return 0;
    into.set(this.whole!.subarray(offset, offset + into.length));
    return 1;
  }

  async fetch(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array();
    const [fetched] = await this.fetchAll([[offset, offset + length]], signal);
    return fetched!.bytes;
  }

  async fetchAll(asked: readonly (readonly [number, number])[], signal?: AbortSignal): Promise<Fetched[]> {
    const ranges = merged(asked as readonly Range[]);
    const isLarge = ([from, to]: Range): boolean => to - from > this.cache / PART;
    const large = ranges.filter(isLarge);
    const small = ranges.filter((range) => !isLarge(range));
    for (;;) {
      signal?.throwIfAborted();
      const { versions } = this;
      try {
        const [blocks, past] = await Promise.all([this.blocksFor(small, signal), this.past(large, signal)]);
        if (versions === this.versions) return [...small.map((range) => joined(range, blocks)), ...past];
      } catch (e) {
        if (versions === this.versions) throw e;
      }
      // Parts of two versions are never given together.
    }
  }

  /** What is too large to be kept. */
  private async past(ranges: Range[], signal: AbortSignal | undefined): Promise<Fetched[]> {
    const all = ranges.map(([from, to]) => ({ from, bytes: new Uint8Array(to - from) }));
    const work = all.flatMap(({ from, bytes }) => pieces([from, from + bytes.length]).map((piece) => {
      const into = bytes.subarray(piece[0] - from, piece[1] - from);
      return this.lanes.take(() => this.remote.range(piece, into, signal));
    }));
    await Promise.all(work);
    return all;
  }

  /** The blocks of all ranges: those that are here, those that come already, and the others. */
  private async blocksFor(ranges: Range[], signal: AbortSignal | undefined): Promise<Blocks> {
    const here: Blocks = new Map();
    const batches = new Set<Batch>();
    for (const range of ranges) {
      let missing = 0;
      for (const block of blocksOf(range)) {
        const bytes = this.blocks.get(block);
        if (bytes) {
          this.blocks.delete(block);
          this.blocks.set(block, bytes); // used last
          here.set(block, bytes);
        } else {
          missing += 1;
          batches.add(this.coming.get(block) ?? this.want(block));
        }
      }
      if (missing === 0) this.counts.hits += 1;
    }
    await Promise.all(Array.from(batches, async (batch) => {
      for (const [block, bytes] of await this.waitFor(batch, signal)) here.set(block, bytes);
    }));
    return here;
  }

  private want(block: number): Batch {
    if (!this.next) {
      const stop = new AbortController();
      const wanted = new Set<number>();
      const done = new Promise((resolve) => setTimeout(resolve)).then(() => this.request(batch));
      const batch: Batch = { wanted, done, stop, waiting: 0 };
      done.catch(() => {}); // who waits for it is told
      this.next = batch;
    }
    this.next.wanted.add(block);
    this.coming.set(block, this.next);
    return this.next;
  }

  private async waitFor(batch: Batch, signal: AbortSignal | undefined): Promise<Blocks> {
    batch.waiting += 1;
    try {
      return await unlessStopped(batch.done, signal);
    } finally {
      batch.waiting -= 1;
      if (batch.waiting === 0) this.end(batch);
    }
  }

  /** Nobody waits for a batch any more. */
  private end(batch: Batch): void {
    batch.stop.abort();
    if (this.next === batch) this.next = undefined;
    for (const [block, of] of this.coming) if (of === batch) this.coming.delete(block);
  }

  /** Fetches a batch. */
  private async request(batch: Batch): Promise<Blocks> {
    if (this.next === batch) this.next = undefined;
    const { signal } = batch.stop;
    const { versions, remote } = this;
    const wanted = readAhead([...batch.wanted], this.size, (block) => this.blocks.has(block) || this.coming.has(block));
    for (const block of wanted) if (!this.coming.has(block)) this.coming.set(block, batch);
    const blocks: Blocks = new Map();
    const put = (block: number, bytes: Uint8Array): void => void blocks.set(block, bytes);
    for (;;) {
      const left = wanted.filter((block) => !blocks.has(block));
      if (left.length === 0) break;
      let requests = plan(left, this.size, remote.several !== false);
      // The first that asks for several ranges shows whether the server has such answers.
      const trial = remote.several === undefined ? requests.find((request) => request.length > 1) : undefined;
      if (trial) requests = requests.filter((request) => request.length === 1 || request === trial);
      await Promise.all(requests.map((request) => this.lanes.take(async () => {
        if (request.length > 1) return await remote.ranges(request, (from, bytes) => this.divide(from, bytes, put), signal);
        const [[from, to]] = request as [Range];
        const bytes = new Uint8Array(to - from);
        await remote.range([from, to], bytes, signal);
        this.divide(from, bytes, put);
      })));
      // What is still missing the server did not give that way.
      if (requests.some((request) => request.some(([from]) => !blocks.has(from / BLOCK)))) remote.several = false;
    }
    if (versions === this.versions) for (const [block, bytes] of blocks) this.keep(block, bytes);
    return blocks;
  }

  /** Hands over the blocks that are all in `bytes`. */
  private divide(from: number, bytes: Uint8Array, take: (block: number, bytes: Uint8Array) => void): void {
    const to = from + bytes.length;
    for (const block of blocksOf([from, to])) {
      const [begin, end] = [block * BLOCK, Math.min((block + 1) * BLOCK, this.size)];
      if (begin >= from && end <= to) take(block, bytes.slice(begin - from, end - from));
    }
  }

  private readonly keep = (block: number, bytes: Uint8Array): void => {
    this.counts.memory += bytes.length - (this.blocks.get(block)?.length ?? 0);
    this.blocks.delete(block);
    this.blocks.set(block, bytes);
    for (const [oldest, { length }] of this.blocks) {
      if (this.counts.memory <= this.cache) break;
      this.blocks.delete(oldest);
      this.counts.memory -= length;
    }
  };

  close(): void {
    for (const batch of new Set(this.coming.values())) batch.stop.abort();
    this.forget();
    this.whole = undefined;
  }
}

/** A range made of blocks. */
function joined([from, to]: Range, blocks: Blocks): Fetched {
  const bytes = new Uint8Array(to - from);
  for (const block of blocksOf([from, to])) {
    const begin = block * BLOCK;
    const part = blocks.get(block)!.subarray(Math.max(from - begin, 0), Math.min(to - begin, BLOCK));
    bytes.set(part, Math.max(begin - from, 0));
  }
  return { from, bytes };
}

/** So many at the same time. */
class Lanes {
  private readonly queue: (() => void)[] = [];

  constructor(private free: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
