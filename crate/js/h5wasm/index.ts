/** What `hyperslab/h5wasm` exports. */

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
export type { ObjectType } from "./attributes.js";
export type { CreateDatasetOptions, Entity, ExternalTarget, FileOptions } from "./group.js";
export type { Listing } from "./handlers.js";
export type { Analysis, FSNode, FSStream, Stat } from "./fs/index.js";
export type { FilePackage, FileSystemType, Mount, MountOptions, NamedBlob, PackageMetadata, PackedFile } from "./fs/nodes.js";
export type { H5Module } from "./module.js";
export type {
  ArrayDtype,
  ArrayTypeDtype,
  CompoundDtype,
  CompoundMember,
  CompoundMemberDtype,
  CompoundTypeDtype,
  CompoundTypeMetadata,
  Dtype,
  EnumTypeMetadata,
  Filter,
  GuessableDataTypes,
  JSONCompatibleOutputData,
  Metadata,
  OutputData,
  Slice,
  SliceElement,
  Status,
  TypedArray,
  VirtualSource,
} from "./types.js";

/** What programs that import one object of h5wasm use of it. */
export interface H5wasm {
  /** Open files. */
  File: typeof File;
  /** Groups. */
  Group: typeof Group;
  /** Datasets. */
  Dataset: typeof Dataset;
  /** Committed datatypes. */
  Datatype: typeof Datatype;
  /** What region references lead to. */
  DatasetRegion: typeof DatasetRegion;
  /** The engine and all filters: to be waited for before anything else. */
  ready: typeof ready;
  /** Ways of opening. */
  ACCESS_MODES: typeof ACCESS_MODES;
}

/** All of it in one object, as programs import it: `import h5wasm from "hyperslab/h5wasm"`. */
export const h5wasm: H5wasm = { File, Group, Dataset, Datatype, DatasetRegion, ready, ACCESS_MODES };
export default h5wasm;
