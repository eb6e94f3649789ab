/** The way to what changes files, which comes with the engine that can: who only reads does not download it. */

import type { Session, Steps } from "./drive.js";
import { HyperslabError } from "./errors.js";
import type { Mode, Out } from "./types.js";

/** What is in `change/`. */
export type Changes = typeof import("./change/index.js");

let here: Changes | undefined;

/** Where everything is at hand at once. */
export function useChanges(module: Changes): void {
  here = module;
}

/** Loads it. */
export async function loadChanges(): Promise<void> {
  here ??= await import("./change/index.js");
}

/** It is here if a file is open that can be changed. */
export function changes(): Changes {
  if (!here) throw new HyperslabError("Internal", "what changes files is not loaded");
  return here;
}

/** Checks that the file can be changed. */
export function checkWritable(session: Session): void {
  if (!session.changes) throw new HyperslabError("ReadOnly", "this file is open for reading only");
}

/** The same, and not by another thread. */
export function checkOwn(session: Session): void {
  checkWritable(session);
  if (session.joined) throw new HyperslabError("Unsupported", "this is done where the file was opened");
}

/** Makes a change of what is at `path`. `own`: what stops it, besides what stops everything in the file. */
export function change<M extends Mode, T>(session: Session<M>, path: string, make: (changes: Changes) => Steps<T>, own?: AbortSignal): Out<M, T> {
  return session.run(path, steps(session, make), own);
}

function* steps<T>(session: Session, make: (changes: Changes) => Steps<T>): Steps<T> {
  checkWritable(session);
  return yield* make(changes());
}
