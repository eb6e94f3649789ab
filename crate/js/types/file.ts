/** An open file. */

import type { Dtype } from "./datatypes.js";
import type { Shape } from "./elements.js";
import type { Port } from "./loading.js";
import type { CallOptions, Mode, Out } from "./modes.js";
import type { Dataset, Entity, Group, WalkOptions } from "./objects.js";
import type { SaveTarget } from "./sources.js";
import type { Reference } from "./values.js";

/** Facts about the file as a whole. */
export interface FileInfo {
  /** Bytes. */
  readonly size: number;
  /** Version of the superblock. */
  readonly superblock: number;
  /** Bytes before the superblock. */
  readonly userblock: number;
  /** Whether the file is written for concurrent readers (HDF5's SWMR): `refresh` shows what has come since. */
  readonly swmr: boolean;
}

/** What reading a file has taken so far, including files that hold elements of its datasets. */
export interface FileStats {
  /** How often its bytes were asked for where they are: requests (each attempt), or reads of a disk, a Blob or a source of yours; 0 for bytes in memory. */
  readonly requests: number;
  /** Bytes that came by that, whether they were of use or not. */
  readonly bytes: number;
  /** How often bytes were asked for that were here, as they had been fetched before. */
  readonly hits: number;
  /**
   * Bytes kept in memory for the file: of its metadata, of chunks that were decoded, of what was fetched. Not: what you gave as
   * bytes, descriptions of objects, changes that wait for a flush, what workers have.
   */
  readonly memory: number;
  /** What is not as it should be, such as a server that gives only whole files. */
  readonly notices: readonly string[];
}

/**
 * What watches the making of a copy of a whole file, and stops it. The copy is the file at one moment: where it takes time, changes wait
 * for it.
 */
export interface SaveOptions {
  /** Stops it; it then rejects with the signal's reason, and what was there before is still there. */
  signal?: AbortSignal | undefined;
  /** Called after each piece with how many bytes are copied, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** An open file, which is its root group. */
export interface File<M extends Mode = "async"> extends Group<M> {
  /** Whether it is open for reading only, or can be changed. */
  readonly mode: "r" | "r+";
  /** Facts about the file as a whole, as of when it was opened or refreshed last. */
  readonly info: FileInfo;
  /** What reading it has taken so far, at this moment. */
  readonly stats: FileStats;
  /**
   * A path that leads to an object or to what a reference refers to, by hard links alone; `undefined` if there is none in
   * this file. Goes through the file until it is found, as nothing in a file says under which names an object is known, and
   * steps over what cannot be read.
   */
  pathOf(object: Entity<M> | Reference, options?: WalkOptions): Out<M, string | undefined>;
  /** The whole file as it is now, as bytes. */
  toBytes(options?: SaveOptions): Out<M, Uint8Array>;
  /** The whole file as it is now, as a `Blob`. Of a file that came as one, what has not changed is not copied. */
  toBlob(options?: SaveOptions): Promise<Blob>;
  /**
   * Writes the whole file as it is now to another place: a path (in Node), or a file handle of the browser. What was there
   * before stays until all of it is written.
   */
  save(path: string | URL, options?: SaveOptions): Out<M, void>;
  /** To a file handle of the browser. */
  save(handle: SaveTarget, options?: SaveOptions): Promise<void>;
  /** To either. */
  save(target: string | URL | SaveTarget, options?: SaveOptions): Out<M, void> | Promise<void>;
  /**
   * Writes everything that has changed to where the file is, and returns when it is safe there: after a power cut the file
   * is as at its last flush, or at the one under way. Nothing to do for files in memory.
   *
   * It cannot be stopped, nor can `close`: a file that is flushed by half is none, and once the journal has what is written over, it is
   * written. That is little, however much has changed: large data goes to the disk when it is written, and of everything else
   * at most 16 MiB wait. What remains is as fast as the disk makes it safe. Only with `driver: "core"` all of the file is written.
   */
  flush(): Out<M, void>;
  /**
   * Lets another thread read and change this file together with this one: give the port to a worker, which goes in with `join`.
   * One port for each. What a member changes is changed here, one change after the other, and all see it from then on;
   * values that fill chunks behind filters are encoded by the member that writes them.
   *
   * As with MPI, members may each make the same group, dataset or datatype: with equal options it is made once. Only for files
   * from `open`; members are cut off when it is closed.
   */
  share(): Promise<Port>;
  /**
   * Lets others read the file while it is written, by the rules of HDF5's SWMR (h5py's `swmr_mode = True`): programs that open
   * it for that (`swmr=True` in h5py), and this package. They see what was there at the last `flush`: values and extents, for
   * each dataset together, and never half of anything. Everything that waits is flushed first.
   *
   * From now on elements of datasets change, and extents, which only grow (`write`, `append`, `resize`, `writeRawChunk`).
   * Everything else is refused: objects, links, attributes, references and values of variable length, datasets in an older form than
   * that of HDF5 1.10. Space that readers may know of is not used again; `repack` wins it back. There is no journal: if
   * the program dies, or a flush fails, the file is as readers saw it at that moment, and a flush can be tried again;
   * after a power cut it may be damaged where it was written since the last flush. `close` takes the mark away that
   * the file is written; what a dead writer left is opened with `clearFlags`.
   *
   * Errors: `Unsupported` for files in an older form (`libver: "v110"` or later makes them), and for those that nobody else sees,
   * as they are in memory.
   */
  startSwmr(): Out<M, void>;
  /**
   * Goes over to the file as it is now, which others have changed since it was opened or refreshed, and how large it is now.
   * What was read of it is forgotten; objects stay what they are, with the shapes, attributes and values that they have now.
   * A browser's file is looked at again if it was opened by its handle, and a URL is asked for again: a `File` or `Blob` never changes. Files to
   * which links of this one led are refreshed, too. Nothing to do for a file that is changed here.
   *
   * If the file is written for concurrent readers (`info.swmr`) it can be refreshed and read at any time; others have to be
   * complete, as after a flush.
   *
   * A signal stops it while it is asked for whether there is something new, and nothing has changed then.
   */
  refresh(options?: CallOptions): Out<M, void>;
  /**
   * Ends all use of the file and its objects and frees their memory. What has changed is flushed first; if that fails the
   * file is closed all the same, and stays as at its last flush. Changes in memory are gone.
   */
  close(): Out<M, void>;
  /** For `using`: closes the file. */
  [Symbol.dispose](): void;
  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A file from `openSync` or `create`: every member answers at once. */
export type FileSync = File<"sync">;
/** A group of a synchronous file. */
export type GroupSync = Group<"sync">;
/** A dataset of a synchronous file. */
export type DatasetSync<D extends Dtype = Dtype, S extends Shape = number[] | null> = Dataset<"sync", D, S>;
