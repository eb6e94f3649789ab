/** Chunks of a copy: elements of the source, as bytes, put through other filters. */

import type { Spec } from "#glue";
import { count } from "../arrays.js";
import type { DatasetObject } from "../dataset.js";
import { type Session, step, type Steps } from "../drive.js";
import { engine } from "../engine.js";
import { createFile } from "../opening.js";
import type { EncodedChunk, RecodeJob } from "./calls.js";
import { asGiven, checkFilters, loadFilters } from "./encode.js";

/** The boxes of a job: where each begins, and its extents. */
function boxesOf({ boxes, chunk }: RecodeJob): { origin: number[]; inside: number[] }[] {
  const rank = chunk.length;
  return Array.from({ length: boxes.length / rank / 2 }, (_, i) => {
    const all = [...boxes.subarray(i * rank * 2, (i + 1) * rank * 2)];
    return { origin: all.slice(0, rank), inside: all.slice(rank) };
  });
}

const spell = (from: readonly number[], extents: readonly number[]): string => from.map((n, i) => `${n}:${n + extents[i]!}`).join();

/** The bytes that the file has for the elements of a box. */
function* stored(session: Session, dataset: number, text: string, length: number): Steps<Uint8Array> {
  const reading = yield* step(() => session.raw.read(dataset, text));
  try {
    reading.asStored();
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      yield* step(() => session.raw && reading.next());
      const [from, n] = reading.parts();
      bytes.set(new Uint8Array(session.instance.heap, from!, n!), at);
      at += n!;
    }
    return bytes;
  } finally {
    if (session.alive) reading.free();
  }
}

/** Reads the elements, and encodes them in a file of their own, where chunks lie one below the other. */
export async function recode(session: Session, job: RecodeJob): Promise<EncodedChunk[]> {
  const { dataset, chunk, filters, fill } = job;
  const whole = await engine(true);
  await loadFilters(filters);
  const boxes = boxesOf(job);
  const size = fill.length;
  const dtype: Spec["dtype"] = { class: "opaque", size, tag: "" };
  const rows = (n: number): number[] => chunk.map((c, i) => (i === 0 ? n * c : c));
  const scratch = createFile(whole, { libver: "latest" });
  try {
    const own = scratch.context.session;
    const [shape, chunks] = [Float64Array.from(rows(boxes.length)), Float64Array.from(chunk)];
    const filler = { kinds: ["o"], buffers: [Uint8Array.from(fill)] };
    own.now("/x", (raw) => raw.createDataset("/x", { dtype, shape, chunks, filters: asGiven(filters), fill: filler }));
    for (const [i, { origin, inside }] of boxes.entries()) {
      const bytes = (await session.run("/", stored(session, dataset, spell(origin, inside), count(inside) * size))) as Uint8Array;
      const text = spell(chunk.map((c, axis) => (axis === 0 ? i * c : 0)), inside);
      own.now("/x", (raw) => raw.writeElements("/x", { text }, { dtype, shape: Float64Array.from(inside), data: { kinds: ["o"], buffers: [bytes] } }));
    }
    const copy = scratch.get("x") as DatasetObject<"sync">;
    checkFilters(copy.filters, filters);
    return copy.chunkInfo().map(({ offset, filterMask }) => ({ offset, bytes: copy.readRawChunk(offset)!.bytes, mask: filterMask }));
  } finally {
    scratch.close();
  }
}
