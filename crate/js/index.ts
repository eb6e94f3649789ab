/** HDF5 in JavaScript: the entry point for browsers and bundlers. */

import { useLoader } from "./engine.js";

// Spelled out twice: bundlers find the files by exactly this pattern.
useLoader({
  load: (simd) =>
    simd
      ? new URL("./hyperslab_bg.wasm", import.meta.url)
      : new URL("./hyperslab_scalar_bg.wasm", import.meta.url),
});

export * from "./exports.js";
