/** What becomes of a file as a whole: it is flushed, saved elsewhere, or taken as bytes. */

import type { Engine } from "#glue";
import { contents, contentsAsBlob, contentsNow, saveTo } from "./contents.js";
import { type Session, step, type Steps } from "./drive.js";
import { argument, HyperslabError } from "./errors.js";
import { replacement } from "./sources/index.js";
import type { ByteSource } from "./sources/source.js";
import { isWritable } from "./sources/writable.js";
import type { SaveTarget } from "./types.js";

/** Writes all changes to where the file is. */
export function* flush(session: Session): Steps<void> {
  if (session.joined) yield* step(() => session.joined!.flush());
  else if (session.writable) yield* step(() => session.raw.flush());
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

/** What knows about changes. */
const changer = (session: Session): Engine | undefined => (session.writable ? session.raw : undefined);

/** All bytes of the file as it is now. */
export function* bytesOf(session: Session): Steps<Uint8Array> {
  checkWhole(session.source);
  yield* settled(session);
  const whole = session.writable ? yield* step(() => session.raw.bytes()) : undefined;
  if (whole) return whole;
  const size = session.writable ? yield* step(() => session.raw.fileSize()) : session.source.size;
  return yield* step(() => gather(allBytes(size), session));
}

function allBytes(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new HyperslabError("Limit", `the file has ${size} bytes, more than an array can hold`);
  }
}

function gather(bytes: Uint8Array, session: Session): Uint8Array | Promise<Uint8Array> {
  let at = 0;
  const put = (piece: Uint8Array): void => {
    bytes.set(piece, at);
    at += piece.length;
  };
  if (session.source.immediate) {
    for (const piece of contentsNow(changer(session), session.source)) put(piece);
    return bytes;
  }
  return (async () => {
    for await (const piece of contents(changer(session), session.source, session.signal)) put(piece);
    return bytes;
  })();
}

/** All of the file as a Blob. */
export async function blobOf(session: Session): Promise<Blob> {
  checkWhole(session.source);
  await session.run("/", settled(session));
  return await contentsAsBlob(changer(session), session.source, session.signal);
}

/** Writes all of the file to another place. */
export function saved(session: Session, target: string | URL | SaveTarget): void | Promise<void> {
  checkWhole(session.source);
  if (typeof target === "string" || target instanceof URL) return session.run("/", savedToPath(session, target));
  if (typeof target?.createWritable !== "function") throw argument("a file is saved to a path (in Node) or a file handle that can be written");
  return savedToHandle(session, target);
}

function* savedToPath(session: Session, path: string | URL): Steps<void> {
  yield* settled(session);
  const file = replacement(path, isWritable(session.source) ? session.source.location : undefined);
  try {
    if (session.source.immediate) for (const piece of contentsNow(changer(session), session.source)) file.write(piece);
    else yield* step(() => writeLater(file, session));
    file.finish();
  } catch (e) {
    file.abandon();
    throw e;
  }
}

async function writeLater(file: { write(bytes: Uint8Array): void }, session: Session): Promise<void> {
  for await (const piece of contents(changer(session), session.source, session.signal)) file.write(piece);
}

async function savedToHandle(session: Session, target: SaveTarget): Promise<void> {
  await session.run("/", settled(session));
  const { source } = session;
  await saveTo(target, source.immediate ? contentsNow(changer(session), source) : contents(changer(session), source, session.signal));
}
