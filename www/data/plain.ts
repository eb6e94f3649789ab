/** Values as plain ones for files that other programs read: whole, where tables shorten. Pure. */

import type { Columns, Data, Dtype, NdArray, Reference } from "hyperslab";
import { complexText, isReference, referenceText, type PathOf } from "./cells.js";
import { elementKind } from "./dtype.js";
import { isHalves } from "./halves.js";
import { plain as withoutLinks } from "./links.js";
import { float16, float32, float64 } from "./numbers.js";

/** What JSON has, and integers that it cannot hold. */
export type Plain = null | boolean | number | bigint | string | Plain[] | { [name: string]: Plain };

/** Plain value of each of the elements of an array whose first `rank` axes they are counted along; the others are an array type's. */
export function plainOf(a: NdArray, rank: number, pathOf: PathOf): (i: number) => Plain {
  return nested(itemOf(a.data, a.dtype, rank, pathOf), a.shape.slice(rank));
}

function nested(one: (i: number) => Plain, [n, ...rest]: readonly number[]): (i: number) => Plain {
  if (n === undefined) return one;
  const inside = nested(one, rest);
  return (i) => Array.from({ length: n }, (_, k) => inside(i * n + k));
}

function itemOf(data: Data, dtype: Dtype, rank: number, pathOf: PathOf): (i: number) => Plain {
  if (ArrayBuffer.isView(data)) return numberOf(data as unknown as ArrayLike<number | bigint>, dtype);
  if (Array.isArray(data)) return (i) => valueOf(data[i], dtype, pathOf);
  const columns = Object.entries(data as Columns).map(([name, column]) => [name, plainOf(column, rank, pathOf)] as const);
  const [re, im] = columns;
  if (elementKind(dtype) === "complex" && re && im) return (i) => complexText(textOf(re[1](i)), textOf(im[1](i)));
  return (i) => Object.fromEntries(columns.map(([name, of]) => [name, of(i)]));
}

function numberOf(data: ArrayLike<number | bigint>, dtype: Dtype): (i: number) => Plain {
  // The fewest digits that lead back to it: those of a double would look like a precision that is not there.
  const base = typeof dtype === "object" && dtype.class === "complex" ? dtype.base : dtype;
  const text = isHalves(data) || /^[<>]f2$/.test(String(base)) ? float16 : data instanceof Float32Array ? float32 : undefined;
  const at = text ? (i: number): number => Number(text(data[i] as number).replace("inf", "Infinity")) : (i: number): number | bigint => data[i] as number;
  if (dtype === "bool") return (i) => Boolean(data[i]);
  if (typeof dtype === "object" && dtype.class === "complex") return (i) => complexText(textOf(at(2 * i)), textOf(at(2 * i + 1)));
  if (typeof dtype === "object" && dtype.class === "enum") {
    const names = new Map(dtype.members.map(([name, code]) => [String(code), name]));
    return (i) => names.get(String(data[i])) ?? (data[i] as number);
  }
  return at;
}

/** One that is no number in a typed array. */
function valueOf(value: unknown, dtype: Dtype, pathOf: PathOf): Plain {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return value;
  if (typeof dtype === "object" && dtype.class === "vlen") {
    const data = value as Data;
    const of = itemOf(data, dtype.base, 1, pathOf);
    return Array.from({ length: lengthOf(data) }, (_, i) => of(i));
  }
  if (value instanceof Uint8Array) return Array.from(value, (b) => b.toString(16).padStart(2, "0")).join("");
  if (isReference(value)) return value.address === 0 ? null : reference(value, pathOf(value));
  return String(value);
}

const reference = (r: Reference, path: string | undefined): string => withoutLinks(referenceText(r, path)).replace(/^→ /, "");

function lengthOf(data: Data): number {
  if (Array.isArray(data) || ArrayBuffer.isView(data)) return (data as ArrayLike<unknown>).length;
  return Object.values(data as Columns)[0]?.shape[0] ?? 0;
}

/** As JSON: what it has no number for is text, as the package's command has it. */
export function jsonText(v: Plain): string {
  if (typeof v === "bigint") return Number.isSafeInteger(Number(v)) ? String(v) : `"${v}"`;
  if (typeof v === "number") return Number.isFinite(v) ? float64(v) : `"${v}"`;
  if (Array.isArray(v)) return `[${v.map(jsonText).join(",")}]`;
  if (typeof v === "object" && v !== null) return `{${Object.entries(v).map(([name, of]) => `${JSON.stringify(name)}:${jsonText(of)}`).join(",")}}`;
  return JSON.stringify(v);
}

/** As the text of a cell. */
export function textOf(v: Plain): string {
  if (v === null) return "";
  if (typeof v === "number") return float64(v);
  return typeof v === "object" ? jsonText(v) : String(v);
}
