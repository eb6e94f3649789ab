/** Opening and creating: from a source to a file. */

import { Engine } from "#glue";
import { Session, step, type Steps } from "./drive.js";
import { ready, readyNow } from "./engine.js";
import { argument, HyperslabError } from "./errors.js";
import { FileObject } from "./file.js";
import type { GroupObject } from "./group.js";
import { Neighbours } from "./neighbours.js";
import { described, type FileRecord, type GroupRecord } from "./records.js";
import { beside, locationOf, toSource } from "./sources/index.js";
import { MemorySource } from "./sources/memory.js";
import type { CreateOptions, File, FileSync, Mode, OpenOptions, Source } from "./types.js";

/** Bytes of metadata kept in memory unless the options say otherwise. */
const CACHE = 16 << 20;

function* openSteps<M extends Mode>(session: Session<M>): Steps<FileObject<M>> {
  const info = JSON.parse(yield* step(() => session.raw.open())) as FileRecord;
  session.root = info.root;
  const reply = yield* step(() => session.raw.resolve(info.root, "/"));
  return new FileObject(session, session.writable ? "w" : "r", info, described<GroupRecord>(reply!));
}

function checkMode(mode: string | undefined): void {
  if (mode !== undefined && mode !== "r") throw argument(`mode "${mode}" is not supported yet: only "r"`);
}

/** How a file finds others: as the options say, or next to it if it has a path. */
function neighbours(driven: Mode, source: Source, options: OpenOptions): Neighbours | undefined {
  const home = locationOf(source);
  const resolve = options.resolve === undefined ? home && beside(home) : options.resolve;
  if (!resolve) return undefined;
  const openFile = (other: Source, others: Neighbours): GroupObject<Mode> | Promise<GroupObject<Mode>> => {
    const session = startSession(driven, other, options, others);
    const opened = session.run("/", openSteps(session));
    return opened as never;
  };
  return new Neighbours(resolve, driven, home, openFile);
}

function startSession<M extends Mode>(
  driven: M,
  source: Source,
  options: OpenOptions,
  others = neighbours(driven, source, options),
): Session<M> {
  const bytes = toSource(source, driven);
  const engine = new Engine(bytes, bytes.page, options.cache ?? CACHE);
  return new Session(driven, engine, bytes, false, options.signal, others);
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
