/** From descriptions to objects. */

import { DatasetObject } from "./dataset.js";
import { DatatypeObject } from "./datatype.js";
import { GroupObject } from "./group.js";
import type { Context } from "./object.js";
import type { ObjectRecord } from "./records.js";
import type { Dataset, Entity, Mode, NamedDatatype } from "./types.js";

/** The object that a description is about. */
export function makeObject<M extends Mode>(
  context: Context<M>,
  path: string,
  record: ObjectRecord,
  payload: Uint8Array,
): Entity<M> {
  switch (record.kind) {
    case "group":
      return new GroupObject(context, path, { record, payload });
    case "dataset":
      return new DatasetObject(context, path, { record, payload });
    default:
      return new DatatypeObject(context, path, { record, payload });
  }
}

/** A dataset that was just created, at `place` for the engine. */
export function makeDataset<M extends Mode>(context: Context<M>, path: string, place: string): Dataset<M> {
  return new DatasetObject(context, path, place);
}

/** A datatype that was just created, at `place` for the engine. */
export function makeDatatype<M extends Mode>(context: Context<M>, path: string, place: string): NamedDatatype<M> {
  return new DatatypeObject(context, path, place);
}
