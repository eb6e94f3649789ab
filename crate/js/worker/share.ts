/**
 * A file that several workers read and change together. The program that opened it, its owner, makes all changes, one after
 * the other, and nobody reads meanwhile; members read by asking it for bytes.
 */

import type { Engine } from "#glue";
import { expose, transfer } from "comlink";
import { type Session, step, type Steps } from "../drive.js";
import { HyperslabError } from "../errors.js";
import { renewAll } from "../refresh.js";
import { flush } from "../saving.js";
import { edit, noteDeleted, remove } from "../change/edit.js";
import { type Call, type Owner, sendFaults, type State } from "./calls.js";
import { Lock } from "./lock.js";
// All that is shared is one file, which compresses best, and all that changes another.
import "../exports.js";
import "../change/index.js";

/** What members may ask for. */
const CHANGES = new Set([
  "createGroup", "createDataset", "createDatatype", "makeScale", "attachScale", "detachScale", "labelAxis", "setAttribute", "linkHard", "linkSoft",
  "linkExternal", "deleteAttribute", "writeElements", "resize", "append", "writeChunks", "unlink", "moveLink", "copyObject",
]);
const CREATIONS = new Set(["createGroup", "createDataset", "createDatatype"]);

/** The owner's side. */
export class Sharing {
  private readonly lock = new Lock();
  /** Counts changes. */
  private version = 0;
  /** Headers of objects that are gone, in their order, and when each was seen to be. */
  private readonly gone: number[] = [];
  private readonly known = new Map<number, number>();
  /** What members made, as they said it, and who said so already. */
  private readonly made = new Map<string, { said: string; by: Set<unknown> }>();

  constructor(private readonly session: Session) {}

  /** Does something while nobody reads. */
  async alone<T>(change: () => T): Promise<Awaited<T>> {
    await this.lock.enter(true);
    try {
      // Copies may have to find other files first.
      return await change();
    } finally {
      this.version += 1;
      this.lock.leave(true);
    }
  }

  /** What a new member talks to. */
  member(): Owner & { end(): void } {
    const { session, lock } = this;
    const self = {};
    let holding = 0;
    return {
      lease: async (since): Promise<State> => {
        await lock.enter(false);
        holding += 1;
        try {
          const size = await this.size();
          this.bury();
          return { version: this.version, graves: this.gone.length, gone: this.gone.slice(since), size, writable: session.writable };
        } catch (e) {
          holding -= 1;
          lock.leave(false);
          throw e;
        }
      },
      release() {
        if (holding === 0) return;
        holding -= 1;
        lock.leave(false);
      },
      fetch: async (offset, length) => {
        const bytes = await this.bytes(offset, length);
        return transfer(bytes, [bytes.buffer as ArrayBuffer]);
      },
      change: async (call) => await this.change(call, self),
      flush: async () => void (await session.run("/", flush(session))),
      end() {
        for (; holding > 0; holding--) lock.leave(false);
      },
    };
  }

  /** Takes note of what was deleted since the last time. */
  private bury(): void {
    for (const [address, at] of this.session.deleted) {
      if (this.known.get(address) === at) continue;
      this.known.set(address, at);
      this.gone.push(address);
    }
  }

  private async size(): Promise<number> {
    const { session } = this;
    if (!session.writable) return session.source.size;
    return await session.run("/", committed(session));
  }

  private async bytes(offset: number, length: number): Promise<Uint8Array> {
    const { session } = this;
    if (session.writable) return (await session.run("/", step(() => session.raw.copy(offset, offset + length)))) as Uint8Array;
    const { source } = session;
    if (!source.immediate) return (await source.fetch(offset, length)).slice();
    const bytes = new Uint8Array(length);
    if (source.read(offset, bytes) !== 1) throw source.failure;
    return bytes;
  }

  /** Makes changes that a member asks for. */
  private async change(calls: readonly Call[], member: unknown): Promise<unknown> {
    const { session } = this;
    const [first] = calls;
    if (!first || calls.length > 1 || !CHANGES.has(first.method)) {
      throw new HyperslabError("Unsupported", "this is done where the file was opened");
    }
    const { method, args } = first;
    if (CREATIONS.has(method) && this.again(method, args, member)) return undefined;
    const change = (engine: Engine): unknown => call(engine, first);
    const result: unknown = await session.run("/", method === "unlink" ? remove(session, args[0] as string) : edit(session, undefined, change));
    if (method === "unlink" || method === "moveLink") this.made.clear();
    await session.run("/", renewAll(session));
    return result;
  }

  /** Whether a member asks for what another one has made: all of them may say so, as one. */
  private again(method: string, args: unknown[], member: unknown): boolean {
    const place = `${method} ${String(args[0])}`;
    const said = JSON.stringify(args.slice(1), (key, value: unknown) => {
      if (typeof value === "bigint") return String(value);
      if (ArrayBuffer.isView(value)) return String(value);
      return key === "data" ? undefined : value;
    });
    const made = this.made.get(place);
    if (made && made.said === said && !made.by.has(member)) {
      made.by.add(member);
      return true;
    }
    this.made.set(place, { said, by: new Set([member]) });
    return false;
  }
}

function call(engine: Engine, { method, args }: Call): unknown {
  return (engine as unknown as Record<string, (...args: unknown[]) => unknown>)[method]!(...args);
}

function* committed(session: Session): Steps<number> {
  yield* noteDeleted(session);
  return yield* step(() => session.raw.fileSize());
}

/** A port for one more member. */
export function share(session: Session): MessagePort {
  sendFaults();
  session.sharing ??= new Sharing(session);
  const { port1, port2 } = new MessageChannel();
  const owner = session.sharing.member();
  expose(owner, port1);
  // In Node a port that listens keeps the program alive.
  (port1 as { unref?(): void }).unref?.();
  session.endings.push(() => port1.close());
  // A member that is gone reads no more.
  port1.addEventListener("close", () => owner.end());
  return port2;
}
