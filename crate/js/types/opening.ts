/** How files are opened and made. */

import type { Source } from "./sources.js";

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
