/** The engine and the filters out of text. */

/*! fflate: Copyright (c) 2026 Arjun Barrett, SPDX-License-Identifier: MIT */

import { inflateSync } from "fflate";
import * as change from "../change/index.js";
import { useChanges } from "../changes.js";
import { type Loader, useLoader } from "../loader.js";
import { bytesOf } from "./bytes.js";
import { unpatch } from "./patch.js";

/** Each module, and how the one without SIMD differs from it: deflated, as base64. */
export interface Texts {
  /** The whole engine, which reads as well: there is no other. */
  engine: readonly [text: string, difference: string];
  codecs: readonly [text: string, difference: string];
}

/** At once, as nothing is to be waited for: the streams of browsers cannot do that. */
function module([text, difference]: readonly [string, string], simd: boolean): Uint8Array<ArrayBuffer> {
  const bytes = inflateSync(bytesOf(text)) as Uint8Array<ArrayBuffer>;
  return simd ? bytes : unpatch(bytes, inflateSync(bytesOf(difference)));
}

/** Called once by each script that has its modules as `texts`. */
export function useTexts(texts: Texts, workers: Pick<Loader, "spawn" | "without" | "processors">): void {
  useLoader({
    load: (simd) => module(texts.engine, simd),
    loadCodecs: (simd) => module(texts.codecs, simd),
    immediate: true,
    ...workers,
  });
  useChanges(change);
}
