/**
 * The whole public surface in one place: what users hold, and what it returns.
 *
 * Everything an object says about itself (`shape`, `dtype`, attribute names …) is loaded with it and is a plain
 * property. What touches the source returns `Out<M, T>`: `T` from `openSync` and `create`, `Promise<T>` from `open`.
 */

import type { HyperslabError } from "./errors.js";

// ------------------------------------------------------------------------------------------------------------ modes

/** Whether members that touch the source answer at once or by promise. */
export type Mode = "sync" | "async";

/** `T` itself in a synchronous file, a promise of it in an asynchronous one. */
export type Out<M extends Mode, T> = M extends "sync" ? T : Promise<T>;

// ---------------------------------------------------------------------------------------------------------- sources

/** Your own source of bytes. `read` answers with exactly `length` bytes from `offset`, at once or by promise. */
export interface RandomAccess {
  /** Bytes there are. */
  readonly size: number;
  read(
    offset: number,
    length: number,
    options?: { signal?: AbortSignal },
  ): Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>;
}

/** One file of bytes. A string is a path (Node only), a URL has to be a `file:` URL (Node only). */
export type SingleSource = ArrayBuffer | Uint8Array | Blob | URL | string | RandomAccess;

/** A file that HDF5's family driver cut into several, in their order. */
export interface FamilySource {
  /** The members, or, in Node, their path with the member's number in C's notation: `"run_%05d.h5"`. */
  family: readonly SingleSource[] | string;
}

/** A file whose metadata and raw data HDF5's split driver put into two. */
export interface SplitSource {
  split: { meta: SingleSource; raw: SingleSource };
}

/** A file that HDF5's multi driver spread out: one file for each kind of memory, as far as the set has them. */
export interface MultiSource {
  multi: {
    /** Superblock (`-s`). */
    super: SingleSource;
    /** B-trees (`-b`). */
    btree?: SingleSource;
    /** Raw data (`-r`). */
    draw?: SingleSource;
    /** Global heap (`-g`). */
    gheap?: SingleSource;
    /** Local heaps (`-l`). */
    lheap?: SingleSource;
    /** Object headers (`-o`). */
    ohdr?: SingleSource;
  };
}

/** Where a file comes from: bytes in one piece, or the files that one of HDF5's drivers made of it. */
export type Source = SingleSource | FamilySource | SplitSource | MultiSource;

/** Options of `open` and `openSync`. */
export interface OpenOptions {
  /** `"r"`, reading, is the only mode of existing files for now. */
  mode?: "r" | undefined;
  /** Bytes of metadata kept in memory; default 16 MiB. */
  cache?: number | undefined;
  /** Cancels the opening and every later fetch of the file's bytes. */
  signal?: AbortSignal | undefined;
  /**
   * Finds the other files that this one names: for external links, external raw data and the sources of virtual
   * datasets. `name` is as it is written in the file `from` (its path or name; `undefined` for an opened file without
   * a path). What is not found reads as the fill value, and is reported in `missing` of the result.
   *
   * Default: a file that was opened by its path (Node) finds those in its own folder and below, any other file finds
   * none; nothing else is opened without you. `null`: none at all.
   */
  resolve?:
    | ((name: string, from?: string) => Source | null | undefined | Promise<Source | null | undefined>)
    | null
    | undefined;
}

/** Options of `create`. */
export interface CreateOptions {
  /** Oldest library that must be able to read the file. `"earliest"`, as in h5py, is what is written for now. */
  libver?: "earliest" | undefined;
}

// -------------------------------------------------------------------------------------------------------- datatypes

/** Byte order of a number: little-endian, big-endian, or the mixed order of VAX floats. */
export type ByteOrder = "LE" | "BE" | "VAX";

/** A whole number. `precision` and `offset` (bits) are there only if it does not use its whole width. */
export interface IntegerType {
  class: "integer";
  /** Bytes. */
  size: number;
  order: ByteOrder;
  signed: boolean;
  precision?: number;
  offset?: number;
}

/** Bit positions of a float that is not IEEE binary16, 32 or 64. */
export interface FloatLayout {
  precision: number;
  offset: number;
  /** Position of the sign bit. */
  sign: number;
  /** Exponent: position, bits. */
  exp: [position: number, bits: number];
  /** Mantissa: position, bits. */
  mant: [position: number, bits: number];
  bias: number;
  /** How the leading mantissa bit is stored. */
  norm: "implied" | "msbset" | "none";
}

/** A floating-point number. */
export interface FloatType {
  class: "float";
  /** Bytes. */
  size: number;
  order: ByteOrder;
  layout?: FloatLayout;
}

/** Text of a fixed number of bytes, or of variable length. */
export interface StringType {
  class: "string";
  size: number | "variable";
  pad: "nullterm" | "nullpad" | "spacepad";
  cset: "ascii" | "utf8";
}

/** A record. Members by increasing offset. */
export interface CompoundType {
  class: "compound";
  /** Bytes. */
  size: number;
  members: CompoundMember[];
}

/** One member of a record. */
export interface CompoundMember {
  name: string;
  /** Byte offset in the record; may be left out when creating. */
  offset?: number;
  dtype: Dtype;
}

/** A fixed number of elements in each element. */
export interface ArrayType {
  class: "array";
  dims: number[];
  base: Dtype;
}

/** Names for whole numbers, as `[name, value]`; values of 8-byte integers are bigints. */
export interface EnumType {
  class: "enum";
  base: Dtype;
  members: [name: string, value: number | bigint][];
}

/** A sequence of variable length in each element. */
export interface VlenType {
  class: "vlen";
  base: Dtype;
}

/** Bytes without meaning to HDF5. */
export interface OpaqueType {
  class: "opaque";
  size: number;
  tag: string;
}

/** A set of bits, or a point in time (which HDF5 never defined further): both read as unsigned numbers. */
export interface BitfieldType {
  class: "bitfield" | "time";
  size: number;
  order: ByteOrder;
  precision?: number;
  offset?: number;
}

/** A reference to an object, to a region of a dataset, or one of HDF5 1.12's. */
export interface ReferenceType {
  class: "reference";
  ref: "object" | "region" | "std";
}

/** HDF5 2.0's complex numbers. */
export interface ComplexType {
  class: "complex";
  base: Dtype;
}

/** Any datatype in full. */
export type Datatype =
  | IntegerType
  | FloatType
  | StringType
  | CompoundType
  | ArrayType
  | EnumType
  | VlenType
  | OpaqueType
  | BitfieldType
  | ReferenceType
  | ComplexType;

/**
 * A datatype: a string where one says it all, else the structured form. Both are accepted back when creating.
 *
 * Strings, as in NumPy: `"<i4"` `">f8"` `"|u1"` (on input also `"<u1"`, `"int32"`, `"float64"` …), `"bool"` (h5py's
 * enum of FALSE and TRUE), `"S10"` (10 bytes of ASCII, padded with NULs), `"string"` and `"bytes"` (text of variable
 * length, UTF-8 and ASCII), `"V16"` (16 opaque bytes).
 */
export type Dtype = string | Datatype;

// ------------------------------------------------------------------------------------------------------------ values

/** Numbers in their natural typed array. Float16 arrives as `Float32Array` where there is no `Float16Array`. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Numeric types by their NumPy names, with the typed array each is read into. */
export interface NumericTypes {
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  float32: Float32Array;
  float64: Float64Array;
}

/** A numeric type's NumPy name. */
export type NumericName = keyof NumericTypes;

/** Columns of a compound type: one array per member, each in the shape of the whole. */
export interface Columns {
  [member: string]: NdArray;
}

/**
 * Elements of an n-dimensional array, in C order (last axis fastest). Integers of more than 8 bytes are plain arrays of
 * bigints.
 */
export type Data = NumericArray | bigint[] | string[] | Uint8Array[] | Reference[] | VlenElement[] | Columns;

/** One element of a variable-length type: the array of its items. */
export type VlenElement = NumericArray | bigint[] | string[] | Uint8Array[] | Reference[] | VlenElement[] | Columns;

/** An n-dimensional array, as zarrita and ndarray have it. */
export interface NdArray<D extends Data = Data> {
  readonly data: D;
  readonly shape: number[];
  /** Elements between neighbours along each axis. */
  readonly stride: number[];
  /** What the elements are; the base of an array type, whose extents are part of `shape`. */
  readonly dtype: Dtype;
  /** Sources of a virtual dataset that were not found: their elements are the fill value. Absent if all were. */
  readonly missing?: readonly VirtualSource[];
}

/** A dataset that a virtual dataset is made of. */
export interface VirtualSource {
  /** Name of its file, as stored; `.` is the file of the virtual dataset. In mappings, `%b` stands for numbers. */
  readonly file: string;
  /** Its path there. */
  readonly dataset: string;
}

/** A range of an external file that holds elements of a dataset. */
export interface ExternalRange {
  /** Name of the file, as stored. */
  readonly file: string;
  /** First byte there. */
  readonly offset: number;
  /** Bytes; `null` for all that there are. */
  readonly size: number | null;
}

/** A stored reference: `get` of any group follows it. */
export interface Reference {
  /** Whether it leads to an object, to elements of a dataset, or to an attribute. */
  readonly kind: "object" | "region" | "attribute";
  /** Address of the object; 0 for a null reference. */
  readonly address: number;
  /** The elements a region reference leads to, as they are stored: what `Dataset.read` takes. */
  readonly selection?: Uint8Array;
  /** The name of the attribute an attribute reference leads to. */
  readonly attribute?: string;
  /** The file the object is in, if that is another one. */
  readonly file?: string;
}

/** One record, of a scalar dataspace or of a single element. */
export interface Row {
  [member: string]: Value;
}

/** The one value of a scalar dataspace. An enum is its code; h5py's bool is a boolean. */
export type Scalar = number | bigint | string | boolean | Uint8Array | Reference | Row | NdArray | VlenElement;

/** What reading gives: an array, the plain value of a scalar dataspace, or `null` for a null dataspace. */
export type Value = NdArray | Scalar | null;

// --------------------------------------------------------------------------------------------------------- selections

/** A range along one axis, as Python's `slice`: `null` is the end of that side, negative counts from the end. */
export interface Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
}

/** One axis: an index (drops the axis), all of it (`null`), a range, or `"..."` for as many whole axes as are left. */
export type AxisSelection =
  | number
  | null
  | Slice
  | readonly [start: number | null, stop: number | null, step?: number | null]
  | "...";

/** Single elements, in any order and as often as they are named. The result is a list of them. */
export interface Points {
  /** A position on each axis for every point, negative ones counted from the end; in one dimension plain numbers do. */
  readonly points: ArrayLike<number | ArrayLike<number>>;
}

/** The elements at which a mask in the dataset's shape is set. The result is a list of them, in C order. */
export interface Mask {
  /** Booleans or numbers, nested or in one list as long as the dataset has elements, or an array of its shape. */
  readonly mask: ArrayLike<unknown> | NdArray;
}

/**
 * What to read: NumPy's spelling as text (`"7, 10:20, ::4, ..., -1"`), one item per axis, single elements by points or by
 * a mask, or a region reference to the dataset. Boxes and what else is chosen axis by axis keep their axes; any other
 * region gives a list.
 */
export type Selection = string | readonly AxisSelection[] | Points | Mask | Reference;

/** Options of `Dataset.read`. */
export interface ReadOptions {
  /**
   * Convert numbers to this type while reading, by HDF5's rules: what does not fit is clipped, fractions are cut off,
   * NaN becomes 0 among whole numbers. An enum (and h5py's bool) is its codes.
   */
  as?: NumericName | undefined;
  /**
   * Read into this array (from its start), converting numbers to its type as `as` does, instead of making a new one.
   * The result's `data` is this array, or the part of it that was filled.
   */
  into?: NumericArray | undefined;
  /** Stops the reading; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each batch with how many elements are read, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

// -------------------------------------------------------------------------------------------------------------- links

/** What a name in a group stands for. Links are never followed behind your back. */
export type Link =
  | { kind: "hard"; address: number; creationOrder?: number }
  | { kind: "soft"; target: string; creationOrder?: number }
  | { kind: "external"; file: string; target: string; creationOrder?: number }
  | { kind: "user"; class: number; creationOrder?: number };

/** A soft link to be made with `Group.link`. */
export interface SoftLink {
  readonly kind: "soft";
  readonly target: string;
}

/** An external link to be made with `Group.link`. */
export interface ExternalLink {
  readonly kind: "external";
  readonly file: string;
  readonly target: string;
}

// ----------------------------------------------------------------------------------------------------------- attributes

/** What an attribute is, without its value. */
export interface AttributeInfo {
  readonly name: string;
  /** `[]` for a scalar, `null` for a null dataspace. */
  readonly shape: number[] | null;
  readonly dtype: Dtype;
  readonly datatype: Datatype;
  /** Address of the committed datatype it uses. */
  readonly committed: number | undefined;
}

/** Options of `Attributes.set`. */
export interface AttributeOptions {
  /** Default: what the value suggests. */
  dtype?: Dtype | undefined;
  /** Default: the value's. */
  shape?: readonly number[] | undefined;
}

/** The attributes of an object, much like a `Map`. Names are in creation order where that is tracked. */
export interface Attributes<M extends Mode = "async"> {
  readonly size: number;
  keys(): string[];
  has(name: string): boolean;
  /** The value, or `undefined` if there is no such attribute. */
  get(name: string): Out<M, Value | undefined>;
  /** Shape and type of an attribute, or `undefined`. */
  describe(name: string): AttributeInfo | undefined;
  /** All names with their values. */
  entries(): Out<M, [name: string, value: Value][]>;
  /** All values as a plain object. */
  toObject(): Out<M, Record<string, Value>>;
  /** Creates or replaces an attribute. */
  set(name: string, value: WriteValue, options?: AttributeOptions): Out<M, void>;
  /** Names with values; synchronous files only. */
  [Symbol.iterator](): M extends "sync" ? IterableIterator<[string, Value]> : never;
  /** Names with values. */
  [Symbol.asyncIterator](): AsyncIterableIterator<[string, Value]>;
}

// -------------------------------------------------------------------------------------------------------------- objects

/** What every object in a file has. */
export interface Node<M extends Mode = "async"> {
  /** Absolute path by which the object was reached. */
  readonly path: string;
  /** Last part of the path; `"/"` for the root. */
  readonly name: string;
  /** Address of the object header: the same for every hard link to one object. */
  readonly address: number;
  readonly attrs: Attributes<M>;
  readonly file: File<M>;
}

/** A group, a dataset or a committed datatype; tell them apart by `kind`. */
export type Entity<M extends Mode = "async"> = Group<M> | Dataset<M> | NamedDatatype<M>;

/** One row of a group's listing. */
export interface Entry<M extends Mode = "async"> {
  readonly name: string;
  readonly link: Link;
  /** What the link leads to (soft links included); absent if it leads nowhere or cannot be opened. */
  readonly object?: Entity<M>;
  /** Why it cannot be opened. */
  readonly error?: HyperslabError;
}

/** A group. */
export interface Group<M extends Mode = "async"> extends Node<M> {
  readonly kind: "group";
  /** Names of the links, in creation order where that is tracked, else in byte order. */
  keys(): Out<M, string[]>;
  /** Whether `path` leads to an object. */
  has(path: string): Out<M, boolean>;
  /**
   * The object at `path` (relative, or absolute from the root), or what a reference leads to; `undefined` if there is
   * none. The path of an object that was reached by a reference begins with `#` and its address.
   */
  get(path: string | Reference): Out<M, Entity<M> | undefined>;
  /** The link called `name` itself, or `undefined`; the name may be a path to it. */
  getLink(name: string): Out<M, Link | undefined>;
  /** Names with what they lead to; `undefined` where that cannot be opened (see `entries`). One bulk operation. */
  items(): Out<M, [name: string, object: Entity<M> | undefined][]>;
  /** Everything about each link in one bulk operation: never fails for the sake of one broken object. */
  entries(): Out<M, Entry<M>[]>;
  /**
   * Calls `fn` for every object below this group, each once, parents first, with its path relative to the group.
   * Hard links only. The first result that is not `undefined` ends the visit and is its result.
   */
  visit<T>(
    fn: (path: string, object: Entity<M>) => T | undefined | (M extends "async" ? Promise<T | undefined> : never),
  ): Out<M, T | undefined>;
  /** Relative paths of every object below this group. */
  paths(): Out<M, string[]>;

  /** Creates a group; groups on the way are made as needed. */
  createGroup(path: string, options?: GroupOptions): Out<M, Group<M>>;
  /** Creates a dataset; groups on the way are made as needed. */
  createDataset(path: string, options: DatasetOptions): Out<M, Dataset<M>>;
  /** Gives `object` another name, or makes a soft or external link. */
  link(name: string, target: Entity<M> | SoftLink | ExternalLink): Out<M, void>;
  toString(): string;
}

/** Options of `createGroup`. */
export interface GroupOptions {
  /** Remember the order in which links are made. */
  trackOrder?: boolean | undefined;
}

/** A dataset's filter, in the order filters are applied when writing. */
export interface Filter {
  readonly id: number;
  /** The name stored with it or registered for it; empty if unknown. */
  readonly name: string;
  /** Whether chunks may be stored without it. */
  readonly optional: boolean;
  /** Its parameters ("client data"). */
  readonly values: number[];
}

/** What a registered filter is told. */
export interface FilterContext {
  readonly id: number;
  /** The dataset's parameters of the filter ("client data"). */
  readonly values: number[];
  /** When decoding: the most bytes that belong there. */
  readonly most?: number;
}

/** A filter of your own, see `registerFilter`. Both functions answer at once. */
export interface FilterFunctions {
  /** What a chunk's bytes were before the filter. */
  decode(bytes: Uint8Array, context: FilterContext): Uint8Array;
  /** What is stored for a chunk's bytes; `undefined`: they are better stored as they are. */
  encode?(bytes: Uint8Array, context: FilterContext): Uint8Array | undefined;
}

/** One axis of a dataset, by HDF5's dimension scales, which netCDF-4 uses for its dimensions. */
export interface Dimension<M extends Mode = "async"> {
  /** The label; without one, the name of the first scale; else empty. */
  readonly name: string;
  /** The label, empty if there is none. */
  readonly label: string;
  /** Extent of the axis. */
  readonly size: number;
  /** Whether the axis may grow without end. */
  readonly unlimited: boolean;
  /** Coordinates along the axis: the datasets that are attached to it. */
  readonly scales: Dataset<M>[];
}

/** A dataset. */
export interface Dataset<M extends Mode = "async"> extends Node<M> {
  readonly kind: "dataset";
  /** Extents; `[]` for a scalar, `null` for a null dataspace. */
  readonly shape: number[] | null;
  /** Largest extents, `null` for an unlimited axis; `null` for a null dataspace. */
  readonly maxshape: (number | null)[] | null;
  readonly dtype: Dtype;
  readonly datatype: Datatype;
  /** Address of the committed datatype it uses. */
  readonly committed: number | undefined;
  readonly ndim: number;
  /** Elements. */
  readonly size: number;
  /** Extents of a chunk; `null` if it is not chunked. */
  readonly chunks: number[] | null;
  readonly layout: "compact" | "contiguous" | "chunked" | "virtual";
  /** How chunks are found; `null` if it is not chunked. */
  readonly index: "btree1" | "single" | "implicit" | "farray" | "earray" | "btree2" | null;
  readonly filters: Filter[];
  /** What unwritten elements read as: the value if one is set, else zero of the type (as in h5py). */
  readonly fillvalue: Value;
  readonly fill: { readonly status: "undefined" | "default" } | { readonly status: "user"; readonly value: Value };
  /** What the axes are, as dimension scales and labels say it. */
  readonly dims: Out<M, Dimension<M>[]>;
  /**
   * Where the elements come from if not from the dataset's own storage: the mappings of a virtual dataset, or the
   * external files of a contiguous one; else nothing.
   */
  sources(): Out<M, (VirtualSource | ExternalRange)[]>;
  /** Bytes the elements occupy in the file, after filters. */
  readonly storageSize: Out<M, number>;
  /** Reads everything, or a selection. A scalar gives its plain value, a null dataspace `null`. */
  read<K extends NumericName>(
    selection: Selection | null | undefined,
    options: ReadOptions & { as: K; into?: undefined },
  ): Out<M, NdArray<NumericTypes[K]>>;
  read<A extends NumericArray>(
    selection: Selection | null | undefined,
    options: ReadOptions & { into: A },
  ): Out<M, NdArray<A>>;
  read<V extends Value = Value>(selection?: Selection | null, options?: ReadOptions): Out<M, V>;
  /** As h5py prints it: `<HDF5 dataset "arr1": shape (100, 1000), type "<f8">`. */
  toString(): string;
}

/** A committed ("named") datatype. */
export interface NamedDatatype<M extends Mode = "async"> extends Node<M> {
  readonly kind: "datatype";
  readonly dtype: Dtype;
  readonly datatype: Datatype;
  toString(): string;
}

/** Facts about the file as a whole. */
export interface FileInfo {
  /** Bytes. */
  readonly size: number;
  /** Version of the superblock. */
  readonly superblock: number;
  /** Bytes before the superblock. */
  readonly userblock: number;
}

/** An open file, which is its root group. */
export interface File<M extends Mode = "async"> extends Group<M> {
  readonly mode: "r" | "w";
  readonly info: FileInfo;
  /**
   * A path that leads to an object or to what a reference refers to, by hard links alone; `undefined` if there is none.
   * Goes through the file until it is found, as nothing in a file says under which names an object is known.
   */
  pathOf(object: Entity<M> | Reference): Out<M, string | undefined>;
  /** The whole file as bytes: everything made so far is written first. */
  toBytes(): Out<M, Uint8Array>;
  /** The whole file as a `Blob`. */
  toBlob(): Promise<Blob>;
  /** Writes everything made so far. */
  flush(): Out<M, void>;
  /** Ends all use of the file and its objects and frees their memory. */
  close(): void;
  [Symbol.dispose](): void;
}

/** A file from `openSync` or `create`: every member answers at once. */
export type FileSync = File<"sync">;
/** A group of a synchronous file. */
export type GroupSync = Group<"sync">;
/** A dataset of a synchronous file. */
export type DatasetSync = Dataset<"sync">;

// ------------------------------------------------------------------------------------------------------------- writing

/** Nested arrays of plain values, as literals are written. */
export type Nested = number | bigint | string | boolean | Uint8Array | readonly Nested[];

/** What can be written: plain values, nested arrays, typed arrays, what reading gives, and columns. */
export type WriteValue =
  | Nested
  | NumericArray
  | NdArray
  | { readonly [member: string]: WriteValue }
  | null;

/** Compressions other than gzip. */
export type CompressionName = "lzf" | "szip" | "bzip2" | "lz4" | "zstd" | "bitshuffle" | "blosc" | "blosc2" | "zfp";

/** Options of `createDataset`. Names are h5py's. */
export interface DatasetOptions {
  /** The elements. Without them `shape` and `dtype` are needed, and the dataset reads as its fill value. */
  data?: WriteValue | undefined;
  /** Default: the data's; `[]` is a scalar, `null` a null dataspace. */
  shape?: readonly number[] | null | undefined;
  /** Default: what the data suggests. */
  dtype?: Dtype | undefined;
  /** Largest extents; `null` for an unlimited axis. Makes the dataset chunked. */
  maxshape?: readonly (number | null)[] | undefined;
  /** Extents of a chunk, or `true` to have them chosen (as h5py does, also when a filter or `maxshape` needs them). */
  chunks?: true | readonly number[] | undefined;
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
  filters?: readonly { id: number; values?: readonly number[]; optional?: boolean }[] | undefined;
  /** Store a checksum with each chunk. */
  fletcher32?: boolean | undefined;
  /** What unwritten elements read as. */
  fillvalue?: WriteValue | undefined;
}

/** Options of `repack`. */
export interface RepackOptions {
  /** gzip level of every dataset that is large enough for chunks, by name (level 4, the default) or by number. */
  compression?: "gzip" | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | undefined;
  /**
   * Copy only the object at this path, with everything below it. A group becomes the root of the new file; a dataset
   * keeps its name.
   */
  subtree?: string | undefined;
  /** Called now and then with bytes of elements copied, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the copying; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
