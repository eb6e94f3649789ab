/** What workers encode, put into the file. */

import type { Choice, Reply, Spec, Values } from "#glue";
import { count } from "../arrays.js";
import { type Session, step, type Steps } from "../drive.js";
import { type DatasetRecord, described } from "../records.js";
import { describeAt } from "../reference.js";
import { registered } from "../register.js";
import type { EncodedChunk } from "../worker/calls.js";
import type { Crew } from "../worker/crew.js";
import { fixedWidth } from "../worker/rows.js";
import { edit, make, remove } from "./edit.js";
import type { Writable } from "./elements.js";
import { datatypeSpec } from "./spec.js";

/** Less is not worth a message. */
const WORTH = 2 << 20;

/** Whether elements are so many that workers gain something, and can be cut; and filters are not functions of this program. */
export function worth({ data }: Spec, filters: readonly { id: number }[]): boolean {
  if (!data || !fixedWidth(data) || filters.some(({ id }) => registered.has(id))) return false;
  return data.buffers.reduce((n, b) => n + b.length, 0) >= WORTH;
}

/** Whether workers encode the elements of a dataset that is made. */
function encodesNew(spec: Spec): boolean {
  if (spec.gzip === undefined && spec.filters === undefined) return false;
  if (spec.edgeUnfiltered || spec.contiguous || spec.compact || spec.sources || spec.external) return false;
  return worth(spec, spec.filters ?? []);
}

/** Whether they encode these values for a dataset. */
function encodesAll({ shape, chunks, filters }: Writable, { text }: Choice, values: Values): boolean {
  if (text === undefined || !/^[\s.:,]*$/.test(text)) return false;
  if (!shape || !chunks || filters.length === 0 || !worth(values, filters)) return false;
  // What lies beyond the edge depends on more than the values.
  if (shape.some((n, i) => n === 0 || n % chunks[i]! !== 0)) return false;
  const given = [...values.shape!];
  return values.flat ? count(given) === count(shape) : String(given) === String(shape);
}

/** Makes a dataset, all of it or nothing. */
function* createApart(crew: Crew, session: Session, place: string, spec: Spec): Steps<void> {
  const { data, ...empty } = spec;
  yield* make(session, (engine) => engine.createDataset(place, empty));
  try {
    const reply = yield* step(() => describeAt(session.raw, session.root, place));
    const { chunks, filters } = described<DatasetRecord>(reply as Reply).record;
    const { committed: _, maxshape: __, ...like } = { ...empty, chunks: Float64Array.from(chunks!) };
    const values = { dtype: spec.dtype, shape: spec.shape!, data: data! };
    const made: EncodedChunk[] = [];
    yield* crew.encode(session, like, values, chunks!, filters!, (chunk) => void made.push(chunk));
    yield* store(session, undefined, place, made);
  } catch (e) {
    if (session.alive) yield* remove(session, place);
    throw e;
  }
}

function* store(session: Session, dataset: Writable | undefined, place: string, chunks: readonly EncodedChunk[]): Steps<void> {
  // As one change: others who read the file see all of them or none.
  yield* edit(session, dataset, (engine) => {
    for (const { offset, bytes, mask } of chunks) engine.writeChunk(place, Float64Array.from(offset), bytes, mask);
  });
}

/** Writes all elements: nothing before all chunks are there. */
function* writeApart(crew: Crew, session: Session, dataset: Writable, { dtype, data }: Values): Steps<void> {
  const { chunks, filters, place } = dataset;
  const shape = Float64Array.from(dataset.shape!);
  const like = { ...datatypeSpec(dataset.dtype, {}), shape, chunks: Float64Array.from(chunks!), filters };
  const made: EncodedChunk[] = [];
  yield* crew.encode(session, like, { dtype, shape, data: data! }, chunks!, filters, (chunk) => void made.push(chunk));
  yield* store(session, dataset, place, made);
}

/** How workers make a dataset, if there are any and they do. */
export function madeApart(session: Session, place: string, spec: Spec): Steps<void> | undefined {
  return session.crew && encodesNew(spec) ? createApart(session.crew, session, place, spec) : undefined;
}

/** How they write elements. */
export function writtenApart(session: Session, dataset: Writable, choice: Choice, values: Values): Steps<void> | undefined {
  return session.crew && encodesAll(dataset, choice, values) ? writeApart(session.crew, session, dataset, values) : undefined;
}
