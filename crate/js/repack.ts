/** Compact copies of files. */

import type { RepackSpec, StoringSpec } from "#glue";
import { compressionOf, gzipLevel } from "./compression.js";
import { breathe, type Session, step, type Steps } from "./drive.js";
import { engine } from "./engine.js";
import { argument, text } from "./errors.js";
import { openFile } from "./opening.js";
import { isFileHandle } from "./sources/access.js";
import { type Target, targetFailure, targetOf } from "./sources/target.js";
import { checkShape, fileSpec } from "./spec.js";
import type { CreateOptions, DatasetOptions, RepackOptions, RepackTarget, Source, Storing } from "./types.js";

/** Milliseconds between reports, and between chances for the page to do something else. */
const PAUSE = 50;

/** Options about filters, and about places: who says one of them says all. */
const FILTERS = ["compression", "compressionOpts", "shuffle", "fletcher32", "scaleoffset", "filters"] as const;
const PLACES = ["chunks", "layout"] as const;

/** What chunks go through. */
function filtersOf(options: Storing, apart: boolean): StoringSpec {
  const { compression, shuffle, fletcher32, filters, scaleoffset } = options;
  if (compression === "keep") {
    const other = FILTERS.find((name) => name !== "compression" && options[name] !== undefined);
    if (other) throw argument(`\`${other}\` for datasets that keep their filters`);
    return { keep: true };
  }
  const spec: StoringSpec = { shuffle, fletcher32 };
  if (compression === "gzip" || (typeof compression === "number" && compression < 10)) {
    spec.gzip = gzipLevel(compression, options.compressionOpts);
    return { ...spec, filters: compressionOf({ filters, scaleoffset, fletcher32 } as DatasetOptions).filters };
  }
  const made = compressionOf({ ...options, compression: compression === "none" ? undefined : compression } as DatasetOptions);
  // Without a word about filters everything is compressed that may be.
  if (FILTERS.every((name) => options[name] === undefined) && !apart) spec.gzip = 4;
  return { ...spec, ...made };
}

/** How datasets are stored, as the engine takes it. */
function storingOf(options: Storing): StoringSpec {
  const { chunks, layout, merge } = options;
  const place: Pick<StoringSpec, "place" | "chunks"> = {};
  if (Array.isArray(chunks)) {
    checkShape(chunks);
    place.chunks = Float64Array.from(chunks);
  } else if (chunks !== undefined && typeof chunks !== "boolean" && chunks !== "keep") throw argument('chunks are extents, true, false or "keep"');
  const wanted = layout ?? (chunks === "keep" ? "keep" : chunks === false ? "contiguous" : chunks && "chunked");
  if (chunks !== undefined && chunks !== "keep" && (wanted === "chunked") !== (chunks !== false)) throw argument(`a ${layout} dataset with chunks: ${chunks}`);
  if (wanted !== undefined) place.place = text(wanted, "layout");
  const whole = wanted === "contiguous" || wanted === "compact";
  const spec = { ...filtersOf(options, whole), ...place, merge: merge === true };
  if (whole && !spec.keep && (spec.gzip || spec.filters?.length || spec.shuffle || spec.fletcher32)) {
    throw argument(`filters need chunks: a ${wanted} dataset has none`);
  }
  return spec;
}

/** What is said of one dataset or group, and, where that says nothing, of all. */
function named(path: string, all: Storing, own: Storing): RepackSpec["named"][number] {
  if (typeof own !== "object" || own === null) throw argument("how a dataset is stored is said by an object of options");
  const merged = { ...all } as Record<string, unknown>;
  const [mustFilter, mustPlace] = [FILTERS, PLACES].map((names: readonly (keyof Storing)[]) => {
    const said = names.some((name) => own[name] !== undefined);
    if (said) for (const name of names) delete merged[name];
    return said;
  }) as [boolean, boolean];
  // Filters that were said of all are not for what has no place for them.
  if (mustPlace && !mustFilter && (own.chunks === false || ["contiguous", "compact"].includes(own.layout!))) for (const name of FILTERS) delete merged[name];
  return { path, storing: storingOf({ ...merged, ...own }), mustFilter, mustPlace };
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
    named: Object.entries(datasets ?? {}).map(([path, own]) => named(path, options, own)),
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
