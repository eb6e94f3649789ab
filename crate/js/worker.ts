/** The script of a worker in browsers. */

import { expose } from "comlink";
import * as change from "./change/index.js";
import { useChanges } from "./changes.js";
import { HyperslabError } from "./errors.js";
import { files } from "./fetched.js";
import { useLoader } from "./loader.js";
import { sendFaults } from "./worker/calls.js";
import { host } from "./worker/host.js";

// Workers have none of their own: bundlers would have to find this script out of itself, and Turbopack never ends looking.
useLoader({
  ...files,
  spawn() {
    throw new HyperslabError("Unsupported", "there are no workers here");
  },
  without: async () => "this is one",
  processors: () => 1,
});
// A worker's script is one file.
useChanges(change);
sendFaults();
expose(host);
