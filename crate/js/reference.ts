/** Objects that were reached by a reference: nothing says under which names they can be found. */

import type { Engine, Reply } from "#glue";
import { argument, HyperslabError } from "./errors.js";
import type { Reference } from "./types.js";

/** What stands where a path begins. */
export function referencePath({ address, file }: Reference): string {
  if (!Number.isSafeInteger(address)) throw argument("a reference has an address");
  if (file !== undefined) throw new HyperslabError("Unsupported", `a reference into another file, "${file}"`);
  return `#0x${address.toString(16)}`;
}

/** Description of the object that an object's `path` leads to. */
export function describeAt(engine: Engine, root: number, path: string): Reply | undefined {
  if (!path.startsWith("#")) return engine.resolve(root, path);
  const end = `${path}/`.indexOf("/");
  return engine.resolve(Number(path.slice(1, end)), path.slice(end + 1));
}
