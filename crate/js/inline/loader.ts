/** The engine and the filters out of this very file. */

/*! fflate: Copyright (c) 2026 Arjun Barrett, SPDX-License-Identifier: MIT */

import codecs from "#hyperslab_codecs";
import codecsWithoutSimd from "#hyperslab_codecs_scalar";
import whole from "#hyperslab_edit";
import wholeWithoutSimd from "#hyperslab_edit_scalar";
import { inflateSync } from "fflate";
import * as change from "../change/index.js";
import { useChanges } from "../changes.js";
import { useLoader } from "../loader.js";
import { bytesOf } from "./bytes.js";
import { unpatch } from "./patch.js";
import { spawn, without } from "./workers.js";

export { inWorker } from "./workers.js";

/**
 * A module's bytes; `difference` makes it the one without SIMD. At once, as nothing is to be waited for: the streams of browsers
 * cannot do that.
 */
function module(text: string, difference: string, simd: boolean): Uint8Array<ArrayBuffer> {
  const bytes = inflateSync(bytesOf(text)) as Uint8Array<ArrayBuffer>;
  return simd ? bytes : unpatch(bytes, inflateSync(bytesOf(difference)));
}

useLoader({
  // There is only the whole engine, which reads as well.
  load: (simd) => module(whole, wholeWithoutSimd, simd),
  loadCodecs: (simd) => module(codecs, codecsWithoutSimd, simd),
  immediate: true,
  spawn,
  without,
  processors: () => (typeof navigator === "undefined" ? 1 : navigator.hardwareConcurrency),
});

useChanges(change);
