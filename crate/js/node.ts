/** HDF5 in JavaScript: the entry point for Node. Paths are sources, and the engine loads itself on first use. */

import { readFileSync } from "node:fs";
import { useLoader } from "./engine.js";
import { usePaths } from "./sources/index.js";
import { NodeSource } from "./sources/node.js";

function load(simd: boolean): Uint8Array<ArrayBuffer> {
  return readFileSync(
    simd ? new URL("./hyperslab_bg.wasm", import.meta.url) : new URL("./hyperslab_scalar_bg.wasm", import.meta.url),
  );
}

useLoader({ load, loadSync: load });
usePaths((path) => new NodeSource(path));

export * from "./exports.js";
