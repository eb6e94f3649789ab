/** What axes are called, and their coordinates: dimension scales, or what NeXus says of its data. */

import type { Dataset, Mode, Value } from "hyperslab";
import { isArray } from "./cells.js";
import { elementKind } from "./dtype.js";
import { nexusAxes } from "./nexus.js";
import { fromWide } from "./planes.js";
import type { AxisFacts, Scale } from "./protocol.js";

/** Coordinates that are sent to the page at most. */
const MOST = 1_000_000;
/** The name that netCDF-4 gives to scales without values of their own. */
const NO_VALUES = "This is a netCDF dimension but not a netCDF variable";

/** Each axis of a dataset. Where scales cannot be read there are none. */
export async function axesOf(d: Dataset<Mode>): Promise<AxisFacts[]> {
  return Promise.all(
    (await dimensionsOf(d)).map(async (dimension) => {
      const scale = await coordinatesOf(dimension);
      const units = dimension.isSpelled ? undefined : (await Promise.all(dimension.scales.map((s) => text(s, "units")))).find((u) => u !== undefined);
      const axis: AxisFacts = { name: dimension.name, scale: scale !== undefined };
      if (units !== undefined) axis.units = units;
      return axis;
    }),
  );
}

/** The coordinates along an axis. */
export async function readScale(d: Dataset<Mode>, axis: number): Promise<Scale | null> {
  const dimension = (await dimensionsOf(d))[axis];
  const scale = dimension && (await coordinatesOf(dimension));
  const value = await scale?.read();
  if (!isArray(value)) return null;
  const { data } = value;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return { values: fromWide(data) };
  if (ArrayBuffer.isView(data)) return { values: Float64Array.from(data as Float64Array) };
  return Array.isArray(data) && typeof data[0] === "string" ? { values: data as string[] } : null;
}

/** An axis, and the datasets that may have coordinates along it. */
interface Along {
  name: string;
  size: number;
  scales: readonly Dataset<Mode>[];
  /** Whether the name says everything, units included. */
  isSpelled?: boolean;
}

async function dimensionsOf(d: Dataset<Mode>): Promise<Along[]> {
  const [own, nexus] = await Promise.all([dims(d), nexusAxes(d)]);
  const all: readonly Along[] = own.length > 0 ? own : (d.shape ?? []).map((size) => ({ name: "", size, scales: [] }));
  return Promise.all(
    all.map(async (along, axis) => {
      const other = nexus[axis];
      if (!other || along.scales.length > 0) return along;
      const long = await text(other, "long_name");
      const name = long ?? (along.name || other.path.slice(other.path.lastIndexOf("/") + 1));
      return { name, size: along.size, scales: [other], isSpelled: long !== undefined };
    }),
  );
}

async function dims(d: Dataset<Mode>): Promise<Along[]> {
  try {
    return await d.dims;
  } catch {
    return [];
  }
}

/** The first scale that has a coordinate for each place. */
async function coordinatesOf(dimension: Along): Promise<Dataset<Mode> | undefined> {
  for (const s of dimension.scales) {
    const kind = elementKind(s.dtype);
    const fits = s.shape?.length === 1 && s.shape[0] === dimension.size && dimension.size <= MOST;
    if (fits && (kind === "number" || kind === "string") && !(await text(s, "NAME"))?.startsWith(NO_VALUES)) return s;
  }
  return undefined;
}

async function text(d: Dataset<Mode>, name: string): Promise<string | undefined> {
  try {
    const value: Value | undefined = await d.attrs.get(name);
    const first: unknown = isArray(value) && Array.isArray(value.data) ? value.data[0] : value;
    return typeof first === "string" && first !== "" ? first : undefined;
  } catch {
    return undefined;
  }
}
