// Which files of the corpus are looked at.
import { readFileSync } from "node:fs";
import path from "node:path";
import { corpus } from "../interop/lib/corpus.mjs";

/** The same datasets in several versions of the format: the latest does, unless the environment has ALL. Paths by name. */
export function corpusFiles() {
  const dir = corpus();
  const names = JSON.parse(readFileSync(path.join(dir, "manifest.json"), "utf8")).files.map((f) => f.name);
  const twin = (name) => name.replace(/_(earliest|v1\d\d)\.h5$/, "_latest.h5");
  const wanted = (name) => process.env.ALL || twin(name) === name || !names.includes(twin(name));
  return new Map(names.filter((n) => !n.startsWith("drivers/") && wanted(n)).map((n) => [n, path.join(dir, n)]));
}
