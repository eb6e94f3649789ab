/** Datatypes in a few words. */

import type { Dtype } from "../types.js";
import { printable } from "./style.js";

const ORDER = { LE: "<", BE: ">", VAX: "vax " };

/** A dtype for people: NumPy's name, or what it is made of. */
export function dtypeText(dtype: Dtype): string {
  if (typeof dtype === "string") return dtype;
  switch (dtype.class) {
    case "integer":
      return `${ORDER[dtype.order]}${dtype.signed ? "i" : "u"}${dtype.size}${bits(dtype)}`;
    case "float":
      return `${ORDER[dtype.order]}f${dtype.size}${dtype.layout ? ` (${dtype.layout.precision} bits)` : ""}`;
    case "string":
      return `${dtype.cset === "utf8" ? "utf8" : "ascii"} string${dtype.size === "variable" ? "" : ` of ${dtype.size} bytes`}`;
    case "compound":
      return `{${dtype.members.map((m) => `${printable(m.name)}: ${dtypeText(m.dtype)}`).join(", ")}}`;
    case "array":
      return `${dtypeText(dtype.base)}[${dtype.dims.join(", ")}]`;
    case "enum":
      return `enum of ${dtypeText(dtype.base)} {${dtype.members.map(([name, value]) => `${printable(name)} = ${value}`).join(", ")}}`;
    case "vlen":
      return `list of ${dtypeText(dtype.base)}`;
    case "opaque":
      return `opaque of ${dtype.size} bytes${dtype.tag ? ` "${printable(dtype.tag)}"` : ""}`;
    case "bitfield":
    case "time":
      return `${dtype.class} of ${dtype.size} bytes${bits(dtype)}`;
    case "reference":
      return `${dtype.ref} reference`;
    case "complex":
      return `complex of ${dtypeText(dtype.base)}`;
  }
}

function bits({ precision }: { precision?: number }): string {
  return precision === undefined ? "" : ` (${precision} bits)`;
}

/** Extents as Python writes them; with what they may grow to, if that is more. */
export function shapeText(shape: readonly number[] | null, maxshape?: readonly (number | null)[] | null): string {
  if (shape === null) return "null";
  if (shape.length === 0) return "scalar";
  return `(${shape.map((d, i) => (maxshape && maxshape[i] !== d ? `${d}/${maxshape[i] ?? "inf"}` : d)).join(", ")})`;
}
