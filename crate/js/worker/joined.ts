/** A file that another program has open and shares: read by asking it for bytes, changed by asking it for changes. */

import type { Choice, Engine, Spec, Values } from "#glue";
import { releaseProxy, type Remote, wrap } from "comlink";
import { worth } from "../change/apart.js";
import { markDeleted } from "../change/edit.js";
import type { Writable } from "../change/elements.js";
import { datatypeSpec } from "../change/spec.js";
import { loadChanges } from "../changes.js";
import { type Session, step, type Steps } from "../drive.js";
import { engine } from "../engine.js";
import type { FileObject } from "../file.js";
import { openIn } from "../opening.js";
import { refreshFile, renew } from "../refresh.js";
import type { JoinOptions } from "../types.js";
import { type Call, type EncodedChunk, type Owner, sendFaults, type State } from "./calls.js";
import { encodeChunks } from "./encode.js";
import { RemoteSource } from "./remote.js";
// All that is shared is one file, which compresses best, and all that changes another.
import "../exports.js";
import "../change/index.js";

const PAGE = 64 << 10;

/** What a change calls of the engine, which is elsewhere. */
function calls(change: (engine: Engine) => unknown): Call[] {
  const made: Call[] = [];
  const record = (method: string) => (...args: unknown[]) => void made.push({ method, args });
  change(new Proxy({}, { get: (_, method) => record(String(method)) }) as Engine);
  return made;
}

/** The member's side. */
export class Joined {
  /** Operations under way. */
  private running = 0;
  private lease: Promise<void> | undefined;

  constructor(
    private readonly session: Session,
    private readonly source: RemoteSource,
    private readonly owner: Remote<Owner>,
    private state: State,
  ) {}

  get writable(): boolean {
    return this.state.writable;
  }

  /** Runs an operation while nothing changes. */
  async within<T>(run: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await run();
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    this.running += 1;
    this.lease ??= this.begin();
    try {
      await this.lease;
    } catch (e) {
      this.running -= 1;
      if (this.running === 0) this.lease = undefined;
      throw e;
    }
  }

  private leave(): void {
    this.running -= 1;
    if (this.running > 0) return;
    this.lease = undefined;
    if (this.session.alive) void this.owner.release();
  }

  private async begin(): Promise<void> {
    const { session, source, owner } = this;
    void session.raw;
    const state = await owner.lease(this.state.graves);
    try {
      if (state.version === this.state.version) return;
      this.state = state;
      source.size = state.size;
      markDeleted(session, state.gone);
      await session.runAsync("/", refreshFile(session));
    } catch (e) {
      void owner.release();
      throw e;
    }
  }

  /** Lets the owner make a change, in the middle of an operation. */
  change(fn: (engine: Engine) => unknown): Promise<void> {
    return this.send(calls(fn));
  }

  private async send(list: readonly Call[]): Promise<void> {
    this.leave();
    try {
      await this.owner.change(list);
    } finally {
      await this.enter();
    }
  }

  async flush(): Promise<void> {
    this.leave();
    try {
      await this.owner.flush();
    } finally {
      await this.enter();
    }
  }

  /** How elements are written in chunks that are encoded here, where they fill them. */
  writes(session: Session, dataset: Writable, choice: Choice, values: Values): Steps<void> | undefined {
    const { shape, chunks, filters } = dataset;
    if (choice.text === undefined || !shape || !chunks || filters.length === 0 || !worth(values, filters)) return undefined;
    const box = boxOf(session, choice.text, shape);
    if (!box || box.some(([from, to], i) => from % chunks[i]! !== 0 || to % chunks[i]! !== 0 || from === to)) return undefined;
    const extents = box.map(([from, to]) => to - from);
    const long = (dims: Iterable<number>): string => [...dims].filter((n) => n !== 1).join();
    const given = [...values.shape!];
    const fits = values.flat ? given.reduce((n, d) => n * d, 1) === extents.reduce((n, d) => n * d, 1) : long(given) === long(extents);
    return fits ? this.encoded(session, dataset, box.map(([from]) => from), extents, values) : undefined;
  }

  private *encoded(session: Session, dataset: Writable, start: number[], extents: number[], { dtype, data }: Values): Steps<void> {
    const { filters, place } = dataset;
    const shape = Float64Array.from(extents);
    const like: Spec = { ...datatypeSpec(dataset.dtype, {}), shape, chunks: Float64Array.from(dataset.chunks!), filters };
    const chunks = (yield* step(() => encodeChunks({ like, values: { dtype, shape, data: data! }, filters }))) as EncodedChunk[];
    const list = chunks.map(({ offset, bytes, mask }) => ({ method: "writeChunk", args: [place, offset.map((n, i) => n + start[i]!), bytes, mask] }));
    yield* step(() => this.send(list));
    session.version += 1;
    yield* renew(session, dataset);
  }
}

/** Where a selection begins and ends along each axis, if it has no gaps. */
function boxOf(session: Session, text: string, shape: readonly number[]): [from: number, to: number][] | undefined {
  try {
    const ends = session.raw.ranges(text, Float64Array.from(shape));
    return shape.map((_, i) => [ends[2 * i]!, ends[2 * i + 1]!]);
  } catch {
    return undefined; // it has, or is wrong: whoever writes it says so
  }
}

/** See `join`. */
export async function joinFile(port: MessagePort, { cache, signal }: JoinOptions): Promise<FileObject<"async">> {
  sendFaults();
  const owner = wrap<Owner>(port);
  const state = await owner.lease(Infinity);
  try {
    const source = new RemoteSource(state.size, PAGE, owner.fetch);
    const [instance] = await Promise.all([engine(false), loadChanges()]);
    const file = await openIn("async", instance, source, { cache, signal });
    const { session } = file.context;
    session.joined = new Joined(session, source, owner, state);
    session.endings.push(() => {
      owner[releaseProxy]();
      port.close();
    });
    return file;
  } finally {
    void owner.release();
  }
}
