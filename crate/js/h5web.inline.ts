/** A data provider for the viewer of H5Web, for bundlers whose `hyperslab` is `hyperslab/inline`. */

import { useOpener } from "./h5web/index.js";

useOpener(async (source, options) => (await import("./inline.js")).open(source, options));

export { HyperslabApi, type HyperslabApiOptions } from "./h5web/index.js";
