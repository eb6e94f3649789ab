/** Groups, datasets and committed datatypes. */

import type { HyperslabError } from "../errors.js";
import type { Attributes } from "./attributes.js";
import type { Created, Only } from "./creating.js";
import type { Datatype, Dtype } from "./datatypes.js";
import type { ConvertedOf, ReadOf, Shape, Taken } from "./elements.js";
import type { File } from "./file.js";
import type { Filter } from "./filters.js";
import type { ExternalLink, Link, SoftLink } from "./links.js";
import type { CallOptions, Mode, Out } from "./modes.js";
import type { AxisSelection, ReadOptions, Selection, Slice } from "./selections.js";
import type {
  ExternalRange,
  NdArray,
  NumericArray,
  NumericName,
  NumericTypes,
  Reference,
  Value,
  VirtualSource,
} from "./values.js";
import type { CopyOptions, DatasetOptions, GroupOptions, WriteOptions, WriteValue } from "./writing.js";

/** What every object in a file has. */
export interface Node<M extends Mode = "async"> {
  /** Absolute path by which the object was reached. */
  readonly path: string;
  /** Last part of the path; `"/"` for the root. */
  readonly name: string;
  /** Address of the object header: the same for every hard link to one object. */
  readonly address: number;
  /** Its attributes. */
  readonly attrs: Attributes<M>;
  /** The file it is in. */
  readonly file: File<M>;
}

/** A group, a dataset or a committed datatype; tell them apart by `kind`. */
export type Entity<M extends Mode = "async"> = Group<M> | Dataset<M> | NamedDatatype<M>;

/** Options of what goes through everything below a group. */
export interface WalkOptions {
  /** Stops it, also between objects; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** One row of a group's listing. */
export interface Entry<M extends Mode = "async"> {
  /** The link's name. */
  readonly name: string;
  /** The link itself. */
  readonly link: Link;
  /** What the link leads to (soft links included); absent if it leads nowhere or cannot be opened. */
  readonly object?: Entity<M>;
  /** Why it cannot be opened. */
  readonly error?: HyperslabError;
}

/** A group. */
export interface Group<M extends Mode = "async"> extends Node<M> {
  /** Tells objects apart. */
  readonly kind: "group";
  /** Names of the links, in creation order where that is tracked, else in byte order. */
  keys(options?: CallOptions): Out<M, string[]>;
  /** Whether `path` leads to an object. */
  has(path: string, options?: CallOptions): Out<M, boolean>;
  /**
   * The object at `path` (relative, or absolute from the root), or what a reference leads to; `undefined` if there is
   * none. The path of an object that was reached by a reference begins with `#` and its address.
   */
  get(path: string | Reference, options?: CallOptions): Out<M, Entity<M> | undefined>;
  /** The link called `name` itself, or `undefined`; the name may be a path to it. */
  getLink(name: string, options?: CallOptions): Out<M, Link | undefined>;
  /** Names with what they lead to; `undefined` where that cannot be opened (see `entries`). One bulk operation. */
  items(options?: CallOptions): Out<M, [name: string, object: Entity<M> | undefined][]>;
  /** Everything about each link in one bulk operation: never fails for the sake of one broken object. */
  entries(options?: CallOptions): Out<M, Entry<M>[]>;
  /**
   * Calls `fn` for every object below this group, each once, parents first, with its path relative to the group.
   * Hard links only. The first result that is not `undefined` ends the visit and is its result.
   *
   * ```ts
   * const f = openSync("run.h5");
   * const path = f.visit((path, object) => (object.kind === "dataset" && object.ndim === 3 ? path : undefined));
   * ```
   *
   * Errors: what `fn` throws, and those of a group that cannot be read.
   */
  visit<T>(
    fn: (path: string, object: Entity<M>) => T | undefined | (M extends "async" ? Promise<T | undefined> : never),
    options?: WalkOptions,
  ): Out<M, T | undefined>;
  /** Relative paths of every object below this group. */
  paths(options?: WalkOptions): Out<M, string[]>;

  /**
   * Creates a group; groups on the way are made as needed.
   *
   * Errors: `Argument` if the name is taken; `ReadOnly` if the file is open for reading.
   */
  createGroup(path: string, options?: GroupOptions): Out<M, Group<M>>;
  /**
   * Creates a dataset; groups on the way are made as needed. Its type says what is known of its elements and of its shape.
   *
   * ```ts
   * const f = create();
   * f.createDataset("a", { data: [[1, 2], [3, 4]], dtype: "<i4", chunks: [1, 2], maxshape: [null, 2], compression: "gzip" });
   * f.createDataset("b", { shape: [1000], dtype: "float32", fillvalue: NaN });
   * f.createDataset("c", { data: { x: Float64Array.of(1, 2), name: ["one", "two"] } }); // a compound type
   * ```
   *
   * Errors: `Argument` if the name is taken, or for data, shape, type and options that do not go together; `Unsupported` for filters that cannot
   * be applied; `ReadOnly` if the file is open for reading.
   */
  createDataset<const O extends DatasetOptions>(path: string, options: O & Only<O>): Out<M, Created<M, O>>;
  /**
   * Creates a committed datatype, which datasets and attributes share if it is given as their `dtype`; groups on the way are
   * made as needed.
   */
  createDatatype(path: string, dtype: Dtype, options?: GroupOptions): Out<M, NamedDatatype<M>>;
  /**
   * Gives `object` another name, or makes a soft or external link.
   *
   * Errors: `Argument` if the name is taken, or the object is in another file.
   */
  link(name: string, target: Entity<M> | SoftLink | ExternalLink, options?: CallOptions): Out<M, void>;
  /**
   * Takes the link called `name` away, without following it; the name may be a path to it. An object that nothing leads to
   * any more is deleted, with everything that was only to be reached through it, and its space is used again.
   *
   * Errors: `NotFound` if there is no such link.
   */
  delete(name: string, options?: CallOptions): Out<M, void>;
  /**
   * Gives the link at `from` the path `to`; groups on the way are made as needed. The object stays what it is: whoever holds
   * it goes on using it.
   *
   * Errors: `NotFound` if there is no such link; `Argument` if the new name is taken or lies below what is moved.
   */
  move(from: string, to: string, options?: CallOptions): Out<M, void>;
  /**
   * Copies an object, or what is at a path of this group, with everything below it: to a path of this group, or into
   * another group, which may be one of another file. What is compressed is carried over as it is. Objects with several
   * names have them in the copy; references within one file lead to what they led to, those into another file nowhere,
   * unless `expandReferences` says otherwise. A committed datatype that is not copied with its users is shared with them, or,
   * in another file, copied without a name.
   *
   * libhdf5 does not do all of that: its copies within one file have empty references in attributes and nameless committed
   * datatypes of their own, and it expands references of datasets only from file to file.
   *
   * Errors: `NotFound` if there is nothing to copy; `Argument` if the new name is taken; `Unsupported` for what cannot be
   * carried over.
   */
  copy(source: string | Entity<Mode>, dest: string | Group<Mode>, options?: CopyOptions): Out<M, void>;
  toString(): string;
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

/** A fill value that nobody has given. */
export interface ImpliedFill {
  /** `"default"`: zero; `"undefined"`: nothing is promised of elements that nobody wrote. */
  readonly status: "undefined" | "default";
}

/** A fill value that was given. */
export interface GivenFill {
  /** Tells it from others. */
  readonly status: "user";
  /** The value. */
  readonly value: Value;
}

/** What is said of a dataset's fill value. */
export type Fill = ImpliedFill | GivenFill;

/** Where a chunk is stored. */
export interface ChunkInfo {
  /** Position of its first element in the dataset. */
  readonly offset: number[];
  /** Position of its first byte in the file. */
  readonly position: number;
  /** Bytes, after filters. */
  readonly size: number;
  /** The filters it did not go through: bit `i` for filter `i`. */
  readonly filterMask: number;
}

/** A chunk as it is stored. */
export interface RawChunk {
  /** Its bytes, as the filters left them. */
  readonly bytes: Uint8Array;
  /** The filters it did not go through: bit `i` for filter `i`. */
  readonly filterMask: number;
}

/** A dataset whose elements are read as numbers of another type: what {@link Dataset.as} gives. */
export interface Converted<M extends Mode, A extends NumericArray> {
  /**
   * Reads everything, or a selection. Errors: those of {@link Dataset.read}; `Argument` also if the elements are no numbers, or there are
   * none (a null dataspace).
   */
  read(selection?: Selection | null, options?: Omit<ReadOptions, "as" | "into">): Out<M, NdArray<A>>;
}

/**
 * A dataset. `D` is the type of its elements and `S` its shape, as far as they are known when a program is compiled: what
 * `createDataset` makes is known by its options, what a file has by {@link isDataset}.
 */
export interface Dataset<M extends Mode = "async", D extends Dtype = Dtype, S extends Shape = number[] | null> extends Node<M> {
  /** Tells objects apart. */
  readonly kind: "dataset";
  /** Extents; `[]` for a scalar, `null` for a null dataspace. */
  readonly shape: S;
  /** Largest extents, `null` for an unlimited axis; `null` for a null dataspace. */
  readonly maxshape: (number | null)[] | null;
  /** Type of the elements, in short where text says it. */
  readonly dtype: D;
  /** Type of the elements in full. */
  readonly datatype: Datatype;
  /** Address of the committed datatype it uses. */
  readonly committed: number | undefined;
  /** How many axes it has; 0 for a scalar and a null dataspace. */
  readonly ndim: number;
  /** Elements. */
  readonly size: number;
  /** Extents of a chunk; `null` if it is not chunked. */
  readonly chunks: number[] | null;
  /** Where the elements are: in the header, in one piece, in chunks, or in other datasets. */
  readonly layout: "compact" | "contiguous" | "chunked" | "virtual";
  /** How chunks are found; `null` if it is not chunked. */
  readonly index: "btree1" | "single" | "implicit" | "farray" | "earray" | "btree2" | null;
  /** What chunks go through, in the order of writing. */
  readonly filters: Filter[];
  /** What unwritten elements read as: the value if one is set, else zero of the type (as in h5py). */
  readonly fillvalue: Value;
  /** What is said of the fill value: nothing, the default, or a value. */
  readonly fill: Fill;
  /** What the axes are, as dimension scales and labels say it. */
  readonly dims: Out<M, Dimension<M>[]>;
  /**
   * Where the elements come from if not from the dataset's own storage: the mappings of a virtual dataset, or the
   * external files of a contiguous one; else nothing.
   */
  sources(options?: CallOptions): Out<M, (VirtualSource | ExternalRange)[]>;
  /** Bytes the elements occupy in the file, after filters. */
  readonly storageSize: Out<M, number>;
  /**
   * Position in the file of the first byte of a contiguous dataset; `null` if nothing is stored, or it is in another form or in
   * other files. Where chunks are says {@link Dataset.chunkInfo}.
   */
  readonly position: Out<M, number | null>;
  /**
   * Reads everything, or a selection: an array in the selection's shape, to which array types add theirs. A scalar, and a selection
   * that names one index for every axis, gives its plain value; a null dataspace `null`.
   *
   * ```ts
   * const f = create();
   * const d = f.createDataset("d", { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] });
   * d.read();           // {data: Float32Array(4), shape: [2, 2], stride: [2, 1], dtype: "<f4"}
   * d.read([1, null]);  // the second row: shape [2]
   * d.read("1, -1");    // 4
   * ```
   *
   * Errors: `Argument` for a selection that does not fit the shape; `Limit` for what no array can hold; `Malformed`, `Unsupported` and `Io`
   * for bytes that cannot be decoded or fetched; `Closed` after the file was.
   */
  read<const Sel extends Selection | null | undefined = undefined>(
    selection?: Sel,
    options?: ReadOptions & { as?: undefined; into?: undefined },
  ): Out<M, ReadOf<D, S, Sel>>;
  /**
   * Reads numbers as those of another type. Errors, besides those of every `read`: `Argument` if the elements are no numbers. Where an array
   * is wanted whatever the shape is, {@link Dataset.as} gives it.
   */
  read<K extends NumericName, const Sel extends Selection | null | undefined>(
    selection: Sel,
    options: ReadOptions & { as: K; into?: undefined },
  ): Out<M, Taken<NdArray<NumericTypes[K]>, ConvertedOf<D, K>, S, Sel>>;
  /**
   * Reads numbers into an array of yours, whose type they take: always as an array, of which `data` is the part that was filled.
   *
   * Errors, besides those of every `read`: `Argument` if the array is too short, the elements are no numbers, or there are none (a null
   * dataspace).
   */
  read<A extends NumericArray>(
    selection: Selection | null | undefined,
    options: ReadOptions & { into: A },
  ): Out<M, NdArray<A>>;
  /** As `V`, which is taken on trust: nothing checks it. {@link isDataset} asks the file. */
  read<V extends Value = Value>(selection?: Selection | null, options?: ReadOptions): Out<M, V>;
  /**
   * The dataset as numbers of another type, to be read by the rules of `read(selection, { as })`, but always as arrays: a single element is
   * one of shape `[]`.
   *
   * ```ts
   * const f = openSync("run.h5");
   * const d = f.get("entry/data");
   * if (d?.kind === "dataset") d.as("float64").read("7, 10:20").data; // Float64Array
   * ```
   */
  as<K extends NumericName>(dtype: K): Converted<M, NumericTypes[K]>;
  /**
   * Writes elements: all of them, or those that are selected as for `read`. Values are converted to the dataset's type by
   * HDF5's rules and broadcast by NumPy's: `write(":", 10)` writes one number everywhere, a row as long as the last axis to
   * every row. A typed array has no shape of its own: as many values as elements are taken in C order. Elements of a virtual
   * dataset are written to the datasets of the same file that have them.
   *
   * Either all of them are written or none.
   *
   * Errors: `Argument` for values that do not fit the selection or the type, or elements of a virtual dataset that no other
   * dataset has; `Unsupported` for elements in other files, sources of another type, and filters that cannot be applied.
   */
  write(value: WriteValue): Out<M, void>;
  /** Those that are selected. */
  write(selection: Selection | null | undefined, value: WriteValue, options?: WriteOptions): Out<M, void>;
  /** Writes everything in the file that has changed to where it is: {@link File.flush}. */
  flush(): Out<M, void>;
  /**
   * Goes over to the dataset as it is now, which others have changed: its shape, attributes and values, as
   * {@link File.refresh} does it for all of a file.
   */
  refresh(options?: CallOptions): Out<M, void>;
  /**
   * Changes the extents, up to `maxshape`. What is new reads as the fill value; what lies outside is lost, and its space used
   * again. The dataset has to be chunked.
   *
   * Errors: `Argument` if it is not, or for extents beyond `maxshape`.
   */
  resize(shape: readonly number[], options?: CallOptions): Out<M, void>;
  /**
   * Makes the dataset longer along `axis` (negative: from the last one) and writes `rows` there. Their other extents are
   * those of the dataset; with one dimension less they are a single row. Both happen, or neither.
   *
   * ```ts
   * const d = create().createDataset("log", { shape: [0, 3], dtype: "<f8", maxshape: [null, 3] });
   * d.append([[1, 2, 3], [4, 5, 6]]); // shape [2, 3]
   * d.append([7, 8, 9]);              // shape [3, 3]
   * ```
   *
   * Errors: those of `resize` and `write`.
   */
  append(rows: WriteValue, axis?: number, options?: WriteOptions): Out<M, void>;
  /** Makes this dataset a dimension scale, to be attached to axes of others. */
  makeScale(name?: string): Out<M, void>;
  /** Makes `scale`, a dataset, one more scale of an axis; it becomes a dimension scale if it is none. */
  attachScale(axis: number, scale: Dataset<Mode>): Out<M, void>;
  /** Takes a scale away from an axis. */
  detachScale(axis: number, scale: Dataset<Mode>): Out<M, void>;
  /** Says what an axis is called: `dims[axis].label`. */
  labelAxis(axis: number, label: string): Out<M, void>;
  /** A reference to elements of this dataset, to be stored as a value. */
  regionRef(selection?: Selection | null): Out<M, Reference>;
  /**
   * The pieces into which the chunks divide the dataset, or a selection of ranges: each lies in one chunk, is what `read` and
   * `write` take, and comes in C order. Nothing is read for this.
   */
  iterChunks(selection?: string | readonly AxisSelection[] | null): IterableIterator<Slice[]>;
  /** Where the stored chunks are, in C order; or the one that begins at an element, `undefined` if it is not stored. */
  chunkInfo(offset?: undefined, options?: CallOptions): Out<M, ChunkInfo[]>;
  /** The one whose first element is at `offset`. */
  chunkInfo(offset: readonly number[], options?: CallOptions): Out<M, ChunkInfo | undefined>;
  /** The bytes of the chunk that begins at an element, as they are stored; `undefined` if it is not. */
  readRawChunk(offset: readonly number[], options?: CallOptions): Out<M, RawChunk | undefined>;
  /**
   * Stores a chunk as it is: `bytes` are what the dataset's filters make of its elements, but for those in `filterMask`. Not
   * for elements whose values are elsewhere in the file (text and sequences of variable length, region references).
   */
  writeRawChunk(offset: readonly number[], bytes: Uint8Array, filterMask?: number, options?: CallOptions): Out<M, void>;
  /** As h5py prints it: `<HDF5 dataset "arr1": shape (100, 1000), type "<f8">`. */
  toString(): string;
}

/** A committed ("named") datatype. */
export interface NamedDatatype<M extends Mode = "async"> extends Node<M> {
  /** Tells objects apart. */
  readonly kind: "datatype";
  /** The type, in short where text says it. */
  readonly dtype: Dtype;
  /** The type in full. */
  readonly datatype: Datatype;
  toString(): string;
}
