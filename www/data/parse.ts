/** Text into values of a type: what does not fit is refused and never bent. Pure. */

import type { Datatype, Dtype } from "hyperslab";
import { extentsOf, isItem, itemsOf, readList, type Item, type Nested } from "./list.js";
import { ValueError } from "./value-error.js";

/** A value that can be written. Complex numbers are pairs, bytes are opaque, lists are what arrays and sequences hold. */
export type Parsed = number | bigint | string | Uint8Array | readonly Parsed[];

const DIGITS = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan`;
const REAL = new RegExp(`^[+-]?(?:${DIGITS})$`, "i");
const COMPLEX = new RegExp(`^(?:([+-]?(?:${DIGITS}))(?=[+-]))?([+-]?(?:${DIGITS}))[ij]$`, "i");

const shortened = (text: string): string => `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;

/** The value of one element of a type. */
export function parseValue(text: string, dtype: Dtype): Parsed {
  return parseItem({ text, quoted: false }, dtype);
}

function parseItem(item: Item, dtype: Dtype): Parsed {
  if (typeof dtype === "string") return parseNamed(item, dtype);
  const text = item.text.trim();
  switch (dtype.class) {
    case "integer":
      return integer(text, dtype.precision ?? dtype.size * 8, dtype.signed, dtype.size);
    case "bitfield":
    case "time":
      return integer(text, dtype.precision ?? dtype.size * 8, false, dtype.size);
    case "float":
      return float(text, dtype.layout ? 8 : dtype.size);
    case "string":
      return string(item.text, dtype);
    case "enum":
      return enumerated(text, dtype);
    case "array":
    case "vlen":
      return parseList(item.text, dtype);
    case "opaque":
      return opaque(text, dtype.size);
    case "complex":
      return complex(text, dtype.base);
    case "compound":
      if (isPair(dtype)) return complex(text, dtype.members[0]?.dtype ?? "<f8");
      throw new ValueError("a record has to be changed field by field");
    case "reference":
      throw new ValueError("references cannot be changed here");
  }
}

/** Whether a record is how h5py stores complex numbers. */
export function isPair(dtype: Datatype): boolean {
  return dtype.class === "compound" && dtype.members.length === 2 && dtype.members[0]?.name === "r" && dtype.members[1]?.name === "i";
}

function parseNamed(item: Item, dtype: string): Parsed {
  const text = item.text.trim();
  const number = /^[<>|=]?([iuf])(\d+)$/.exec(dtype);
  if (number) {
    const size = Number(number[2]);
    return number[1] === "f" ? float(text, size) : integer(text, size * 8, number[1] === "i", size);
  }
  if (dtype === "bool") return bool(text);
  if (dtype === "string" || dtype === "bytes") return string(item.text, { size: "variable", cset: dtype === "string" ? "utf8" : "ascii" });
  const sized = /^[|]?([SV])(\d+)$/.exec(dtype);
  if (sized?.[1] === "S") return string(item.text, { size: Number(sized[2]), cset: "ascii" });
  if (sized) return opaque(text, Number(sized[2]));
  throw new ValueError(`values of type ${dtype} cannot be changed here`);
}

function parseList(text: string, dtype: Extract<Datatype, { class: "array" | "vlen" }>): Parsed {
  const [dims, base] = wholeArray(dtype);
  const inside = typeof base === "string" ? base : base.class;
  if (inside === "compound" && !isPair(base as Datatype)) throw new ValueError("lists of records cannot be changed here");
  if (inside === "reference") throw new ValueError("lists of references cannot be changed here");
  if (dtype.class === "array") return elementsOf(readList(text), dims).map((one) => parseNested(one, base));
  if (typeof dtype.base === "object" && dtype.base.class === "array") throw new ValueError("lists of arrays cannot be changed here");
  return readList(text).map((one) => parseNested(one, dtype.base));
}

/** The extents of an array type with those of arrays inside, and what the elements are. */
function wholeArray(dtype: Extract<Datatype, { class: "array" | "vlen" }>): [dims: number[], base: Dtype] {
  if (dtype.class === "vlen") return [[], dtype.base];
  const { base, dims } = dtype;
  if (typeof base !== "object" || base.class !== "array") return [dims, base];
  const [inner, element] = wholeArray(base);
  return [[...dims, ...inner], element];
}

/** The elements of lists that have these extents; elements may be lists themselves. */
function elementsOf(list: readonly Nested[], [n = 0, ...rest]: readonly number[]): Nested[] {
  if (list.length !== n) throw new ValueError(`${n} values are needed, not ${list.length}`);
  if (rest.length === 0) return [...list];
  return list.flatMap((one) => {
    if (isItem(one)) throw new ValueError(`lists of ${rest.join(" × ")} values are needed`);
    return elementsOf(one, rest);
  });
}

function parseNested(one: Nested, dtype: Dtype): Parsed {
  if (isItem(one)) return parseItem(one, dtype);
  if (typeof dtype === "object" && dtype.class === "vlen") return one.map((inner) => parseNested(inner, dtype.base));
  if (typeof dtype === "object" && dtype.class === "array") {
    if (String(extentsOf(one)) !== String(dtype.dims)) throw new ValueError(`lists of ${dtype.dims.join(" × ")} values are needed`);
    return itemsOf(one).map((inner) => parseItem(inner, dtype.base));
  }
  throw new ValueError("there is a list where one value is needed");
}

/** A list of values with its extents, for an attribute. */
export function parseArray(text: string, dtype: Dtype): { values: Parsed[]; shape: number[] } {
  const list = readList(text);
  const own = typeof dtype === "object" && dtype.class === "array" ? dtype.dims : [];
  if (typeof dtype === "object" && dtype.class === "vlen") return { values: list.map((one) => parseNested(one, dtype)), shape: [list.length] };
  const extents = extentsOf(list);
  const shape = extents.slice(0, extents.length - own.length);
  if (String(extents.slice(shape.length)) !== String(own)) throw new ValueError(`lists of ${own.join(" × ")} values are needed`);
  const base = typeof dtype === "object" && dtype.class === "array" ? dtype.base : dtype;
  return { values: itemsOf(list).map((one) => parseItem(one, base)), shape };
}

function integer(text: string, bits: number, signed: boolean, size: number): number | bigint {
  const plain = text.replace(/^\u2212/, "-");
  if (!/^[+-]?\d+$/.test(plain) && !/^0x[0-9a-f]+$/i.test(plain)) {
    throw new ValueError(REAL.test(plain) ? `${shortened(text)} is not a whole number` : `${shortened(text)} is not a number`);
  }
  const value = BigInt(plain.replace(/^\+/, ""));
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const high = 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
  if (value < low || value > high) throw new ValueError(`${shortened(text)} is out of range: ${low} to ${high}`);
  return size > 4 ? value : Number(value);
}

/** The largest finite value of half floats, and half a step above it. */
const HALF = 65520;

function float(text: string, size: number): number {
  const plain = text.replace(/^\u2212/, "-").toLowerCase();
  if (!REAL.test(plain)) {
    const comma = /^[+-]?\d+,\d+$/.test(plain) ? ": the decimal sign is a point" : "";
    throw new ValueError(`${shortened(text)} is not a number${comma}`);
  }
  if (plain.includes("nan")) return NaN;
  if (plain.includes("inf")) return plain.startsWith("-") ? -Infinity : Infinity;
  const value = Number(plain);
  const kept = size === 4 ? Math.fround(value) : size === 2 && Math.abs(value) >= HALF ? Infinity : value;
  if (!Number.isFinite(kept)) throw new ValueError(`${shortened(text)} is too large for ${size * 8} bits`);
  const least = size === 2 ? 2 ** -25 : 0;
  if (Math.abs(kept) <= least && /[1-9]/.test(plain.replace(/e.*$/, ""))) throw new ValueError(`${shortened(text)} is too small for ${size * 8} bits`);
  return value;
}

function complex(text: string, base: Dtype): Parsed {
  const plain = text.replaceAll("\u2212", "-").replace(/^\((.*)\)$/s, "$1").replaceAll(/\s/g, "");
  if (REAL.test(plain)) return [parseValue(plain, base), parseValue("0", base)];
  const found = COMPLEX.exec(plain);
  if (!found) throw new ValueError(`${shortened(text)} is not a complex number, such as 1+2j`);
  return [parseValue(found[1] ?? "0", base), parseValue(found[2] ?? "0", base)];
}

function bool(text: string): number {
  const plain = text.toLowerCase();
  if (plain === "true" || plain === "1") return 1;
  if (plain === "false" || plain === "0") return 0;
  throw new ValueError(`${shortened(text)} is neither true nor false`);
}

/** Names of an enumeration that an error lists. */
const NAMES = 12;

function enumerated(text: string, dtype: Extract<Datatype, { class: "enum" }>): number | bigint {
  const named = dtype.members.find(([name]) => name === text) ?? dtype.members.find(([, code]) => String(code) === text);
  if (named) return named[1];
  const names = dtype.members.slice(0, NAMES).map(([name]) => name).join(", ");
  throw new ValueError(`${shortened(text)} is not one of ${names}${dtype.members.length > NAMES ? ", …" : ""}`);
}

function string(text: string, { size, cset }: { size: number | "variable"; cset: string }): string {
  if (text.includes("\0")) throw new ValueError("a text cannot contain a NUL");
  if (/\p{Cs}/u.test(text)) throw new ValueError("this text has half of a character in it");
  if (cset === "ascii" && /[\u0080-\u{10ffff}]/u.test(text)) throw new ValueError(`this text is ASCII: ${shortened(text)} has other characters`);
  if (size === "variable") return text;
  // Also where a NUL ends them: netCDF's texts fill all their bytes.
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > size) throw new ValueError(`this text takes ${bytes} bytes, and there is room for ${size}`);
  return text;
}

function opaque(text: string, size: number): Uint8Array {
  const digits = text.replaceAll(/\s|^0x/gi, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new ValueError(`bytes are written as pairs of hexadecimal digits: 00 1f ff`);
  if (digits.length !== 2 * size) throw new ValueError(`${size} bytes are needed, not ${digits.length / 2}`);
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
