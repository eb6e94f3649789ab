/**
 * A data provider for the viewer of H5Web, `@h5web/app`: `hyperslab/h5web`, for browsers and bundlers.
 *
 * @module hyperslab/h5web
 */

import { useOpener } from "./h5web/index.js";

useOpener(async (source, options) => (await import("./index.js")).open(source, options));

export { HyperslabApi, type HyperslabApiOptions } from "./h5web/index.js";
