/** Where the objects are that references lead to: references know addresses, people know paths. */

import type { Entity, FileSync, GroupSync, Reference } from "hyperslab";

/** Milliseconds spent on learning the paths of a file's objects; the others are known by their addresses. */
const PATIENCE = 1500;
/** Objects between two looks at the clock. */
const OBJECTS = 500;

/** How a path is spelled that is not known. */
const UNKNOWN = /^\/#0x([0-9a-f]{1,13})(?:\/(.+))?$/;

export class Places {
  #paths: Map<number, string> | undefined;

  constructor(private readonly f: FileSync) {}

  /** The path of what a reference leads to in this file. */
  pathOf(r: Reference): string | undefined {
    if (r.file !== undefined || r.address === 0) return undefined;
    this.#paths ??= this.#walk();
    return this.#paths.get(r.address) ?? `/#0x${r.address.toString(16)}`;
  }

  /** What `pathOf` spelled by its address, and what is below. */
  get(path: string): Entity<"sync"> | undefined {
    const [, address, rest] = UNKNOWN.exec(path) ?? [];
    if (address === undefined) return undefined;
    const object = this.f.get({ kind: "object", address: Number.parseInt(address, 16) });
    return rest === undefined ? object : object?.kind === "group" ? (object as GroupSync).get(rest) : undefined;
  }

  #walk(): Map<number, string> {
    const paths = new Map([[this.f.address, "/"]]);
    const end = performance.now() + PATIENCE;
    let n = 0;
    try {
      this.f.visit((path, object) => {
        paths.set(object.address, path.startsWith("/") ? path : `/${path}`);
        return ++n % OBJECTS === 0 && performance.now() > end ? true : undefined;
      });
    } catch {
      // A damaged part of the tree: what was seen before it is known.
    }
    return paths;
  }
}
