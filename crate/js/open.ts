/** Opening and creating. */

import { engine, engineNow } from "./engine.js";
import { argument, HyperslabError } from "./errors.js";
import type { FileObject } from "./file.js";
import { createFile, openFile, openUrls, writes } from "./opening.js";
import { isAccessibleFile, isFileHandle } from "./sources/access.js";
import { blobSource } from "./sources/blob.js";
import { toAccess } from "./sources/index.js";
import type { WritableSource, WriteMode } from "./sources/writable.js";
import type { CreateOptions, File, FileSync, OpenOptions, Source } from "./types.js";

/** A file handle of the browser, opened to be written where it is. */
function accessTo(handle: unknown, options: OpenOptions): Promise<WritableSource> {
  if (isAccessibleFile(handle)) return toAccess(handle, options.mode as WriteMode, options);
  const message = "files are written in place in a worker: here open what `handle.getFile()` gives, and `save` it to the handle";
  throw new HyperslabError("Unsupported", message);
}

/**
 * Opens a file, or makes one, as `mode` says. Members of the result that touch the source return promises.
 *
 * With a writing mode, what has a place is changed in place: a path in Node, a `FileSystemSyncAccessHandle` or, in a worker,
 * a `FileSystemFileHandle` of the browser's private file system, a place of your own with `write` and `truncate`. Whatever
 * else it is, bytes, a Blob, a source that only reads, stays as it is: changes are in memory, for `save`, `toBlob` and `toBytes`.
 *
 * ```ts
 * const f = await open("https://example.org/run.h5", { http: { headers: { authorization: "Bearer x" } } });
 * console.log(await f.keys(), f.stats.requests);
 * await f.close();
 * ```
 *
 * Errors: `NotFound` if there is no file (`"r"`, `"r+"`); `Io` if there is one (`"w-"`, `"x"`), or if somebody else
 * has it open for writing; `Unsupported` for files that cannot be changed.
 */
export async function open(source: Source, options: OpenOptions = {}): Promise<File> {
  const file = await opened(source, options);
  if (options.workers) await (await import("./worker/crew.js")).staff(file as FileObject<"async">, options);
  return file;
}

async function opened(source: Source, options: OpenOptions): Promise<File> {
  const instance = await engine(writes(options));
  options.signal?.throwIfAborted();
  if (!isFileHandle(source)) return await openFile("async", instance, source, options, await openUrls(source, options));
  if (!writes(options)) return await openFile("async", instance, source, options, blobSource(await source.getFile(), () => source.getFile()));
  return await openFile("async", instance, source, options, await accessTo(source, options));
}

/**
 * Opens a file whose bytes are at hand: in memory, on disk in Node, a Blob or a `FileSystemSyncAccessHandle` inside a worker.
 * Modes are those of {@link open}.
 *
 * ```ts
 * const f = openSync("run.h5", { mode: "r+" });
 * f.move("entry/data", "entry/raw");
 * f.close(); // all of it or, after a power cut, none
 * ```
 *
 * Errors: those of {@link open}; `Argument` for what takes time to open, in browsers also before {@link ready} is done.
 */
export function openSync(source: Source, options: OpenOptions = {}): FileSync {
  const instance = engineNow(writes(options));
  if (isFileHandle(source)) throw argument("a file handle takes time to open: use open, or its createSyncAccessHandle");
  return openFile("sync", instance, source, options);
}

/**
 * Creates a file in memory: fill it, then take it with `toBytes`, `toBlob` or `save`.
 *
 * ```ts
 * const f = create({ libver: "v110" });
 * f.createDataset("entry/data", { data: new Float64Array(1000), shape: [100, 10], compression: "gzip" });
 * f.get("entry")?.attrs.set("title", "Run 7");
 * const bytes = f.toBytes();
 * ```
 *
 * Errors: `Argument` for options that do not go together, in browsers also before {@link ready} is done.
 */
export function create(options: CreateOptions = {}): FileSync {
  return createFile(engineNow(true), options);
}
