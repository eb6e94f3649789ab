/** What of a file is in its Zarr view, what is not, and why. */

import { expand } from "../dtype.js";
import type { Dataset, Entity, Group, Mode } from "../types.js";
import { get, type Steps, text } from "../conventions/steps.js";
import { Reason } from "./forms.js";
import { attributeJson, object as jsonObject, type Special } from "./json.js";

/** Something that Zarr cannot say, or that cannot be read. */
export interface Omitted {
  /** The object's path from the group that is viewed, without a leading `/`. */
  readonly path: string;
  /** The attribute, if only that is left out. */
  readonly attribute?: string;
  /** Why it is not there. */
  readonly reason: string;
}

/** What is below a group. Paths as in {@link Omitted}; the group's own is `""`. */
export interface Listing {
  readonly groups: [path: string, group: Group<Mode>][];
  readonly datasets: [path: string, dataset: Dataset<Mode>][];
  readonly omitted: Omitted[];
}

/** Names that Zarr keeps for itself. */
const KEYS = new Set([".zgroup", ".zarray", ".zattrs", ".zmetadata", "zarr.json"]);
/** What only HDF5 and netCDF need to know. */
const HIDDEN = new Set(["DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties", "_nc3_strict", "_ARRAY_DIMENSIONS"]);
/** What makes a dataset a dimension scale. */
const SCALE = new Set(["CLASS", "NAME"]);
/** A scale that is a dimension's only, without values of its own. */
const NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable";

/** Each group by its first hard link, each dataset by every name it has. */
export function* list(root: Group<Mode> | Dataset<Mode>): Steps<Listing> {
  const all: Listing = { groups: [], datasets: [], omitted: [] };
  if (root.kind === "dataset") {
    all.datasets.push(["", root]);
    return all;
  }
  const seen = new Set([root.address]);
  const stack: [string, Group<Mode>][] = [["", root]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [path, group] = top;
    all.groups.push(top);
    const below: typeof stack = [];
    const entries = yield* readable(group.entries(), path, all.omitted);
    for (const { name, link, object, error } of entries ?? []) {
      const full = path ? `${path}/${name}` : name;
      const omit = (reason: string): unknown => all.omitted.push({ path: full, reason });
      if (KEYS.has(name)) omit("a name that Zarr needs");
      else if (error) omit(error.message);
      else if (!object) omit("a link that leads nowhere");
      else if (object.kind === "datatype") omit("a committed datatype");
      else if (object.kind === "dataset") all.datasets.push([full, object]);
      else if (link.kind !== "hard") omit(`a ${link.kind} link to a group`);
      else if (seen.has(object.address)) omit("another name of a group");
      else {
        seen.add(object.address);
        below.push([full, object]);
      }
    }
    stack.push(...below.toReversed());
  }
  return all;
}

function* readable<T>(value: T, path: string, omitted: Omitted[]): Steps<Awaited<T> | undefined> {
  try {
    return yield* get(value);
  } catch (e) {
    omitted.push({ path, reason: messageOf(e) });
    return undefined;
  }
}

export const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** Whether a dataset stands for a netCDF dimension only. */
export function* isOnlyDimension(dataset: Dataset<Mode>): Steps<Reason | undefined> {
  if (!dataset.attrs.has("NAME") || !(yield* text(dataset, "NAME"))?.startsWith(NO_VARIABLE)) return undefined;
  return new Reason("a netCDF dimension without values");
}

/** `.zattrs`. */
export function* attributesOf(thing: Entity<Mode>, path: string, special: Special, more: [string, string][], omitted: Omitted[]): Steps<string> {
  const all: [string, string][] = [];
  const scale = (yield* text(thing, "CLASS"))?.startsWith("DIMENSION_SCALE") ?? false;
  for (const name of namesOf(thing, path, omitted)) {
    if (HIDDEN.has(name) || (scale && SCALE.has(name))) continue;
    try {
      const { shape, dtype } = thing.attrs.describe(name)!;
      const value = shape === null ? null : yield* get(thing.attrs.get(name));
      const json = attributeJson(value ?? null, shape, expand(dtype), special);
      if (json === undefined) omitted.push({ path, attribute: name, reason: "a type that JSON does not have" });
      else all.push([name, json]);
    } catch (e) {
      omitted.push({ path, attribute: name, reason: messageOf(e) });
    }
  }
  return jsonObject([...all, ...more]);
}

/** `.zmetadata`. In order, as zarr-python takes what is in a group from one place. */
export function metadataJson(all: [key: string, json: string][]): string {
  const sorted = all.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{"zarr_consolidated_format":1,"metadata":${jsonObject(sorted)}}`;
}

function namesOf(thing: Entity<Mode>, path: string, omitted: Omitted[]): string[] {
  try {
    return thing.attrs.keys();
  } catch (e) {
    omitted.push({ path, reason: `attributes: ${messageOf(e)}` });
    return [];
  }
}

/** Names of the axes as the dataset's scales and labels have them; none if no axis has one. */
export function* axisNames(dataset: Dataset<Mode>, dims: readonly number[]): Steps<string[] | undefined> {
  const names: string[] = [];
  try {
    for (const dim of yield* get(dataset.dims)) names.push(dim.name);
    if (names.length === 1 && !names[0] && (yield* text(dataset, "CLASS"))?.startsWith("DIMENSION_SCALE")) names[0] = dataset.name;
  } catch {
    return undefined;
  }
  if (!names.some((name) => name)) return undefined;
  return [...names.map((name, i) => name || `dim_${i}`), ...innerNames(dims)];
}

/** Names of the axes that an array type adds. */
export const innerNames = (dims: readonly number[]): string[] => dims.map((d, i) => `array_dim_${i}_${d}`);
