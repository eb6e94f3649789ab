/** Compact copies of files. */

import type { RepackOptions, RepackTarget, Source } from "./types.js";

/**
 * A compact copy of a file, or of a part of it: the bytes of a new file, or, with `to`, a new file somewhere else, which is
 * written as it comes, in little memory, and is no HDF5 file before all of it is there.
 *
 * Groups, links, attributes, datatypes, shapes, fill values, elements, orders of creation and times are equal to the source's;
 * references lead to the copies of what they led to. Virtual datasets stay virtual and names of other files stay as they are,
 * unless `merge` says otherwise. Datasets of 2 KiB or more are stored in chunks (their own, or as h5py would guess) with gzip,
 * numbers shuffled before; smaller ones as they are. Other options say otherwise for all datasets, where they can be stored
 * so, and `datasets` for some.
 *
 * ```ts
 * await repack("run.h5", { to: "small.h5", compression: "zstd", datasets: { "entry/data": { chunks: [64, 64] } } });
 * ```
 *
 * Errors: `Unsupported` for what cannot be carried over, `Argument` for a named dataset that cannot be stored as was asked for,
 * both with its path and before anything is written; `NotFound` for paths in `drop`, `datasets` and `subtree`
 * that are not there.
 */
export function repack(source: Source, options: RepackOptions & { to: RepackTarget }): Promise<undefined>;
/** The copy's bytes: of a file that fits into memory. */
export function repack(source: Source, options?: RepackOptions): Promise<Uint8Array>;
export async function repack(source: Source, options: RepackOptions = {}): Promise<Uint8Array | undefined> {
  const { repackFile } = await import("./repacking.js");
  return await repackFile(source, options);
}
