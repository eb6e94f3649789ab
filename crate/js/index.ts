/** HDF5 in JavaScript: the entry point for browsers and bundlers. */

import { codecsFile, engineFile } from "./files.js";
import { useLoader } from "./loader.js";

useLoader({ load: engineFile, loadCodecs: codecsFile, immediate: false });

export * from "./exports.js";
