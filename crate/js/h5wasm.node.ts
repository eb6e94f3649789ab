/** A drop-in for h5wasm/node: files are the machine's. */

import "./node.js";
import { useDisk } from "./h5wasm/fs/index.js";
import { closeAll } from "./h5wasm/opened.js";
import { nodeDisk } from "./h5wasm/fs/node.js";

useDisk(nodeDisk);
// Programs that know h5wasm need not close what they have made.
process.once("exit", closeAll);

export * from "./h5wasm/index.js";
export { default } from "./h5wasm/index.js";
