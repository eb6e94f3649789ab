/** Changes to a file. */

import type { Engine } from "#glue";
import { checkWritable } from "../changes.js";
import { type Session, step, type Steps } from "../drive.js";
import { argument, text } from "../errors.js";
import type { HdfObject } from "../object.js";
import { renew } from "../refresh.js";
import { datasetSpec, datatypeSpec, headerSpec, valueSpec } from "./spec.js";
import { apartFor, report, watched } from "./watch.js";
import type {
  AttributeOptions,
  DatasetOptions,
  Dtype,
  Entity,
  ExternalLink,
  GroupOptions,
  HeaderOptions,
  Mode,
  SoftLink,
  WriteValue,
} from "../types.js";

/** One change, of the object `about` if there is one. What was read of objects before may be out of date after it. */
export function* edit<T>(session: Session, about: HdfObject<Mode> | undefined, fn: (engine: Engine) => T): Steps<T> {
  checkWritable(session);
  const { joined, sharing, crew } = session;
  // A copy of the whole file may be under way.
  const change = (): unknown => session.unheld(() => (joined ? joined.change(fn) : fn(session.raw)));
  const quietly = (): unknown => (crew ? crew.alone(change) : change());
  const result = (yield* step(() => (sharing ? sharing.alone(quietly) : quietly()))) as T;
  session.version += 1;
  if (about) yield* session.settling(renew(session, about));
  return result;
}

/** What was created is told apart from what will be at its path later on. */
export function settle(session: Session): void {
  for (const object of session.unsettled) object.settle();
}

/** Objects that may wait to be looked for. */
const MOST_UNSETTLED = 4096;

export function* make(session: Session, fn: (engine: Engine) => void): Steps<void> {
  yield* edit(session, undefined, fn);
  settleMany(session);
}

export function settleMany(session: Session): void {
  if (session.unsettled.size >= MOST_UNSETTLED) settle(session);
}

export function createGroup(session: Session, place: string, options: GroupOptions): Steps<void> {
  const spec = headerSpec(options);
  return make(session, (engine) => engine.createGroup(place, spec));
}

export function* createDataset(session: Session, place: string, options: DatasetOptions): Steps<void> {
  const spec = datasetSpec(session, options);
  const watch = watched(options);
  const apart = yield* apartFor(session, spec, spec, watch);
  if (apart && (yield* apart.madeApart(session, place, spec, watch))) return;
  yield* make(session, (engine) => engine.createDataset(place, spec));
  report(watch, spec);
}

export function createDatatype(session: Session, place: string, dtype: Dtype, options: HeaderOptions): Steps<void> {
  const spec = datatypeSpec(dtype, options);
  return make(session, (engine) => engine.createDatatype(place, spec));
}

export function setAttribute(
  session: Session,
  object: HdfObject<Mode>,
  name: string,
  value: WriteValue,
  options: AttributeOptions,
): Steps<void> {
  text(name, "an attribute's name");
  const spec = valueSpec(session, value, options);
  return edit(session, object, (engine) => engine.setAttribute(object.place, name, spec));
}

export function* deleteAttribute(session: Session, object: HdfObject<Mode>, name: string): Steps<boolean> {
  checkWritable(session);
  if (!object.attrs.has(text(name, "an attribute's name"))) return false;
  yield* edit(session, object, (engine) => engine.deleteAttribute(object.place, name));
  return true;
}

export function* clearAttributes(session: Session, object: HdfObject<Mode>): Steps<void> {
  checkWritable(session);
  for (const name of object.attrs.keys()) yield* deleteAttribute(session, object, name);
}

export function makeLink(session: Session, place: string, target: Entity<Mode> | SoftLink | ExternalLink): Steps<void> {
  return edit(session, undefined, (engine) => {
    switch (target?.kind) {
      case "soft":
        return engine.linkSoft(place, text(target.target, "a path"));
      case "external":
        return engine.linkExternal(place, text(target.file, "a file's name"), text(target.target, "a path"));
      case "group":
      case "dataset":
      case "datatype":
        return engine.linkHard(place, (target as unknown as HdfObject<Mode>).place);
      default:
        throw argument("link to an object, a softLink or an externalLink");
    }
  });
}

/** Takes a link away, and with the last one its object. */
export function* remove(session: Session, place: string): Steps<void> {
  checkWritable(session);
  settle(session);
  yield* edit(session, undefined, (engine) => engine.unlink(place));
  if (!session.joined) yield* session.settling(noteDeleted(session));
  session.version += 1;
}

/** Takes note of the objects that are gone since the last time. */
export function* noteDeleted(session: Session): Steps<void> {
  markDeleted(session, yield* step(() => session.raw.deleted()));
}

export function markDeleted(session: Session, headers: Iterable<number>): void {
  for (const address of headers) {
    session.deleted.set(address, session.version);
    session.renewed?.delete(address);
  }
}

export function* move(session: Session, from: string, to: string): Steps<void> {
  checkWritable(session);
  settle(session);
  yield* edit(session, undefined, (engine) => engine.moveLink(from, to));
}
