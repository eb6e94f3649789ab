/** The types that are offered for what is made new. */

export const TYPES: readonly (readonly [dtype: string, name: string])[] = [
  ["<f8", "float64"],
  ["<f4", "float32"],
  ["<i8", "int64"],
  ["<i4", "int32"],
  ["<i2", "int16"],
  ["|i1", "int8"],
  ["<u8", "uint64"],
  ["<u4", "uint32"],
  ["<u2", "uint16"],
  ["|u1", "uint8"],
  ["bool", "bool"],
  ["string", "text"],
];
