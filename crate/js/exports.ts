/** What every entry point exports. */

export { ready } from "./ready.js";
export { HyperslabError, isHyperslabError } from "./errors.js";
export { registerFilter } from "./register.js";
export { externalLink, softLink } from "./links.js";
export { create, open, openSync } from "./open.js";
export { isDataset } from "./is.js";
export { join } from "./join.js";
export { repack } from "./repack.js";
export { slice } from "./selection.js";
export type { ReadyOptions } from "./ready.js";
export type { ErrorCode, ErrorPlace, FilterReference, ServerReference } from "./errors.js";
export type * from "./types.js";
