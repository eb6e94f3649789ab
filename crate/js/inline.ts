/**
 * HDF5 in one file, for where there is no place to fetch others from: sandboxed frames, workers made of a blob, pages that are a
 * single file. `hyperslab` with its WebAssembly inside, all of its filters included, and without `eval`: a content security
 * policy has to allow `'wasm-unsafe-eval'`, nothing else.
 *
 * Nothing has to be loaded before synchronous calls, except where a browser refuses to compile on its main thread at once (old
 * Chromium): there `await ready()` does it. Objects of this module and of `hyperslab` do not mix, and
 * `workers` are there only in the latter.
 */

import codecs from "#hyperslab_codecs";
import codecsWithoutSimd from "#hyperslab_codecs_scalar";
import whole from "#hyperslab_edit";
import wholeWithoutSimd from "#hyperslab_edit_scalar";
import * as change from "./change/index.js";
import { useChanges } from "./changes.js";
import { HyperslabError } from "./errors.js";
import { bytesOf } from "./inline/bytes.js";
import { inflate } from "./inline/inflate.js";
import { unpatch } from "./inline/patch.js";
import { useLoader } from "./loader.js";

/** A module's bytes; `difference` makes it the one without SIMD. */
function module(text: string, difference: string, simd: boolean): Uint8Array<ArrayBuffer> {
  const bytes = inflate(bytesOf(text));
  return simd ? bytes : unpatch(bytes, inflate(bytesOf(difference)));
}

useLoader({
  // There is only the whole engine, which reads as well.
  load: (simd) => module(whole, wholeWithoutSimd, simd),
  loadCodecs: (simd) => module(codecs, codecsWithoutSimd, simd),
  immediate: true,
  spawn() {
    throw new HyperslabError("Unsupported", "workers have a file of their own: `hyperslab` has it, this module is alone");
  },
  processors: () => 1,
});

useChanges(change);

export * from "./exports.js";
