/** Files that others change while they are open here: what was read of them is forgotten, and read again. */

import type { Reply } from "#glue";
import { type Session, step, type Steps } from "./drive.js";
import type { HdfObject } from "./object.js";
import { described, type FileRecord } from "./records.js";
import type { Mode } from "./types.js";

/** Goes over to the file as it is now; facts about it. Nothing if it is changed here: then nobody else does. */
export function* refreshFile(session: Session, signal?: AbortSignal): Steps<FileRecord | undefined> {
  signal?.throwIfAborted();
  if (session.writable) return undefined;
  yield* step(() => session.forget(true, signal));
  const info = JSON.parse(yield* step(() => session.raw.reread())) as FileRecord;
  [session.root, session.swmr] = [info.root, info.swmr];
  session.version += 1;
  session.names.clear();
  session.renewed?.clear();
  yield* renewAll(session);
  return info;
}

/** Describes an object that has changed, where that cannot wait until somebody asks. */
export function* renew(session: Session, object: HdfObject<Mode>): Steps<void> {
  if (!session.renewed) return;
  const { address } = object;
  const reply = yield* step(() => session.raw.resolve(address, ""));
  if (reply) session.renewed.set(address, described(reply as Reply));
}

/** Describes all objects that the program has again, where that cannot wait until somebody asks. */
export function* renewAll(session: Session): Steps<void> {
  for (const object of session.objects()) {
    try {
      yield* renew(session, object);
    } catch {
      // It is not there any more, or broken: so it is told when it is used.
    }
  }
}

/** Goes over to a dataset as it is now. */
export function* refreshDataset(session: Session, dataset: HdfObject<Mode>, signal?: AbortSignal): Steps<void> {
  signal?.throwIfAborted();
  if (session.writable) return;
  const { address } = dataset;
  yield* step(() => session.forget(false, signal));
  const reply = yield* step(() => session.raw.resolve(address, ""));
  session.renewed?.delete(address);
  dataset.know(reply as Reply | undefined);
}
