/** What an object is, for programs that are checked when they are compiled. */

import { expand } from "./dtype.js";
import type { Dataset, Entity, KnownTypes, Mode } from "./types.js";

/**
 * Whether an object is a dataset and, if a type is named, one of that type: of numbers as wide, in either byte order, or of text of any
 * kind. What it reads is known then.
 *
 * ```ts
 * const f = openSync("run.h5");
 * const d = f.get("entry/data");
 * if (isDataset(d, "float32")) d.read(); // NdArray<Float32Array>, a number, or null
 * ```
 *
 * Errors: `Argument` for a name that is none.
 */
export function isDataset<M extends Mode>(object: Entity<M> | undefined): object is Dataset<M>;
export function isDataset<M extends Mode, K extends keyof KnownTypes>(object: Entity<M> | undefined, dtype: K): object is Dataset<M, KnownTypes[K]>;
export function isDataset(object: Entity<Mode> | undefined, dtype?: string): boolean {
  if (object?.kind !== "dataset" || dtype === undefined) return object?.kind === "dataset";
  const [own, wanted] = [object.datatype, expand(dtype)] as { class: string; size?: number; signed?: boolean }[];
  // A number that text does not describe has another layout, and so has any enum but bool.
  return own!.class === wanted!.class && (own!.class === "string" || (typeof object.dtype === "string" && own!.size === wanted!.size && own!.signed === wanted!.signed));
}
