/** One dataset as a Zarr array: what it is, and its chunks. */

import { HyperslabError } from "../errors.js";
import { HALVES } from "../halves.js";
import { slice } from "../selection.js";
import type { ChunkInfo, Dataset, Filter, Mode, Value } from "../types.js";
import { get, isArray, type Steps } from "../conventions/steps.js";
import { type Pipeline, pipelineOf, type Reader } from "./codecs.js";
import { bytesOf, filled, padded } from "./elements.js";
import { decodedForm, type Form, isBool, Reason, storedForm } from "./forms.js";
import { float } from "./json.js";

/** A dataset, seen as an array. */
export interface ArrayPlan {
  readonly dataset: Dataset<Mode>;
  readonly form: Form;
  /** Extents, with those of an array type. */
  readonly shape: number[];
  /** Extents of a chunk along the dataset's axes. */
  readonly chunk: number[];
  /** What chunks that are stored went through; absent if they are handed out decoded. */
  readonly pipeline: Pipeline | undefined;
  /** The element that is not stored anywhere. */
  readonly fill: Uint8Array;
  /** That element as `.zarray` has it; `null` if there it cannot be said. */
  readonly fillJson: string | null;
}

const PLAIN: Pipeline = { filters: null, compressor: null, wrap: (bytes) => bytes };
const UNSAFE = 2n ** 53n;

/** Why a dataset is no array, whatever is done with it. */
export function unsayable(dataset: Dataset<Mode>): Reason | undefined {
  if (dataset.shape === null) return new Reason("a null dataspace");
  const form = decodedForm(dataset.dtype, true);
  return form instanceof Reason ? form : undefined;
}

/** The dataset with its chunks as they are in the file, if a reader has what it takes. */
export function storedPlan(dataset: Dataset<Mode>, reader: Reader, target: number, filters?: Filter[]): ArrayPlan | Reason {
  const form = storedForm(dataset.dtype);
  if (form instanceof Reason) return form;
  if (reader === "js" && form.type.class === "float" && form.size === 2 && !HALVES) return new Reason("float16");
  if (reader === "js" && form.type.class === "string") return new Reason("text");
  if (dataset.layout === "contiguous") return planOf(dataset, form, evenly(dataset, form, target), PLAIN, reader);
  if (!dataset.chunks) return new Reason(`the layout: ${dataset.layout}`);
  const element = form.dims.reduce((n, d) => n * d, form.size);
  const pipeline = pipelineOf(filters ?? dataset.filters, element, form.size, reader);
  return pipeline instanceof Reason ? pipeline : planOf(dataset, form, dataset.chunks, pipeline, reader);
}

/** The dataset with its elements decoded, in its own chunks or, if it has none, in some of about `target` bytes; Infinity: in one. */
export function decodedPlan(dataset: Dataset<Mode>, reader: Reader, target: number): ArrayPlan | Reason {
  const form = decodedForm(dataset.dtype, reader === "js");
  if (form instanceof Reason) return form;
  const chunk = (target < Infinity && dataset.chunks) || about(dataset, form, target);
  return planOf(dataset, form, chunk, undefined, reader);
}

function planOf(dataset: Dataset<Mode>, form: Form, chunk: number[], pipeline: Pipeline | undefined, reader: Reader): ArrayPlan {
  const { fillvalue } = dataset;
  const whole = fillvalue === null ? new Uint8Array(form.dims.reduce((n, d) => n * d, form.size)) : bytesOf(fillvalue, form, 1);
  // An array type's fill value is all of its elements, Zarr's is one.
  const fill = whole.subarray(0, form.size);
  const same = form.size > 0 && filled(fill, whole.length / form.size).every((b, i) => b === whole[i]);
  const first = isArray(fillvalue) && form.dims.length ? firstOf(fillvalue) : fillvalue;
  const fillJson = same ? jsonOf(first, form, fill, reader) : null;
  return { dataset, form, shape: [...dataset.shape!, ...form.dims], chunk, pipeline, fill: whole, fillJson };
}

const firstOf = (value: Value): Value => (isArray(value) ? (((value.data as ArrayLike<unknown>)[0] ?? null) as Value) : value);

/** A fill value that a reader understands. In JavaScript those are numbers, but for large ones, and booleans. */
function jsonOf(value: Value, { type, dtype }: Form, fill: Uint8Array, reader: Reader): string | null {
  const kind = typeof dtype === "string" ? dtype[1] : "V";
  if (type.class === "enum" && isBool(type)) return fill[0] ? "true" : "false";
  if (kind === "S" || kind === "V") return reader === "python" ? `"${base64(fill)}"` : null;
  if (kind === "c") return reader === "python" && isArray(value) ? `[${Array.from(value.data as Float64Array, (v) => float(v, "text"))}]` : null;
  if (kind === "f") return float(Number(value), "text");
  if (typeof value !== "bigint") return String(BigInt(Number(value)));
  return reader === "python" || (value <= UNSAFE && value >= -UNSAFE) ? String(value) : null;
}

/** Bytes as text. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

/** Extents of chunks of about so many bytes, for a dataset that has none: whole rows, or part of one. */
function about(dataset: Dataset<Mode>, form: Form, target: number): number[] {
  const shape = dataset.shape!;
  const chunk = shape.map((d) => Math.max(1, d));
  let bytes = bytesIn(chunk, form);
  for (let i = 0; i < chunk.length && bytes > target; i++) {
    const row = bytes / chunk[i]!;
    chunk[i] = Math.max(1, Math.floor(target / row));
    bytes = row * chunk[i]!;
  }
  return chunk;
}

/** The same, for elements that are taken from the file as they are: there the last chunk has to be whole, too. */
function evenly(dataset: Dataset<Mode>, form: Form, target: number): number[] {
  const chunk = dataset.shape!.map((d) => Math.max(1, d));
  let bytes = bytesIn(chunk, form);
  for (let i = 0; i < chunk.length && bytes > target; i++) {
    const row = bytes / chunk[i]!;
    chunk[i] = divisor(chunk[i]!, Math.max(1, Math.floor(target / row)));
    bytes = row * chunk[i]!;
    // Rows beyond the first one lie apart.
    if (chunk[i]! > 1) break;
  }
  return chunk;
}

/** The largest divisor up to `most`, unless that is so small that one piece is better. */
function divisor(n: number, most: number): number {
  for (let d = most; d >= 1 && d * 64 > most; d--) if (n % d === 0) return d;
  return n;
}

/** Bytes of a box of elements. */
export const bytesIn = (extents: readonly number[], { size, dims }: Form): number => [...extents, ...dims].reduce((n, d) => n * d, size || 16);

/** Chunks along each of the dataset's axes. */
export const countsOf = ({ dataset, chunk }: ArrayPlan): number[] => dataset.shape!.map((d, i) => Math.ceil(d / chunk[i]!));

/** `.zarray`; `fill` is JSON, `extents` the shape if that is another one. */
export function arrayJson({ form, shape, chunk, pipeline = PLAIN }: ArrayPlan, fill: string, extents: readonly number[] = shape): string {
  const { filters, compressor } = pipeline;
  const text = form.size === 0 ? [{ id: "vlen-utf8" }] : null;
  const chunks = [...chunk, ...form.dims];
  const rest = { shape: extents, chunks, dtype: form.dtype, compressor, filters: text ?? filters, order: "C", dimension_separator: ".", zarr_format: 2 };
  return `${JSON.stringify(rest).slice(0, -1)},"fill_value":${fill}}`;
}

/** What of the dataset is in the chunk at `offset`, decoded, in the plan's form; the rest of the chunk is the fill value. */
export function* decodedChunk({ dataset, form, chunk, fill }: ArrayPlan, offset: readonly number[], signal?: AbortSignal): Steps<Uint8Array> {
  const ends = offset.map((o, i) => Math.min(o + chunk[i]!, dataset.shape![i]!));
  const extents = offset.map((o, i) => ends[i]! - o);
  const value = yield* get(dataset.read(offset.length ? offset.map((o, i) => slice(o, ends[i]!)) : undefined, { signal }));
  const count = extents.reduce((n, d) => n * d, 1);
  if (form.size > 0) return padded(bytesOf(value, form, count), extents, chunk, fill);
  return bytesOf(isArray(value) ? { ...value, data: paddedTexts(value.data as string[], extents, chunk) } : value, form, count);
}

function paddedTexts(texts: string[], shape: readonly number[], chunk: readonly number[]): string[] {
  // Their positions are laid out as elements of four bytes are.
  const places = new Uint32Array(texts.length).map((_, i) => i + 1);
  const bytes = padded(new Uint8Array(places.buffer), shape, chunk, new Uint8Array(4));
  return Array.from(new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), (i) => (i ? texts[i - 1]! : ""));
}

/** Whether a chunk is stored as the codecs expect it. One at the edge may have gone through no filter, which nothing says. */
export function isRegular({ dataset, form, chunk, pipeline = PLAIN }: ArrayPlan, { offset, size, filterMask }: ChunkInfo, mask = 0): boolean {
  if (filterMask !== mask) return false;
  const partial = offset.some((o, i) => o + chunk[i]! > dataset.shape![i]!);
  return !partial || !(pipeline.filters ?? pipeline.compressor) || size !== bytesIn(chunk, form);
}

/** Plain bytes of a chunk as the codecs expect them. */
export function wrapped({ dataset, pipeline = PLAIN }: ArrayPlan, plain: Uint8Array): Uint8Array {
  if (!pipeline.wrap) throw new HyperslabError("Unsupported", "a chunk that is stored in another way than others", { path: dataset.path });
  return pipeline.wrap(plain);
}

/** A chunk that is not stored. */
export const missingChunk = (plan: ArrayPlan): Uint8Array => wrapped(plan, filled(plan.fill, plan.chunk.reduce((n, d) => n * d, 1)));
