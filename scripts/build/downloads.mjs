// What comes with one import of an entry point.
import path from "node:path";
import { gzipped } from "./support.mjs";

/** Compressed bytes of an entry point and of everything that it imports at once, not of what it loads later. */
export function downloaded({ outputs }, folder, entry) {
  const files = new Map(Object.entries(outputs).map(([file, output]) => [path.resolve(file), output]));
  const wanted = new Set([path.join(folder, entry)]);
  for (const file of wanted) {
    for (const { path: imported, kind, external } of files.get(file).imports) {
      if (kind === "import-statement" && !external) wanted.add(path.resolve(imported));
    }
  }
  return [...wanted].reduce((sum, file) => sum + gzipped(file), 0);
}
