/** From a selection of any kind to how the engine is told of it. */

import type { Choice, Engine, Reading } from "#glue";
import { argument } from "./errors.js";
import { count, isNdArray } from "./arrays.js";
import { integer, spell } from "./selection.js";
import type { AxisSelection, Mask, Points, Selection } from "./types.js";

/** What a selection chooses of the dataset at `address`. Its extents are asked for only where they matter. */
export function choose(selection: Selection | null | undefined, extents: () => readonly number[], address: number): Choice {
  if (typeof selection !== "object" || selection === null || Array.isArray(selection)) {
    if (typeof selection === "number" || typeof selection === "boolean") throw wrong();
    return { text: spell(selection as string | readonly AxisSelection[] | null | undefined) };
  }
  if ("points" in selection) return { points: coordinatesOf(selection.points, extents()) };
  if ("address" in selection) {
    const { selection: stored, address: of } = selection;
    if (!stored || of !== address) throw argument("this is no reference to a region of this dataset");
    return { stored };
  }
  if (!("mask" in selection)) throw wrong();
  return { mask: maskOf(selection.mask, extents()) };
}

/** Plans a read of what was chosen. */
export function plan(engine: Engine, address: number, { text, points, stored, mask }: Choice): Reading {
  if (points) return engine.readPoints(address, points);
  if (stored) return engine.readStored(address, stored);
  return mask ? engine.readMask(address, mask) : engine.read(address, text!);
}

function wrong(): Error {
  return argument("a selection is text as in NumPy, an array with one item per axis, {points}, {mask} or a region reference");
}

/** The coordinates of all points, none of them negative. */
function coordinatesOf(points: Points["points"], shape: readonly number[]): Float64Array {
  const rank = shape.length;
  if (rank === 0) throw argument("a scalar has no points to choose from");
  if (!isList(points)) throw argument("points are an array with one array of positions for each");
  const out = new Float64Array(points.length * rank);
  for (let i = 0; i < points.length; i++) {
    // In one dimension a point is a number as well.
    const item = points[i]!;
    const point = isList(item) ? item : [item];
    if (point.length !== rank) throw argument(`point ${i} has ${point.length} positions in ${rank} dimensions`);
    for (let d = 0; d < rank; d++) {
      const at = integer(point[d]);
      const position = at < 0 ? at + shape[d]! : at;
      if (position < 0 || position >= shape[d]!) {
        throw argument(`position ${at} of point ${i} is out of range for axis ${d} with ${shape[d]} positions`);
      }
      out[i * rank + d] = position;
    }
  }
  return out;
}

function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

/** One byte for each element: whether it is selected. */
function maskOf(mask: Mask["mask"], shape: readonly number[]): Uint8Array {
  const nested = isNdArray(mask) ? mask.data : mask;
  if (isNdArray(mask) && mask.shape.join() !== shape.join()) {
    throw argument(`a mask of shape [${mask.shape}] for a dataset of shape [${shape}]`);
  }
  const flat = (Array.isArray(nested) ? nested.flat(Infinity) : nested) as ArrayLike<unknown>;
  if (flat?.length !== count(shape)) {
    throw argument(`a mask of ${flat?.length} elements for a dataset of shape [${shape}]`);
  }
  return Uint8Array.from(flat, (set) => (set ? 1 : 0));
}
