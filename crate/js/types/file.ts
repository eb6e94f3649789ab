/** An open file. */

import type { Mode, Out } from "./modes.js";
import type { Dataset, Entity, Group } from "./objects.js";
import type { Reference } from "./values.js";

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
