/** All that only changes files: loaded with the engine that can. */

export { changeAxis } from "./axes.js";
export { writeRaw } from "./chunks.js";
export { copyObject } from "./copy.js";
export { clearAttributes, createDataset, createDatatype, createGroup, deleteAttribute, makeLink, move, remove, setAttribute } from "./edit.js";
export { append, regionRef, resize, writeElements } from "./elements.js";
export { fileSpec, releaseName } from "./spec.js";
// All that is shared is one file, which compresses best.
import "../exports.js";
