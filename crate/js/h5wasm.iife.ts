/** A drop-in for h5wasm as one classic script, for workers that load it by `importScripts` and pages without modules: the global `h5wasm`. */

import "./inline/alone.js";

export * from "./h5wasm/index.js";
export { default } from "./h5wasm/index.js";
