/** Everything in a file, once. */

import type { HyperslabError } from "../errors.js";
import type { Entity, Group, Link } from "../types.js";

/** A name in a group, with its path. */
export interface Found {
  readonly path: string;
  readonly link: Link;
  readonly object?: Entity | undefined;
  readonly error?: HyperslabError | undefined;
  /** The path under which the object was found first. */
  readonly first?: string | undefined;
}

/** Goes through all names below a group, parents first; into each group once. Soft and external links are not followed. */
export async function* walk(root: Group, at = "", seen = new Map<number, string>([[root.address, at || "/"]])): AsyncGenerator<Found> {
  for (const { name, link, object, error } of await root.entries()) {
    const path = `${at}/${name}`;
    if (link.kind !== "hard") {
      yield { path, link };
      continue;
    }
    const first = seen.get(link.address);
    yield { path, link, object, error, first };
    if (first !== undefined) continue;
    seen.set(link.address, path);
    if (object?.kind === "group") yield* walk(object, path, seen);
  }
}
