/** Chunks of values, as they are stored. */

import { codecState, loadCodecs } from "../codecs.js";
import type { DatasetObject } from "../dataset.js";
import { engine, type Instance } from "../engine.js";
import { HyperslabError } from "../errors.js";
import { createFile } from "../opening.js";
import type { Filter } from "../types.js";
import type { EncodedChunk, EncodeJob } from "./calls.js";

/** What matters of filters. */
const known = (filters: readonly Filter[]): string => JSON.stringify(filters.map(({ id, values }) => [id, values]));

/** Whether they do the same. */
export const sameFilters = (some: readonly Filter[], others: readonly Filter[]): boolean => known(some) === known(others);

/** Filters as they are stored, as they are asked for: bitshuffle's own numbers come before what it is told. */
export function asGiven(filters: readonly Filter[]): Filter[] {
  return filters.map((filter) => (filter.id === 32008 ? { ...filter, values: filter.values.slice(3) } : filter));
}

/** Checks that chunks went through what they were meant to. */
function checkFilters(made: readonly Filter[], wanted: readonly Filter[]): void {
  if (!sameFilters(made, wanted)) throw new HyperslabError("Internal", "chunks were encoded by other filters");
}

/** Chunks of values, made in a file of their own. */
export function encodeNow(whole: Instance, { like, values, filters }: EncodeJob): EncodedChunk[] {
  const scratch = createFile(whole, { libver: "latest" });
  try {
    const { session } = scratch.context;
    session.now("/x", (raw) => raw.createDataset("/x", like));
    session.now("/x", (raw) => raw.writeElements("/x", { text: "..." }, values));
    const dataset = scratch.get("x") as DatasetObject<"sync">;
    checkFilters(dataset.filters, filters);
    return dataset.chunkInfo().map(({ offset, filterMask }) => ({ offset, bytes: dataset.readRawChunk(offset)!.bytes, mask: filterMask }));
  } finally {
    scratch.close();
  }
}

/** Loads what such filters need. */
export async function loadFilters(filters: readonly { id: number }[]): Promise<void> {
  if (filters.some(({ id }) => codecState(id) === 2)) await loadCodecs();
}

/** The same wherever it is called. */
export async function encodeChunks(job: EncodeJob): Promise<EncodedChunk[]> {
  const whole = await engine(true);
  await loadFilters(job.filters);
  return encodeNow(whole, job);
}
