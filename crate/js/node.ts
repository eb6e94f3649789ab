/** HDF5 in JavaScript: the entry point for Node. Paths are sources, and the engine loads itself on first use. */

import { readFileSync } from "node:fs";
import { useLoader } from "./loader.js";
import { usePaths } from "./sources/index.js";
import { absolutePath, findBeside, NodeSource } from "./sources/node.js";

const file = (url: URL): Uint8Array<ArrayBuffer> => readFileSync(url);

useLoader({
  load: (simd) =>
    file(simd ? new URL("./hyperslab_bg.wasm", import.meta.url) : new URL("./hyperslab_scalar_bg.wasm", import.meta.url)),
  loadCodecs: (simd) =>
    file(
      simd
        ? new URL("./hyperslab_codecs_bg.wasm", import.meta.url)
        : new URL("./hyperslab_codecs_scalar_bg.wasm", import.meta.url),
    ),
  immediate: true,
});
usePaths((path) => new NodeSource(path), absolutePath, findBeside);

export * from "./exports.js";
