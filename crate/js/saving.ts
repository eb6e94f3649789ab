/** What becomes of a file as a whole: it is flushed, saved elsewhere, or taken as bytes. */

import type { Engine } from "#glue";
import { contents, contentsAsBlob, contentsNow, saveTo } from "./contents.js";
import { type Session, step, type Steps } from "./drive.js";
import { argument, HyperslabError } from "./errors.js";
import { replacement } from "./sources/index.js";
import type { ByteSource } from "./sources/source.js";
import { isWritable } from "./sources/writable.js";
import type { SaveOptions, SaveTarget } from "./types.js";

/** Writes all changes to where the file is. */
export function* flush(session: Session): Steps<void> {
  if (session.joined) yield* step(() => session.joined!.flush());
  else if (session.writable) yield* step(() => session.unheld(() => session.raw.flush()));
}

/** What watches it, and what stops everything in the file. */
function watchOf(session: Session, { signal, onProgress }: SaveOptions): SaveOptions {
  return { signal: session.stoppedBy(signal), onProgress };
}

function checkWhole({ spread }: ByteSource): void {
  if (!spread) return;
  throw new HyperslabError("Unsupported", "a file that is spread over several has no bytes of its own: repack makes one of them");
}

/**
 * Makes everything that was staged a part of the file. What is changed in memory is completed; a file that is changed in
 * place waits for its flush.
 */
function* settled(session: Session): Steps<void> {
  if (session.writable) yield* step(() => (isWritable(session.source) ? session.raw.commit() : session.raw.flush()));
}

/** Whether it has to be done at once. */
const atOnce = ({ driven }: Session): boolean => driven === "sync";

/** Does something while nothing is changed: what is would be in a copy by half. */
function still<T>(session: Session, act: () => Promise<T>): Promise<T> {
  if (!session.writable) return act();
  const done = act();
  const held = Promise.allSettled([session.held, done]).then(() => {
    if (session.held === held) session.held = undefined;
  });
  session.held = held;
  return done;
}

/** What knows about changes. */
const changer = (session: Session): Engine | undefined => (session.writable ? session.raw : undefined);

/** All bytes of the file as it is now. */
export function* bytesOf(session: Session, options: SaveOptions = {}): Steps<Uint8Array> {
  const watch = watchOf(session, options);
  watch.signal?.throwIfAborted();
  checkWhole(session.source);
  yield* settled(session);
  const whole = session.writable ? yield* step(() => session.raw.bytes()) : undefined;
  if (whole) {
    watch.onProgress?.(whole.length, whole.length);
    return whole;
  }
  const size = session.writable ? yield* step(() => session.raw.fileSize()) : session.source.size;
  return yield* step(() => gather(allBytes(size), session, watch));
}

function allBytes(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new HyperslabError("Limit", `the file has ${size} bytes, more than an array can hold`);
  }
}

function gather(bytes: Uint8Array, session: Session, watch: SaveOptions): Uint8Array | Promise<Uint8Array> {
  let at = 0;
  const put = (piece: Uint8Array): void => {
    bytes.set(piece, at);
    at += piece.length;
  };
  if (atOnce(session)) {
    for (const piece of contentsNow(changer(session), session.source, watch)) put(piece);
    return bytes;
  }
  return still(session, async () => {
    for await (const piece of contents(changer(session), session.source, watch)) put(piece);
    return bytes;
  });
}

/** All of the file as a Blob. */
export async function blobOf(session: Session, options: SaveOptions = {}): Promise<Blob> {
  const watch = watchOf(session, options);
  watch.signal?.throwIfAborted();
  checkWhole(session.source);
  return await still(session, async () => {
    await session.run("/", settled(session));
    return await contentsAsBlob(changer(session), session.source, watch);
  });
}

/** Writes all of the file to another place. */
export function saved(session: Session, target: string | URL | SaveTarget, options: SaveOptions = {}): void | Promise<void> {
  const watch = watchOf(session, options);
  checkWhole(session.source);
  if (typeof target === "string" || target instanceof URL) return session.run("/", savedToPath(session, target, watch), watch.signal);
  if (typeof target?.createWritable !== "function") throw argument("a file is saved to a path (in Node) or a file handle that can be written");
  return savedToHandle(session, target, watch);
}

function* savedToPath(session: Session, path: string | URL, watch: SaveOptions): Steps<void> {
  watch.signal?.throwIfAborted();
  yield* settled(session);
  const file = replacement(path, isWritable(session.source) ? session.source.location : undefined);
  try {
    if (atOnce(session)) for (const piece of contentsNow(changer(session), session.source, watch)) file.write(piece);
    else yield* step(() => still(session, () => writeLater(file, session, watch)));
    file.finish();
  } catch (e) {
    file.abandon();
    throw e;
  }
}

async function writeLater(file: { write(bytes: Uint8Array): void }, session: Session, watch: SaveOptions): Promise<void> {
  for await (const piece of contents(changer(session), session.source, watch)) file.write(piece);
}

async function savedToHandle(session: Session, target: SaveTarget, watch: SaveOptions): Promise<void> {
  watch.signal?.throwIfAborted();
  const { source } = session;
  const now = atOnce(session) && source.immediate;
  await still(session, async () => {
    await session.run("/", settled(session));
    await saveTo(target, now ? contentsNow(changer(session), source, watch) : contents(changer(session), source, watch));
  });
}
