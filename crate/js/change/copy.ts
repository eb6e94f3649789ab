/** Copies of objects, within a file and from one file to another. */

import type { CopySpec, Engine } from "#glue";
import { checkOwn, checkWritable } from "../changes.js";
import type { Session, Steps } from "../drive.js";
import { argument, HyperslabError } from "../errors.js";
import type { HdfObject } from "../object.js";
import type { CopyOptions, Mode } from "../types.js";
import { edit } from "./edit.js";

/** Bytes of metadata kept of the file that is copied from. */
const CACHE = 4 << 20;

function specOf(options: CopyOptions, from: Session): CopySpec {
  const { shallow, expandSoft, expandExternal, expandReferences, withoutAttrs } = options;
  return {
    shallow: Boolean(shallow),
    expandSoft: Boolean(expandSoft),
    expandExternal: Boolean(expandExternal),
    expandReferences: Boolean(expandReferences),
    elsewhere: from.others !== undefined,
    withoutAttributes: Boolean(withoutAttrs),
  };
}

/** Copies an object to `place` in the file of `session`, which is the object's own or another one. */
export function* copyObject(session: Session, object: HdfObject<Mode>, place: string, options: CopyOptions): Steps<void> {
  options.signal?.throwIfAborted();
  const from = object.context.session;
  if (from === session) checkWritable(session);
  else checkOwn(session);
  const source = `#0x${object.address.toString(16)}`;
  yield* edit(session, undefined, copier(session, from, source, place, specOf(options, from)));
}

type Copier = (engine: Engine) => void | Promise<void>;

function copier(session: Session, from: Session, source: string, place: string, spec: CopySpec): Copier {
  if (from === session) return (engine) => engine.copyObject(source, place, spec);
  if (session.driven === "sync" && !from.source.immediate) {
    throw argument("what has to be fetched first cannot be copied into a synchronous file: open the one or the other differently");
  }
  if (!from.writable) {
    const number = session.attach(from.source, CACHE, from.others);
    return (engine) => engine.copyFrom(number, source, place, spec);
  }
  if (!from.source.immediate) {
    throw new HyperslabError("Unsupported", "copying from a file that is changed in memory while the rest of it has to be fetched: save it first");
  }
  // What is named in the other file its own engine asks for.
  const copy: Copier = (engine) => {
    try {
      return engine.copyOf(from.raw, source, place, spec);
    } catch (e) {
      const found = from.findWanted(e);
      if (found && session.driven === "sync") throw argument("`resolve` answers by promise: open the file that is copied to differently");
      return found ? found.then(() => copy(engine)) : copy(engine);
    }
  };
  return copy;
}
