/** Copies of objects, within a file and from one file to another. */

import type { Copying, CopySpec, Engine } from "#glue";
import { checkOwn, checkWritable } from "../changes.js";
import { type Session, step, type Steps } from "../drive.js";
import { argument, HyperslabError } from "../errors.js";
import { isTrap } from "../faults.js";
import type { HdfObject } from "../object.js";
import { pauses } from "../pauses.js";
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
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const from = object.context.session;
  if (from === session) checkWritable(session);
  else checkOwn(session);
  const source = `#0x${object.address.toString(16)}`;
  const spec = specOf(options, from);
  // What is fetched piece by piece need not all be in memory.
  const inSteps = signal || onProgress || (session.driven === "async" && !from.source.immediate);
  if (from === session && (session.joined || !inSteps)) return yield* edit(session, undefined, (engine) => engine.copyObject(source, place, spec));
  const way = wayOf(session, from, source, place);
  if (inSteps) yield* copyInSteps(session, from, way, spec, options);
  else yield* edit(session, undefined, atOnce(way, spec));
}

/** Stored bytes are carried over first, and nothing leads to them before the copy is made, as one change. */
function* copyInSteps(session: Session, from: Session, way: Way, spec: CopySpec, { signal, onProgress }: CopyOptions): Steps<void> {
  const stop = session.stoppedBy(signal);
  const pause = pauses(session);
  const versions = (): string => `${session.version} ${from.version}`;
  const before = versions();
  const copying = yield* step(() => way.within(() => way.begin(session.raw, { ...spec, inSteps: true })));
  let [done, total, ready] = [0, 0, 0];
  try {
    for (;;) {
      [done, total, ready] = (yield* step(() => session.unheld(() => copying.step(session.raw)))) as unknown as [number, number, number];
      if (ready) break;
      onProgress?.(done, total);
      yield* pause(stop);
    }
    stop?.throwIfAborted();
    // What was changed meanwhile may be there by half.
    yield* edit(session, undefined, (engine) => (versions() === before ? way.within(() => copying.step(engine, true)) : atOnce(way, spec)(engine)));
  } finally {
    yield* step(() => session.unheld(() => {
      if (!session.alive) return;
      try {
        copying.step(session.raw, false);
      } catch {
        // What went wrong first is what counts: some space is lost.
      }
      copying.free();
    }));
  }
  onProgress?.(total, total);
}

type Later<T> = T | Promise<T>;

/** How something is copied. */
interface Way {
  begin(engine: Engine, spec: CopySpec): Copying;
  /** Calls what may need files that the other file's engine asks for. */
  within<T>(call: () => T): Later<T>;
}

const atOnce = (way: Way, spec: CopySpec) => (engine: Engine): Later<void> =>
  way.within(() => {
    const copying = way.begin(engine, spec);
    try {
      copying.step(engine, true);
    } catch (e) {
      // Of an engine that has failed nothing can be freed.
      if (!isTrap(e)) copying.free();
      throw e;
    }
    copying.free();
  });

function wayOf(session: Session, from: Session, source: string, place: string): Way {
  const within = <T>(call: () => T): T => call();
  if (from === session) return { begin: (engine, spec) => engine.carry(engine, undefined, source, place, spec), within };
  if (session.driven === "sync" && !from.source.immediate) {
    throw argument("what has to be fetched first cannot be copied into a synchronous file: open the one or the other differently");
  }
  if (!from.writable) {
    const number = session.attach(from.source, CACHE, from.others);
    return { begin: (engine, spec) => engine.carry(engine, number, source, place, spec), within };
  }
  if (!from.source.immediate) {
    throw new HyperslabError("Unsupported", "copying from a file that is changed in memory while the rest of it has to be fetched: save it first");
  }
  // What is named in the other file its own engine asks for.
  const finding = <T>(call: () => T): Later<T> => {
    try {
      return call();
    } catch (e) {
      const found = from.findWanted(e);
      if (found && session.driven === "sync") throw argument("`resolve` answers by promise: open the file that is copied to differently");
      return found ? found.then(() => finding(call)) : finding(call);
    }
  };
  return { begin: (engine, spec) => engine.carry(from.raw, undefined, source, place, spec), within: finding };
}
