/** Chunks of values, as they are stored. */

import { codecState, loadCodecs } from "../codecs.js";
import type { DatasetObject } from "../dataset.js";
import { engine } from "../engine.js";
import { HyperslabError } from "../errors.js";
import { createFile } from "../opening.js";
import type { Filter } from "../types.js";
import type { EncodedChunk, EncodeJob } from "./calls.js";

/** What matters of filters. */
const known = (filters: readonly Filter[]): string => JSON.stringify(filters.map(({ id, values }) => [id, values]));

/** Chunks of values, made in a file of their own. */
export async function encodeChunks({ like, values, filters }: EncodeJob): Promise<EncodedChunk[]> {
  const whole = await engine(true);
  if (filters.some(({ id }) => codecState(id) === 2)) await loadCodecs();
  const scratch = createFile(whole, { libver: "latest" });
  try {
    const { raw } = scratch.context.session;
    raw.createDataset("/x", like);
    raw.writeElements("/x", { text: "..." }, values);
    const dataset = scratch.get("x") as DatasetObject<"sync">;
    if (known(dataset.filters) !== known(filters)) throw new HyperslabError("Internal", "chunks were encoded by other filters");
    return dataset.chunkInfo().map(({ offset, filterMask }) => ({ offset, bytes: dataset.readRawChunk(offset)!.bytes, mask: filterMask }));
  } finally {
    scratch.close();
  }
}
