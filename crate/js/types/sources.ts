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
