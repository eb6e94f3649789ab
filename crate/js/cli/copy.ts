/** `hyperslab copy`: copies of objects. */

import { statSync } from "node:fs";
import { HyperslabError } from "../errors.js";
import type { CopyOptions, File } from "../types.js";
import { command, UsageError, type Values } from "./frame.js";
import type { Io } from "./io.js";
import { objectAt, type Place, placeOf, withFile } from "./place.js";
import { libverOf } from "./storing.js";
import type { Libver } from "../types.js";

const options = {
  shallow: { type: "boolean", short: "s", help: "of groups below the group only the names" },
  "expand-soft": { type: "boolean", help: "copy what soft links lead to, in their place" },
  "expand-external": { type: "boolean", help: "copy what external links lead to, in their place" },
  "expand-refs": { type: "boolean", help: "copy what references lead to, too" },
  "without-attributes": { type: "boolean", help: "leave attributes out" },
  libver: { type: "string", value: "RELEASE", help: "how a new file is written: earliest (default), v108 ... latest" },
} as const;

type Given = Values<typeof options>;

/** The file that is copied to may be new: then its path is behind the last part that looks like a file. */
function targetOf(text: string): Place {
  const place = placeOf(text);
  if (statSync(place.name, { throwIfNoEntry: false })) return place;
  const found = /^(.*?\.[A-Za-z0-9]+)(\/.*)?$/s.exec(text);
  return found ? { name: found[1]!, source: found[1]!, path: found[2] ?? "/" } : place;
}

/** A path in the target: in a group that is there, under the object's name. */
async function destination(file: File, path: string, name: string): Promise<string> {
  const there = path === "/" ? file : await file.get(path);
  if (there === undefined) return path.endsWith("/") ? path + name : path;
  if (there.kind !== "group") throw new HyperslabError("Argument", "there is something already", { path });
  if (!name) throw new UsageError("the copy of a file's root needs a name: FILE/NAME");
  return `${path === "/" ? "" : path}/${name}`;
}

export default command({
  name: "copy",
  summary: "copy objects, within a file or into another",
  usage: ["[OPTIONS] FILE[/PATH] FILE[/PATH]"],
  text: "The file that is copied to is changed in place, or made. A group that is there gets the copy under the object's name;\nanother path is the copy's. After an error, or a power cut, the file is what it was before.",
  options,
  takes: [2, 2],
  async run([from = "", to = ""]: string[], given: Given, io: Io): Promise<number> {
    const [source, target] = [placeOf(from), targetOf(to)];
    const copyOptions: CopyOptions = {
      shallow: given.shallow,
      expandSoft: given["expand-soft"],
      expandExternal: given["expand-external"],
      expandReferences: given["expand-refs"],
      withoutAttrs: given["without-attributes"],
    };
    const within = source.name === target.name;
    const copy = async (file: File, other: File): Promise<number> => {
      const object = await objectAt(file, source.path);
      const name = source.path === "/" ? "" : object.name;
      const place = await destination(other, target.path, name);
      await other.copy(object, place, copyOptions);
      await other.flush();
      return 0;
    };
    const libver = given.libver === undefined ? {} : { libver: libverOf(given.libver) as Libver };
    const writing = { mode: "a", signal: io.signal, ...libver } as const;
    if (within) return await withFile(target, (file) => copy(file, file), { ...writing, mode: "r+" });
    return await withFile(source, (file) => withFile(target, (other) => copy(file, other), writing), { signal: io.signal });
  },
});
