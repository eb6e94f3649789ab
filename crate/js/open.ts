/** Opening and creating. */

import { plainly, Session } from "./drive.js";
import { engine, engineNow } from "./engine.js";
import { checkMode, openFile, openSteps } from "./opening.js";
import { fileSpec } from "./spec.js";
import { MemorySource } from "./sources/memory.js";
import type { CreateOptions, File, FileSync, OpenOptions, Source } from "./types.js";

/** Opens a file. Members of the result that touch the source return promises. */
export async function open(source: Source, options: OpenOptions = {}): Promise<File> {
  checkMode(options.mode);
  const instance = await engine(false);
  options.signal?.throwIfAborted();
  return await openFile("async", instance, source, options);
}

/** Opens a file whose bytes are at hand: in memory, on disk in Node, or a Blob inside a worker. */
export function openSync(source: Source, options: OpenOptions = {}): FileSync {
  checkMode(options.mode);
  return openFile("sync", engineNow(false), source, options);
}

/** Creates a file in memory: fill it, then take it with `toBytes`. */
export function create(options: CreateOptions = {}): FileSync {
  const instance = engineNow(true);
  const engine = plainly(() => instance.glue.Engine.create(fileSpec(options)));
  const session = new Session("sync", instance, engine, new MemorySource(new Uint8Array()), true);
  return session.run("/", openSteps(session));
}
