// Files of the corpus of which `hyperslab dump` prints something else than h5dump 1.10, and why. Everything else is equal.
const WIDE = "h5dump cuts integers of more than 64 bits, and one byte has no byte order for us";
const ONE_BYTE = "one byte has no byte order for us";
const FLOATS = "libhdf5 takes the smallest numbers of 128 bits for others";
const GARBAGE = "h5dump prints what happens to be in its memory, another value each time";
const NARROW = "h5dump does not know references of less than 8 bytes";

export const differences = {
  "fill/status_earliest.h5": GARBAGE,
  "fill/status_latest.h5": GARBAGE,
  "filters/nbit_earliest.h5": "h5dump shows a signed integer of one bit as 1, libhdf5 and we as -1",
  "spaces/huge_extent.h5": "extents beyond 2^53 are doubles in the API",
  "superblock/sizes_2_2.h5": NARROW,
  "superblock/sizes_2_8.h5": NARROW,
  "superblock/sizes_4_4.h5": NARROW,
  "superblock/sizes_4_8.h5": NARROW,
  "types/bitfields_earliest.h5": ONE_BYTE,
  "types/bitfields_latest.h5": ONE_BYTE,
  "types/compound_earliest.h5": "members of records come by their offset, in h5dump as they are written down",
  "types/float_formats_earliest.h5": FLOATS,
  "types/float_formats_latest.h5": FLOATS,
  "types/integers_earliest.h5": WIDE,
  "types/integers_latest.h5": WIDE,
  "types/odd_integers_earliest.h5": WIDE,
  "types/odd_integers_latest.h5": WIDE,
  "types/references_earliest.h5": GARBAGE,
  "types/references_latest.h5": GARBAGE,
  "types/references_v110.h5": GARBAGE,
  "types/strings_variable_earliest.h5": "text of variable length that is not UTF-8 has U+FFFD for what cannot be read",
};
