/** Filters of the user's own. What users import is by itself: declarations name no module that is generated. */

import { argument } from "./errors.js";
import type { FilterFunctions } from "./types.js";

/** Filters of the user's own, by id. */
export const registered = new Map<number, FilterFunctions>();

/**
 * Makes a filter known to all files, those open now and later ones: `id` as in the file (4 to 65535; 1 to 3 are built in).
 * One that was registered before, or that comes with the package, is replaced; `undefined` takes it back.
 *
 * ```ts
 * const turn = (bytes: Uint8Array) => bytes.map((b) => b ^ 0xff);
 * registerFilter(40_000, { decode: turn, encode: turn });
 * create().createDataset("d", { data: [1, 2], filters: [{ id: 40_000 }] });
 * ```
 *
 * Errors: `Argument` for another id, or without `decode`. What a filter throws is the cause of the error of the reading or writing.
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
