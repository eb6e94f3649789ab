/**
 * HDF5 in JavaScript: files are opened (`open`, `openSync`), made (`create`), joined from another thread (`join`) and stored anew
 * (`repack`). What that gives are objects: a {@link File}, which is its root {@link Group}, a {@link Dataset}, a
 * {@link NamedDatatype}, with their {@link Attributes}.
 *
 * ```ts
 * const f = await open("run.h5");
 * const d = await f.get("entry/data");
 * if (d?.kind === "dataset") {
 *   const { data, shape } = await d.as("float32").read("7, 10:20");
 *   console.log(d.shape, await d.attrs.get("units"), data, shape);
 * }
 * await f.close();
 * ```
 *
 * @module hyperslab
 */

import "./browser.js";

export * from "./exports.js";
