/** Writing elements of datasets, and changing how many there are. */

import type { Values } from "#glue";
import { typedArrayType } from "../arrays.js";
import { checkOwn, checkWritable } from "../changes.js";
import { choose } from "../choose.js";
import { type Session, step, type Steps } from "../drive.js";
import { argument } from "../errors.js";
import { infer } from "./infer.js";
import type { HdfObject } from "../object.js";
import { checkShape, typedSpec } from "./spec.js";
import type { Dataset, Dtype, Filter, Mode, Reference, Selection, WriteOptions, WriteValue } from "../types.js";
import { edit } from "./edit.js";
import { apartFor, report, watched } from "./watch.js";

/** What has to be known of a dataset. */
export interface Writable extends HdfObject<Mode> {
  readonly shape: number[] | null;
  readonly ndim: number;
  readonly dtype: Dtype;
  readonly chunks: number[] | null;
  readonly filters: Filter[];
  readonly fill: Dataset<Mode>["fill"];
  readonly plainEdges: boolean;
}

/** Values as the engine takes them. Typed arrays have no shape of their own. */
function valuesOf(dataset: Writable, value: WriteValue): Values {
  if (value === null || value === undefined) throw argument("there are no values to write");
  const values: Values = typedSpec(infer(value, dataset.dtype));
  if (typedArrayType(value) !== undefined) values.flat = true;
  return values;
}

export function* writeElements(session: Session, dataset: Writable, selection: Selection | null | undefined, value: WriteValue, options?: WriteOptions): Steps<void> {
  checkWritable(session);
  const watch = watched(options);
  const choice = choose(selection, () => dataset.shape ?? [], dataset.address);
  const values = valuesOf(dataset, value);
  const apart = yield* apartFor(session, values, dataset, watch);
  if (apart && (yield* apart.writtenApart(session, dataset, choice, values, watch))) return;
  yield* edit(session, dataset, (engine) => engine.writeElements(dataset.place, choice, values));
  report(watch, values);
}

export function* resize(session: Session, dataset: Writable, shape: readonly number[]): Steps<void> {
  checkWritable(session);
  checkShape(shape);
  yield* edit(session, dataset, (engine) => engine.resize(dataset.place, Float64Array.from(shape)));
}

export function* append(session: Session, dataset: Writable, rows: WriteValue, axis: number, options?: WriteOptions): Steps<void> {
  checkWritable(session);
  const watch = watched(options);
  const { ndim } = dataset;
  const at = axis < 0 ? axis + ndim : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= ndim) throw argument(`axis ${String(axis)} of a dataset of ${ndim} dimensions`);
  const values = valuesOf(dataset, rows);
  const apart = yield* apartFor(session, values, dataset, watch);
  if (apart && (yield* apart.appendedApart(session, dataset, at, values, watch))) return;
  yield* edit(session, dataset, (engine) => engine.append(dataset.place, at, values));
  report(watch, values);
}

/** A reference to elements. */
export function* regionRef(session: Session, dataset: Writable, selection: Selection | null | undefined): Steps<Reference> {
  checkOwn(session);
  const { address } = dataset;
  const choice = choose(selection, () => dataset.shape ?? [], address);
  if (choice.mask) throw argument("a region is ranges or points");
  return { kind: "region", address, selection: yield* step(() => session.raw.regionOf(dataset.place, choice)) };
}
