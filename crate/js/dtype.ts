/** Datatypes in short and in full. */

import { argument } from "./errors.js";
import type { Datatype, Dtype } from "./types.js";

const NAMES: Record<string, string> = {
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  float16: "<f2",
  float32: "<f4",
  float64: "<f8",
};

/** The structured form of any dtype. Throws on text that is not one. */
export function expand(dtype: Dtype): Datatype {
  if (typeof dtype === "object") return dtype;
  if (dtype === "bool" || dtype === "|b1" || dtype === "?") {
    const base: Dtype = { class: "integer", size: 1, order: "LE", signed: true };
    return { class: "enum", base, members: [["FALSE", 0], ["TRUE", 1]] };
  }
  if (dtype === "string" || dtype === "bytes") {
    return { class: "string", size: "variable", pad: "nullterm", cset: dtype === "string" ? "utf8" : "ascii" };
  }
  const number = /^([<>|=]?)([iuf])([1248])$/.exec(NAMES[dtype] ?? dtype);
  if (number && !(number[2] === "f" && number[3] === "1")) {
    const size = Number(number[3]);
    const order = number[1] === ">" && size > 1 ? "BE" : "LE";
    if (number[2] === "f") return { class: "float", size, order };
    return { class: "integer", size, order, signed: number[2] === "i" };
  }
  const bytes = /^\|?([SV])(\d+)$/.exec(dtype);
  if (bytes?.[1] === "S") return { class: "string", size: Number(bytes[2]), pad: "nullpad", cset: "ascii" };
  if (bytes) return { class: "opaque", size: Number(bytes[2]), tag: "" };
  throw argument(`"${dtype}" is not a dtype`);
}

/** A dtype as `toString` of a dataset shows it. */
export function display(dtype: Dtype): string {
  if (typeof dtype === "string") return dtype;
  return "size" in dtype ? `${dtype.class}, ${dtype.size} bytes` : dtype.class;
}
