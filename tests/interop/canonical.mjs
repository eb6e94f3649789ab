#!/usr/bin/env node
// Reads HDF5 files through the package's public entry and says what is in them, in the form of CANON.md.
//   node tests/interop/canonical.mjs DIR MANIFEST OUT.json [--timeout S] [--jobs N] [--only SUBSTRING]
// Each file is read in a child process, so that one that crashes or hangs costs only itself.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "../fixtures/corpus/canon.mjs";

const version = () => JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;

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

async function read(file, _, driver) {
  const { document } = await import("./lib/document.mjs");
  return document(sources[driver](file));
}

await main(fileURLToPath(import.meta.url), () => ({ name: "hyperslab", version: version() }), read, { sets: true });
