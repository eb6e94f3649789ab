/** Where files come from. */

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

/** Your own place for a file that is written. All of it answers at once; `read` as in {@link RandomAccess}. */
export interface WritableAccess extends RandomAccess {
  /** Writes all of `bytes` at `offset`, where the file grows as needed. */
  write(offset: number, bytes: Uint8Array): void;
  /** Cuts or grows, with zeros, to `size` bytes. */
  truncate(size: number): void;
  /** Returns when everything written is safe. */
  sync?(): void;
}

/**
 * What `createSyncAccessHandle` gives in a worker, a `FileSystemSyncAccessHandle`, as far as it tells one apart: it has `read`
 * and `write`, too. Who opened it closes it.
 */
export interface SyncAccessHandle {
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** A file of the browser, the user's or of its private file system: a `FileSystemFileHandle`. For `open` and `repack`. */
export interface FileHandle {
  readonly name: string;
  getFile(): Promise<Blob>;
  /** There in workers, for files of the private file system. */
  createSyncAccessHandle?(): Promise<SyncAccessHandle>;
}

/**
 * What a file is saved to: a `FileSystemFileHandle`, whose stream is given bytes piece by piece. What was there before stays
 * until all of the file is written.
 */
export interface SaveTarget {
  createWritable(): Promise<{ write(bytes: never): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
}

/** A stream to a file, written at any position: a `FileSystemWritableFileStream`. */
export interface FileStream {
  write(chunk: never): Promise<void>;
  seek(position: number): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/** One file of bytes. A string is a path (Node only), a URL has to be a `file:` URL (Node only). */
export type SingleSource =
  | ArrayBuffer
  | Uint8Array
  | Blob
  | URL
  | string
  | RandomAccess
  | WritableAccess
  | SyncAccessHandle
  | FileHandle;

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
