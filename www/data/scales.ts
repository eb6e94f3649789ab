/** Dimension scales: what axes are called, and their coordinates. */

import type { DatasetSync, Dimension, Value } from "hyperslab";
import { isArray } from "./cells.js";
import { elementKind } from "./dtype.js";
import { fromWide } from "./planes.js";
import type { AxisFacts, Scale } from "./protocol.js";

/** Coordinates that are sent to the page at most. */
const MOST = 1_000_000;
/** The name that netCDF-4 gives to scales without values of their own. */
const NO_VALUES = "This is a netCDF dimension but not a netCDF variable";

/** Each axis of a dataset. Where scales cannot be read there are none. */
export function axesOf(d: DatasetSync): AxisFacts[] {
  return dimensionsOf(d).map((dimension) => {
    const scale = coordinatesOf(dimension);
    const units = dimension.scales.map((s) => text(s, "units")).find((u) => u !== undefined);
    const axis: AxisFacts = { name: dimension.name, scale: scale !== undefined };
    if (units !== undefined) axis.units = units;
    return axis;
  });
}

/** The coordinates along an axis. */
export function readScale(d: DatasetSync, axis: number): Scale | null {
  const dimension = dimensionsOf(d)[axis];
  const scale = dimension && coordinatesOf(dimension);
  const value = scale?.read();
  if (!isArray(value)) return null;
  const { data } = value;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return { values: fromWide(data) };
  if (ArrayBuffer.isView(data)) return { values: Float64Array.from(data as Float64Array) };
  return Array.isArray(data) && typeof data[0] === "string" ? { values: data as string[] } : null;
}

function dimensionsOf(d: DatasetSync): Dimension<"sync">[] {
  try {
    return d.dims;
  } catch {
    return [];
  }
}

/** The first scale that has a coordinate for each place. */
function coordinatesOf(dimension: Dimension<"sync">): DatasetSync | undefined {
  return dimension.scales.find((s) => {
    const kind = elementKind(s.dtype);
    const fits = s.shape?.length === 1 && s.shape[0] === dimension.size && dimension.size <= MOST;
    return fits && (kind === "number" || kind === "string") && !text(s, "NAME")?.startsWith(NO_VALUES);
  });
}

function text(d: DatasetSync, name: string): string | undefined {
  try {
    const value: Value | undefined = d.attrs.get(name);
    const first: unknown = isArray(value) && Array.isArray(value.data) ? value.data[0] : value;
    return typeof first === "string" && first !== "" ? first : undefined;
  } catch {
    return undefined;
  }
}
