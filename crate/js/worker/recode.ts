/** Chunks of a copy: elements of the source, as bytes, put through other filters. */

import { count } from "../arrays.js";
import { type Session, step, type Steps } from "../drive.js";
import { engine } from "../engine.js";
import { createFile } from "../opening.js";
import type { EncodedChunk, RecodeJob } from "./calls.js";
import { loadFilters } from "./encode.js";

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

/** Reads the elements, and encodes them as the engine does that makes the copy. */
export async function recode(session: Session, job: RecodeJob): Promise<EncodedChunk[]> {
  const { dataset, chunk, filters, fill } = job;
  const whole = await engine(true);
  await loadFilters(filters);
  const scratch = createFile(whole, {});
  try {
    const chunks: EncodedChunk[] = [];
    for (const { origin, inside } of boxesOf(job)) {
      const piece = (await session.run("/", stored(session, dataset, spell(origin, inside), count(inside) * fill.length))) as Uint8Array;
      const [bytes, mask] = scratch.context.session.now("/", (raw) => raw.encodeChunk({ filters }, Float64Array.from(chunk), Uint8Array.from(fill), Float64Array.from(inside), piece));
      chunks.push({ offset: origin, bytes, mask });
    }
    return chunks;
  } finally {
    scratch.close();
  }
}
