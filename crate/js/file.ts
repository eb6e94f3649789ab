/** Opening and creating: from a source to a file, which is its root group. */

import { Engine } from "#glue";
import { Session, step, type Steps } from "./drive.js";
import { ready, readyNow } from "./engine.js";
import { argument, HyperslabError } from "./errors.js";
import { GroupObject } from "./group.js";
import type { Context } from "./object.js";
import { type Described, described, type FileRecord, type GroupRecord } from "./records.js";
import { blobSource } from "./sources/blob.js";
import { CustomSource, ImmediateCustomSource } from "./sources/custom.js";
import { MemorySource } from "./sources/memory.js";
import type { ByteSource } from "./sources/source.js";
import type { CreateOptions, File, FileInfo, FileSync, Mode, OpenOptions, Out, RandomAccess, Source } from "./types.js";
import { flush, toBytes } from "./write.js";

const CACHE = 16 << 20;

/** How this platform opens a path. */
let openPath: (path: string | URL) => ByteSource = (path) => {
  throw argument(`cannot open ${String(path)}: paths need Node; in a browser pass a File, a Blob, bytes or { size, read }`);
};

/** Called by the entry point of a platform that has paths. */
export function usePaths(open: (path: string | URL) => ByteSource): void {
  openPath = open;
}

function toSource(source: Source, driven: Mode): ByteSource {
  if (source instanceof Uint8Array) return new MemorySource(source);
  if (source instanceof ArrayBuffer) return new MemorySource(new Uint8Array(source));
  if (typeof source === "string" || source instanceof URL) return openPath(source);
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    const blob = blobSource(source);
    if (driven === "async" || blob.immediate) return blob;
    throw argument("a Blob can be opened synchronously inside a worker only: use open");
  }
  if (typeof source === "object" && source !== null && typeof (source as RandomAccess).read === "function") {
    const custom = source as RandomAccess;
    return driven === "sync" ? new ImmediateCustomSource(custom) : new CustomSource(custom);
  }
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source as ArrayBufferView;
    return new MemorySource(new Uint8Array(buffer, byteOffset, byteLength));
  }
  throw argument("a source is bytes, a Blob, a path (in Node) or { size, read }");
}

export class FileObject<M extends Mode> extends GroupObject<M> implements File<M> {
  readonly info: FileInfo;
  declare [Symbol.dispose]: () => void;

  constructor(
    session: Session<M>,
    readonly mode: "r" | "w",
    { size, superblock, userblock }: FileInfo,
    root: Described<GroupRecord>,
  ) {
    const context = { session } as { session: Session<M>; file: File<M> };
    super(context as Context<M>, "/", root);
    context.file = this;
    this.info = { size, superblock, userblock };
  }

  toBytes(): Out<M, Uint8Array> {
    return this.context.session.run("/", toBytes(this.context.session));
  }

  async toBlob(): Promise<Blob> {
    return new Blob([(await this.toBytes()) as Uint8Array<ArrayBuffer>], { type: "application/x-hdf5" });
  }

  flush(): Out<M, void> {
    return this.context.session.run("/", flush(this.context.session));
  }

  close(): void {
    this.context.session.close();
  }

  override toString(): string {
    return `<HDF5 file (mode ${this.mode})>`;
  }
}

// Not a member of the class: `Symbol.dispose` is younger than some of the browsers this runs in.
if (Symbol.dispose) FileObject.prototype[Symbol.dispose] = FileObject.prototype.close;

function* openSteps<M extends Mode>(session: Session<M>): Steps<FileObject<M>> {
  const info = JSON.parse(yield* step(() => session.raw.open())) as FileRecord;
  session.root = info.root;
  const reply = yield* step(() => session.raw.resolve(info.root, "/"));
  return new FileObject(session, session.writable ? "w" : "r", info, described<GroupRecord>(reply!));
}

function checkMode(mode: string | undefined): void {
  if (mode !== undefined && mode !== "r") throw argument(`mode "${mode}" is not supported yet: only "r"`);
}

function startSession<M extends Mode>(driven: M, source: Source, options: OpenOptions): Session<M> {
  const bytes = toSource(source, driven);
  return new Session(driven, new Engine(bytes, bytes.page, options.cache ?? CACHE), bytes, false, options.signal);
}

/** Opens a file. Members of the result that touch the source return promises. */
export async function open(source: Source, options: OpenOptions = {}): Promise<File> {
  checkMode(options.mode);
  await ready();
  options.signal?.throwIfAborted();
  const session = startSession("async", source, options);
  try {
    return await session.run("/", openSteps(session));
  } catch (e) {
    session.close();
    throw e;
  }
}

/** Opens a file whose bytes are at hand: in memory, on disk in Node, or a Blob inside a worker. */
export function openSync(source: Source, options: OpenOptions = {}): FileSync {
  checkMode(options.mode);
  readyNow();
  const session = startSession("sync", source, options);
  try {
    return session.run("/", openSteps(session));
  } catch (e) {
    session.close();
    throw e;
  }
}

/** Creates a file in memory: fill it, then take it with `toBytes`. */
export function create(options: CreateOptions = {}): FileSync {
  readyNow();
  if (options.libver !== undefined && options.libver !== "earliest") {
    throw new HyperslabError("Unsupported", `libver "${String(options.libver)}" is not supported yet: only "earliest"`);
  }
  const session = new Session("sync", Engine.create(), new MemorySource(new Uint8Array()), true);
  return session.run("/", openSteps(session));
}
