/** What is to be made, as the engine takes it: values become shape, type and buffers. */

import type { CreateSpec, GroupSpec, Spec } from "#glue";
import { compressionOf } from "./compression.js";
import { expand } from "./dtype.js";
import { encode } from "./encode.js";
import { argument, text } from "./errors.js";
import { count, infer, type Typed } from "./infer.js";
import type { AttributeOptions, CreateOptions, DatasetOptions, Dtype, HeaderOptions, WriteValue } from "./types.js";

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
export function typedSpec({ shape, dtype, elements }: Typed): Spec {
  const spec: Spec = { dtype: expandAll(dtype) };
  if (shape === null) return spec;
  spec.shape = Float64Array.from(shape);
  spec.data = encode(dtype, elements, count(shape));
  return spec;
}

/** A dataset to be made. */
export function datasetSpec(options: DatasetOptions): Spec {
  if (typeof options !== "object" || options === null) throw argument("createDataset needs options: data, or shape and dtype");
  const { data, shape, dtype, maxshape, fillvalue } = options;
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
  Object.assign(spec, headerSpec(options), layoutOf(options), compressionOf(options));
  if (options.shuffle) spec.shuffle = true;
  if (options.fletcher32) spec.fletcher32 = true;
  if (fillvalue === null) spec.fill = null;
  else if (fillvalue !== undefined) {
    const { shape: extent, elements } = infer(fillvalue, dtype ?? spec.dtype);
    if (extent === null || count(extent) !== 1) throw argument("a fill value is one element");
    spec.fill = encode(spec.dtype, elements, 1);
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
export function valueSpec(value: WriteValue, options: AttributeOptions): Spec {
  return typedSpec(reshape(infer(value, options.dtype), options.shape));
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
