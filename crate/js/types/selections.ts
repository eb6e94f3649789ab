/** Which elements are read. */

import type { NdArray, NumericArray, NumericName, Reference } from "./values.js";

/** A range along one axis, as Python's `slice`: `null` is the end of that side, negative counts from the end. */
export interface Slice {
  /** First index, counted from the end if negative; `null`: the first there is. */
  readonly start: number | null;
  /** The index before which it ends, counted from the end if negative; `null`: behind the last. */
  readonly stop: number | null;
  /** From one index to the next, at least 1; `null`: 1. */
  readonly step: number | null;
}

/** One axis: an index (drops the axis), all of it (`null`), a range, or `"..."` for as many whole axes as are left. */
export type AxisSelection =
  | number
  | null
  | Slice
  | readonly [start: number | null, stop: number | null, step?: number | null]
  | "...";

/** Single elements, in any order and as often as they are named. The result is a list of them. */
export interface Points {
  /** A position on each axis for every point, negative ones counted from the end; in one dimension plain numbers do. */
  readonly points: ArrayLike<number | ArrayLike<number>>;
}

/** The elements at which a mask in the dataset's shape is set. The result is a list of them, in C order. */
export interface Mask {
  /** Booleans or numbers, nested or in one list as long as the dataset has elements, or an array of its shape. */
  readonly mask: ArrayLike<unknown> | NdArray;
}

/**
 * What to read: NumPy's spelling as text (`"7, 10:20, ::4, ..., -1"`), one item per axis, single elements by points or by
 * a mask, or a region reference to the dataset. Boxes and what else is chosen axis by axis keep their axes; any other
 * region gives a list.
 */
export type Selection = string | readonly AxisSelection[] | Points | Mask | Reference;

/** Options of `Dataset.read`. */
export interface ReadOptions {
  /**
   * Convert numbers to this type while reading, by HDF5's rules: what does not fit is clipped, fractions are cut off,
   * NaN becomes 0 among whole numbers. An enum (and h5py's bool) is its codes.
   */
  as?: NumericName | undefined;
  /**
   * Read into this array (from its start), converting numbers to its type as `as` does, instead of making a new one.
   * The result's `data` is this array, or the part of it that was filled.
   */
  into?: NumericArray | undefined;
  /** Stops the reading; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each batch with how many elements are read, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}
