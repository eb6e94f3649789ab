/** A drop-in for h5wasm, for browsers and bundlers: files are in memory, or Blobs in a worker. */

import "./index.js";

export * from "./h5wasm/index.js";
export { default } from "./h5wasm/index.js";
