/** The script of a worker in Node. */

import { parentPort } from "node:worker_threads";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import "./node.js";
import { sendFaults } from "./worker/calls.js";
import { host } from "./worker/host.js";

sendFaults();
expose(host, nodeEndpoint(parentPort!));
