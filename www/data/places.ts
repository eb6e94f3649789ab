/** Where the objects are that references lead to: references know addresses, people know paths. */

import type { Entity, File, Mode, Reference } from "hyperslab";

/** Milliseconds spent on learning the paths of a file's objects; the others are known by their addresses. */
const PATIENCE = 1500;
/** Objects between two looks at the clock. */
const OBJECTS = 500;

/** How a path is spelled that is not known. */
const UNKNOWN = /^\/#0x([0-9a-f]{1,13})(?:\/(.+))?$/;

export class Places {
  #paths: Map<number, string> | undefined;
  /** Whether a path was asked for before paths were learned. */
  #missed = false;

  constructor(private readonly f: File<Mode>) {}

  /** The path of what a reference leads to in this file. */
  pathOf(r: Reference): string | undefined {
    if (r.file !== undefined || r.address === 0) return undefined;
    if (!this.#paths) this.#missed = true;
    return this.#paths?.get(r.address) ?? `/#0x${r.address.toString(16)}`;
  }

  /** What comes of `work`; once more if it asked for paths that had to be learned first, which takes time. */
  async known<T>(work: () => T | Promise<T>): Promise<T> {
    const answer = await work();
    if (!this.#missed || this.#paths) return answer;
    this.#paths = await this.#walk();
    return await work();
  }

  async #walk(): Promise<Map<number, string>> {
    const paths = new Map([[this.f.address, "/"]]);
    const end = performance.now() + PATIENCE;
    let n = 0;
    try {
      await this.f.visit((path, object: Entity<Mode>) => {
        paths.set(object.address, path.startsWith("/") ? path : `/${path}`);
        return ++n % OBJECTS === 0 && performance.now() > end ? true : undefined;
      });
    } catch {
      // A damaged part of the tree: what was seen before it is known.
    }
    return paths;
  }
}

/** The address in what `pathOf` spelled by it, and what is below. */
export function unnamed(path: string): { address: number; rest: string | undefined } | undefined {
  const [, address, rest] = UNKNOWN.exec(path) ?? [];
  return address === undefined ? undefined : { address: Number.parseInt(address, 16), rest };
}
