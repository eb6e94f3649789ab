/** What is to be made, as the engine takes it: values become shape, type and buffers. */

import type { Choice, CreateSpec, GroupSpec, Spec } from "#glue";
import { count } from "../arrays.js";
import { compressionOf } from "./compression.js";
import type { Session } from "../drive.js";
import { expand } from "../dtype.js";
import { encode } from "./encode.js";
import { argument, text } from "../errors.js";
import { infer, type Typed } from "./infer.js";
import type { HdfObject } from "../object.js";
import { spell } from "../selection.js";
import type {
  AttributeOptions,
  AxisSelection,
  CreateOptions,
  DatasetOptions,
  Dtype,
  HeaderOptions,
  Mode,
  NamedDatatype,
  Part,
  Pattern,
  WriteValue,
} from "../types.js";

/** Another shape with as many elements. */
function reshape(typed: Typed, shape: readonly number[] | null | undefined): Typed {
  if (shape === undefined) return typed;
  if (shape === null) return { ...typed, shape: null };
  checkShape(shape);
  if (typed.shape === null || count(typed.shape) !== count(shape)) {
    const has = typed.shape === null ? "no values" : `shape [${typed.shape}]`;
    throw argument(`the data (${has}) cannot have shape [${shape}]`);
  }
  return { ...typed, shape: [...shape] };
}

/** Checks extents. */
export function checkShape(shape: readonly number[]): void {
  if (!Array.isArray(shape)) throw argument("a shape is an array of numbers");
  for (const d of shape) if (!Number.isSafeInteger(d) || d < 0) throw argument(`${String(d)} is no extent of a shape`);
}

/** Type, shape and elements. */
export function typedSpec({ shape, dtype, elements, flat }: Typed): Spec {
  const spec: Spec = { dtype: expandAll(dtype) };
  if (shape === null) return spec;
  spec.shape = Float64Array.from(shape);
  spec.data = encode(dtype, elements, count(shape), flat);
  return spec;
}

/** A type that was given, and the path of the committed datatype that it is, for the file of `session`. */
export function typeOf(session: Session, given: Dtype | NamedDatatype<Mode> | undefined): { dtype: Dtype | undefined; committed?: string } {
  if (typeof given !== "object" || !("kind" in given)) return { dtype: given };
  const object = given as NamedDatatype<Mode> & HdfObject<Mode>;
  if (object.kind !== "datatype") throw argument(`a ${String(object.kind)} is no datatype`);
  if (object.context.session !== session) throw argument("a committed datatype is shared in its own file only: give its dtype");
  return { dtype: object.dtype, committed: object.place };
}

/** A dataset to be made. */
export function datasetSpec(session: Session, options: DatasetOptions): Spec {
  if (typeof options !== "object" || options === null) throw argument("createDataset needs options: data, or shape and dtype");
  const { data, shape, maxshape, fillvalue } = options;
  const { dtype, committed } = typeOf(session, options.dtype);
  let spec: Spec;
  if (data !== undefined) {
    spec = typedSpec(reshape(infer(data, dtype), shape));
  } else {
    if (shape === undefined || dtype === undefined) throw argument("a dataset without data needs shape and dtype");
    spec = { dtype: expandAll(dtype) };
    if (shape !== null) {
      checkShape(shape);
      spec.shape = Float64Array.from(shape);
    }
  }
  if (maxshape !== undefined) {
    checkShape(maxshape.filter((d) => d !== null));
    spec.maxshape = Float64Array.from(maxshape, (d) => d ?? Infinity);
  }
  if (committed !== undefined) spec.committed = committed;
  Object.assign(spec, headerSpec(options), layoutOf(options), elsewhere(options), compressionOf(options));
  if (options.shuffle) spec.shuffle = true;
  if (options.fletcher32) spec.fletcher32 = true;
  if (fillvalue === null) spec.fill = null;
  else if (fillvalue !== undefined) {
    const { shape: extent, elements, flat } = infer(fillvalue, dtype ?? spec.dtype);
    if (extent === null || count(extent) !== 1) throw argument("a fill value is one element");
    spec.fill = encode(spec.dtype, elements, 1, flat);
  }
  return spec;
}

/** Where the elements will be. */
function layoutOf({ chunks, layout, fillTime, allocTime, filterPartialChunks }: DatasetOptions): Partial<Spec> {
  const spec: Partial<Spec> = {};
  if (Array.isArray(chunks)) {
    checkShape(chunks);
    spec.chunks = Float64Array.from(chunks);
  } else if (chunks !== undefined && typeof chunks !== "boolean") throw argument("chunks are extents, true or false");
  const wanted = layout ?? (chunks === false ? "contiguous" : chunks && "chunked");
  if (chunks !== undefined && (wanted === "chunked") !== (chunks !== false)) throw argument(`a ${layout} dataset with chunks: ${chunks}`);
  if (wanted === "compact") spec.compact = true;
  else if (wanted === "contiguous") spec.contiguous = true;
  else if (wanted === "chunked") spec.guess = true;
  else if (wanted !== undefined) throw argument(`there is no layout "${String(wanted)}": compact, contiguous or chunked`);
  if (fillTime !== undefined) spec.fillTime = text(fillTime, "fillTime");
  if (allocTime !== undefined) spec.allocTime = text(allocTime, "allocTime");
  if (filterPartialChunks === false) spec.edgeUnfiltered = true;
  return spec;
}

/** What is kept in the header. */
export function headerSpec({ trackOrder, trackTimes }: HeaderOptions): GroupSpec {
  const spec: GroupSpec = {};
  if (trackOrder) spec.ordered = true;
  if (typeof trackTimes === "number") spec.time = Math.floor(trackTimes);
  else if (trackTimes) spec.time = Math.floor(Date.now() / 1000);
  return spec;
}

const LATEST = "v200";

/** A release, as the engine calls it. */
export function releaseName(libver: unknown): string {
  return libver === "latest" ? LATEST : text(libver, "libver");
}

/** A file to be made. */
export function fileSpec(options: CreateOptions): CreateSpec {
  const { libver = "earliest", userblock = 0 } = options;
  const [low, high] = [libver, LATEST].flat();
  const spec: CreateSpec = { ...headerSpec(options), low: releaseName(low), high: releaseName(high), userblock };
  const { fsStrategy, fsPersist, fsThreshold, fsPageSize } = options;
  if (fsStrategy !== undefined) spec.strategy = text(fsStrategy, "fsStrategy");
  if (fsPersist) spec.persist = true;
  if (fsThreshold !== undefined) spec.threshold = fsThreshold;
  if (fsPageSize !== undefined) spec.pageSize = fsPageSize;
  return spec;
}

/** A value with its type and shape. */
export function valueSpec(session: Session, value: WriteValue, options: AttributeOptions): Spec {
  const { dtype, committed } = typeOf(session, options.dtype);
  const spec = typedSpec(reshape(infer(value, dtype), options.shape));
  if (committed !== undefined) spec.committed = committed;
  return spec;
}

/** A datatype to be made. */
export function datatypeSpec(dtype: Dtype, options: HeaderOptions): Spec {
  return { ...headerSpec(options), dtype: expandAll(dtype) };
}

/** Where the elements are if not in the file, or not in this dataset. */
function elsewhere({ sources, external }: DatasetOptions): Partial<Spec> {
  const spec: Partial<Spec> = {};
  if (sources !== undefined) {
    spec.sources = sources.map(({ file = ".", dataset, shape = [], source, target }) => {
      checkShape(shape);
      const [name, path] = [text(file, "a file's name"), text(dataset, "a path")];
      return { file: name, dataset: path, shape: Float64Array.from(shape), source: partOf(source), target: partOf(target) };
    });
  }
  if (external !== undefined) {
    spec.external = external.map(({ file, offset = 0, size }) => ({ file: text(file, "a file's name"), offset, size: size ?? Infinity }));
  }
  return spec;
}

function isPatterns(part: Part): part is readonly Pattern[] {
  const first = typeof part === "string" ? undefined : (part[0] as Partial<Pattern> | null | undefined);
  return typeof first === "object" && first !== null && "count" in first;
}

/** A part of a dataset, as the engine takes it. */
function partOf(part: Part | undefined): Choice | undefined {
  if (part === undefined) return undefined;
  if (!isPatterns(part)) return { text: spell(part as string | readonly AxisSelection[]) };
  const numbers = part.flatMap(({ start, stride = 1, count, block = 1 }) => [start, stride, count ?? Infinity, block ?? Infinity]);
  return { patterns: Float64Array.from(numbers) };
}

/** A dtype with every type inside in full, as the engine takes it. */
function expandAll(dtype: Dtype): Spec["dtype"] {
  const type = expand(dtype);
  switch (type.class) {
    case "compound":
      return { ...type, members: type.members.map((m) => ({ ...m, dtype: expandAll(m.dtype) })) };
    case "array":
    case "vlen":
    case "complex":
      return { ...type, base: expandAll(type.base) };
    case "enum":
      return { ...type, base: expandAll(type.base) };
    default:
      return type;
  }
}
