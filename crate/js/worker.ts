/** The script of a worker in browsers. */

import { expose } from "comlink";
import "./browser.js";
import * as change from "./change/index.js";
import { useChanges } from "./changes.js";
import { sendFaults } from "./worker/calls.js";
import { host } from "./worker/host.js";

// A worker's script is one file.
useChanges(change);
sendFaults();
expose(host);
