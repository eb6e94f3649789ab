/** What a datatype means for showing it: its name in words, its size, and which views make sense. */

import type { Datatype, Dtype } from "hyperslab";

/** What elements are, as far as views care. */
export type ElementKind = "number" | "bool" | "enum" | "complex" | "string" | "compound" | "other";

const NUMPY = /^([<>|=]?)([iuf])(\d+)$/;

/** Whether a compound is how h5py stores complex numbers: two equal floats called r and i. */
function isComplexPair(t: Datatype): boolean {
  return (
    t.class === "compound" &&
    t.members.length === 2 &&
    t.members[0]?.name === "r" &&
    t.members[1]?.name === "i" &&
    t.members.every((m) => elementKind(m.dtype) === "number")
  );
}

/** What elements of that type are. */
export function elementKind(t: Dtype): ElementKind {
  if (typeof t === "string") {
    if (t === "bool") return "bool";
    if (t === "string" || t === "bytes" || /^[|]?S\d+$/.test(t)) return "string";
    return NUMPY.test(t) ? "number" : "other";
  }
  switch (t.class) {
    case "integer":
    case "float":
    case "bitfield":
    case "time":
      return "number";
    case "complex":
      return "complex";
    case "enum":
    case "string":
      return t.class;
    case "compound":
      return isComplexPair(t) ? "complex" : "compound";
    default:
      return "other";
  }
}

/** Whether elements can be drawn as numbers. */
export function isPlottable(kind: ElementKind): boolean {
  return kind === "number" || kind === "bool" || kind === "enum";
}

/** Bytes of one element in the file; 16 for what is stored elsewhere. */
export function itemSize(t: Dtype): number {
  if (typeof t === "string") {
    const n = NUMPY.exec(t) ?? /^([|]?)([SV])(\d+)$/.exec(t);
    if (n) return Number(n[3]);
    return t === "bool" ? 1 : 16;
  }
  switch (t.class) {
    case "string":
      return t.size === "variable" ? 16 : t.size;
    case "array":
      return t.dims.reduce((a, b) => a * b, itemSize(t.base));
    case "enum":
      return itemSize(t.base);
    case "complex":
      return 2 * itemSize(t.base);
    case "vlen":
      return 16;
    case "reference":
      return t.ref === "region" ? 12 : 8;
    default:
      return t.size;
  }
}

/** The type in words: `float32`, `big-endian int16`, `text of 10 bytes`, `record of 3 fields`. */
export function describeType(t: Dtype): string {
  if (typeof t === "string") return describeName(t);
  switch (t.class) {
    case "integer":
      return withOrder(t.order, t.size, `${t.signed ? "int" : "uint"}${t.size * 8}`) + bits(t.precision, t.size);
    case "float":
      return withOrder(t.order, t.size, `float${t.size * 8}`) + bits(t.layout?.precision, t.size);
    case "bitfield":
    case "time":
      return withOrder(t.order, t.size, `${t.class} of ${t.size * 8} bits`);
    case "string":
      return t.size === "variable" ? `text, ${charset(t.cset)}` : `text of ${t.size} bytes, ${charset(t.cset)}`;
    case "compound":
      return isComplexPair(t)
        ? `complex${itemSize(t) * 8}`
        : `record of ${t.members.length} ${t.members.length === 1 ? "field" : "fields"}`;
    case "array":
      return `${describeType(t.base)} × ${t.dims.join(" × ")}`;
    case "enum":
      return `enum of ${describeType(t.base)}`;
    case "vlen":
      return `lists of ${describeType(t.base)}`;
    case "opaque":
      return `opaque, ${t.size} bytes${t.tag ? ` (${t.tag})` : ""}`;
    case "reference":
      return `${t.ref === "std" ? "" : `${t.ref} `}reference`;
    case "complex":
      return `complex${itemSize(t) * 8}`;
  }
}

function describeName(t: string): string {
  const n = NUMPY.exec(t);
  if (n) {
    const [, order, letter, bytes] = n;
    const name = `${{ i: "int", u: "uint", f: "float" }[letter as "i" | "u" | "f"]}${Number(bytes) * 8}`;
    return order === ">" && Number(bytes) > 1 ? `big-endian ${name}` : name;
  }
  const s = /^[|]?S(\d+)$/.exec(t);
  if (s) return `text of ${s[1]} bytes, ASCII`;
  const v = /^[|]?V(\d+)$/.exec(t);
  if (v) return `opaque, ${v[1]} bytes`;
  return t === "string" ? "text, UTF-8" : t === "bytes" ? "text, ASCII" : t;
}

function withOrder(order: string, size: number, name: string): string {
  if (order === "VAX") return `VAX ${name}`;
  return order === "BE" && size > 1 ? `big-endian ${name}` : name;
}

function bits(precision: number | undefined, size: number): string {
  return precision !== undefined && precision !== size * 8 ? ` (${precision} bits used)` : "";
}

const charset = (cset: string): string => (cset === "utf8" ? "UTF-8" : "ASCII");

/** Lines that say what is inside a type: fields of a record, names of an enum. */
export function typeDetails(t: Dtype): [name: string, text: string][] {
  if (typeof t === "string") return [];
  switch (t.class) {
    case "compound":
      return isComplexPair(t) ? [] : t.members.map((m) => [m.name, describeType(m.dtype)]);
    case "enum":
      return t.members.map(([name, value]) => [name, String(value)]);
    case "array":
    case "vlen":
      return typeDetails(t.base);
    default:
      return [];
  }
}
