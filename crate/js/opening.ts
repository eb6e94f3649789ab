/** From a source to a session and the file in it. */

import type { Engine } from "#glue";
import { Session, step, type Steps } from "./drive.js";
import type { Instance } from "./engine.js";
import { argument } from "./errors.js";
import { FileObject } from "./file.js";
import type { GroupObject } from "./group.js";
import { Neighbours } from "./neighbours.js";
import { described, type FileRecord, type GroupRecord } from "./records.js";
import { beside, locationOf, toSource } from "./sources/index.js";
import type { Mode, OpenOptions, Out, Source } from "./types.js";

/** Bytes of metadata kept in memory unless the options say otherwise. */
const CACHE = 16 << 20;

/** The file of a session that was just begun. */
export function* openSteps<M extends Mode>(session: Session<M>): Steps<FileObject<M>> {
  const info = JSON.parse(yield* step(() => session.raw.open())) as FileRecord;
  session.root = info.root;
  const reply = yield* step(() => session.raw.resolve(info.root, "/"));
  return new FileObject(session, session.writable ? "w" : "r", info, described<GroupRecord>(reply!));
}

export function checkMode(mode: string | undefined): void {
  if (mode !== undefined && mode !== "r") throw argument(`mode "${mode}" is not supported yet: only "r"`);
}

/** How a file finds others: as the options say, or next to it if it has a path. */
function neighbours(driven: Mode, instance: Instance, source: Source, options: OpenOptions): Neighbours | undefined {
  const home = locationOf(source);
  const resolve = options.resolve === undefined ? home && beside(home) : options.resolve;
  if (!resolve) return undefined;
  const openFile = (other: Source, others: Neighbours): GroupObject<Mode> | Promise<GroupObject<Mode>> => {
    const session = startSession(driven, instance, other, options, others);
    const opened = session.run("/", openSteps(session));
    return opened as never;
  };
  return new Neighbours(resolve, driven, home, openFile);
}

function startSession<M extends Mode>(
  driven: M,
  instance: Instance,
  source: Source,
  options: OpenOptions,
  others = neighbours(driven, instance, source, options),
): Session<M> {
  const bytes = toSource(source, driven);
  const engine: Engine = new instance.glue.Engine(bytes, bytes.page, options.cache ?? CACHE);
  return new Session(driven, instance, engine, bytes, false, options.signal, others);
}

/** Opens the file in `source`; if that fails nothing stays open. */
export function openFile<M extends Mode>(driven: M, instance: Instance, source: Source, options: OpenOptions): Out<M, FileObject<M>> {
  const session = startSession(driven, instance, source, options);
  return session.run("/", orClose(session, openSteps(session)));
}

function* orClose<T>(session: Session, steps: Steps<T>): Steps<T> {
  try {
    return yield* steps;
  } catch (e) {
    session.close();
    throw e;
  }
}
