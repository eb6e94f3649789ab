/** Files and the objects in them, as they are given on a command line: `run.h5/entry/data`. */

import { statSync } from "node:fs";
import { HyperslabError } from "../errors.js";
import { open } from "../open.js";
import type { Entity, File, OpenOptions, Source } from "../types.js";
import { FileError, settled } from "./frame.js";

/** A file, and a path in it. */
export interface Place {
  /** As it was given. */
  readonly name: string;
  readonly source: Source;
  /** Absolute; `/` if none was given. */
  path: string;
}

const URL_START = /^https?:\/\//i;
/** Endings of files that are HDF5: in an address nothing else says where the file's name ends. */
const ENDING = /\.(h5|hdf5?|he5|nc4?|nxs|nx|h5ad|h5mu|mat|loom|cxi|hdf|mnc|jld2|keras)(?=\/)/i;

function isFile(name: string): boolean {
  try {
    return statSync(name).isFile();
  } catch {
    return false;
  }
}

/** Takes apart what was given. */
export function placeOf(text: string): Place {
  if (URL_START.test(text)) {
    const address = new URL(text);
    const end = ENDING.exec(address.pathname);
    const path = end ? decodeURIComponent(address.pathname.slice(end.index + end[0].length)) : "/";
    if (end) address.pathname = address.pathname.slice(0, end.index + end[0].length);
    return { name: address.href, source: address, path: path || "/" };
  }
  // The longest beginning that is a file: what follows is in it.
  for (let end = text.length; end > 0; end = text.lastIndexOf("/", end - 1)) {
    const name = text.slice(0, end);
    if (isFile(name)) return { name, source: name, path: text.slice(end) || "/" };
  }
  const members = /^(.*%0?\d*d[^/]*)(\/.*)?$/.exec(text);
  if (members) return { name: members[1]!, source: { family: members[1]! }, path: members[2] ?? "/" };
  return { name: text, source: text, path: "/" };
}

/** Opens a file, and says in errors which one it was. */
export async function openPlace(place: Place, options: OpenOptions = {}): Promise<File> {
  try {
    return await open(place.source, options);
  } catch (e) {
    throw new FileError(place.name, e);
  }
}

/** Runs `use` with an open file, and closes it. */
export async function withFile<T>(place: Place, use: (file: File) => Promise<T>, options: OpenOptions = {}): Promise<T> {
  const file = await openPlace(place, options);
  try {
    return await use(file);
  } catch (e) {
    const error = settled(e);
    throw error instanceof HyperslabError ? new FileError(place.name, error) : error;
  } finally {
    await file.close();
  }
}

/** What a path leads to; it has to be there. */
export async function objectAt(file: File, path: string): Promise<Entity> {
  const object = path === "/" ? file : await file.get(path);
  if (!object) throw new HyperslabError("NotFound", "there is nothing", { path });
  return object;
}
