/**
 * HDF5 files for readers of Zarr: `hyperslab/zarr`, a module of its own, for objects of any file that `hyperslab` opened. As
 * everywhere, synchronous files answer at once and others by promise.
 *
 * @module hyperslab/zarr
 */

// Whoever has a file has all of this: what is shared is one chunk, which compresses best.
import "./exports.js";

import { run } from "./conventions/steps.js";
import type { Dataset, Group, Mode, Out } from "./types.js";
import { type References, type ReferencesOptions, referencesSteps } from "./zarr/references.js";
import { Store, type ZarrStore } from "./zarr/store.js";

/** The mode of the file that an object is in. */
type ModeOf<O> = O extends Group<infer M> | Dataset<infer M> ? M : never;

/**
 * A file, group or dataset as a read-only Zarr store (version 2, with consolidated metadata): `open(zarrStore(file))` of zarrita
 * opens it.
 *
 * Groups and datasets are groups and arrays, soft and external links are followed; `_ARRAY_DIMENSIONS` are the names of
 * dimension scales. Chunks are handed out as they are stored where readers have the codecs (shuffle, zlib, Zstandard, Blosc),
 * otherwise decoded, so that every filter, layout and byte order can be read. Datasets without chunks are divided. Texts of variable
 * length use the codec `vlen-utf8`; array types add axes; enums are their codes; 16-bit floats are 32-bit ones where JavaScript has
 * no `Float16Array`.
 *
 * ```ts
 * import { open } from "hyperslab";
 * import { zarrStore } from "hyperslab/zarr";
 * import * as zarr from "zarrita";
 *
 * const store = zarrStore(await open("run.h5"));
 * const array = await zarr.open(zarr.root(store).resolve("entry/data"), { kind: "array" });
 * ```
 *
 * What Zarr cannot say (references, sequences, null dataspaces, integers of more than 8 bytes) is not in the store, and
 * {@link ZarrStore.omitted} says so.
 */
export function zarrStore<G extends Group<"sync"> | Group | Dataset<"sync"> | Dataset>(group: G): ZarrStore<ModeOf<G>> {
  return new Store(group as Group<Mode>) as unknown as ZarrStore<ModeOf<G>>;
}

/**
 * References to the chunks of a file, or of a group in it, in the format of kerchunk: with them, Zarr, xarray and Dask read the
 * file in place, through fsspec's `reference` file system. Write them with `JSON.stringify`.
 *
 * Readers need the numcodecs of Python (zlib, shuffle, Zstandard, Blosc, bzip2, Fletcher-32 are used); what these do not read is
 * put in decoded if it is small, or left out and reported to `onOmit`. Dimensions are named as netCDF names them. Positions are
 * those in the file as it was last flushed, and in one file: not in families or other sets.
 *
 * ```ts
 * import { open } from "hyperslab";
 * import { references } from "hyperslab/zarr";
 *
 * const text = JSON.stringify(await references(await open("run.h5"), { url: "https://example.org/run.h5" }));
 * ```
 */
export function references<G extends Group<"sync"> | Group>(group: G, options: ReferencesOptions): Out<ModeOf<G>, References> {
  return run(referencesSteps(group as Group<Mode>, options), options.signal) as Out<ModeOf<G>, References>;
}

export type { Omitted } from "./zarr/listing.js";
export type { References, ReferencesOptions } from "./zarr/references.js";
export type { GetOptions, ZarrStore } from "./zarr/store.js";
