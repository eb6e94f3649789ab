/** Chunks that are stored as they are given. */

import { checkWritable } from "../changes.js";
import { offsetOf } from "../chunks.js";
import type { Session, Steps } from "../drive.js";
import { argument } from "../errors.js";
import type { HdfObject } from "../object.js";
import type { Mode } from "../types.js";
import { edit } from "./edit.js";

export function* writeRaw(session: Session, dataset: HdfObject<Mode>, offset: readonly number[], bytes: unknown, mask: number): Steps<void> {
  checkWritable(session);
  const at = offsetOf(offset);
  if (!(bytes instanceof Uint8Array)) throw argument("the bytes of a chunk are a Uint8Array");
  if (!Number.isInteger(mask) || mask < 0 || mask >= 2 ** 32) throw argument("a filter mask has a bit for each filter");
  yield* edit(session, dataset, (engine) => engine.writeChunks(dataset.place, undefined, undefined, at, [bytes], Uint32Array.of(mask)));
}
