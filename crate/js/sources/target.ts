/** Places for a new file that comes piece by piece: it is no file before all of it is there. */

import { argument, HyperslabError } from "../errors.js";
import type { FileStream, RepackTarget, Source } from "../types.js";
import { isAccessibleFile, isFileHandle, isSyncAccessHandle, isWritableAccess, openAccess, openPlace } from "./access.js";
import { locationOf, replacement, toSource } from "./index.js";
import { openFamily } from "./joined.js";
import { sourceFailure } from "./source.js";
import type { WritableSource } from "./writable.js";

type Later = void | Promise<void>;

/** A new file that is being written. */
export interface Target {
  write(at: number, bytes: Uint8Array): Later;
  /** What was written is there before what follows. */
  sync(): Later;
  /** The file has `size` bytes, and is complete. */
  finish(size: number): Later;
  /** There is no new file. */
  abandon(): Later;
}

/** Members of a source, if it has several; of a family that goes by numbers the place of the next one, too. */
function members(source: Source): Source[] {
  if (typeof source === "string") return [source];
  const { family, split, multi } = source as { family?: Source[] | string; split?: Source[]; multi?: Source[] };
  if (typeof family !== "string") return [source, Object.values(family ?? split ?? multi ?? [])].flat() as Source[];
  const places: string[] = [];
  openFamily(family, (path) => {
    places.push(path);
    return toSource(path, "sync");
  }).close();
  return places;
}

function toPath(path: string | URL, source: Source): Target {
  for (const member of members(source)) {
    const open = locationOf(member);
    // Refused before there is anything.
    if (open !== undefined) replacement(path, open).abandon();
  }
  const file = replacement(path);
  return {
    write: (at, bytes) => file.write(bytes, at),
    sync() {},
    finish: (size) => file.finish(size),
    abandon: () => file.abandon(),
  };
}

function toPlace(place: WritableSource): Target {
  const check = (answer: number): void => {
    if (answer !== 1) throw sourceFailure(place);
  };
  return {
    write: (at, bytes) => check(place.write(at, bytes)),
    sync: () => check(place.sync()),
    finish(size) {
      check(place.truncate(size));
      check(place.sync());
      place.close();
    },
    abandon() {
      place.truncate(0);
      place.sync();
      place.close();
    },
  };
}

function toStream(stream: FileStream): Target {
  return {
    write: (position, data) => stream.write({ type: "write", position, data } as never),
    sync() {},
    async finish(size) {
      await stream.write({ type: "truncate", size } as never);
      await stream.close();
    },
    abandon: () => stream.abort().catch(() => {}),
  };
}

const has = (value: unknown, name: string): boolean => typeof (value as Record<string, unknown> | null)?.[name] === "function";

/** How a copy of `source` gets to `target`: the result begins it. */
export function targetOf(target: RepackTarget, source: Source): () => Target | Promise<Target> {
  if ((target as unknown) === source) throw argument("a copy goes to another place");
  if (typeof target === "string" || target instanceof URL) return () => toPath(target, source);
  if (isSyncAccessHandle(target) || isWritableAccess(target)) return () => toPlace(openPlace(target, "w"));
  if (has(target, "createWritable") || isAccessibleFile(target)) {
    return async () => {
      const other = isFileHandle(source) ? (source as { isSameEntry?(o: unknown): Promise<boolean> }) : undefined;
      if (await other?.isSameEntry?.(target)) throw argument("a copy goes to another place");
      const file = target as Partial<{ createWritable(): Promise<FileStream> }>;
      if (!file.createWritable) return toPlace(await openAccess(target as never, "w"));
      return toStream(await file.createWritable());
    };
  }
  if (has(target, "write") && has(target, "seek")) return () => toStream(target as FileStream);
  throw argument("a copy goes to a path (in Node), a file handle, its stream or a place: not to what can only be appended to");
}

/** Something went wrong with a target. */
export function targetFailure(cause: unknown): unknown {
  if (cause instanceof HyperslabError || !(cause instanceof Error)) return cause;
  return new HyperslabError("Io", `the copy cannot be written: ${cause.message}`, { cause });
}
