/** An open file, which is its root group. */

import { checkOwn } from "./changes.js";
import { type Session, step, type Steps } from "./drive.js";
import { argument } from "./errors.js";
import { GroupObject } from "./group.js";
import type { Context } from "./object.js";
import type { Described, GroupRecord } from "./records.js";
import { refreshFile } from "./refresh.js";
import { bytesOf, blobOf, flush, saved } from "./saving.js";
import { statsOf } from "./stats.js";
import { isWritable } from "./sources/writable.js";
import type { CallOptions, Entity, File, FileInfo, FileStats, Mode, Out, Reference, SaveOptions, SaveTarget, WalkOptions } from "./types.js";

export class FileObject<M extends Mode> extends GroupObject<M> implements File<M> {
  info: FileInfo;
  declare [Symbol.dispose]: () => void;
  declare [Symbol.asyncDispose]: () => Promise<void>;

  constructor(session: Session<M>, { size, superblock, userblock, swmr }: FileInfo, root: Described<GroupRecord>) {
    const context = { session } as { session: Session<M>; file: File<M> };
    super(context as Context<M>, "/", root);
    context.file = this;
    this.info = { size, superblock, userblock, swmr };
    session.swmr = swmr;
  }

  get mode(): "r" | "r+" {
    return this.context.session.changes ? "r+" : "r";
  }

  get stats(): FileStats {
    return statsOf(this.context.session);
  }

  pathOf({ address, file }: Entity<M> | Reference, { signal }: WalkOptions = {}): Out<M, string | undefined> {
    const elsewhere = file !== undefined && file !== this;
    const found = address === this.address ? step(() => "/") : this.find(address, signal);
    return this.perform(() => (elsewhere ? step(() => undefined) : found), signal);
  }

  toBytes(options: SaveOptions = {}): Out<M, Uint8Array> {
    const { session } = this.context;
    return session.run("/", bytesOf(session, options), options.signal);
  }

  async toBlob(options: SaveOptions = {}): Promise<Blob> {
    return await blobOf(this.context.session, options);
  }

  save(path: string | URL, options?: SaveOptions): Out<M, void>;
  save(handle: SaveTarget, options?: SaveOptions): Promise<void>;
  save(target: string | URL | SaveTarget, options: SaveOptions = {}): Out<M, void> | Promise<void> {
    return saved(this.context.session, target, options) as Out<M, void>;
  }

  flush(): Out<M, void> {
    return this.perform(flush);
  }

  async share(): Promise<MessagePort> {
    const { session } = this.context;
    if (session.driven === "sync") throw argument("what answers at once cannot wait for others: share a file from open");
    const { share } = await import("./worker/share.js");
    return share(session as Session);
  }

  startSwmr(): Out<M, void> {
    return this.perform(() => this.shared());
  }

  *shared(): Steps<void> {
    const { session } = this.context;
    checkOwn(session);
    yield* step(() => session.raw.startSwmr());
    if (isWritable(session.source)) session.source.share();
    this.info = { ...this.info, swmr: true };
  }

  refresh({ signal }: CallOptions = {}): Out<M, void> {
    return this.perform(() => this.refreshed(true, signal));
  }

  /** With `all`, those are refreshed, too, to which links led. */
  private *refreshed(all: boolean, signal?: AbortSignal): Steps<void> {
    const { session } = this.context;
    const info = yield* refreshFile(session, signal);
    if (info) {
      const { size, superblock, userblock, swmr } = info;
      this.info = { size, superblock, userblock, swmr };
    }
    for (const other of all ? [...(session.others?.family.values() ?? [])] : []) {
      const file = yield* step(() => other);
      if (file instanceof FileObject) yield* step(() => file.perform(() => file.refreshed(false)));
    }
  }

  /** Runs an operation about the file as a whole. */
  perform<T>(steps: (session: Session<M>) => Steps<T>, signal?: AbortSignal): Out<M, T> {
    return this.context.session.run("/", steps(this.context.session), signal);
  }

  close(): Out<M, void> {
    const { session } = this.context;
    if (session.writable && session.alive) return this.perform(() => this.flushed());
    this.release();
    return (session.driven === "async" ? Promise.resolve() : undefined) as Out<M, void>;
  }

  /** Closes the file after all that waits has been written, or could not be. */
  private *flushed(): Steps<void> {
    try {
      yield* step(() => this.context.session.raw.endSwmr());
    } finally {
      this.release();
    }
  }

  private release(): void {
    const { session } = this.context;
    session.close();
    // Files that links led to were opened for this one.
    const family = session.others?.family;
    if (!family || family.size === 0) return;
    const opened = [...family.values()];
    family.clear();
    for (const file of opened) {
      if (file instanceof FileObject) file.close();
      else void (file as Promise<FileObject<Mode> | undefined>).then((late) => late?.close(), () => {});
    }
  }

  override toString(): string {
    return `<HDF5 file (mode ${this.mode})>`;
  }
}

// Not members of the class: these symbols are younger than some of the browsers this runs in.
if (Symbol.dispose) FileObject.prototype[Symbol.dispose] = FileObject.prototype.close as () => void;
if (Symbol.asyncDispose) {
  FileObject.prototype[Symbol.asyncDispose] = async function dispose(this: FileObject<Mode>) {
    await this.close();
  };
}
