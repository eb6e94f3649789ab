/** A data provider for the viewer of H5Web, for Node. */

import { useOpener } from "./h5web/index.js";

useOpener(async (source, options) => (await import("./node.js")).open(source, options));

export { HyperslabApi, type HyperslabApiOptions } from "./h5web/index.js";
