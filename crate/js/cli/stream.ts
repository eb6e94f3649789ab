/** Elements of a dataset batch by batch, in C order: memory holds one batch, however many elements there are. */

import type { Reading } from "#glue";
import { makeColumn, Parts, type Plan } from "../columns.js";
import type { DatasetObject } from "../dataset.js";
import { type Session, step, type Steps } from "../drive.js";
import { HyperslabError } from "../errors.js";
import type { ReadingRecord } from "../records.js";
import { spell } from "../selection.js";
import type { Dataset, Value } from "../types.js";
import { toArray } from "../values.js";

/** Some elements. */
export interface Batch {
  readonly plan: Plan;
  /** Copies of the buffers, which can be taken once. */
  readonly parts: Parts;
  /** The bytes that the file has for the elements, if they were asked for. */
  readonly stored: Uint8Array | undefined;
  /** Elements here, and how many came before. */
  readonly n: number;
  readonly first: number;
  /** Of how many, in which extents. */
  readonly total: number;
  readonly shape: number[];
}

type Take = (batch: Batch) => void | Promise<void>;

export interface How {
  readonly signal?: AbortSignal | undefined;
  /** Also the bytes that the file has. */
  readonly stored?: boolean | undefined;
}

/**
 * Gives every batch of a selection, spelled as in NumPy (by default everything), to `take`, one after the other; nothing for a
 * null dataspace.
 */
export async function eachBatch(dataset: Dataset, selection: string | undefined, take: Take, how: How = {}): Promise<void> {
  if (dataset.shape === null) return;
  const { session } = (dataset as unknown as DatasetObject<"async">).context;
  await session.run(dataset.path, readAll(session, dataset.address, spell(selection), take, how));
}

/** Copies of what was decoded last: the engine's own are gone with the next call. */
function copies({ instance }: Session<"async">, reading: Reading): Uint8Array[] {
  const places = reading.parts();
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < places.length; i += 2) buffers.push(new Uint8Array(instance.heap, places[i]!, places[i + 1]!).slice());
  return buffers;
}

function* readAll(session: Session<"async">, address: number, text: string, take: Take, { signal, stored }: How): Steps<void> {
  const reading = (yield* step(() => session.raw.read(address, text))) as Reading;
  const beside = stored ? ((yield* step(() => session.raw.read(address, text))) as Reading) : undefined;
  try {
    beside?.asStored();
    const { shape, total, plan } = JSON.parse(reading.header()) as ReadingRecord;
    for (let first = 0; first < total; ) {
      signal?.throwIfAborted();
      const n = (yield* step(() => session.raw && reading.next())) as number;
      if (n === 0) throw new HyperslabError("Internal", "a read ended before all elements were there");
      const parts = new Parts(copies(session, reading));
      const same = beside && (yield* step(() => session.raw && beside.next())) === n;
      const batch: Batch = { plan, parts, stored: same ? copies(session, beside)[0] : undefined, n, first, total, shape };
      yield* step(() => take(batch));
      first += n;
    }
  } finally {
    if (session.alive) {
      reading.free();
      beside?.free();
    }
  }
}

/** A batch as a list of values, as `Dataset.read` gives them. */
export function listOf(batch: Batch, dataset: Dataset): Value {
  const column = makeColumn(batch.plan, dataset.dtype, batch.n);
  column.take(batch.parts, batch.n);
  return toArray(column, [batch.n], dataset.dtype);
}
