/**
 * The whole public surface in one place: what users hold, and what it returns.
 *
 * Everything an object says about itself (`shape`, `dtype`, attribute names …) is loaded with it and is a plain
 * property. What touches the source returns `Out<M, T>`: `T` from `openSync` and `create`, `Promise<T>` from `open`.
 */

export type * from "./types/modes.js";
export type * from "./types/sources.js";
export type * from "./types/opening.js";
export type * from "./types/file.js";
export type * from "./types/objects.js";
export type * from "./types/attributes.js";
export type * from "./types/links.js";
export type * from "./types/loading.js";
export type * from "./types/datatypes.js";
export type * from "./types/values.js";
export type * from "./types/elements.js";
export type * from "./types/selections.js";
export type * from "./types/filters.js";
export type * from "./types/writing.js";
export type * from "./types/creating.js";
