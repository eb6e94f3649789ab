/** HDF5 in JavaScript: the entry point for browsers and bundlers. */

import "./browser.js";

export * from "./exports.js";
