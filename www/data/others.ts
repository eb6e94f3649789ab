/** Several files at once: which of them is opened, and how those that it names are found among them. */

import { openSync, type FileSync, type GroupSync } from "hyperslab";
import { lastPart } from "./names.js";
import { sniff, SNIFF_BYTES } from "./sniff.js";

/** Files looked into, and names looked at in each, to find the one that leads to the others. */
const FILES = 64;
const NAMES = 2000;

/** Finds a file by the last part of the name by which another one calls it: folders are not known here. */
export function finder(files: readonly File[]): (name: string) => File | null {
  const named = new Map(files.map((f) => [f.name, f]));
  return (name) => named.get(lastPart(name)) ?? null;
}

/** Which of several files to open: the first that leads to others of them, else the first that is HDF5, else the first. */
export async function first(files: readonly File[]): Promise<number> {
  const some = files.slice(0, FILES);
  const heads = await Promise.all(some.map(head));
  const able = some.flatMap((f, i) => (sniff(heads[i] as Uint8Array, f.size).what === "hdf5" ? [i] : []));
  if (files.length < 2) return 0;
  const find = finder(files);
  return able.find((i) => leadsOn(some[i] as File, find)) ?? able[0] ?? 0;
}

async function head(f: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await f.slice(0, SNIFF_BYTES).arrayBuffer());
  } catch {
    return new Uint8Array();
  }
}

/** Whether a file names another one that is there. */
function leadsOn(file: File, find: (name: string) => File | null): boolean {
  const other = (name: string): boolean => ![null, file].includes(find(name.replaceAll(/%(?:b|(%))/g, "$1")));
  try {
    const f = openSync(file, { resolve: null });
    try {
      return names(f, other);
    } finally {
      f.close();
    }
  } catch {
    return false;
  }
}

/** Whether anything in a file has a name that `wanted` says yes to. */
function names(f: FileSync, wanted: (name: string) => boolean): boolean {
  let left = NAMES;
  const inGroup = (group: GroupSync): true | undefined => {
    for (const name of group.keys().slice(0, left)) {
      left--;
      const link = group.getLink(name);
      if (link?.kind === "external" && wanted(link.file)) return true;
    }
    return undefined;
  };
  if (inGroup(f)) return true;
  const found = f.visit<boolean>((_, object) => {
    if (left-- <= 0) return false;
    if (object.kind === "group") return inGroup(object);
    return object.kind === "dataset" && object.sources().some((s) => wanted(s.file)) ? true : undefined;
  });
  return found ?? false;
}
