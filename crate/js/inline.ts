/**
 * HDF5 in one file, for where there is no place to fetch others from: sandboxed frames, workers made of a blob, pages that are a
 * single file. `hyperslab` with its WebAssembly inside, all of its filters included, and without `eval`: a content security
 * policy has to allow `'wasm-unsafe-eval'`, nothing else.
 *
 * esbuild, Rollup and builds of Angular have it by the name of `hyperslab` as well, because they take no files along; so have `hyperslab/h5wasm`
 * and `hyperslab/h5web` the engine that is in here. Elsewhere objects of this module and of `hyperslab` do not mix, but errors are of one kind.
 *
 * Nothing has to be loaded before synchronous calls, except where a browser refuses to compile on its main thread at once (old
 * Chromium): there `await ready()` does it.
 *
 * `open(file, { workers })` makes workers of a script that is inside, too, where a policy allows that (`worker-src blob:`, or
 * `data:`). Where it does not, and in Node, files are opened as without that option: values are the same, and
 * `file.stats.notices` says so.
 *
 * @module hyperslab/inline
 */

import "./inline/loader.js";

export * from "./exports.js";
