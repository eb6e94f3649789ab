/** From a source to a session and the file in it. */

import type { Engine } from "#glue";
import { changes } from "./changes.js";
import { Session, step, type Steps } from "./drive.js";
import { faultOf } from "./faults.js";
import type { Instance } from "./engine.js";
import { argument, HyperslabError } from "./errors.js";
import { FileObject } from "./file.js";
import type { GroupObject } from "./group.js";
import { after, Neighbours } from "./neighbours.js";
import { described, type FileRecord, type GroupRecord } from "./records.js";
import { beside, locationOf, toSource, toWritable } from "./sources/index.js";
import { MemorySource } from "./sources/memory.js";
import type { ByteSource } from "./sources/source.js";
import { urlOf, withUrls } from "./sources/urls.js";
import { isWritable, settle, type WriteMode } from "./sources/writable.js";
import type { CreateOptions, Mode, OpenMode, OpenOptions, Out, Source } from "./types.js";

/** Bytes of metadata kept in memory unless the options say otherwise. */
export const CACHE = 16 << 20;

const MODES = new Set<string>(["r", "r+", "w", "w-", "x", "a"] satisfies OpenMode[]);

/** Checks a mode; whether it is one in which a file is changed. */
export function writes({ mode = "r", clearFlags }: OpenOptions): boolean {
  if (!MODES.has(mode)) throw argument(`there is no mode "${String(mode)}": ${[...MODES].join(", ")}`);
  if (clearFlags && mode === "r") throw argument("clearFlags changes the file: open it with mode \"r+\"");
  return mode !== "r";
}

/** The file of a session that was just begun; if that fails nothing stays open. */
function* openSteps<M extends Mode>(session: Session<M>, swmr: boolean): Steps<FileObject<M>> {
  try {
    const info = JSON.parse(yield* step(() => session.raw.open())) as FileRecord;
    session.root = info.root;
    const reply = yield* step(() => session.raw.resolve(info.root, "/"));
    const file = new FileObject(session, info, described<GroupRecord>(reply!));
    if (swmr && session.writable) yield* file.shared();
    return file;
  } catch (e) {
    session.close();
    throw e;
  }
}

/** How a file finds others: as the options say, or next to it if it has a path. */
function neighbours(driven: Mode, instance: Instance, source: Source, options: OpenOptions): Neighbours | undefined {
  const home = locationOf(source);
  const resolve = options.resolve === undefined ? home && beside(home) : options.resolve;
  if (!resolve) return undefined;
  // Files that links lead to are only read.
  const { cache, signal } = options;
  const ready = (other: Source): Source | Promise<Source> => (driven === "sync" ? other : withUrls(other, options, home));
  const openOther = (other: Source, others: Neighbours): GroupObject<Mode> | Promise<GroupObject<Mode>> => {
    return after(ready(other), (source) => openIn(driven, instance, toSource(source, driven), { cache, signal }, others) as never);
  };
  return new Neighbours(resolve, driven, home, openOther, ready);
}

/** The engine for a file that is opened so. */
function engineFor(instance: Instance, source: ByteSource, options: OpenOptions): Engine {
  const { Engine } = instance.glue;
  const cache = options.cache ?? CACHE;
  if (!writes(options)) return new Engine(source, source.page, cache);
  const [low] = [options.libver].flat();
  if (!isNew(source, options)) {
    return Engine.edit(source, source.page, cache, low === undefined ? low : changes().releaseName(low), options.clearFlags ?? false);
  }
  if (options.swmr) throw argument("a new file has no datasets that could be written: make them, then startSwmr");
  if (isWritable(source)) return Engine.createIn(changes().fileSpec(options), source, source.page, cache);
  if (source.files) throw new HyperslabError("Unsupported", "a new file is one file, not spread over several");
  return Engine.create(changes().fileSpec(options));
}

/** Whether a file is to be made, not opened. What cannot be written in place is there already if it has any bytes. */
function isNew(source: ByteSource, { mode }: OpenOptions): boolean {
  return isWritable(source) ? source.isNew : settle(mode as WriteMode, source.size, "the file").isNew;
}

function begin<M extends Mode>(driven: M, instance: Instance, source: ByteSource, options: OpenOptions, others?: Neighbours): Session<M> {
  try {
    const engine = engineFor(instance, source, options);
    // Of what is new in memory nothing is in the source.
    const below = writes(options) && !isWritable(source) && isNew(source, options) ? new MemorySource(new Uint8Array()) : source;
    return new Session(driven, instance, engine, below, writes(options), options.signal, others);
  } catch (e) {
    source.close();
    throw faultOf(e, source);
  }
}

export function openIn<M extends Mode>(driven: M, instance: Instance, source: ByteSource, options: OpenOptions, others?: Neighbours): Out<M, FileObject<M>> {
  const session = begin(driven, instance, source, options, others);
  return session.run("/", openSteps(session, options.swmr ?? false));
}

/** Opens the file in `source`, or makes one there. `place`: its bytes, if they had to be opened before. */
export function openFile<M extends Mode>(driven: M, instance: Instance, source: Source, options: OpenOptions, place?: ByteSource): Out<M, FileObject<M>> {
  const others = neighbours(driven, instance, source, options);
  const written = place ?? (writes(options) ? toWritable(source, options.mode as WriteMode, options) : undefined);
  return openIn(driven, instance, written ?? toSource(source, driven), options, others);
}

/** The bytes of a source that is a URL or has some. */
export async function openUrls(source: Source, options: OpenOptions): Promise<ByteSource | undefined> {
  const url = urlOf(source);
  if (url !== undefined && writes(options)) throw (await import("./sources/http/index.js")).notWritable(url);
  const ready = await withUrls(source, options);
  return ready === source ? undefined : toSource(ready, "async");
}

/** Makes a file in memory. */
export function createFile(instance: Instance, options: CreateOptions): FileObject<"sync"> {
  return openIn("sync", instance, new MemorySource(new Uint8Array()), { ...options, mode: "w" });
}
