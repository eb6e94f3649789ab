#!/usr/bin/env node
// Reads HDF5 files through the package's public entry and says what is in them, in the form of CANON.md.
//   node tests/interop/canonical.mjs DIR MANIFEST OUT.json [--timeout S] [--jobs N] [--only SUBSTRING]
// Each file is read in a child process, so that one that crashes or hangs costs only itself.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "../fixtures/corpus/canon.mjs";
import { sourceOf } from "./lib/sets.mjs";

const version = () => JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;

async function read(file, _, driver) {
  const { document } = await import("./lib/document.mjs");
  return document(sourceOf(file, driver));
}

await main(fileURLToPath(import.meta.url), () => ({ name: "hyperslab", version: version() }), read, { sets: true });
