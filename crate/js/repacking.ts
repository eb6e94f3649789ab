/** How compact copies of files are made: loaded when one is. */

import type { RepackSpec, StoringSpec } from "#glue";
import { compressionOf } from "./change/compression.js";
import { type Session, step, type Steps } from "./drive.js";
import { engine } from "./engine.js";
import { argument, HyperslabError, text } from "./errors.js";
import type { FileObject } from "./file.js";
import { openFile, openUrls } from "./opening.js";
import { breathe } from "./pauses.js";
import { registered } from "./register.js";
import { isFileHandle } from "./sources/access.js";
import { type Target, targetFailure, targetOf } from "./sources/target.js";
import { fileSpec } from "./change/spec.js";
import type { CreateOptions, DatasetOptions, Entity, RepackOptions, Source, Storing } from "./types.js";
import type { ApartRecord, EncodedChunk } from "./worker/calls.js";
// All that is shared is one file, which compresses best, and all that changes another.
import "./exports.js";
import "./change/index.js";

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

function* copy(file: FileObject<"async">, session: Session<"async">, spec: RepackSpec, options: RepackOptions, begin: Begin | undefined): Steps<Uint8Array | undefined> {
  const copying = yield* step(() => session.raw.repack(spec));
  let target: Target | undefined;
  const leave = async (): Promise<void> => {
    const pieces = copying.pieces();
    if (!begin || pieces.length === 0) return;
    target ??= await begin();
    await write(target, pieces);
  };
  const handOver = (): Steps<void> => step(leave);
  const { crew } = session;
  const makeApart = function* (record: string): Steps<void> {
    const apart = JSON.parse(record) as ApartRecord;
    const put = async (chunks: EncodedChunk[]): Promise<void> => {
      let [done, total] = [0, 0];
      for (const { bytes, mask } of chunks) [done, total] = copying.put(bytes, mask) as unknown as [number, number];
      options.onProgress?.(done, total);
      await leave();
    };
    try {
      yield* crew!.recode(session, apart, (most) => copying.handOut(most), put, options.signal);
    } catch (e) {
      if (!(e instanceof HyperslabError) || e.path !== "/") throw e;
      // Workers know it by its address.
      const { code, message, address, trail, filter } = e;
      const path = (yield* step(() => file.pathOf({ address: apart.dataset } as Entity))) as string | undefined;
      throw new HyperslabError(code, path === undefined ? message : `${message} (${path})`, { address, trail, filter, path });
    }
  };
  try {
    let last = performance.now();
    for (;;) {
      const apart = crew && copying.apart();
      if (apart) yield* makeApart(apart);
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

/** See `repack`. */
export async function repackFile(source: Source, options: RepackOptions): Promise<Uint8Array | undefined> {
  const spec = specOf(options);
  const begin = options.to === undefined ? undefined : targetOf(options.to, source);
  const instance = await engine(true);
  const { signal, cache, resolve, http } = options;
  signal?.throwIfAborted();
  const bytes = isFileHandle(source) ? await source.getFile() : source;
  const { workers } = options;
  const file = (await openFile("async", instance, bytes, { signal, cache, resolve, http }, await openUrls(bytes, { signal, http }))) as FileObject<"async">;
  // What is a function of this program they do not know.
  if (workers && registered.size === 0) await (await import("./worker/crew.js")).staff(file, { workers, cache });
  spec.shared = file.context.session.crew !== undefined;
  try {
    return await file.perform((session) => copy(file, session, spec, options, begin));
  } finally {
    file.close();
  }
}
