/** What is embedded: scripts/build/inline.mjs makes it. */

import codecs from "#hyperslab_codecs";
import codecsWithoutSimd from "#hyperslab_codecs_scalar";
import whole from "#hyperslab_edit";
import wholeWithoutSimd from "#hyperslab_edit_scalar";
import type { Texts } from "./embedded.js";

export const texts: Texts = { engine: [whole, wholeWithoutSimd], codecs: [codecs, codecsWithoutSimd] };
