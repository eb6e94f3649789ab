/** Compact copies of files. */

import { breathe, type Session, step, type Steps } from "./drive.js";
import { engine } from "./engine.js";
import { openFile } from "./opening.js";
import { argument, text } from "./errors.js";
import type { RepackOptions, Source } from "./types.js";
import { gzipLevel } from "./compression.js";

/** Milliseconds between reports, and between chances for the page to do something else. */
const PAUSE = 50;

function* copy(session: Session<"async">, level: number | undefined, options: RepackOptions): Steps<Uint8Array> {
  const copying = yield* step(() => session.raw.repack(level, options.subtree, [...(options.drop ?? [])]));
  try {
    let last = performance.now();
    for (;;) {
      const [done, total, finished] = (yield* step(() => copying.step())) as unknown as [number, number, number];
      const now = performance.now();
      if (finished || now - last >= PAUSE) {
        options.onProgress?.(done, total);
        last = now;
        yield* step(breathe);
      }
      options.signal?.throwIfAborted();
      if (finished) return yield* step(() => copying.finish());
    }
  } finally {
    if (session.alive) copying.free();
  }
}

/**
 * A compact copy of a file, or of a part of it, as the bytes of a new file.
 *
 * Groups, links, attributes, datatypes, shapes, fill values and elements are equal to the source's. Datasets of 2 KiB or
 * more are stored in chunks (their own, or as h5py would guess) with gzip, numbers shuffled before; smaller ones as they
 * are. With `compression: "keep"` all of them stay as they are. A path in `drop` that is not there is a `NotFound` error.
 * What cannot be carried over (virtual datasets, elements in other files, user-defined links, references that lead
 * out of the copied part) is an `Unsupported` error that names the object: nothing is left out silently.
 */
export async function repack(source: Source, options: RepackOptions = {}): Promise<Uint8Array> {
  const level = options.compression === "keep" ? undefined : gzipLevel(options.compression ?? "gzip", undefined);
  if (options.drop !== undefined && !Array.isArray(options.drop)) throw argument("what is dropped is a list of paths");
  for (const path of options.drop ?? []) text(path, "a path that is dropped");
  if (options.subtree !== undefined) text(options.subtree, "a subtree");
  const instance = await engine(true);
  options.signal?.throwIfAborted();
  const file = await openFile("async", instance, source, { signal: options.signal });
  try {
    return await file.perform((session) => copy(session, level, options));
  } finally {
    file.close();
  }
}
