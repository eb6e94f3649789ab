/** Compact copies of files. */

import type { RepackSpec, StoringSpec } from "#glue";
import { compressionOf } from "./compression.js";
import { breathe, type Session, step, type Steps } from "./drive.js";
import { engine } from "./engine.js";
import { argument, text } from "./errors.js";
import { openFile } from "./opening.js";
import { isFileHandle } from "./sources/access.js";
import { type Target, targetFailure, targetOf } from "./sources/target.js";
import { fileSpec } from "./spec.js";
import type { CreateOptions, DatasetOptions, RepackOptions, RepackTarget, Source, Storing } from "./types.js";

/** Milliseconds between reports, and between chances for the page to do something else. */
const PAUSE = 50;

/** How datasets are stored, as the engine takes it: filters have their numbers. */
function storingOf(options: Storing): StoringSpec {
  if (Object(options) !== options) throw argument("how a dataset is stored is said by an object of options");
  const { compression, compressionOpts, scaleoffset, filters, fletcher32 } = options;
  const made = compression === "keep" || compression === "none" ? { scaleoffset, filters, fletcher32 } : { compression, compressionOpts, scaleoffset, filters, fletcher32 };
  return { ...options, ...compressionOf(made as DatasetOptions) } as StoringSpec;
}

function specOf(options: RepackOptions): RepackSpec {
  const { drop, subtree, datasets, userblock, to } = options;
  if (drop !== undefined && !Array.isArray(drop)) throw argument("what is dropped is a list of paths");
  for (const path of drop ?? []) text(path, "a path that is dropped");
  if (subtree !== undefined) text(subtree, "a subtree");
  return {
    ...fileSpec({ ...options, userblock: userblock ?? 0 } as CreateOptions),
    ownUserblock: userblock === undefined,
    storing: storingOf(options),
    named: Object.entries(datasets ?? {}).map(([path, own]) => Object.assign(storingOf(own), { path })),
    subtree,
    drop: [...(drop ?? [])],
    apart: to !== undefined,
  };
}

type Begin = () => Target | Promise<Target>;

/** Hands over what waits. */
async function write(target: Target, pieces: (number | Uint8Array)[]): Promise<void> {
  try {
    for (let i = 0; i < pieces.length; i += 2) await target.write(pieces[i] as number, pieces[i + 1] as Uint8Array);
  } catch (e) {
    throw targetFailure(e);
  }
}

function* copy(session: Session<"async">, spec: RepackSpec, options: RepackOptions, begin: Begin | undefined): Steps<Uint8Array | undefined> {
  const copying = yield* step(() => session.raw.repack(spec));
  let target: Target | undefined;
  const handOver = function* (): Steps<void> {
    const pieces = copying.pieces();
    if (!begin || pieces.length === 0) return;
    target ??= (yield* step(begin)) as Target;
    yield* step(() => write(target!, pieces));
  };
  try {
    let last = performance.now();
    for (;;) {
      const [done, total, finished] = (yield* step(() => copying.step())) as unknown as [number, number, number];
      yield* handOver();
      const now = performance.now();
      if (finished || now - last >= PAUSE) {
        options.onProgress?.(done, total);
        last = now;
        yield* step(breathe);
      }
      options.signal?.throwIfAborted();
      if (!finished) continue;
      if (!begin) return yield* step(() => copying.finish());
      // Everything is there before the first bytes are, which make it a file.
      yield* step(() => target?.sync());
      const size = yield* step(() => copying.seal());
      yield* handOver();
      const complete = target!;
      target = undefined;
      yield* step(() => complete.finish(size));
      return undefined;
    }
  } finally {
    if (session.alive) copying.free();
    if (target) yield* step(() => target!.abandon());
  }
}

/**
 * A compact copy of a file, or of a part of it: the bytes of a new file, or, with `to`, a new file somewhere else, which is
 * written as it comes, in little memory, and is no HDF5 file before all of it is there.
 *
 * Groups, links, attributes, datatypes, shapes, fill values, elements, orders of creation and times are equal to the source's;
 * references lead to the copies of what they led to. Virtual datasets stay virtual and names of other files stay as they are,
 * unless `merge` says otherwise. Datasets of 2 KiB or more are stored in chunks (their own, or as h5py would guess) with gzip,
 * numbers shuffled before; smaller ones as they are. Other options say otherwise for all datasets, where they can be stored
 * so, and `datasets` for some.
 *
 * Errors: `Unsupported` for what cannot be carried over, `Argument` for a named dataset that cannot be stored as was asked for,
 * both with its path and before anything is written; `NotFound` for paths in `drop`, `datasets` and `subtree`
 * that are not there.
 */
export function repack(source: Source, options: RepackOptions & { to: RepackTarget }): Promise<undefined>;
export function repack(source: Source, options?: RepackOptions): Promise<Uint8Array>;
export async function repack(source: Source, options: RepackOptions = {}): Promise<Uint8Array | undefined> {
  const spec = specOf(options);
  const begin = options.to === undefined ? undefined : targetOf(options.to, source);
  const instance = await engine(true);
  const { signal, cache, resolve } = options;
  signal?.throwIfAborted();
  const bytes = isFileHandle(source) ? await source.getFile() : source;
  const file = await openFile("async", instance, bytes, { signal, cache, resolve });
  try {
    return await file.perform((session) => copy(session, spec, options, begin));
  } finally {
    file.close();
  }
}
