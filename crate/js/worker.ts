/** The script of a worker in browsers. */

import { expose } from "comlink";
import "./browser.js";
import { sendFaults } from "./worker/calls.js";
import { host } from "./worker/host.js";

sendFaults();
expose(host);
