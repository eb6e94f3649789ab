// Files that HDF5's drivers spread over several.
import { existsSync } from "node:fs";

/** The files of a set that are there, under the names that the corpus gives them. */
function multi(base) {
  const kinds = Object.entries({ super: "s", btree: "b", draw: "r", gheap: "g", lheap: "l", ohdr: "o" });
  const files = kinds.map(([kind, letter]) => [kind, `${base}-${letter}.h5`]);
  return { multi: Object.fromEntries(files.filter(([, file]) => existsSync(file))) };
}

/** What `open` is given for a file of each of HDF5's drivers. */
const sources = {
  sec2: (file) => file,
  family: (pattern) => ({ family: pattern }),
  split: (base) => ({ split: { meta: `${base}-m.h5`, raw: `${base}-r.h5` } }),
  multi,
};

/** What `open` is given for the file that the corpus calls so. */
export const sourceOf = (file, driver) => sources[driver](file);
