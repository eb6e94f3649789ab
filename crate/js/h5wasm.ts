/**
 * A drop-in for h5wasm (0.10): the same names, values and files, without libhdf5. What it does better, where that could be noticed:
 *
 * - What goes wrong throws a `HyperslabError`: a file that is not there, a name that is taken, a filter that is not known, a checksum
 *   that is wrong, numbers that do not fit into the type.
 * - Integers are exact: whole numbers beyond int32 are written as int64; in `json_value` those that no number holds are text. Digits of a
 *   dtype count: `"<i8"` has 8 bytes.
 * - `maxshape` is `Infinity` where an axis is unlimited. Slices end where the dataset ends.
 * - Floats of 2 bytes are read and written; text of variable length is compressed and sliced; chunks are chosen where they are not
 *   given; `shuffle` counts; groups on the way to a new one are made; an attribute that is there is replaced.
 * - All filters that this package knows are there, without plugins.
 *
 * What works on libhdf5's memory (`HEAPU8`, `_malloc`, `ccall` ...) is not there, nor are devices in `FS`: it throws and says what to use.
 *
 * Files are in memory, or Blobs in a worker. By the name `hyperslab/h5wasm/node`, in Node, they are the machine's.
 *
 * @module hyperslab/h5wasm
 */

import "./index.js";

export * from "./h5wasm/index.js";
export { default } from "./h5wasm/index.js";
