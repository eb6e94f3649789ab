/** HDF5 in JavaScript: the entry point for browsers and bundlers. */

import { useLoader } from "./loader.js";

// Each file spelled out: bundlers find them by exactly this pattern.
useLoader({
  load: (simd) =>
    simd
      ? new URL("./hyperslab_bg.wasm", import.meta.url)
      : new URL("./hyperslab_scalar_bg.wasm", import.meta.url),
  loadCodecs: (simd) =>
    simd
      ? new URL("./hyperslab_codecs_bg.wasm", import.meta.url)
      : new URL("./hyperslab_codecs_scalar_bg.wasm", import.meta.url),
  immediate: false,
});

export * from "./exports.js";
