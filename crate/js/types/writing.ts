/** What is written, and how. */

import type { Dtype } from "./datatypes.js";
import type { CallOptions, Mode } from "./modes.js";
import type { Entity, NamedDatatype } from "./objects.js";
import type { CreateOptions, Libver, OpenOptions } from "./opening.js";
import type { AxisSelection } from "./selections.js";
import type { FileHandle, FileStream, SaveTarget, SyncAccessHandle, WritableAccess } from "./sources.js";
import type { NdArray, NumericArray, Reference } from "./values.js";

/** What watches a change of elements, and stops it. */
export interface WriteOptions {
  /**
   * Stops it; it then rejects with the signal's reason, and nothing has changed: chunks are encoded first, and put into the file
   * all at once. What cannot be encoded apart is written in one go, which is quick or a matter of few elements: what has no
   * filters, is of variable length, or does not fill its chunks.
   */
  signal?: AbortSignal | undefined;
  /** Called after each part with how many elements are encoded, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Options of everything that has a header. */
export interface HeaderOptions {
  /** Remember the order in which attributes are made and, in groups, links: what lists them keeps to it. */
  trackOrder?: boolean | undefined;
  /** Keep the time at which it was made: now, or that many seconds since 1970. */
  trackTimes?: boolean | number | undefined;
}

/** Options of `createGroup` and `createDatatype`. */
export interface GroupOptions extends HeaderOptions, CallOptions {}

/** Options of `Group.copy`. */
export interface CopyOptions {
  /** The copy's name, if it is made in a group; default: the object's own. */
  name?: string | undefined;
  /** Of groups below a group only the names, not what is in them. */
  shallow?: boolean | undefined;
  /** Copy what soft links lead to, in their place. */
  expandSoft?: boolean | undefined;
  /** Copy what external links lead to, in their place, where the other file is found. */
  expandExternal?: boolean | undefined;
  /**
   * Copy what references lead to, and let the references in the copy lead to copies. What would have no name is called
   * `~obj_pointed_by_` and its address, in the root group. Otherwise references lead to the same objects as before, or,
   * in another file, nowhere.
   */
  expandReferences?: boolean | undefined;
  /** Leave attributes out. */
  withoutAttrs?: boolean | undefined;
  /**
   * Stops it; it then rejects with the signal's reason, there is no copy, and its space is free. What is stored is carried over
   * first, and then the copy is made all at once. With it go what cannot be carried as it is (what is of variable length or
   * refers to something, chunks without an index), and everything, if either file is changed meanwhile or this one was joined.
   */
  signal?: AbortSignal | undefined;
  /** Called now and then, and at the end, with how many stored bytes are copied, of how many: of elements, after filters. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Nested arrays of plain values, as literals are written. An object stands for a reference to it. */
export type Nested =
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | Reference
  | Entity<Mode>
  | readonly Nested[];

/** What can be written: plain values, nested arrays, typed arrays, what reading gives, and columns. */
export type WriteValue =
  | Nested
  | NumericArray
  | NdArray
  | { readonly [member: string]: WriteValue }
  | null;

/** Compressions other than gzip. */
export type CompressionName = "lzf" | "szip" | "bzip2" | "lz4" | "zstd" | "bitshuffle" | "blosc" | "blosc2" | "zfp";

/** A filter for chunks, by its number. */
export interface FilterOption {
  /** As registered with The HDF Group, or given to `registerFilter`. */
  id: number;
  /** Its parameters ("client data"); default: none. */
  values?: readonly number[];
  /** Whether chunks may be stored without it; default `true`. */
  optional?: boolean;
}

/** A file that has elements of a dataset. */
export interface ExternalFile {
  /** Its name, as it is stored: found beside the HDF5 file. */
  file: string;
  /** First byte; default 0. */
  offset?: number;
  /** Bytes; `null`: all there are, for the last file. */
  size: number | null;
}

/** Options of `createDataset`. Names are h5py's. */
export interface DatasetOptions extends HeaderOptions, WriteOptions {
  /** The elements. Without them `shape` and `dtype` are needed, and the dataset reads as its fill value. */
  data?: WriteValue | undefined;
  /** Default: the data's; `[]` is a scalar, `null` a null dataspace. */
  shape?: readonly number[] | null | undefined;
  /** Default: what the data suggests. A committed datatype is shared. */
  dtype?: Dtype | NamedDatatype<Mode> | undefined;
  /** Largest extents; `null` for an unlimited axis. Makes the dataset chunked. */
  maxshape?: readonly (number | null)[] | undefined;
  /**
   * Extents of a chunk, or `true` to have them chosen (as h5py does, also when a filter or `maxshape` needs them). `false`:
   * no chunks; what needs them is an error.
   */
  chunks?: boolean | readonly number[] | undefined;
  /** Where the elements are, if not as the other options suggest: up to 64 KiB of them can be `"compact"`, in the header. */
  layout?: "compact" | "contiguous" | "chunked" | undefined;
  /**
   * gzip, by name (level 4) or by its level 0–9; another compression by its name or, from 10 on, by its filter's id.
   */
  compression?: "gzip" | CompressionName | number | undefined;
  /**
   * What the compression may be told; everything has a default. Several numbers without words are the filter's
   * parameters ("client data") as they are.
   *
   * - gzip: the level, 0–9. zstd: the level, 1–22 (3). bzip2: the size of its blocks, 1–9 (9). lz4: bytes of a block.
   * - blosc, blosc2: a level 0–9 (5), a compressor (`"blosclz"`, or `"lz4"`, `"zlib"`, `"zstd"`; `"snappy"` in blosc only),
   *   and `"noshuffle"`, `"shuffle"` (the default), `"bitshuffle"` or, in blosc2, `"delta"`: `["zstd", 3, "bitshuffle"]`.
   * - szip: the method and the samples of a block (`["nn", 8]`; `"ec"` for data without neighbours that are alike; 2 to 32).
   * - bitshuffle: `"lz4"` (the default), `"none"`, or `"zstd"` and a level.
   * - zfp: `"reversible"` (the default: nothing is lost), `["accuracy", 0.001]` (the largest error), `["rate", 8]` (bits per
   *   number), `["precision", 16]` (bit planes), or `"expert"` and minbits, maxbits, maxprec, minexp.
   */
  compressionOpts?: number | readonly (number | string)[] | undefined;
  /** Sort bytes by significance before compressing: helps numbers a lot. */
  shuffle?: boolean | undefined;
  /**
   * Store numbers as differences from each chunk's smallest, in few bits. Integers: `true`, or the bits each may take, which
   * cuts off what is larger. Floats of 4 or 8 bytes: the decimal digits to keep. Not with `fletcher32`.
   */
  scaleoffset?: boolean | number | undefined;
  /**
   * Any other filters, in the order in which they are applied: after `shuffle`, before `fletcher32`. Chunks are stored
   * without a filter that cannot handle them, unless it is `optional: false`.
   */
  filters?: readonly FilterOption[] | undefined;
  /** Store a checksum with each chunk. */
  fletcher32?: boolean | undefined;
  /** What unwritten elements read as: zeros, unless it is given. `null` promises nothing. */
  fillvalue?: WriteValue | undefined;
  /** When the fill value is written into new storage: if one is given (the default), always, or never. */
  fillTime?: "ifset" | "alloc" | "never" | undefined;
  /** When storage is allocated: with the dataset, with its first elements, or chunk by chunk. */
  allocTime?: "early" | "late" | "incr" | undefined;
  /** Makes the dataset virtual: its elements are those of other datasets. Needs `libver: "v110"`. */
  sources?: readonly VirtualMapping[] | undefined;
  /** Keeps the elements in files of bytes, one after another: they are not written here. `null`: all bytes there are. */
  external?: readonly ExternalFile[] | undefined;
  /** Whether chunks that reach beyond the shape go through the filters, too; default `true`. `false` needs `libver: "v110"`. */
  filterPartialChunks?: boolean | undefined;
}

/** A regular selection of one axis: blocks that repeat, `null` for no end. */
export interface Pattern {
  /** First position. */
  readonly start: number;
  /** From one block's start to the next; default 1. */
  readonly stride?: number | undefined;
  /** Blocks. */
  readonly count: number | null;
  /** Positions in a block; default 1. */
  readonly block?: number | null | undefined;
}

/** What is taken from a source, and where it goes: ranges, as for `read`, or a pattern for each axis. */
export type Part = string | readonly AxisSelection[] | readonly Pattern[];

/** Elements of another dataset that are elements of a virtual one. */
export interface VirtualMapping {
  /**
   * Name of its file, by default the same file. In `run_%b.h5` the number of a block of `target` takes the place of `%b`
   * (`%5b`: with five digits), and `%%` is a percent sign.
   */
  file?: string | undefined;
  /** Its path there, with numbers in the same way. */
  dataset: string;
  /** Its extents, which ranges need. */
  shape?: readonly number[] | undefined;
  /** Which of its elements; default: all. */
  source?: Part | undefined;
  /** Which elements of the virtual dataset they are; default: all. */
  target?: Part | undefined;
}

/** How datasets are stored in a copy. Options of filters are those of `createDataset`. */
export interface Storing {
  /**
   * What chunks go through, as for `createDataset`; `"none"` or 0 for nothing. Default: gzip, level 4. `"keep"`: what they
   * have gone through; chunks that keep their extents, too, are then carried over as they are stored, which is faster, loses
   * nothing with filters that round, and needs none of the filters.
   */
  compression?: "keep" | "none" | DatasetOptions["compression"];
  /** As for `createDataset`. */
  compressionOpts?: DatasetOptions["compressionOpts"];
  /** Default: for numbers, with gzip, lzf, lz4, bzip2 and zstd. */
  shuffle?: boolean | undefined;
  /** Default: where there is one already. */
  fletcher32?: boolean | undefined;
  /** As for `createDataset`. */
  scaleoffset?: DatasetOptions["scaleoffset"];
  /** As for `createDataset`. */
  filters?: DatasetOptions["filters"];
  /**
   * Extents of a chunk, for datasets of that rank and cut where one is smaller; `true` to have them chosen; `false`: in one
   * piece; `"keep"`: what is in chunks keeps them, and nothing else is compressed. Default: their own, or chosen
   * where a filter needs them.
   */
  chunks?: boolean | "keep" | readonly number[] | undefined;
  /** Where the elements are. `"compact"`: up to 64 KiB of them, in the header. */
  layout?: "keep" | "compact" | "contiguous" | "chunked" | undefined;
  /** Copies the elements of virtual datasets and those in files of bytes: they become ordinary datasets. */
  merge?: boolean | undefined;
}

/**
 * Where a copy is written: a path (Node), whose old file stays until the new one is complete; a `FileSystemFileHandle` or its
 * writable stream, for which the same is true; a `FileSystemSyncAccessHandle` or a place of your own, which are emptied.
 */
export type RepackTarget = string | URL | SaveTarget | FileHandle | FileStream | SyncAccessHandle | WritableAccess;

/** Options of `repack`. */
export interface RepackOptions extends Storing {
  /**
   * Other ways of storing, by the path of a dataset, or of a group for all that is below it; the nearest counts, and what it says
   * of filters, or of chunks and layout, takes the place of what is said of all. A dataset that is named itself and cannot
   * be stored so is an error; all others stay as they are where something does not fit them.
   */
  datasets?: Readonly<Record<string, Storing>> | undefined;
  /** Writes the copy there; the result is `undefined` then. */
  to?: RepackTarget | undefined;
  /** As for `create`; `"keep"`: the source's. */
  libver?: Libver | "keep" | readonly [low: Libver | "keep", high: Libver] | undefined;
  /** Bytes before the file, a power of two from 512 on, or 0. Default: those of the source, as they are. */
  userblock?: number | undefined;
  /** How space is found in the new file, as for `create`. */
  fsStrategy?: CreateOptions["fsStrategy"];
  /** As for `create`. */
  fsPersist?: CreateOptions["fsPersist"];
  /** As for `create`. */
  fsThreshold?: CreateOptions["fsThreshold"];
  /** As for `create`. */
  fsPageSize?: CreateOptions["fsPageSize"];
  /**
   * Copy only the object at this path, with everything below it. A group becomes the root of the new file; a dataset
   * keeps its name.
   */
  subtree?: string | undefined;
  /**
   * Links that are left out, by their paths from the source's root, with everything that only they lead to. What another
   * link leads to stays; references to what is gone, or is outside `subtree`, become null references, and elements of virtual
   * datasets that were there read as the fill value.
   */
  drop?: readonly string[] | undefined;
  /** Called now and then with bytes of elements copied, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the copying; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How many workers decode and encode chunks, as for `open`; the copy is the same. Default: 0. */
  workers?: OpenOptions["workers"];
  /** Bytes of the source's metadata kept in memory, as for `open`. */
  cache?: number | undefined;
  /** Finds the files that are merged, as for `open`. */
  resolve?: OpenOptions["resolve"];
  /** How URLs are read, as for `open`. */
  http?: OpenOptions["http"];
}
