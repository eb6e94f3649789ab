/** Dimension scales of datasets. */

import type { Engine } from "#glue";
import { checkWritable } from "../changes.js";
import type { Session, Steps } from "../drive.js";
import { argument } from "../errors.js";
import type { HdfObject } from "../object.js";
import { renew } from "../refresh.js";
import type { Mode } from "../types.js";
import { edit } from "./edit.js";

/** A change of what the axes of a dataset are, and of a scale. */
export function* changeAxis(
  session: Session,
  dataset: HdfObject<Mode>,
  axis: number,
  scale: unknown,
  change: (engine: Engine, place: string, scale: string) => void,
): Steps<void> {
  checkWritable(session);
  if (!Number.isInteger(axis) || axis < 0) throw argument(`${String(axis)} is no axis`);
  const other = scale as (HdfObject<Mode> & { kind?: string }) | undefined;
  if (other !== undefined && (other?.kind !== "dataset" || other.context?.session !== session)) {
    throw argument("a scale is a dataset of the same file");
  }
  const place = other?.place ?? "";
  yield* edit(session, dataset, (engine) => change(engine, dataset.place, place));
  if (other) yield* renew(session, other);
}
