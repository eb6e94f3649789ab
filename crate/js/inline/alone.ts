/** The engine and the filters out of this very file, which has no workers. */

import { useTexts } from "./embedded.js";
import { none } from "./none.js";
import { texts } from "./texts.js";

useTexts(texts, none);
