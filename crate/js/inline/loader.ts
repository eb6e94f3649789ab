/** The engine, the filters and the script of workers out of this very file. */

import { useTexts } from "./embedded.js";
import { texts } from "./texts.js";
import { spawn, without } from "./workers.js";

useTexts(texts, {
  spawn,
  without,
  processors: () => (typeof navigator === "undefined" ? 1 : navigator.hardwareConcurrency),
});
