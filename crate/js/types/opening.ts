/** How files are opened and made. */

import type { FileHandle, HttpOptions, Source, SyncAccessHandle, WritableAccess } from "./sources.js";
import type { HeaderOptions } from "./writing.js";

/**
 * What is done with a file, as in h5py: `"r"` reads it, `"r+"` changes it, and it has to be there; `"w"` makes a new one, in
 * the place of any other; `"w-"` and `"x"` make one where there is none; `"a"` changes it or makes it.
 */
export type OpenMode = "r" | "r+" | "w" | "w-" | "x" | "a";

/** How a file is written in place. */
export interface WritingOptions {
  /**
   * Whether there is a journal, from which the file is restored after a power cut, as it was at its last flush. In Node it is a
   * file beside it by default. A handle's journal is kept in a second handle that is given here, a place's in a second place;
   * without one, a power cut leaves anything.
   */
  journal?: boolean | SyncAccessHandle | WritableAccess | FileHandle | undefined;
  /** Whether whoever else writes the file is respected; default `true`. `false` takes it from them (paths only). */
  locking?: boolean | undefined;
  /** Whether others read the file meanwhile: each write is done at once, in its turn, and there is no journal. */
  ordered?: boolean | undefined;
  /**
   * `"core"`: the file is in memory, and each flush writes all of it to its path, where the old file is until the new one is
   * complete. It needs no journal. For files that are small, or changed in many places; paths only.
   */
  driver?: "core" | undefined;
}

/** Releases of HDF5 that say in which form things are written, as h5py calls them. */
export type Libver = "earliest" | "v108" | "v110" | "v112" | "v114" | "v200" | "latest";

/** Options of `create`. */
export interface CreateOptions extends HeaderOptions {
  /**
   * The oldest release that has to be able to read the file, as far as its contents allow: everything is written in the form
   * that this release knows. Default: `"earliest"`, as in h5py. With `[low, high]`, what needs a release after `high` is
   * an error.
   */
  libver?: Libver | readonly [low: Libver, high: Libver] | undefined;
  /** Bytes before the file, for other programs: a power of two from 512 on. Default: none. */
  userblock?: number | undefined;
  /**
   * How space is found in the file: `"fsm"` (the default) uses again what was given back, `"page"` divides the file into pages
   * of metadata or of elements, `"aggregate"` and `"none"` use nothing again. Any but the default needs HDF5 1.10.
   */
  fsStrategy?: "fsm" | "page" | "aggregate" | "none" | undefined;
  /** Whether free space is written down in the file and used when it is opened again, for `"fsm"` and `"page"`. */
  fsPersist?: boolean | undefined;
  /** Fewer free bytes in one place are not written down; default 1. */
  fsThreshold?: number | undefined;
  /** Bytes of a page, 512 to 1 GiB; default 4096. */
  fsPageSize?: number | undefined;
}

/** Options of `join`. */
export interface JoinOptions {
  /** Bytes of metadata kept in memory; default 16 MiB. */
  cache?: number | undefined;
  /** Cancels the opening and every later fetch of the file's bytes. */
  signal?: AbortSignal | undefined;
}

/** Options of `open` and `openSync`. */
export interface OpenOptions extends CreateOptions, WritingOptions {
  /** Default `"r"`. What `CreateOptions` say is for new files; `libver` also for what is new in a file that is there. */
  mode?: OpenMode | undefined;
  /** Bytes of metadata kept in memory; default 16 MiB. */
  cache?: number | undefined;
  /**
   * For a file that is there and opened to be changed: whether others read it meanwhile, see `startSwmr` of a file. Readers need
   * not say that they follow a writer.
   */
  swmr?: boolean | undefined;
  /**
   * Whether a mark is taken away that says that the file is open for writing, as `h5clear -s` does it (`"r+"` and `"a"`). Writers
   * of newer files (superblock 3) leave it when they die; until then nobody else opens the file. Be sure that it is not written.
   */
  clearFlags?: boolean | undefined;
  /**
   * How many workers decode and encode chunks for `open`, all files of a program together; `"auto"`: as many as there are
   * processors, but for one, and four at most. Default: 0, everything is done where it is called. They begin with the first read or
   * write that is worth it (some MB behind filters) and end with the last file. No headers are needed: bytes are handed over,
   * which costs less than a tenth of a read (shared memory would save that, and is not used: scripts/bench/shared.mjs).
   * A file that is changed is read by them, too, as it is at that moment: changes wait for reads that were called before. Filters of
   * your own run where they were registered.
   * `hyperslab/inline` has their script inside; where a policy forbids that it does without, and says so in `stats.notices`.
   */
  workers?: number | "auto" | undefined;
  /** Cancels the opening and every later fetch of the file's bytes. */
  signal?: AbortSignal | undefined;
  /** How URLs are read. */
  http?: HttpOptions | undefined;
  /**
   * Finds the other files that this one names: for external links, external raw data and the sources of virtual
   * datasets. `name` is as it is written in the file `from` (its path or name; `undefined` for an opened file without
   * a path). What is not found reads as the fill value, and is reported in `missing` of the result.
   *
   * Default: a file that was opened by its path (Node) or URL finds those in its own folder and below, any other file finds
   * none; nothing else is opened without you. `null`: none at all.
   */
  resolve?:
    | ((name: string, from?: string) => Source | null | undefined | Promise<Source | null | undefined>)
    | null
    | undefined;
}
