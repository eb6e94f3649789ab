/**
 * What the generated glue exports (crate/wasm), written by hand: it exists before anything is built. One glue serves both
 * engines, see scripts/build/glue.mjs. Errors of the engine are thrown as JSON text, see `drive.ts`.
 */
declare module "#glue" {
  /** JSON, and the bytes of the values it describes. */
  export type Reply = [text: string, payload: Uint8Array | undefined];

  /** What the engine reads through. */
  export interface Source {
    readonly size: number;
    /** Bytes of each file, where several lie one behind the other: a family, or what `spread` says. */
    readonly files?: Float64Array | undefined;
    /** Whether the files are those of the multi driver. */
    readonly spread?: boolean;
    /** Fills `into` from `offset`. 1: done; 0: not here yet, fetch and supply it; 2: failed. */
    read(offset: number, into: Uint8Array): number;
    /** There if the file can be changed in place, and then the next two, too. Overwrites what is at `offset`. 1: done; 2: failed. */
    write?(offset: number, bytes: Uint8Array): number;
    /** Cuts or grows, with zeros, to `size` bytes. */
    truncate?(size: number): number;
    /** Returns when everything written is where a power cut does not reach it. */
    sync?(): number;
    /** Where a journal is kept; it answers at once. Without one, a power cut leaves anything. */
    readonly journal?: Source | undefined;
    /** Whether others read the file meanwhile: each write is done at once, in its turn, and there is no journal. */
    readonly ordered?: boolean;
    /** Whether it keeps what was written when `sync` fails. */
    readonly held?: boolean;
  }

  /** Filters that the engine does not have. Results are bytes to be taken, said by how many there are. */
  export interface Filters {
    /** 0: not there; 1: ready; 2: to be loaded. */
    state(id: number, encode: boolean): number;
    /** Length of the result; -1: none, the bytes are stored as they are; less: what went wrong, see `message`. */
    decode(id: number, values: Uint32Array, input: Uint8Array, most: number): number;
    encode(id: number, values: Uint32Array, input: Uint8Array): number;
    /** Client data for a dataset; -1: what was given. */
    local(id: number, values: Uint32Array, datatype: Uint8Array, chunk: BigUint64Array, fill: Uint8Array): number;
    /** Copies the last result. */
    take(into: Uint8Array): void;
    message(): string;
  }

  /** Which elements of a dataset: one of these. */
  export interface Choice {
    /** As in NumPy. */
    text?: string;
    /** Coordinates of one point after the other. */
    points?: Float64Array;
    /** A byte for each element, not 0 if it is chosen. */
    mask?: Uint8Array;
    /** A selection as it is stored. */
    stored?: Uint8Array;
    /** Start, stride, count and block of each axis, Infinity for no end. For virtual datasets. */
    patterns?: Float64Array;
  }

  /** One open file. Addresses are relative to its base, as the format has them. */
  export interface Engine {
    free(): void;
    /** Finds the superblock; JSON of facts about the file. To be called first. */
    open(): string;
    /** Forgets what was read, and asks how large the files are. With `all`, of open datasets, too, and `reread` comes next. */
    refresh(all: boolean): void;
    /** Reads the superblock again; what `open` says. */
    reread(): string;
    /** Hands over bytes that were reported missing, until `release` of the returned token. */
    supply(file: number, at: number, bytes: Uint8Array): number;
    release(file: number, token: number): void;
    /** Bytes of caches, and how often pages were asked for that were in them. */
    stats(): Float64Array;
    /** Says, before `open`, that other files can be found: those that are needed are asked for. */
    findFiles(): void;
    /** Adds another file; its number. The one that was opened is 0. */
    attach(source: Source, pageSize: number, cache: number): number;
    /** Says which file `name` is when it is written in file `from`; none if there is no such file. */
    answer(from: number, name: string, file?: number): void;
    /** Address of what `path` leads to. */
    find(start: number, path: string): number | undefined;
    /** Description of what `path` leads to. What is read of a dataset from now on is of what is described here. */
    resolve(start: number, path: string): Reply | undefined;
    /** Names in a group, as JSON. */
    keys(group: number): string;
    /** The link at `path` itself, as JSON. */
    link(start: number, path: string): string | undefined;
    /** Every link of a group with the description of what it leads to; soft links only if `follow`. */
    list(group: number, follow: boolean): Reply;
    /** One attribute with its value. */
    attribute(object: number, name: string, stored?: boolean): Reply;
    /** Where elements come from that are not in the file, or not in the dataset's own storage, as JSON. */
    sources(dataset: number): string;
    /** Bytes that a dataset's elements occupy. */
    storageSize(dataset: number): number;
    /** Where a dataset's elements begin in the file, if they lie there in one piece. */
    position(dataset: number): number | undefined;
    /** All stored chunks in C order, one behind the other: the element at which each begins, then position, bytes, filter mask. */
    chunks(dataset: number): Float64Array;
    /** Position, bytes and filter mask of the chunk that begins at an element. */
    chunk(dataset: number, offset: Float64Array): Float64Array | undefined;
    /** Filter mask and stored bytes of that chunk. */
    rawChunk(dataset: number, offset: Float64Array): [mask: number, bytes: Uint8Array] | undefined;
    /** Where a selection without gaps begins and ends along each axis. */
    ranges(selection: string, dims: Float64Array): Float64Array;
    /** Plans a read of `selection`, spelled as in NumPy. */
    read(dataset: number, selection: string): Reading;
    /** Plans a read of what a region reference leads to: its selection as it is stored. */
    readStored(dataset: number, selection: Uint8Array): Reading;
    /** Plans a read of points: the coordinates of one after the other. */
    readPoints(dataset: number, coordinates: Float64Array): Reading;
    /** Plans a read of the elements whose byte in `mask` is not 0. */
    readMask(dataset: number, mask: Uint8Array): Reading;
    // From here on only the whole engine has what is written here.

    /** A chunk of a copy of a file as it is stored, and its filter mask: `piece` are its elements within the extents, `inside` of them along each axis. */
    encodeChunk(spec: Pick<Spec, "filters">, chunk: Float64Array, fill: Uint8Array, inside: Float64Array, piece: Uint8Array): [bytes: Uint8Array, mask: number];
    /** Starts a copy of the file. */
    repack(spec: RepackSpec): Repacking;
    // Paths begin at the root or, with `#0x` and the address of a header in hexadecimal, at an object.
    createGroup(path: string, spec: GroupSpec): void;
    createDataset(path: string, spec: Spec): void;
    createDatatype(path: string, spec: Spec): void;
    makeScale(dataset: string, name: string): void;
    attachScale(dataset: string, axis: number, scale: string): void;
    detachScale(dataset: string, axis: number, scale: string): void;
    labelAxis(dataset: string, axis: number, label: string): void;
    /** The selection of a region reference to these elements, as it is stored. */
    regionOf(dataset: string, choice: Choice): Uint8Array;
    setAttribute(object: string, name: string, spec: Spec): void;
    linkHard(path: string, target: string): void;
    linkSoft(path: string, target: string): void;
    linkExternal(path: string, file: string, target: string): void;
    deleteAttribute(object: string, name: string): void;
    /** Writes values, which are broadcast by NumPy's rules, to elements of a dataset. */
    writeElements(dataset: string, choice: Choice, values: Values): void;
    resize(dataset: string, shape: Float64Array): void;
    append(dataset: string, axis: number, values: Values): void;
    /**
     * Stores chunks as they are, in a dataset that gets other extents first if there are any: all of it or nothing. `offsets`:
     * where each begins, one behind the other.
     */
    writeChunks(dataset: string, before: Float64Array | undefined, after: Float64Array | undefined, offsets: Float64Array, chunks: Uint8Array[], masks: Uint32Array): boolean;
    /** Takes a link away; what nothing leads to any more is deleted by the next commit. */
    unlink(path: string): void;
    /** Commits. Headers of the objects that were deleted since this was asked last. */
    deleted(): Float64Array;
    moveLink(from: string, to: string): void;
    /** Copies an object within the file. */
    copyObject(from: string, to: string, spec: CopySpec): void;
    /** Begins to copy an object of `other`, which may be this one, or of a file that was attached here. */
    carry(other: Engine, file: number | undefined, from: string, to: string, spec: CopySpec): Copying;
    commit(): void;
    /** Commits, and returns when everything is on the disk. */
    flush(): void;
    /** Writes everything staged; from now on others may read the file while it is written. */
    startSwmr(): void;
    /** Writes everything staged, and says that no more comes: before a file is closed. */
    endSwmr(): void;
    /**
     * What is newer than in the source, from and to for each stretch, in a file whose changes are in memory. Everything
     * else is better taken from there.
     */
    changes(): Float64Array | undefined;
    /** Bytes of the file as it is now. */
    fileSize(): number;
    /** Bytes from `from` to `to` of the file as it is now. */
    copy(from: number, to: number): Uint8Array;
    /** The whole file, if it is in memory. */
    bytes(): Uint8Array | undefined;
  }

  /** Elements as buffers, in the order of the type's leaves. */
  export interface Leaves {
    /**
     * Of each buffer: a native number's type ("i4") or, of more than 8 bytes, "n" and its bytes, "s" text with "e" its
     * ends, "o" opaque, "v" ends of sequences, "r" addresses with "o" what is chosen of the objects and "e" its ends.
     */
    readonly kinds: string[];
    readonly buffers: Uint8Array[];
  }

  /** A group to be made, or what is kept in the header of another object. */
  export interface GroupSpec {
    /** Keep the order of creation. */
    ordered?: boolean;
    /** When it is made, in seconds since 1970, if that is kept. */
    time?: number;
  }

  /** How an object is copied. */
  export interface CopySpec {
    shallow?: boolean;
    expandSoft?: boolean;
    expandExternal?: boolean;
    expandReferences?: boolean;
    /** Whether what is named in the file that is copied from can be found. */
    elsewhere?: boolean;
    withoutAttributes?: boolean;
    /** Whether stored bytes are carried over before. */
    inSteps?: boolean;
  }

  /** A file to be made. */
  export interface CreateSpec extends GroupSpec {
    /** Names of releases. */
    low: string;
    high: string;
    userblock: number;
    /** How space is found in the file, see `CreateOptions`. */
    strategy?: string;
    persist?: boolean;
    threshold?: number;
    pageSize?: number;
  }

  /** How datasets are stored in a copy: as the user said, and filters with their numbers. */
  export interface StoringSpec extends Pick<Spec, "gzip" | "filters"> {
    compression?: unknown;
  }

  /** How a copy is made. Its lower bound may be "keep". */
  export interface RepackSpec extends CreateSpec {
    ownUserblock: boolean;
    storing: StoringSpec;
    /** Datasets and groups by path: what is not said of one is what is said of all. */
    named: (StoringSpec & { path: string })[];
    subtree?: string | undefined;
    drop: string[];
    /** Piece by piece, not in memory. */
    apart: boolean;
    /** Whether chunks are made apart wherever that is possible. */
    shared?: boolean;
  }

  /** Values for elements of a dataset. */
  export interface Values extends Spec {
    /** They lie one behind the other, and are as many as are needed, or else one axis. */
    flat?: boolean;
  }

  /** A dataset or attribute to be made. */
  export interface Spec extends GroupSpec {
    /** Path of the committed datatype that `dtype` is. */
    committed?: string;
    /** Datasets whose elements are those of a virtual one. */
    sources?: { file: string; dataset: string; shape: Float64Array; source?: Choice | undefined; target?: Choice | undefined }[];
    /** Files of bytes that hold the elements; Infinity for all bytes that there are. */
    external?: { file: string; offset: number; size: number }[];
    /** Nested types in full, too. */
    dtype: import("./types.js").Datatype;
    /** Absent for a null dataspace. */
    shape?: Float64Array;
    data?: Leaves;
    /** Infinity for an unlimited axis. */
    maxshape?: Float64Array;
    chunks?: Float64Array;
    /** Choose the chunks. */
    guess?: boolean;
    gzip?: number;
    shuffle?: boolean;
    fletcher32?: boolean;
    filters?: { id: number; values: number[]; optional: boolean }[];
    /** `null`: not defined. */
    fill?: Leaves | null;
    /** No chunks. */
    contiguous?: boolean;
    compact?: boolean;
    edgeUnfiltered?: boolean;
    fillTime?: string;
    allocTime?: string;
  }

  /** A read in progress. */
  export interface Reading {
    free(): void;
    /** JSON: shape of the result, its elements, and how they arrive. */
    header(): string;
    /** From now on elements are the bytes that the file has for them; how many each has. */
    asStored(): number;
    /** Decodes the next batch; its elements, 0 at the end. */
    next(): number;
    /** Elements at which parts of some `bytes` begin that can be read apart, and the end of the last one; none where nothing is decoded. */
    cuts(bytes: number): Float64Array;
    /** Goes on with the part between two of them. */
    only(from: number, to: number): void;
    /** Sources that are not there, as JSON, if any. */
    missing(): string | undefined;
    /** Position and length in memory of each buffer of the batch. Valid until the next call into the engine. */
    parts(): Uint32Array;
  }

  /** A copy of an object in progress, in the file of the engine that it is given. */
  export interface Copying {
    free(): void;
    /**
     * Carries some bytes over, or, as the last thing, makes the copy (`true`: all of it or nothing) or gives up what has been carried
     * (`false`). How many bytes have been, how many there are, and 1 when only the copy itself is left to be made.
     */
    step(to: Engine, last?: boolean): Float64Array;
  }

  /** A copy in progress. */
  export interface Repacking {
    free(): void;
    /** Does a little: bytes of elements copied, bytes there are, and 1 when nothing is left to do. */
    step(): Float64Array;
    /** The new file. */
    finish(): Uint8Array;
    /** What chunks that come next have in common, as JSON, if they can be made apart (`ApartRecord` in worker/calls.ts). */
    apart(): string | undefined;
    /** What belongs into the next of them: where each begins and how much of it there is along each axis, one behind the other. */
    handOut(most: number): Float64Array;
    /** Stores the next of those; what `step` says. */
    put(bytes: Uint8Array, mask: number): Float64Array;
    /** What is to be written: where each piece belongs, its bytes, and so on. */
    pieces(): (number | Uint8Array)[];
    /** Completes a file of pieces, of which some are left; its bytes. */
    seal(): number;
  }

  /** What belongs to one instance of the engine. */
  export interface Glue {
    Engine: {
      new (source: Source, pageSize: number, cache: number): Engine;
      /** A new file in memory. Changes wait until `commit`, which anything that reads does by itself. */
      create(spec: CreateSpec): Engine;
      /** The same in `source`, in which there is nothing yet. */
      createIn(spec: CreateSpec, source: Source, pageSize: number, cache: number): Engine;
      /**
       * The file in `source`, to be changed: in place if it can be written, in memory if not. If it was left half written,
       * it is put back to what it was before.
       */
      edit(source: Source, pageSize: number, cache: number, low: string | undefined, clear: boolean): Engine;
      /** Puts the file in `source` back to what it was, if it was left half written. */
      recover(source: Source): void;
    };
    /** Where all files look for filters that the engine does not have. Once for each instance. */
    useFilters(filters: Filters): void;
    initSync(options: { module: WebAssembly.Module | BufferSource }): { memory: WebAssembly.Memory };
    init(options: {
      module_or_path: WebAssembly.Module | BufferSource | Response | Promise<Response> | URL | string;
    }): Promise<{ memory: WebAssembly.Memory }>;
    /** Throws the instance away and makes a fresh one; objects of the old one are dead. */
    // oxlint-disable-next-line eslint/no-underscore-dangle -- the generator's name
    __wbg_reset_state(): void;
  }

  /** A glue of its own for one more module. */
  export default function glue(): Glue;
}

/** What the generated glue of the second module exports (crate/codecs). */
declare module "#codecs" {
  /** Filters. Each call says how long its result is (-1: none; less: an error), which stays until the next one. */
  export class Codecs {
    decode(id: number, values: Uint32Array, input: Uint8Array, most: number): number;
    encode(id: number, values: Uint32Array, input: Uint8Array): number;
    local(id: number, values: Uint32Array, datatype: Uint8Array, chunk: BigUint64Array, fill: Uint8Array): number;
    /** Position of the result in memory. */
    output(): number;
    message(): string;
  }

  export function initSync(options: { module: WebAssembly.Module | BufferSource }): { memory: WebAssembly.Memory };
  export default function init(options: {
    module_or_path: WebAssembly.Module | BufferSource | Response | Promise<Response> | URL | string;
  }): Promise<{ memory: WebAssembly.Memory }>;
  // oxlint-disable-next-line eslint/no-underscore-dangle -- the generator's name
  export function __wbg_reset_state(): void;
}

// What `hyperslab/inline` embeds, deflated, as base64: modules, how those without SIMD differ, and the script of its workers
// (scripts/build/inline.mjs).
declare module "#hyperslab_edit" {
  const text: string;
  export default text;
}
declare module "#hyperslab_edit_scalar" {
  const text: string;
  export default text;
}
declare module "#hyperslab_codecs" {
  const text: string;
  export default text;
}
declare module "#hyperslab_codecs_scalar" {
  const text: string;
  export default text;
}
declare module "#inline_worker" {
  const text: string;
  export default text;
}
