/** What every entry point exports. */

export { ready } from "./engine.js";
export { HyperslabError, isHyperslabError } from "./errors.js";
export { externalLink, softLink } from "./links.js";
export { create, open, openSync } from "./open.js";
export { repack } from "./repack.js";
export { slice } from "./selection.js";
export type { WasmSource } from "./engine.js";
export type { ErrorCode, FilterReference } from "./errors.js";
export type * from "./types.js";
