/**
 * A drop-in for h5wasm in Node, where it has its files in memory as in browsers: those of the machine are h5wasm/node's.
 * A program that imports both has those in both.
 */

import "./node.js";

export * from "./h5wasm/index.js";
export { default } from "./h5wasm/index.js";
