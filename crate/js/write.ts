/** What is made in a file: values become shape, type and buffers here, and bytes of the file in the engine. */

import type { Engine, Spec } from "#glue";
import { type Session, step, type Steps } from "./drive.js";
import { expand } from "./dtype.js";
import { encode } from "./encode.js";
import { compressionOf } from "./compression.js";
import { argument, HyperslabError, text } from "./errors.js";
import { count, infer, type Typed } from "./infer.js";
import { sourceFailure } from "./sources/source.js";
import type {
  AttributeOptions,
  DatasetOptions,
  Dtype,
  Entity,
  ExternalLink,
  GroupOptions,
  Mode,
  SoftLink,
  WriteValue,
} from "./types.js";

/** One change; everything that was read before may be out of date after it. */
function* edit(session: Session, fn: (engine: Engine) => void): Steps<void> {
  if (!session.writable) throw new HyperslabError("ReadOnly", "this file is open for reading only");
  yield* step(() => fn(session.raw));
  session.version += 1;
}

export function createGroup(session: Session, path: string, options: GroupOptions): Steps<void> {
  if (options.trackOrder) {
    throw new HyperslabError("Unsupported", "files for the earliest library cannot remember the order of links");
  }
  return edit(session, (engine) => engine.createGroup(path));
}

export function createDataset(session: Session, path: string, options: DatasetOptions): Steps<void> {
  const spec = datasetSpec(options);
  return edit(session, (engine) => engine.createDataset(path, spec));
}

export function setAttribute(
  session: Session,
  path: string,
  name: string,
  value: WriteValue,
  options: AttributeOptions,
): Steps<void> {
  text(name, "an attribute's name");
  const spec = typedSpec(reshape(infer(value, options.dtype), options.shape));
  return edit(session, (engine) => engine.setAttribute(path, name, spec));
}

export function makeLink(
  session: Session,
  path: string,
  target: Entity<Mode> | SoftLink | ExternalLink,
): Steps<void> {
  return edit(session, (engine) => {
    switch (target?.kind) {
      case "soft":
        return engine.linkSoft(path, text(target.target, "a path"));
      case "external":
        return engine.linkExternal(path, text(target.file, "a file's name"), text(target.target, "a path"));
      case "group":
      case "dataset":
      case "datatype":
        return engine.linkHard(path, target.path);
      default:
        throw argument("link to an object, a softLink or an externalLink");
    }
  });
}

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

function checkShape(shape: readonly number[]): void {
  if (!Array.isArray(shape)) throw argument("a shape is an array of numbers");
  for (const d of shape) if (!Number.isSafeInteger(d) || d < 0) throw argument(`${String(d)} is no extent of a shape`);
}

/** Type, shape and elements. */
function typedSpec({ shape, dtype, elements }: Typed): Spec {
  const spec: Spec = { dtype: expandAll(dtype) };
  if (shape === null) return spec;
  spec.shape = Float64Array.from(shape);
  spec.data = encode(dtype, elements, count(shape));
  return spec;
}

function datasetSpec(options: DatasetOptions): Spec {
  if (typeof options !== "object" || options === null) throw argument("createDataset needs options: data, or shape and dtype");
  const { data, shape, dtype, maxshape, chunks, fillvalue } = options;
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
  if (chunks === true) spec.guess = true;
  else if (chunks !== undefined) {
    checkShape(chunks);
    spec.chunks = Float64Array.from(chunks);
  }
  Object.assign(spec, compressionOf(options));
  if (options.shuffle) spec.shuffle = true;
  if (options.fletcher32) spec.fletcher32 = true;
  if (fillvalue !== undefined) {
    const { shape: extent, elements } = infer(fillvalue, dtype ?? spec.dtype);
    if (extent === null || count(extent) !== 1) throw argument("a fill value is one element");
    spec.fill = encode(spec.dtype, elements, 1);
  }
  return spec;
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

/** Everything staged becomes bytes of the file. */
export function* flush(session: Session): Steps<void> {
  if (session.writable) yield* step(() => session.raw.commit());
}

export function* toBytes(session: Session): Steps<Uint8Array> {
  if (session.writable) return yield* step(() => session.raw.bytes());
  const { source } = session;
  if (source.spread) {
    throw new HyperslabError("Unsupported", "a file that is spread over several has no bytes of its own: repack makes one of them");
  }
  if (!source.immediate) return (yield* step(() => source.fetch(0, source.size, session.signal))) as Uint8Array;
  const bytes = new Uint8Array(source.size);
  if (source.read(0, bytes) !== 1) throw sourceFailure(source);
  return bytes;
}
