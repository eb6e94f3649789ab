/**
 * What programs mean by what they write: `hyperslab/conventions`, a module of its own, for objects of any file that
 * `hyperslab` opened. As everywhere, synchronous files answer at once and others by promise.
 *
 * @module hyperslab/conventions
 */

// Whoever has a file has all of this: what is shared is one chunk, which compresses best.
import "./exports.js";

import { type Convention, identifySteps } from "./conventions/identify.js";
import { interpretSteps } from "./conventions/interpret.js";
import type { Meaning } from "./conventions/meaning.js";
import { type NetcdfGroup, netcdfSteps } from "./conventions/netcdf.js";
import { defaultPlotSteps, type Plot } from "./conventions/nexus.js";
import { run } from "./conventions/steps.js";
import type { CallOptions, Dataset, Entity, Group, Mode, NamedDatatype, Out } from "./types.js";

/** The mode of the file that an object is in. */
type ModeOf<O> = O extends Group<infer M> | Dataset<infer M> | NamedDatatype<infer M> ? M : never;

/**
 * The convention an object follows, and what it says it is: a MATLAB class, an AnnData encoding, a pandas or PyTables
 * object, a NeXus class, an image, a palette, a table or a dimension scale. `undefined` if it says nothing.
 */
export function identify<O extends Entity<"sync"> | Entity>(object: O, options: CallOptions = {}): Out<ModeOf<O>, Convention | undefined> {
  return run(identifySteps(object as Entity<Mode>), options.signal);
}

/**
 * Reads an object as what it means:
 *
 * - MATLAB: text as text, logical as bool, cells and structs with everything in them, sparse matrices; arrays in
 *   MATLAB's own shape, whose first axis is the fastest (`stride` says so, nothing is copied).
 * - AnnData and pandas: categoricals, data frames, sparse matrices, values of which some are missing.
 * - PyTables: texts of variable length.
 * - Pairs of floats that h5py, PyTables and MATLAB store complex numbers as: complex numbers.
 *
 * Any other dataset gives its values, as `read` does; any other group or type is returned itself.
 *
 * ```ts
 * import { openSync } from "hyperslab";
 * import { type Categorical, interpret, labels } from "hyperslab/conventions";
 *
 * const cluster = openSync("cells.h5ad").get("obs/cluster");
 * if (cluster) console.log(labels(interpret(cluster) as Categorical));
 * ```
 */
export function interpret<O extends Entity<"sync"> | Entity>(object: O, options: CallOptions = {}): Out<ModeOf<O>, Meaning<ModeOf<O>>> {
  return run(interpretSteps(object as Entity<Mode>), options.signal) as Out<ModeOf<O>, Meaning<ModeOf<O>>>;
}

/**
 * The NeXus data that a file or group is about: where `default` leads, else the first there is. `undefined` if there
 * is no such data.
 */
export function defaultPlot<G extends Group<"sync"> | Group>(group: G, options: CallOptions = {}): Out<ModeOf<G>, Plot<ModeOf<G>> | undefined> {
  return run(defaultPlotSteps(group as Group<Mode>), options.signal) as Out<ModeOf<G>, Plot<ModeOf<G>> | undefined>;
}

/**
 * The group, a whole file usually, as netCDF-4 sees it: its dimensions, its variables with theirs, the groups below.
 * Axes without a name get netCDF's `phony_dim_N`.
 *
 * ```ts
 * import { open } from "hyperslab";
 * import { netcdf } from "hyperslab/conventions";
 *
 * for (const { name, dimensions } of (await netcdf(await open("era5.nc"))).variables) console.log(name, dimensions.map((d) => d.size));
 * ```
 */
export function netcdf<G extends Group<"sync"> | Group>(group: G, options: CallOptions = {}): Out<ModeOf<G>, NetcdfGroup<ModeOf<G>>> {
  return run(netcdfSteps(group as Group<Mode>), options.signal) as Out<ModeOf<G>, NetcdfGroup<ModeOf<G>>>;
}

export { labels } from "./conventions/meaning.js";
export type { Convention } from "./conventions/identify.js";
export type { Categorical, Cell, Frame, Masked, Meaning, Sparse, Struct } from "./conventions/meaning.js";
export type { NetcdfDimension, NetcdfGroup, NetcdfVariable } from "./conventions/netcdf.js";
export type { Plot } from "./conventions/nexus.js";
