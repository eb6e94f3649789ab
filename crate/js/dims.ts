/** Dimension scales: names and coordinates of a dataset's axes. */

import { isNdArray } from "./arrays.js";
import { type Session, step, type Steps } from "./drive.js";
import { isHyperslabError } from "./errors.js";
import type { Dataset, Dimension, Group, Mode, Reference, Value } from "./types.js";

/** Paths of the datasets directly in a group, by address. */
export type Names = Map<number, string>;

/** What each axis is. */
export function* dimensions<M extends Mode>(session: Session<M>, dataset: Dataset<M>): Steps<Dimension<M>[]> {
  const { shape, maxshape } = dataset;
  const labels = list(yield* attribute(dataset, "DIMENSION_LABELS"));
  const lists = list(yield* attribute(dataset, "DIMENSION_LIST"));
  // A scale of one axis is the scale of that axis: netCDF's coordinate variables.
  const itself = shape?.length === 1 && String(yield* attribute(dataset, "CLASS")).startsWith("DIMENSION_SCALE");
  const all: Dimension<M>[] = [];
  for (const [i, size] of (shape ?? []).entries()) {
    const scales: Dataset<M>[] = [];
    for (const reference of list(lists[i])) {
      const scale = yield* scaleAt(session, dataset, reference as Reference);
      if (scale) scales.push(scale);
    }
    const label = String(labels[i] ?? "");
    const first = scales[0] ?? (itself ? dataset : undefined);
    const name = label || (first ? yield* nameOf(first) : "");
    all.push({ name, label, size, unlimited: maxshape?.[i] === null, scales });
  }
  return all;
}

/** A scale is called as it is linked; one that is linked nowhere near, as it says. */
function* nameOf(scale: Dataset<Mode>): Steps<string> {
  if (!scale.path.startsWith("#")) return scale.name;
  const name = yield* attribute(scale, "NAME");
  return typeof name === "string" ? name : "";
}

function* attribute(dataset: Dataset<Mode>, name: string): Steps<Value | undefined> {
  return dataset.attrs.has(name) ? yield* step(() => dataset.attrs.get(name)) : undefined;
}

function list(value: unknown): readonly unknown[] {
  const items = isNdArray(value) ? value.data : value;
  return Array.isArray(items) ? items : [];
}

/** The scale a reference leads to, under its name in the dataset's group or one above it if it has one there. */
function* scaleAt<M extends Mode>(
  session: Session<M>,
  dataset: Dataset<M>,
  reference: Reference,
): Steps<Dataset<M> | undefined> {
  let path = dataset.path.startsWith("/") ? dataset.path : "/";
  do {
    path = path.slice(0, path.lastIndexOf("/")) || "/";
    const name = (yield* namesIn(session, dataset, path)).get(reference.address);
    const object = name === undefined ? undefined : yield* step(() => dataset.file.get(name));
    if (object?.kind === "dataset") return object as Dataset<M>;
  } while (path !== "/");
  try {
    const object = yield* step(() => dataset.file.get(reference));
    return object?.kind === "dataset" ? (object as Dataset<M>) : undefined;
  } catch (e) {
    // A scale that was deleted leaves its address behind.
    if (isHyperslabError(e, "Malformed")) return undefined;
    throw e;
  }
}

/** Asked for once for all datasets of a group. */
function* namesIn<M extends Mode>(session: Session<M>, { file }: Dataset<M>, path: string): Steps<Names> {
  const known = session.names.get(path);
  if (known) return known;
  const names: Names = new Map();
  const group = (yield* step(() => file.get(path))) as Group<M> | undefined;
  for (const { object } of group?.kind === "group" ? yield* step(() => group.entries()) : []) {
    if (object?.kind === "dataset") names.set(object.address, object.path);
  }
  // Groups that change are asked again.
  if (!session.writable) session.names.set(path, names);
  return names;
}
