/** A drop-in for h5wasm, for bundlers whose `hyperslab` is `hyperslab/inline`. */

import "./inline.js";

export * from "./h5wasm/index.js";
export { default } from "./h5wasm/index.js";
