// Where h5wasm and ours differ in the corpus, and why: all of it is what h5wasm (0.10.3) does not do, or does wrong. Places are
// `folder/file:path@attribute what`.

/** Values in each of the ways in which they are read. */
const VALUES = "(value|json_value|to_array|slice)$";
const values = (place) => new RegExp(`^${place}.* ${VALUES}`);

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
