/** References to a file's chunks, in kerchunk's format. */

import type { ChunkInfo, Dataset, Filter, Group, Mode } from "../types.js";
import { type NetcdfDimension, type NetcdfGroup, netcdfSteps } from "../conventions/netcdf.js";
import { get, number, type Steps } from "../conventions/steps.js";
import { type ArrayPlan, arrayJson, base64, bytesIn, countsOf, decodedChunk, decodedPlan, isRegular, storedPlan, unsayable, wrapped } from "./arrays.js";
import { isFlat, Reason } from "./forms.js";
import { attributesOf, innerNames, isOnlyDimension, list, messageOf, metadataJson, type Omitted } from "./listing.js";

/** Options of `references`. */
export interface ReferencesOptions {
  /** Where readers find the file: a URL, or a path as fsspec takes it. */
  url: string;
  /** Datasets of up to so many bytes are put in as they are, without a reference. Default: 500. */
  inline?: number;
  /**
   * Datasets of up to so many bytes are put in decoded if no codec of Zarr's reads what is in the file, or if their elements
   * are not in one place: texts of variable length, other filters, virtual datasets. Default: 65,536.
   */
  decode?: number;
  /** Bytes of a chunk, about, of contiguous datasets, which are divided if their extents allow it. Default: 4 MiB. */
  chunkSize?: number;
  /** Called for everything that is left out. */
  onOmit?: (omitted: Omitted) => void;
  /** Stops it; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each dataset with how many are done, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** References, version 1: to be stored as JSON. */
export interface References {
  /** Version of the format. */
  readonly version: 1;
  /** What is stored under each key: text, bytes as `base64:` with text, or bytes of a file. */
  readonly refs: { [key: string]: string | [url: string, offset: number, length: number] };
}

type Settings = Required<Omit<ReferencesOptions, "onOmit" | "signal" | "onProgress">>;
type Refs = References["refs"];

export function* referencesSteps(root: Group<Mode>, options: ReferencesOptions): Steps<References> {
  const { url, inline = 500, decode = 1 << 16, chunkSize = 1 << 22, onOmit, signal, onProgress } = options;
  const settings = { url, inline, decode, chunkSize };
  const refs: Refs = {};
  const { groups, datasets, omitted } = yield* list(root);
  const axes = yield* axesOf(root);
  for (const [path, group] of groups) {
    refs[join(path, ".zgroup")] = '{"zarr_format":2}';
    refs[join(path, ".zattrs")] = yield* attributesOf(group, path, "bare", [], omitted);
  }
  for (const [i, [path, dataset]] of datasets.entries()) {
    signal?.throwIfAborted();
    const reason = yield* refer(root, dataset, path, axes.get(dataset.address), settings, refs, omitted);
    if (reason) omitted.push({ path, reason: reason.text });
    onProgress?.(i + 1, datasets.length);
  }
  refs[".zmetadata"] = consolidated(refs);
  if (onOmit) for (const one of omitted) onOmit(one);
  return { version: 1, refs };
}

/** All metadata once more, in one piece: with it nothing has to be looked for, which not every reader can do below the root. */
function consolidated(refs: Refs): string {
  const all = Object.entries(refs).filter(([key]) => /(^|\/)\.z(group|array|attrs)$/.test(key));
  return metadataJson(all as [string, string][]);
}

const join = (path: string, name: string): string => (path ? `${path}/${name}` : name);

/** The axes of each dataset, by its address, as netCDF sees them. */
function* axesOf(root: Group<Mode>): Steps<Map<number, NetcdfDimension[]>> {
  const axes = new Map<number, NetcdfDimension[]>();
  const collect = ({ variables, groups }: NetcdfGroup<Mode>): void => {
    for (const { dataset, dimensions } of variables) axes.set(dataset.address, dimensions);
    groups.forEach(collect);
  };
  try {
    collect(yield* netcdfSteps(root));
  } catch {
    // Something in the file cannot be read, which is said where it is: axes are numbered.
  }
  return axes;
}

/** Puts one dataset in, or says why not. */
function* refer(root: Group<Mode>, dataset: Dataset<Mode>, path: string, axes: NetcdfDimension[] | undefined, settings: Settings, refs: Refs, omitted: Omitted[]): Steps<Reason | undefined> {
  try {
    const reason = unsayable(dataset) ?? (yield* isOnlyDimension(dataset));
    if (reason) return reason;
    // A netCDF variable is as long as its unlimited dimensions, whatever has been written of it.
    const extents = axes?.map((d, i) => (d.unlimited && dataset.chunks ? d.size : dataset.shape![i]!)) ?? dataset.shape!;
    const found = yield* chunksOf(root, dataset, extents, settings);
    if (found instanceof Reason) return found;
    const { plan, chunks, fill } = found;
    const dims = [...extents.map((_, i) => axes?.[i]?.name ?? `phony_dim_${i}`), ...innerNames(plan.form.dims)];
    const attributes = yield* attributesOf(dataset, path, "bare", [["_ARRAY_DIMENSIONS", JSON.stringify(dims)]], omitted);
    refs[join(path, ".zarray")] = arrayJson(plan, fill, [...extents, ...plan.form.dims]);
    refs[join(path, ".zattrs")] = attributes;
    for (const [key, chunk] of chunks) refs[join(path, key)] = chunk;
    return undefined;
  } catch (e) {
    return new Reason(messageOf(e));
  }
}

interface Found {
  plan: ArrayPlan;
  chunks: [key: string, chunk: Refs[string]][];
  fill: string;
}

function* chunksOf(root: Group<Mode>, dataset: Dataset<Mode>, extents: readonly number[], settings: Settings): Steps<Found | Reason> {
  const whole = decodedPlan(dataset, "python", Infinity);
  if (whole instanceof Reason) return whole;
  if (!isFlat(whole.form.dtype)) return new Reason("records with arrays or records in them");
  const bytes = bytesIn(dataset.shape!, whole.form);
  if (bytes > settings.inline) {
    const stored = yield* storedChunks(root, dataset, extents, settings);
    if (!(stored instanceof Reason)) return stored;
    if (bytes > settings.decode) return new Reason(`${stored.text}, in more than ${settings.decode} bytes`);
  }
  const longer = extents.some((n, i) => n > whole.chunk[i]!) || (bytes === 0 && !extents.includes(0));
  const fill = yield* fillOf(whole, dataset, longer);
  if (bytes === 0) return { plan: whole, chunks: [], fill };
  const first = whole.chunk.map(() => 0);
  return { plan: whole, chunks: [[keyOf(whole, first), inlined(yield* decodedChunk(whole, first))]], fill };
}

const inlined = (bytes: Uint8Array): string => `base64:${base64(bytes)}`;

/** A chunk's key: extents of an array type are never divided. */
function keyOf({ form }: ArrayPlan, coord: readonly number[]): string {
  return [...coord, ...form.dims.map(() => 0)].join(".") || "0";
}

/**
 * The fill value, if it is needed. xarray takes it as what marks missing values, so that it is there only if chunks are missing,
 * or if that is what the file says, too.
 */
function* fillOf(plan: ArrayPlan, dataset: Dataset<Mode>, missing: boolean): Steps<string> {
  const needed = missing && plan.fill.some((b) => b !== 0);
  const mark = needed ? undefined : yield* number(dataset, "_FillValue");
  return needed || (mark !== undefined && Object.is(mark, Number(dataset.fillvalue))) ? (plan.fillJson ?? "null") : "null";
}

function* storedChunks(root: Group<Mode>, dataset: Dataset<Mode>, extents: readonly number[], settings: Settings): Steps<Found | Reason> {
  if (dataset.file !== root.file) return new Reason("a dataset of another file");
  if (dataset.chunks) return yield* chunked(dataset, extents, settings);
  const plan = storedPlan(dataset, "python", settings.chunkSize);
  if (plan instanceof Reason) return plan;
  if ((yield* get(dataset.sources())).length > 0) return new Reason("elements in other files");
  const position = yield* get(dataset.position);
  const { url } = settings;
  const size = bytesIn(plan.chunk, plan.form);
  if (position !== null && position + bytesIn(dataset.shape!, plan.form) > dataset.file.info.size) {
    return new Reason("a dataset that ends behind the end of the file");
  }
  const coords = position === null ? [] : all(countsOf(plan));
  // Pieces of whole rows, or of one row: one behind the other.
  const chunks = coords.map((coord, i): Found["chunks"][number] => [keyOf(plan, coord), [url, (position ?? 0) + i * size, size]]);
  return yield* withFill(plan, dataset, chunks, position === null);
}

function* withFill(plan: ArrayPlan, dataset: Dataset<Mode>, chunks: Found["chunks"], missing: boolean): Steps<Found | Reason> {
  if (missing && plan.fillJson === null) return new Reason("a fill value of several numbers");
  return { plan, chunks, fill: yield* fillOf(plan, dataset, missing) };
}

/** The coordinates of all chunks, in C order. */
function all(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>((found, n) => found.flatMap((c) => Array.from({ length: n }, (_, i) => [...c, i])), [[]]);
}

/** Chunks of an array at most: no reader goes through more. */
const MOST_CHUNKS = 1 << 24;

function* chunked(dataset: Dataset<Mode>, extents: readonly number[], { url, decode }: Settings): Steps<Found | Reason> {
  const count = extents.reduce((n, d, i) => n * Math.ceil(d / dataset.chunks![i]!), 1);
  if (count > MOST_CHUNKS) return new Reason(`more than ${MOST_CHUNKS} chunks`);
  const stored = yield* get(dataset.chunkInfo() as ChunkInfo[] | Promise<ChunkInfo[]>);
  // Filters that no chunk went through are as good as none.
  const mask = stored.every((c) => c.filterMask === stored[0]!.filterMask) ? (stored[0]?.filterMask ?? 0) : 0;
  const filters = dataset.filters.filter((_: Filter, i) => !((mask >>> i) & 1));
  const plan = storedPlan(dataset, "python", Infinity, filters);
  if (plan instanceof Reason) return plan;
  const chunks: Found["chunks"] = [];
  let decoded = 0;
  for (const info of stored) {
    const key = keyOf(plan, info.offset.map((o, i) => o / plan.chunk[i]!));
    if (isRegular(plan, info, mask)) {
      chunks.push([key, [url, info.position, info.size]]);
      continue;
    }
    decoded += bytesIn(plan.chunk, plan.form);
    if (decoded > decode) return new Reason("chunks that are stored in several ways");
    chunks.push([key, inlined(wrapped(plan, yield* decodedChunk(plan, info.offset)))]);
  }
  return yield* withFill(plan, dataset, chunks, stored.length < count);
}
