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
 * All that differs is in tests/entries/h5wasm/differences.mjs.
 */

import { Datatype } from "./attributes.js";
import { ACCESS_MODES } from "./constants.js";
import { Dataset, DatasetRegion } from "./dataset.js";
import { File, Group } from "./group.js";
import { ready } from "./module.js";

export { Attribute, Datatype } from "./attributes.js";
export { ACCESS_MODES, convertToLibverString, LIBVER_BOUNDS_MAP } from "./constants.js";
export { Dataset, DatasetRegion } from "./dataset.js";
export { dtype_to_metadata, guess_metadata } from "./dtypes.js";
export { BrokenSoftLink, ExternalLink, File, Group } from "./group.js";
export { dirlisting, download, downloader, to_blob, UPLOADED_FILES, uploader } from "./handlers.js";
export { FS, Module, ready } from "./module.js";
export { Reference, RegionReference } from "./references.js";
export type { ACCESS_MODESTRING, LIBVER_BOUND, LIBVER_BOUNDS } from "./constants.js";
export type { CreateDatasetOptions, Entity, FileOptions } from "./group.js";
export type { Analysis, FSNode, FSStream, Stat } from "./fs/index.js";
export type { FileSystemType, Mount, MountOptions } from "./fs/nodes.js";
export type { H5Module } from "./module.js";
export type {
  ArrayDtype,
  CompoundDtype,
  CompoundMember,
  CompoundMemberDtype,
  CompoundTypeMetadata,
  Dtype,
  EnumTypeMetadata,
  Filter,
  GuessableDataTypes,
  JSONCompatibleOutputData,
  Metadata,
  OutputData,
  Slice,
  Status,
  TypedArray,
  VirtualSource,
} from "./types.js";

export const h5wasm = { File, Group, Dataset, Datatype, DatasetRegion, ready, ACCESS_MODES };
export default h5wasm;
