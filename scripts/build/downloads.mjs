// What comes with one import of an entry point.
import path from "node:path";
import { gzipped } from "./support.mjs";

/** What is made of a module that is loaded later. */
function later(files, module) {
  const [file] = [...files].find(([, { entryPoint }]) => entryPoint?.endsWith(module)) ?? [];
  if (!file) throw new Error(`nothing is made of ${module}`);
  return file;
}

/** Compressed bytes of an entry point, of modules that it loads `after` and of everything that these import at once. */
export function downloaded({ outputs }, folder, entry, ...after) {
  const files = new Map(Object.entries(outputs).map(([file, output]) => [path.resolve(file), output]));
  const wanted = new Set([path.join(folder, entry), ...after.map((module) => later(files, module))]);
  for (const file of wanted) {
    for (const { path: imported, kind, external } of files.get(file).imports) {
      if (kind === "import-statement" && !external) wanted.add(path.resolve(imported));
    }
  }
  return [...wanted].reduce((sum, file) => sum + gzipped(file), 0);
}
