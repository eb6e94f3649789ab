/** netCDF-4: dimensions, which are dimension scales in the file, and variables along them. */

import type { Dataset, Group, Mode } from "../types.js";
import { attribute, get, isArray, isReference, number, type Steps, text } from "./steps.js";

/** A dimension of a netCDF group. */
export interface NetcdfDimension {
  /** Its name. */
  readonly name: string;
  /** The current length: the greatest extent of a variable where the dimension is unlimited. */
  readonly size: number;
  /** Whether it may grow. */
  readonly unlimited: boolean;
}

/** A variable of a netCDF group. */
export interface NetcdfVariable<M extends Mode = "async"> {
  /** The name it was given, which can differ from the dataset's. */
  readonly name: string;
  /** A dimension for each axis. Of unlimited ones the dataset may have less: the rest is its fill value. */
  readonly dimensions: NetcdfDimension[];
  /** Its values and attributes. */
  readonly dataset: Dataset<M>;
}

/** A group, as netCDF-4 sees it. */
export interface NetcdfGroup<M extends Mode = "async"> {
  /** Its name; `/` for the root. */
  readonly name: string;
  /** Those defined here; groups below see them too. */
  readonly dimensions: NetcdfDimension[];
  /** Its variables. */
  readonly variables: NetcdfVariable<M>[];
  /** The groups in it. */
  readonly groups: NetcdfGroup<M>[];
  /** The group itself, with its attributes. */
  readonly group: Group<M>;
}

type Size = { -readonly [K in keyof NetcdfDimension]: NetcdfDimension[K] };

interface Scale {
  dimension: Size;
  address: number;
  id: number;
}

interface Level {
  group: Group<Mode>;
  datasets: Dataset<Mode>[];
  scales: Scale[];
  dimensions: Size[];
  above: Level | undefined;
  below: Level[];
}

/** A scale that is no variable says so, followed by its length. */
const NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable";
/** Variables that have the name of a dimension which is not theirs. */
const RENAMED = "_nc4_non_coord_";
/** Groups in groups. */
const DEEPEST = 100;

export function* netcdfSteps(group: Group<Mode>): Steps<NetcdfGroup<Mode>> {
  const ids = { next: 0 };
  const top = yield* survey(group, undefined, ids, new Set());
  return yield* variables(top, ids);
}

/** Finds what is defined where. */
function* survey(group: Group<Mode>, above: Level | undefined, ids: { next: number }, seen: Set<number>): Steps<Level> {
  seen.add(group.address);
  const level: Level = { group, datasets: [], scales: [], dimensions: [], above, below: [] };
  const groups: Group<Mode>[] = [];
  for (const { object, link } of yield* get(group.entries())) {
    if (link.kind !== "hard" || !object) continue;
    if (object.kind === "group" && !seen.has(object.address) && seen.size < DEEPEST * DEEPEST) groups.push(object);
    if (object.kind !== "dataset") continue;
    level.datasets.push(object);
    if (!(yield* text(object, "CLASS"))?.startsWith("DIMENSION_SCALE") || !object.shape?.length) continue;
    const id = (yield* number(object, "_Netcdf4Dimid")) ?? ids.next;
    ids.next = Math.max(ids.next, id + 1);
    const name = object.name.startsWith(RENAMED) ? object.name.slice(RENAMED.length) : object.name;
    const dimension = { name, size: object.shape[0]!, unlimited: object.maxshape?.[0] === null };
    level.scales.push({ dimension, address: object.address, id });
  }
  level.scales.sort((a, b) => a.id - b.id);
  level.dimensions.push(...level.scales.map((s) => s.dimension));
  for (const one of groups) level.below.push(yield* survey(one, level, ids, seen));
  return level;
}

/** A dimension of this level, or of one above. */
function visible(level: Level, is: (scale: Scale) => boolean): Size | undefined {
  for (let l: Level | undefined = level; l; l = l.above) {
    const found = l.scales.find(is);
    if (found) return found.dimension;
  }
  return undefined;
}

/** The variables of a level, after those below it: in this order netCDF numbers dimensions that have no name. */
function* variables(level: Level, ids: { next: number }): Steps<NetcdfGroup<Mode>> {
  const groups: NetcdfGroup<Mode>[] = [];
  for (const one of level.below) groups.push(yield* variables(one, ids));
  const found: NetcdfVariable<Mode>[] = [];
  for (const dataset of level.datasets) {
    if ((yield* text(dataset, "NAME"))?.startsWith(NO_VARIABLE)) continue;
    const dimensions = yield* dimensionsOf(level, dataset, ids);
    const { name } = dataset;
    found.push({ name: name.startsWith(RENAMED) ? name.slice(RENAMED.length) : name, dimensions, dataset });
  }
  const { group, dimensions } = level;
  return { name: group.name, dimensions, variables: found, groups, group };
}

function* dimensionsOf(level: Level, dataset: Dataset<Mode>, ids: { next: number }): Steps<Size[]> {
  const { shape, maxshape } = dataset;
  const named = yield* namedDimensions(level, dataset);
  const all: Size[] = [];
  for (const [i, size] of (shape ?? []).entries()) {
    const unlimited = maxshape?.[i] === null;
    const dimension = named[i] ?? anonymous(level, size, unlimited, all, ids);
    if (dimension.unlimited) dimension.size = Math.max(dimension.size, size);
    all.push(dimension);
  }
  return all;
}

/** What is attached to each axis, by number, by reference, or being a scale itself. */
function* namedDimensions(level: Level, dataset: Dataset<Mode>): Steps<(Size | undefined)[]> {
  const itself = level.scales.find((s) => s.address === dataset.address)?.dimension;
  const numbers = yield* attribute(dataset, "_Netcdf4Coordinates");
  if (isArray(numbers) && numbers.shape[0] === dataset.ndim) {
    const found = Array.from(numbers.data as ArrayLike<number>, (id) => visible(level, (s) => s.id === Number(id)));
    if (found.every((d) => d)) return found;
  }
  const lists = yield* attribute(dataset, "DIMENSION_LIST");
  if (!isArray(lists) || !Array.isArray(lists.data)) return itself ? [itself] : [];
  return lists.data.map((list) => {
    // Of several scales netCDF takes the last.
    const last = Array.isArray(list) ? (list as unknown[]).at(-1) : undefined;
    return isReference(last) ? visible(level, (s) => s.address === last.address) : undefined;
  });
}

/** A dimension of that length, which the variable does not have yet; a new one if there is none in the group. */
function anonymous(level: Level, size: number, unlimited: boolean, taken: Size[], ids: { next: number }): Size {
  const fits = (d: Size): boolean => d.size === size && d.unlimited === unlimited && !taken.includes(d);
  const found = level.dimensions.find(fits);
  if (found) return found;
  const dimension = { name: `phony_dim_${ids.next}`, size, unlimited };
  ids.next += 1;
  level.dimensions.push(dimension);
  return dimension;
}
