/** Chunks of a dataset, as they are stored and as pieces of a selection. */

import { type Session, step, type Steps } from "./drive.js";
import { argument } from "./errors.js";
import type { HdfObject } from "./object.js";
import { slice } from "./selection.js";
import type { ChunkInfo, Mode, RawChunk, Slice } from "./types.js";

/** Where a chunk begins, as the engine takes it. */
export function offsetOf(offset: readonly number[]): Float64Array {
  if (!Array.isArray(offset) || !offset.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw argument("a chunk is named by the position of its first element, one number for each axis");
  }
  return Float64Array.from(offset);
}

/** All stored chunks. */
export function* allChunks(session: Session, dataset: HdfObject<Mode>, rank: number): Steps<ChunkInfo[]> {
  const flat = yield* step(() => session.raw.chunks(dataset.address));
  const all: ChunkInfo[] = [];
  for (let at = 0; at < flat.length; at += rank + 3) all.push(infoOf([...flat.subarray(at, at + rank)], flat.subarray(at + rank, at + rank + 3)));
  return all;
}

/** One chunk, if it is stored. */
export function* oneChunk(session: Session, dataset: HdfObject<Mode>, offset: readonly number[]): Steps<ChunkInfo | undefined> {
  const at = offsetOf(offset);
  const found = yield* step(() => session.raw.chunk(dataset.address, at));
  return found && infoOf([...offset], found);
}

function infoOf(offset: number[], numbers: ArrayLike<number>): ChunkInfo {
  return { offset, position: numbers[0]!, size: numbers[1]!, filterMask: numbers[2]! };
}

export function* readRaw(session: Session, dataset: HdfObject<Mode>, offset: readonly number[]): Steps<RawChunk | undefined> {
  const at = offsetOf(offset);
  const found = yield* step(() => session.raw.rawChunk(dataset.address, at));
  return found && { bytes: found[1], filterMask: found[0] };
}

/** The parts of a selection that lie in one chunk each, in C order of the chunks. `ends`: where it begins and ends along each axis. */
export function* chunkSlices(ends: ArrayLike<number>, chunk: readonly number[]): Generator<Slice[]> {
  const ranges = chunk.map((_, i) => [ends[2 * i]!, ends[2 * i + 1]!] as const);
  if (ranges.some(([from, to]) => from >= to)) return;
  const place = ranges.map(([from], i) => Math.floor(from / chunk[i]!));
  for (;;) {
    yield place.map((c, i) => slice(Math.max(c * chunk[i]!, ranges[i]![0]), Math.min((c + 1) * chunk[i]!, ranges[i]![1])));
    let axis = place.length - 1;
    while (axis >= 0 && (place[axis]! + 1) * chunk[axis]! >= ranges[axis]![1]) {
      place[axis] = Math.floor(ranges[axis]![0] / chunk[axis]!);
      axis -= 1;
    }
    if (axis < 0) return;
    place[axis]! += 1;
  }
}
