/**
 * What of `Module` works on libhdf5's memory. There is none here: the engine's memory is its own, and values are handed over as
 * typed arrays. It is refused, with what to use instead: a made-up memory would be one from which nothing is ever read.
 */

import { HyperslabError } from "../errors.js";

const ARRAYS = "values are typed arrays of JavaScript, which `value`, `slice` and `create_dataset` give and take";
const TEXTS = "texts are strings of JavaScript";
const CALLS = "`Module` has h5wasm's own functions, and there is no C below them";

const CALLED: Record<string, string> = {
  get_dataset_data: "`Dataset` has `value`, `json_value` and `slice`",
  set_dataset_data: "`Dataset` has `write_slice`",
  get_attribute_data: "`get_attribute(name)` and `attrs[name].value` read attributes",
  get_region_data: "`DatasetRegion` has `value`",
  create_dataset: "`Group` has `create_dataset`",
  create_attribute: "groups and datasets have `create_attribute`",
  reclaim_vlen_memory: "nothing has to be given back",
  reclaim_vlen_memory_count: "nothing has to be given back",
  ccall: CALLS,
  cwrap: CALLS,
  UTF8ToString: TEXTS,
  AsciiToString: TEXTS,
  _H5open: CALLS,
  _H5Fopen: CALLS,
  _H5Fcreate: CALLS,
  _H5Fclose: CALLS,
};
for (const name of ["malloc", "calloc", "realloc", "free", "memcpy", "memmove", "memset", "strlen"]) CALLED[`_${name}`] = ARRAYS;

const VIEWS = ["HEAP8", "HEAPU8", "HEAP16", "HEAPU16", "HEAP32", "HEAPU32", "HEAP64", "HEAPU64", "HEAPF32", "HEAPF64"];

const refused = (name: string, instead: string): HyperslabError => new HyperslabError("Unsupported", `Module.${name} works on libhdf5's memory, which is not there: ${instead}`);

/** Gives a module these names: functions that throw when they are called, and views that throw when they are asked for. */
export function refuseMemory<T extends object>(module: T): T {
  for (const [name, instead] of Object.entries(CALLED)) {
    Object.defineProperty(module, name, {
      value: () => {
        throw refused(name, instead);
      },
    });
  }
  for (const name of VIEWS) {
    // Not listed: whoever copies a module asks for what is listed.
    Object.defineProperty(module, name, {
      get() {
        throw refused(name, ARRAYS);
      },
    });
  }
  return module;
}
