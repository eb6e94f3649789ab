// Where h5wasm (0.10.3) and ours differ, and why. Everywhere: what fails throws a HyperslabError, where h5wasm says so on the
// console and goes on with `null`, -1, or what was in memory. `activate_throwing_error_handler` changes nothing for that.
//
// Not there: libhdf5's memory (`HEAPU8` and its like, `_malloc`, `ccall`, the functions of `Module` that take pointers): nothing
// of ours is in it, so what a program would read there is nothing. Each says what to use. Of `FS`: devices, `mmap`,
// `createPreloadedFile`, file systems of a program's own, and the tables that Emscripten keeps for itself (`nameTable`, `streams` ...).

/** Calls by a part of their text: see calls.mjs. */
export const differences = {
  "f.attrs.t.metadata": "text is padded with NULs, and marked so; h5wasm's is marked as padded with spaces, which others take its NULs for part of",
  'f.get("fs").metadata': "the same",
  'f.get("sl").metadata': "the same",
  'dtype_to_metadata("S10")': "the same, said",
  'dtype_to_metadata("A")': "the same",
  'dtype_to_metadata("Reference")': "of what kind is said",
  'dtype_to_metadata([["a"': "an array's base knows its extents, as where it is read",
  'dtype_to_metadata(["<f"': "the same",
  "slice([[0,2,-1]])": "a step backwards is refused, not taken for nothing",
  "M.get_types(": "links that lead nowhere are links",
  "null,null,null)).shape": "all elements are a region with a shape",
  'dtype:"S2"}': "text is not cut off",
  "f.attrs.n3": "the same",
  'compression:"lzf"': "every filter of the package is known by its name",
  "x/y/nk": "groups on the way are made",
  "/abs2": "a path from the root is one: h5wasm makes something in the group, and finds nothing",
  "/abs3": "the same",
  '"/g").keys()': "the same",
  'f.create_group("g")': "a name that is taken is an error",
  "d/x": "and so is a dataset that is to be a group",
  "f.attrs.a.value": "an attribute that is there gets the new value",
  "f.libver": "files that the oldest releases read are made by default, as h5py does",
  "/none/none.h5": "a file that cannot be made is an error",
  'next(f),"x")': "so is one that is there",
  'f.get("d")': "and so is what was closed",
};

/** Tests of h5wasm's own by their description. */
export const ownTests = {
  "test throwing error handler": "errors have our words, not libhdf5's",
  "test default error handler": "errors are thrown",
  "Repeated vlen slicing does not abort and keeps a steady heap": "it measures libhdf5's memory",
  "Test libver property getter": "a file for HDF5 1.10 says so when it is opened again, as h5wasm's README has it; its library says 1.8",
};

/** Values in each of the ways in which they are read. */
const VALUES = "(value|json_value|to_array|slice)$";
const values = (place) => new RegExp(`^${place}.* ${VALUES}`);

/** Places in the corpus, `folder/file:path@attribute what`. */

export const quirks = [
  [/^(attributes|shared)\/.* attribute names$/, "attributes whose order is kept without an index are listed in that order, as in h5py"],
  [/^groups\/creation_order_dense.*:tracked keys$/, "so are links"],
  [/^(groups|links)\/.* type$/, "a link that leads nowhere is one: h5wasm reads a variable that nobody set, and takes it for a group"],
  [values("attributes/zoo.*@vlens"), "text that is not there is empty: h5wasm reads what is at address 0"],
  [values("ecosystem/.*@REFERENCE_LIST"), "references in records are there"],
  [values("types/compound.*:refs"), "the same"],
  [values("types/references_std"), "references of HDF5 1.12 are read"],
  [values("(types/(references|every_class|arrays)|ecosystem/matlab)"), "a slice has as many references as are chosen; numbers with a precision of their own are read as such"],
  [values("external/raw_files"), "elements in files of bytes are read, or it is said that they are not there; h5wasm gives what was in memory"],
  [values("fill/status"), "elements that nobody wrote are fill values or zeros, not what was in memory"],
  [values("filters/nbit"), "numbers with a precision and an offset are read as such"],
  [values("types/(odd_integers|integers|enums|float_formats|bitfields|time)"), "the same, and those of more than 8 bytes, and other orders of bytes"],
  [/^(filters\/nbit|types\/(integers|odd_integers|bitfields|float_formats)).* (metadata|dtype)$/, "numbers of one byte have no order, and types without a short form are unknown"],
  [/^types\/complex\.?.* dtype$|^types\/complex_(earliest|latest)\.h5:.* dtype$/, "the same"],
  [/^types\/enums.* metadata$/, "codes of an enum beyond int32 are what they are"],
  [values("types/complex_native"), "parts that are converted are given as they are converted, and an array of pairs has pairs"],
  [new RegExp(`^types/compound.*:out of order (metadata|dtype|${VALUES})`), "members are in the order of their places"],
  [values("types/(compound|strings).*:"), "spaces that pad are no part of a text, what follows a NUL in a padded one is; bytes are UTF-8"],
  [values("shared/sohm"), "the same"],
  [values("types/vlen.*:array of vlen"), "sequences in arrays are typed arrays"],
  [/^superblock\/sizes.*/, "files whose lengths have other sizes are read"],
];
