/** Numbers and names that programs know from h5wasm. */

/** Ways of opening: reading, changing what is there, a new file in any case or only where there is none, and SWMR. */
export const ACCESS_MODES = {
  /** Reading. */
  r: "H5F_ACC_RDONLY",
  /** Changing what is there. */
  a: "H5F_ACC_RDWR",
  /** A new file, in the place of any other. */
  w: "H5F_ACC_TRUNC",
  /** A new file where there is none. */
  x: "H5F_ACC_EXCL",
  /** Changing what others follow (SWMR). */
  Sa: "ACC_SWMR_APPEND",
  /** Following what another program writes (SWMR). */
  Sr: "H5F_ACC_SWMR_READ",
} as const;

/** A way of opening. */
export type ACCESS_MODESTRING = keyof typeof ACCESS_MODES;

/** Releases that say in which form things are written. */
export const LIBVER_BOUNDS_MAP = {
  /** HDF5 1.0 to 1.6. */
  earliest: "H5F_LIBVER_EARLIEST",
  /** HDF5 1.8. */
  v108: "H5F_LIBVER_V18",
  /** HDF5 1.10. */
  v110: "H5F_LIBVER_V110",
  /** HDF5 1.12. */
  v112: "H5F_LIBVER_V112",
  /** HDF5 1.14. */
  v114: "H5F_LIBVER_V114",
  /** HDF5 2.0. */
  v200: "H5F_LIBVER_V200",
  /** The newest that is known. */
  latest: "H5F_LIBVER_LATEST",
} as const;

/** A release. */
export type LIBVER_BOUND = keyof typeof LIBVER_BOUNDS_MAP;
/** The oldest release that has to read what is written and the newest whose forms may be used; one alone is both. */
export type LIBVER_BOUNDS = LIBVER_BOUND | [LIBVER_BOUND, LIBVER_BOUND];

/** Classes of datatypes. */
export const H5T_class_t = {
  H5T_NO_CLASS: { value: -1 },
  H5T_INTEGER: { value: 0 },
  H5T_FLOAT: { value: 1 },
  H5T_TIME: { value: 2 },
  H5T_STRING: { value: 3 },
  H5T_BITFIELD: { value: 4 },
  H5T_OPAQUE: { value: 5 },
  H5T_COMPOUND: { value: 6 },
  H5T_REFERENCE: { value: 7 },
  H5T_ENUM: { value: 8 },
  H5T_VLEN: { value: 9 },
  H5T_ARRAY: { value: 10 },
  H5T_COMPLEX: { value: 11 },
} as const;

/** The same numbers for short. */
export const CLASS = {
  integer: 0,
  float: 1,
  time: 2,
  string: 3,
  bitfield: 4,
  opaque: 5,
  compound: 6,
  reference: 7,
  enum: 8,
  vlen: 9,
  array: 10,
  complex: 11,
} as const;

/** What `Module` has besides functions. */
export const NUMBERS = {
  H5O_TYPE_GROUP: 0,
  H5O_TYPE_DATASET: 1,
  H5O_TYPE_NAMED_DATATYPE: 2,
  H5G_GROUP: 0,
  H5G_DATASET: 1,
  H5G_TYPE: 2,
  H5G_LINK: 3,
  H5G_UDLINK: 4,
  SIZEOF_OBJ_REF: 8,
  SIZEOF_DSET_REGION_REF: 12,
  H5F_ACC_RDONLY: 0,
  H5F_ACC_RDWR: 1,
  H5F_ACC_TRUNC: 2,
  H5F_ACC_EXCL: 4,
  H5F_ACC_CREAT: 16,
  ACC_SWMR_APPEND: 33,
  H5F_ACC_SWMR_READ: 64,
  H5F_LIBVER_EARLIEST: 0,
  H5F_LIBVER_V18: 1,
  H5F_LIBVER_V110: 2,
  H5F_LIBVER_V112: 3,
  H5F_LIBVER_V114: 4,
  H5F_LIBVER_V200: 5,
  H5F_LIBVER_LATEST: 5,
  H5Z_FILTER_NONE: 0,
  H5Z_FILTER_DEFLATE: 1,
  H5Z_FILTER_SHUFFLE: 2,
  H5Z_FILTER_FLETCHER32: 3,
  H5Z_FILTER_SZIP: 4,
  H5Z_FILTER_NBIT: 5,
  H5Z_FILTER_SCALEOFFSET: 6,
  H5Z_FILTER_RESERVED: 256,
  H5Z_FILTER_MAX: 65535,
  H5P_DEFAULT: 0,
  /** Bytes that the engine's memory may have. */
  MAXIMUM_MEMORY: 4294901760,
  calledRun: true,
  H5L_type_t: {
    H5L_TYPE_ERROR: { value: -1 },
    H5L_TYPE_HARD: { value: 0 },
    H5L_TYPE_SOFT: { value: 1 },
    H5L_TYPE_EXTERNAL: { value: 64 },
    H5L_TYPE_MAX: { value: 255 },
  },
  H5T_order_t: {
    H5T_ORDER_LE: { value: 0 },
    H5T_ORDER_BE: { value: 1 },
    H5T_ORDER_VAX: { value: 2 },
    H5T_ORDER_MIXED: { value: 3 },
    H5T_ORDER_NONE: { value: 4 },
  },
  H5T_str_t: {
    H5T_STR_NULLTERM: { value: 0 },
    H5T_STR_NULLPAD: { value: 1 },
    H5T_STR_SPACEPAD: { value: 2 },
  },
  H5T_cset_t: { H5T_CSET_ASCII: { value: 0 }, H5T_CSET_UTF8: { value: 1 } },
  H5T_class_t,
} as const;

/** The name of a release by its number in `Module`. */
export function convertToLibverString(value: number): LIBVER_BOUND {
  for (const [name, constant] of Object.entries(LIBVER_BOUNDS_MAP)) {
    if (NUMBERS[constant] === value) return name as LIBVER_BOUND;
  }
  throw new Error(`there is no release of number ${value}`);
}
