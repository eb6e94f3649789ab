/** A file that another program has open and shares: read by asking it for bytes, changed by asking it for changes. */

import type { Engine } from "#glue";
import { releaseProxy, type Remote, wrap } from "comlink";
import { markDeleted } from "../change/edit.js";
import { loadChanges } from "../changes.js";
import type { Session } from "../drive.js";
import { engine } from "../engine.js";
import { unlessStopped } from "../errors.js";
import type { FileObject } from "../file.js";
import { openIn } from "../opening.js";
import { refreshFile } from "../refresh.js";
import type { JoinOptions } from "../types.js";
import { type Call, type Owner, sendFaults, type State } from "./calls.js";
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

  /** Lets the owner make a change, in the middle of an operation; what its engine says. */
  async change(fn: (engine: Engine) => unknown): Promise<unknown> {
    const list = calls(fn);
    this.leave();
    try {
      return await this.owner.change(list);
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
}

/** See `join`. */
export async function joinFile(port: MessagePort, { cache, signal }: JoinOptions): Promise<FileObject<"async">> {
  sendFaults();
  const owner = wrap<Owner>(port);
  const lease = owner.lease(Infinity);
  let state: State;
  try {
    state = await unlessStopped(lease, signal);
  } catch (e) {
    // It may still come.
    void lease.then(() => owner.release(), () => {});
    throw e;
  }
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
