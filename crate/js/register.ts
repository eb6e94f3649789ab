/** Filters of the user's own. What users import is by itself: declarations name no module that is generated. */

import { argument } from "./errors.js";
import type { FilterFunctions } from "./types.js";

/** Filters of the user's own, by id. */
export const registered = new Map<number, FilterFunctions>();

/**
 * Makes a filter known to all files, those open now and later ones: `id` as in the file (2 to 65535; 1 to 3 are built in).
 * One that was registered before, or that comes with the package, is replaced; `undefined` takes it back.
 */
export function registerFilter(id: number, filter: FilterFunctions | undefined): void {
  if (!Number.isInteger(id) || id < 4 || id > 65535) throw argument(`${String(id)} is no filter id: 4 to 65535`);
  if (filter === undefined) {
    registered.delete(id);
    return;
  }
  if (typeof filter?.decode !== "function") throw argument("a filter is { decode, encode }: at least decode");
  registered.set(id, filter);
}
