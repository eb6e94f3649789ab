/** How the elements of a dataset are said in Zarr (version 2, whose types are NumPy's). */

import { expand } from "../dtype.js";
import { HALVES } from "../halves.js";
import type { Datatype, Dtype, FloatType } from "../types.js";

/** A NumPy type as `.zarray` has it: text, or the members of a record. */
export type ZarrType = string | [name: string, type: ZarrType, dims?: number[]][];

/** Elements as the chunks have them. */
export interface Form {
  readonly dtype: ZarrType;
  /** Bytes of an element; 0 for text of variable length. */
  readonly size: number;
  /** Extents of an array type, which become axes of the array. */
  readonly dims: number[];
  /** What one element is, without those. */
  readonly type: Datatype;
  /** Whether they are as in the file, and not as they were decoded. */
  readonly stored: boolean;
}

/** Whether records have plain members only: zarr-python does not read arrays and records in them. */
export const isFlat = (dtype: ZarrType): boolean => typeof dtype === "string" || dtype.every(([, type, dims]) => typeof type === "string" && !dims);

/** Why something cannot be said. */
export class Reason {
  constructor(readonly text: string) {}
}

const no = (text: string): Reason => new Reason(text);

/** The bytes of elements as they are in the file, if Zarr can say what they are. */
export function storedForm(dtype: Dtype): Form | Reason {
  return formOf(dtype, storedType, true);
}

/**
 * The values as `read` gives them, in little-endian bytes one behind the other. `text`: all text is of variable length, as zarrita
 * takes the zeros out of text of fixed length.
 */
export function decodedForm(dtype: Dtype, text: boolean): Form | Reason {
  const type = expand(dtype);
  // Text of variable length is no part of anything else.
  if (type.class === "string" && (text || type.size === "variable")) return { dtype: "|O", size: 0, dims: [], type, stored: false };
  return formOf(dtype, decodedType, false);
}

type Said = { dtype: ZarrType; size: number } | Reason;

function formOf(dtype: Dtype, say: (type: Datatype) => Said, stored: boolean): Form | Reason {
  const dims: number[] = [];
  let type = expand(dtype);
  for (; type.class === "array"; type = expand(type.base)) dims.push(...type.dims);
  const said = say(type);
  return said instanceof Reason ? said : { ...said, dims, type, stored };
}

function storedType(type: Datatype): Said {
  switch (type.class) {
    case "integer":
    case "bitfield":
    case "time": {
      if (type.precision !== undefined || type.offset !== undefined) return no("numbers that do not use all of their bits");
      if (![1, 2, 4, 8].includes(type.size)) return no(`numbers of ${type.size} bytes`);
      if (type.order === "VAX") return no("VAX numbers");
      return number(type.class === "integer" && type.signed ? "i" : "u", type.size, type.order === "BE");
    }
    case "float":
      if (type.layout || type.order === "VAX" || ![2, 4, 8].includes(type.size)) return no("floats that are not IEEE's of 2, 4 or 8 bytes");
      return number("f", type.size, type.order === "BE");
    case "string":
      if (type.size === "variable") return no("text of variable length");
      // NumPy cuts at no other place than the zeros at the end.
      return type.pad === "nullpad" ? { dtype: `|S${type.size}`, size: type.size } : no("text that is not padded with zeros");
    case "complex":
      return complexOf(storedType(expand(type.base)));
    case "compound": {
      const pair = complexBase(type);
      return pair ? complexOf(storedType(pair)) : recordOf(type, storedType, true);
    }
    default:
      return either(type, storedType);
  }
}

/** What is said the same way of stored and of decoded elements. */
function either(type: Datatype, say: (type: Datatype) => Said): Said {
  switch (type.class) {
    case "enum":
      return isBool(type) ? { dtype: "|b1", size: 1 } : say(expand(type.base));
    case "opaque":
      return { dtype: `|V${type.size}`, size: type.size };
    case "vlen":
      return no("sequences of variable length");
    case "reference":
      return no("references");
    default:
      return no(`elements of class ${type.class}`);
  }
}

function decodedType(type: Datatype): Said {
  switch (type.class) {
    case "integer":
    case "bitfield":
    case "time": {
      const size = [1, 2, 4, 8].find((n) => n >= type.size);
      return size ? number(type.class === "integer" && type.signed ? "i" : "u", size, false) : no(`numbers of ${type.size} bytes`);
    }
    case "float":
      return number("f", floatBytes(type), false);
    case "string":
      return type.size === "variable" ? no("text of variable length in records") : { dtype: `|S${type.size}`, size: type.size };
    case "complex":
      return complexOf(decodedType(partOf(expand(type.base), false)));
    case "compound": {
      const pair = complexBase(type);
      return pair ? complexOf(decodedType(pair)) : recordOf(type, decodedType, false);
    }
    default:
      return either(type, decodedType);
  }
}

/** `read` gives float16, where the platform has arrays of it, and float32 as they are, all others as float64. */
export function floatBytes({ layout, order, size }: FloatType): number {
  if (layout || order === "VAX" || size > 4) return 8;
  return HALVES ? size : 4;
}

/** What the parts of complex numbers are: NumPy has none of float16. */
export const partOf = (base: Datatype, stored: boolean): Datatype => (!stored && base.class === "float" && !base.layout && base.size === 2 ? { ...base, size: 4 } : base);

function number(kind: "i" | "u" | "f", size: number, big: boolean): Said {
  return { dtype: `${size === 1 ? "|" : big ? ">" : "<"}${kind}${size}`, size };
}

function complexOf(said: Said): Said {
  if (said instanceof Reason) return said;
  const { dtype, size } = said;
  if (typeof dtype !== "string" || dtype[1] !== "f" || size < 4) return no("complex numbers of such parts");
  return { dtype: `${dtype[0]}c${2 * size}`, size: 2 * size };
}

/** h5py's booleans. */
export function isBool(type: Datatype): boolean {
  if (type.class !== "enum" || type.members.length !== 2) return false;
  const base = expand(type.base);
  const [no, yes] = type.members;
  return base.class === "integer" && base.size === 1 && no![0] === "FALSE" && no![1] === 0 && yes![0] === "TRUE" && yes![1] === 1;
}

/** The parts of complex numbers as h5py stores them: a pair of equal floats called `r` and `i`, and nothing else. */
export function complexBase(type: Datatype): FloatType | undefined {
  if (type.class !== "compound" || type.members.length !== 2) return undefined;
  const [r, i] = type.members;
  if (r!.name !== "r" || i!.name !== "i") return undefined;
  const [a, b] = [expand(r!.dtype), expand(i!.dtype)];
  // NumPy has none of 16-bit floats.
  if (a.class !== "float" || a.size < 4 || JSON.stringify(a) !== JSON.stringify(b)) return undefined;
  return r!.offset === 0 && i!.offset === a.size && type.size === 2 * a.size ? a : undefined;
}

/** Records one behind the other, their members too: NumPy's types in Zarr have no offsets. */
function recordOf(type: Datatype & { class: "compound" }, say: (type: Datatype) => Said, asStored: boolean): Said {
  const dtype: [string, ZarrType, number[]?][] = [];
  let at = 0;
  for (const { name, offset, dtype: given } of type.members) {
    if (name === "") return no("members without names");
    if (asStored && offset !== at) return no("records with gaps");
    const dims: number[] = [];
    let inner = expand(given);
    for (; inner.class === "array"; inner = expand(inner.base)) dims.push(...inner.dims);
    const said = say(inner);
    if (said instanceof Reason) return said;
    dtype.push(dims.length ? [name, said.dtype, dims] : [name, said.dtype]);
    at += dims.reduce((n, d) => n * d, said.size);
  }
  if (asStored && at !== type.size) return no("records with gaps");
  return dtype.length ? { dtype, size: at } : no("records without members");
}
