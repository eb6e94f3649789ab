/** Where files come from. */

/** Your own source of bytes. `read` answers with exactly `length` bytes from `offset`, at once or by promise. */
export interface RandomAccess {
  /** Bytes there are. */
  readonly size: number;
  /**
   * Bytes `offset` to `offset + length`, never fewer. For `openSync` they have to be there at once; `signal` says that nobody waits for
   * them any more.
   */
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
  /** Cuts or grows the file to that many bytes. */
  truncate(size: number): void;
  /** Bytes of the file. */
  getSize(): number;
  /** Returns when everything written is safe. */
  flush(): void;
  /** Gives the file back to others. */
  close(): void;
}

/** A file of the browser, the user's or of its private file system: a `FileSystemFileHandle`. For `open` and `repack`. */
export interface FileHandle {
  /** The file's name. */
  readonly name: string;
  /** The file as it is now. */
  getFile(): Promise<Blob>;
  /** There in workers, for files of the private file system. */
  createSyncAccessHandle?(): Promise<SyncAccessHandle>;
}

/**
 * What a file is saved to: a `FileSystemFileHandle`, whose stream is given bytes piece by piece. What was there before stays
 * until all of the file is written.
 */
export interface SaveTarget {
  /** Begins a new content of the file. */
  createWritable(): Promise<SaveStream>;
}

/** The stream of a {@link SaveTarget}. */
export interface SaveStream {
  /** Writes behind what was written. */
  write(bytes: never): Promise<void>;
  /** Puts what was written in the file's place. */
  close(): Promise<void>;
  /** Forgets what was written. */
  abort(): Promise<void>;
}

/** A stream to a file, written at any position: a `FileSystemWritableFileStream`. */
export interface FileStream {
  /** Writes at the current position and goes on behind it. */
  write(chunk: never): Promise<void>;
  /** Goes to a position, in bytes from the beginning. */
  seek(position: number): Promise<void>;
  /** Puts what was written in the file's place. */
  close(): Promise<void>;
  /** Forgets what was written. */
  abort(): Promise<void>;
}

/**
 * How URLs are read: in ranges, of which blocks are kept. Requests are as few as that allows: what is asked for together, also by
 * operations that are under way at the same time, is fetched together, in one request for many ranges where the server
 * has such answers (nginx, Apache and most others; S3 and its likes have not, and get up to eight requests at a time).
 *
 * All answers have to be about one version of the file, as `ETag`, `Last-Modified` and its size tell: a file that changed since it
 * was opened is an `Io` error that says how, until `refresh` goes over to it. Where neither is sent, or a page may
 * not see them, only the size tells.
 *
 * For pages of another origin the server has to allow the page to read (`Access-Control-Allow-Origin`). To be fast it exposes
 * `Content-Range` and `ETag`, and allows the header `Range`, without which there is one range in a request.
 */
export interface HttpOptions {
  /** Sent with each request, such as `Authorization`; only to the server of the URL that was opened. */
  headers?: Record<string, string> | undefined;
  /** Whether cookies and the like are sent, as `fetch` means it. */
  credentials?: "include" | "omit" | "same-origin" | undefined;
  /** Takes the place of the platform's `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Bytes of the file kept in memory, beside the engine's cache of metadata (`cache` of `open`); default 32 MiB. */
  cache?: number | undefined;
  /**
   * Further attempts when the network fails or the server answers 408, 425, 429, 500, 502, 503 or 504; default 4, after 0.25, 0.5, 1
   * and 2 seconds, or when the server says (`Retry-After`, up to 30 seconds). An answer that broke off is gone on with.
   */
  retries?: number | undefined;
  /**
   * Largest file, in bytes, that is read into memory as a whole, with a notice, because its server does not give ranges; default
   * 256 MiB. What is larger is a `Limit` error.
   */
  whole?: number | undefined;
  /** Is told what is not as it should be, as `file.stats.notices` says it later; default: `console.warn`. */
  onNotice?: ((notice: string) => void) | undefined;
}

/**
 * One file of bytes. In Node a string is a path, unless it begins with `http:` or `https:`; elsewhere it is a URL, relative to
 * the page or worker. URLs are opened by `open`, for reading; see {@link HttpOptions}.
 */
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
  /** The file of metadata and that of raw data. */
  split: {
    /** Metadata (`-m.h5`). */
    meta: SingleSource;
    /** Raw data (`-r.h5`). */
    raw: SingleSource;
  };
}

/** A file that HDF5's multi driver spread out: one file for each kind of memory, as far as the set has them. */
export interface MultiSource {
  /** The files by what they have; `-s` and so on are the endings of their names. */
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
