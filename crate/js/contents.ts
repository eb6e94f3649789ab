/**
 * A file as a whole, piece by piece: unchanged stretches come from its source, changed ones from the engine, which there is
 * only if the file is being changed.
 */

import type { Engine } from "#glue";
import { faultOf } from "./faults.js";
import { breathe, PAUSE } from "./pauses.js";
import { type ByteSource, sourceFailure } from "./sources/source.js";
import type { SaveOptions, SaveTarget } from "./types.js";

/** Bytes of a piece at most. */
const PIECE = 4 << 20;

/** A stretch of a file, and whether the engine has it. */
type Stretch = [from: number, to: number, changed: boolean];

/** A call into the engine, whose fault is an error. */
function ask<T>(source: ByteSource, call: () => T): T {
  try {
    return call();
  } catch (e) {
    throw faultOf(e, source);
  }
}

/** The file in stretches, from its start to its end. */
function* stretches(engine: Engine | undefined, source: ByteSource): Generator<Stretch> {
  if (!engine) {
    yield [0, source.size, false];
    return;
  }
  const changes = ask(source, () => engine.changes());
  const size = ask(source, () => engine.fileSize());
  let done = 0;
  for (const [i, from] of (changes ?? []).entries()) {
    if (i % 2 === 1) continue;
    const to = changes![i + 1]!;
    if (done < from) yield [done, from, false];
    yield [from, to, true];
    done = to;
  }
  if (done < size) yield [done, size, changes === undefined];
}

function* pieces(engine: Engine | undefined, source: ByteSource): Generator<Stretch> {
  for (const [from, to, changed] of stretches(engine, source)) {
    for (let at = from; at < to; at += PIECE) yield [at, Math.min(at + PIECE, to), changed];
  }
}

function copy(engine: Engine, source: ByteSource, from: number, to: number): Uint8Array<ArrayBuffer> {
  return ask(source, () => engine.copy(from, to)) as Uint8Array<ArrayBuffer>;
}

function readNow(source: ByteSource, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  if (source.read(from, bytes) !== 1) throw sourceFailure(source, from);
  return bytes;
}

/** All bytes in pieces, from a source that answers at once, or that the engine has no need of. */
export function* contentsNow(engine: Engine | undefined, source: ByteSource, watch: SaveOptions = {}): Generator<Uint8Array> {
  const size = sizeOf(engine, source);
  for (const [from, to, changed] of pieces(engine, source)) {
    watch.signal?.throwIfAborted();
    yield changed ? copy(engine!, source, from, to) : readNow(source, from, to);
    watch.onProgress?.(to, size);
  }
}

const sizeOf = (engine: Engine | undefined, source: ByteSource): number => (engine ? ask(source, () => engine.fileSize()) : source.size);

/** All bytes in pieces. */
export async function* contents(engine: Engine | undefined, source: ByteSource, { signal, onProgress }: SaveOptions = {}): AsyncGenerator<Uint8Array> {
  const size = sizeOf(engine, source);
  let resumed = performance.now();
  for (const [from, to, changed] of pieces(engine, source)) {
    signal?.throwIfAborted();
    if (changed) yield copy(engine!, source, from, to);
    else if (source.immediate) yield readNow(source, from, to);
    else yield await source.fetch(from, to - from, signal);
    onProgress?.(to, size);
    if (performance.now() - resumed <= PAUSE) continue;
    await breathe();
    resumed = performance.now();
  }
}

/** The file as a Blob; of one that comes from a Blob, what is unchanged is not copied. */
export async function contentsAsBlob(engine: Engine | undefined, source: ByteSource, watch: SaveOptions = {}): Promise<Blob> {
  const parts: BlobPart[] = [];
  const { blob } = source;
  if (blob) {
    const size = sizeOf(engine, source);
    for (const [from, to, changed] of stretches(engine, source)) {
      watch.signal?.throwIfAborted();
      parts.push(changed ? copy(engine!, source, from, to) : blob.slice(from, to));
      watch.onProgress?.(to, size);
    }
  } else {
    for await (const bytes of contents(engine, source, watch)) parts.push(bytes as Uint8Array<ArrayBuffer>);
  }
  return new Blob(parts, { type: "application/x-hdf5" });
}

/** Writes pieces to a file that is the old one until all of it is there. */
export async function saveTo(target: SaveTarget, from: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const stream = await target.createWritable();
  try {
    for await (const bytes of from) await stream.write(bytes as never);
  } catch (e) {
    await stream.abort().catch(() => {}); // what went wrong first is what counts
    throw e;
  }
  await stream.close();
}
