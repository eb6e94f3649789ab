/** Changes to a file. */

import type { Engine } from "#glue";
import { type Session, step, type Steps } from "./drive.js";
import { argument, HyperslabError, text } from "./errors.js";
import { sourceFailure } from "./sources/source.js";
import { datasetSpec, headerSpec, valueSpec } from "./spec.js";
import type {
  AttributeOptions,
  DatasetOptions,
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
  const spec = headerSpec(options);
  return edit(session, (engine) => engine.createGroup(path, spec));
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
  const spec = valueSpec(value, options);
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
