/** Paths, as they are given. */

import { fileURLToPath } from "node:url";
import { argument } from "../../errors.js";

/** The path that `path` stands for. */
export function pathOf(path: string | URL): string {
  if (!(path instanceof URL)) return path;
  if (path.protocol === "file:") return fileURLToPath(path);
  throw argument(`cannot open ${path.href}: only file: URLs; pass { size, read } for anything else`);
}
