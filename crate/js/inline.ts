/**
 * HDF5 in one file, for where there is no place to fetch others from: sandboxed frames, workers made of a blob, pages that are a
 * single file. `hyperslab` with its WebAssembly inside, all of its filters included, and without `eval`: a content security
 * policy has to allow `'wasm-unsafe-eval'`, nothing else.
 *
 * Nothing has to be loaded before synchronous calls, except where a browser refuses to compile on its main thread at once (old
 * Chromium): there `await ready()` does it. Objects of this module and of `hyperslab` do not mix.
 *
 * `open(file, { workers })` makes workers of this file's own text, where a policy allows that (`worker-src blob:`, or `data:`).
 * Where it does not, where a bundler has put functions of its own outside, and in Node, files are opened as without that option:
 * values are the same, and `file.stats.notices` says so.
 *
 * @module hyperslab/inline
 */

import { expose } from "comlink";
import { inWorker } from "./inline/loader.js";
import { sendFaults } from "./worker/calls.js";
import { host } from "./worker/host.js";

if (inWorker) {
  sendFaults();
  expose(host);
  // Who made it waits for a word.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  globalThis.postMessage(0);
}

export * from "./exports.js";
