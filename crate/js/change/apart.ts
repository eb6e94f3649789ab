/**
 * Elements whose chunks are encoded before the file is changed: by workers, or here with pauses, so that it can be watched and
 * stopped. Then all of them are put into the file as one change.
 */

import type { Choice, Engine, Reply, Spec, Values } from "#glue";
import { count } from "../arrays.js";
import { type Session, step, type Steps } from "../drive.js";
import { engine, type Instance } from "../engine.js";
import { createFile } from "../opening.js";
import { breathe } from "../pauses.js";
import { type DatasetRecord, described } from "../records.js";
import { describeAt } from "../reference.js";
import type { Filter, WriteOptions, WriteValue } from "../types.js";
import type { EncodedChunk, EncodeJob } from "../worker/calls.js";
import { asGiven, encodeChunks, loadFilters, sameFilters } from "../worker/encode.js";
import { type Box, boxOf, cutBox, cutValues, fixedWidth } from "../worker/parts.js";
import { edit, settleMany } from "./edit.js";
import type { Writable } from "./elements.js";
import { datasetSpec } from "./spec.js";
import { bytesOf } from "./watch.js";
// All that is shared is one file, which compresses best, and all that changes another.
import "../exports.js";
import "./index.js";

/** Parts that give every worker something to do. */
const ENOUGH = 16;

/** Encodes chunks of values, part by part. `like`: a dataset of that type, with `chunks` and filters. */
function* encoded(session: Session, like: Spec, values: Values, filters: readonly Filter[], { signal, onProgress }: WriteOptions): Steps<EncodedChunk[]> {
  const shape = [...like.shape!];
  const cuts = cutBox(shape.map(() => 0), shape, [...like.chunks!], bytesOf(values.data!), ENOUGH);
  const { axis, at } = cuts;
  const [n, total] = [at.length - 1, count(shape)];
  const made: EncodedChunk[] = [];
  const take = (chunks: readonly EncodedChunk[], i: number): void => {
    for (const { offset, ...chunk } of chunks) made.push({ ...chunk, offset: offset.map((o, k) => (k === axis ? o + at[i]! : o)) });
    onProgress?.((total / shape[axis]!) * at[i + 1]!, total);
  };
  const job = (i: number): EncodeJob => ({ ...cutValues(like, values, cuts, i), filters: [...filters] });
  if (session.crew) {
    yield* session.crew.encode(session, n, job, take, signal);
    return made;
  }
  for (let i = 0; i < n; i++) {
    take(yield* step(() => encodeChunks(job(i))), i);
    yield* step(breathe);
    stopped(session, signal);
  }
  return made;
}

function stopped(session: Session, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  session.signal?.throwIfAborted();
  void session.raw;
}

/** Puts chunks into a dataset that has the extents `before` and gets `after`. False, and nothing is changed, if it has others. */
function put(raw: Engine, place: string, before: readonly number[], after: readonly number[], start: readonly number[], made: readonly EncodedChunk[]): boolean {
  const offsets = made.flatMap(({ offset }) => offset.map((n, i) => n + start[i]!));
  const masks = Uint32Array.from(made, ({ mask }) => mask);
  return raw.writeChunks(place, Float64Array.from(before), Float64Array.from(after), Float64Array.from(offsets), made.map(({ bytes }) => bytes), masks);
}

/** The chunks and filters that a dataset will have, if it can be made. */
function describeNew(whole: Instance, asked: Spec): DatasetRecord | undefined {
  const { committed: _, allocTime: __, ...spec } = asked;
  const scratch = createFile(whole, { libver: "latest" });
  try {
    const { session: own } = scratch.context;
    own.now("/x", (raw) => raw.createDataset("/x", spec));
    return described<DatasetRecord>(own.now("/x", (raw) => describeAt(raw, own.root, "/x")) as Reply).record;
  } catch {
    return undefined;
  } finally {
    scratch.close();
  }
}

/** How a dataset is made so, if it is. Nobody sees it before all of it is there. */
export function* madeApart(session: Session, place: string, spec: Spec, watch: WriteOptions): Steps<boolean> {
  if (session.joined || !spec.shape || !fixedWidth(spec.data!) || (spec.gzip === undefined && spec.filters === undefined)) return false;
  if (spec.edgeUnfiltered || spec.contiguous || spec.compact || spec.sources || spec.external) return false;
  // Who makes it in the file says best why it cannot be made.
  if (yield* step(() => describeAt(session.raw, session.root, place))) return false;
  const { data, ...empty } = spec;
  yield* step(() => loadFilters(spec.filters ?? []));
  const record = describeNew(session.instance, empty);
  if (!record) return false;
  const { chunks, filters } = record;
  const { committed: _, maxshape: __, ...like } = { ...empty, chunks: Float64Array.from(chunks!) };
  const shape = [...spec.shape];
  const made = yield* encoded(session, like, { dtype: spec.dtype, shape: spec.shape, data: data! }, filters!, watch);
  yield* edit(session, undefined, (raw) => {
    raw.createDataset(place, empty);
    try {
      put(raw, place, shape, shape, chunks!.map(() => 0), made);
    } catch (e) {
      raw.unlink(place);
      throw e;
    }
  });
  settleMany(session);
  return true;
}

/** Whether values fill a box, each element of it once. */
function fills({ flat, shape }: Values, { extents }: Box): boolean {
  const long = (dims: readonly number[]): string => dims.filter((n) => n !== 1).join();
  return flat ? count([...shape!]) === count(extents) : long([...shape!]) === long(extents);
}

/** A dataset that is as another one where it has this box; none if its chunks cannot be told from the values, as it begins or ends within one. */
function likeOf(session: Session, dataset: Writable, { start, extents }: Box, end: readonly number[]): Spec | undefined {
  const { fill, plainEdges, dtype, filters } = dataset;
  const chunks = dataset.chunks!;
  const aligned = (n: number, i: number): boolean => Number.isInteger(n / chunks[i]!);
  const fits = start.every(aligned) && extents.every((n) => n > 0);
  const inner = extents.every(aligned);
  const whole = extents.every((n, i) => aligned(n, i) || start[i]! + n === end[i]);
  if (!fits || !whole || (!inner && plainEdges)) return undefined;
  // What lies beyond the edge is the fill value.
  const fillvalue = fill.status === "user" ? fill.value : undefined;
  if (!inner && fillvalue === null) return undefined;
  return { ...datasetSpec(session, { dtype, shape: extents, fillvalue: inner ? undefined : (fillvalue as WriteValue), chunks }), filters: asGiven(filters) };
}

function* store(
  session: Session,
  dataset: Writable,
  box: Box,
  end: readonly number[],
  values: Values,
  watch: WriteOptions,
  otherwise: (raw: Engine) => void,
): Steps<boolean> {
  const like = likeOf(session, dataset, box, end);
  if (!like) return false;
  const { filters } = dataset;
  const whole = yield* step(() => engine(true));
  yield* step(() => loadFilters(filters));
  // Not all filters can be asked for by what they are stored as.
  if (!sameFilters(describeNew(whole, like)?.filters ?? [], filters)) return false;
  const before = dataset.shape!;
  const made = yield* encoded(session, like, { dtype: values.dtype, shape: like.shape!, data: values.data! }, filters, watch);
  const stored = yield* edit(session, dataset, (raw) => put(raw, dataset.place, before, end, box.start, made));
  // Somebody else may have given it other extents meanwhile, which only who changes it knows.
  if (!stored) yield* edit(session, dataset, otherwise);
  return true;
}

/** Whether chunks of a dataset can be made apart from these values. */
function goesApart({ shape, chunks, filters }: Writable, { shape: given, data }: Values): boolean {
  return Boolean(shape && chunks && given) && filters.length > 0 && fixedWidth(data!);
}

/** Writes elements so, if that is possible. Nothing is changed before all chunks are there. */
export function* writtenApart(session: Session, dataset: Writable, choice: Choice, values: Values, watch: WriteOptions): Steps<boolean> {
  if (!goesApart(dataset, values)) return false;
  const shape = dataset.shape!;
  const box = choice.text === undefined ? undefined : boxOf(session, choice.text, shape);
  if (!box || !fills(values, box)) return false;
  return yield* store(session, dataset, box, shape, values, watch, (raw) => raw.writeElements(dataset.place, choice, values));
}

/** Appends them so, if that is possible. */
export function* appendedApart(session: Session, dataset: Writable, axis: number, values: Values, watch: WriteOptions): Steps<boolean> {
  if (!goesApart(dataset, values)) return false;
  const shape = dataset.shape!;
  const start = shape.map((n, i) => (i === axis ? n : 0));
  const others = count(shape.filter((_, i) => i !== axis));
  const given = [...values.shape!];
  const rows = count(given) / others;
  if (!Number.isInteger(rows)) return false;
  const extents = shape.map((n, i) => (i === axis ? rows : n));
  const fits = (values.flat && given.length === 1) || String(given) === String(extents) || (rows === 1 && String(given) === String(shape.filter((_, i) => i !== axis)));
  if (!fits) return false;
  const end = start.map((from, i) => from + extents[i]!);
  return yield* store(session, dataset, { start, extents }, end, values, watch, (raw) => raw.append(dataset.place, axis, values));
}
