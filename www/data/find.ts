/** Objects by their paths, or by the addresses that references know. */

import type { Dataset, Entity, File, FileSync, Mode } from "hyperslab";
import { unnamed } from "./places.js";
import { Refusal } from "./trouble.js";

export function found<T>(object: T | undefined, path: string): T {
  if (!object) throw new Refusal({ code: "NotFound", message: "nothing is there", path });
  return object;
}

export function dataset<M extends Mode>(object: Entity<M>, path: string): Dataset<M> {
  if (object.kind !== "dataset") throw new Refusal({ code: "Argument", message: "this is not a dataset", path });
  return object;
}

/** What references lead to that are known by their addresses, and what is below. */
export async function byAddress(f: File<Mode>, path: string): Promise<Entity<Mode> | undefined> {
  const { address, rest } = unnamed(path) ?? {};
  if (address === undefined) return undefined;
  const object = await f.get({ kind: "object", address });
  return rest === undefined ? object : object?.kind === "group" ? await object.get(rest) : undefined;
}

/** The object at a path of a file that answers at once. */
export function objectIn(f: FileSync, path: string): Entity<"sync"> {
  const { address, rest } = unnamed(path) ?? {};
  const there = address === undefined ? undefined : f.get({ kind: "object", address });
  const named = rest === undefined ? there : there?.kind === "group" ? there.get(rest) : undefined;
  return found(path === "/" ? f : (f.get(path) ?? named), path);
}
