/** The script of a worker, which is embedded as text. */

import { expose } from "comlink";
import { sendFaults } from "../worker/calls.js";
import { host } from "../worker/host.js";
import { type Texts, useTexts } from "./embedded.js";
import { none } from "./none.js";

/** What is before this script: see workers.ts. */
declare const hyperslabTexts: Texts;

useTexts(hyperslabTexts, none);
sendFaults();
expose(host);
// Who made it waits for a word.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
globalThis.postMessage(0);
