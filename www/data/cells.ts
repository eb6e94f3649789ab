/** Values as text: exact, and in one line for a table cell. */

import type { Columns, Data, Dtype, NdArray, Reference, Value } from "hyperslab";
import { elementKind } from "./dtype.js";
import { leading } from "./links.js";
import { float16, float32, float64 } from "./numbers.js";

/** Items of a list that are spelled out before "…". */
const LIST = 100;
/** Characters of one text that are shown before "…". */
const TEXT = 4000;

/** Text of element `i` of something. */
export type CellText = (i: number) => string;

/** The path of what a reference leads to, if it can be told. */
export type PathOf = (r: Reference) => string | undefined;

const nowhere: PathOf = () => undefined;

type Numbers = ArrayLike<number | bigint>;

/** Text with control characters made visible, as one line. */
export function oneLine(s: string): string {
  const cut = s.length > TEXT ? `${s.slice(0, TEXT)}… (${s.length} characters)` : s;
  return cut.replace(/\p{Cc}|[\u2028\u2029\ue000-\ue002]/gu, (c) => ESCAPES[c] ?? escape(c.charCodeAt(0)));
}

const escape = (code: number): string => (code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`);

const ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** How numbers of that type are written. */
function numberText(dtype: Dtype): (x: number | bigint) => string {
  const size = floatSize(dtype);
  if (size === 2) return (x) => float16(Number(x));
  if (size === 4) return (x) => float32(Number(x));
  if (size !== undefined) return (x) => float64(Number(x));
  if (dtype === "bool") return (x) => (x ? "true" : "false");
  if (typeof dtype === "object" && dtype.class === "enum") {
    const names = new Map(dtype.members.map(([name, code]) => [String(code), name]));
    return (x) => names.get(String(x)) ?? String(x);
  }
  return String;
}

function floatSize(t: Dtype): number | undefined {
  if (typeof t === "object") return t.class === "float" ? t.size : undefined;
  const m = /^[<>|=]?f(\d+)$/.exec(t) ?? /^float(\d+)$/.exec(t);
  return m ? Number(m[1]) / (t.startsWith("float") ? 8 : 1) : undefined;
}

/** Text of each of `n` elements, of which an array type's items are one. */
export function cellText(a: NdArray, n: number, pathOf: PathOf = nowhere): CellText {
  const size = a.shape.reduce((x, y) => x * y, 1);
  const each = n > 0 ? size / n : 1;
  const one = itemText(a.data, a.dtype, pathOf);
  if (each === 1) return one;
  return (i) => list(each, (k) => one(i * each + k));
}

function list(length: number, one: CellText): string {
  const items = Array.from({ length: Math.min(length, LIST) }, (_, k) => one(k));
  return `[${items.join(", ")}${length > LIST ? `, … (${length} items)` : ""}]`;
}

/** Text of each item of an array's data. */
function itemText(data: Data, dtype: Dtype, pathOf: PathOf): CellText {
  if (ArrayBuffer.isView(data)) {
    const numbers = data as unknown as Numbers;
    if (typeof dtype === "object" && dtype.class === "complex") {
      const text = numberText(dtype.base);
      return (i) => complexText(text(numbers[2 * i] ?? 0), text(numbers[2 * i + 1] ?? 0));
    }
    const text = numberText(dtype);
    return (i) => text(numbers[i] ?? 0);
  }
  if (!Array.isArray(data)) return recordText(data as Columns, dtype, pathOf);
  const items = data as readonly unknown[];
  return (i) => itemOf(items[i], dtype, pathOf);
}

function recordText(columns: Columns, dtype: Dtype, pathOf: PathOf): CellText {
  const parts = Object.entries(columns).map(([name, column]) => [name, column] as const);
  if (elementKind(dtype) === "complex" && parts.length === 2) {
    const [re, im] = parts.map(([, c]) => itemText(c.data, c.dtype, pathOf));
    if (re && im) return (i) => complexText(re(i), im(i));
  }
  const rows = lengthOf(parts[0]?.[1]);
  const texts = parts.map(([name, c]) => [name, cellText(c, outer(c, rows, dtype, name), pathOf)] as const);
  return (i) => `{${texts.map(([name, text]) => `${name}: ${text(i)}`).join(", ")}}`;
}

function lengthOf(a: NdArray | undefined): number {
  return a ? a.shape.reduce((x, y) => x * y, 1) : 0;
}

/** Records in a column whose own shape may end in an array type's extents. */
function outer(column: NdArray, first: number, dtype: Dtype, name: string): number {
  const member = typeof dtype === "object" && dtype.class === "compound" ? dtype.members.find((m) => m.name === name) : undefined;
  const size = lengthOf(column);
  return member ? size / inner(member.dtype) : first;
}

/** Items that one element of a type has in the shape of what is read: more than 1 for array types. */
export function inner(dtype: Dtype): number {
  if (typeof dtype !== "object" || dtype.class !== "array") return 1;
  return dtype.dims.reduce((x, y) => x * y, 1) * inner(dtype.base);
}

export const complexText = (re: string, im: string): string => `${re}${/^[-]/.test(im) ? "" : "+"}${im}j`;

/** Text of one item that is not a number in a typed array. */
function itemOf(item: unknown, dtype: Dtype, pathOf: PathOf): string {
  if (item === undefined || item === null) return "";
  if (typeof item === "string") return oneLine(item);
  if (typeof dtype === "object" && dtype.class === "vlen") {
    const data = item as Data;
    const text = itemText(data, dtype.base, pathOf);
    return list(itemsIn(data, dtype.base), text);
  }
  if (item instanceof Uint8Array) return hex(item);
  if (isReference(item)) return referenceText(item, pathOf(item));
  return String(item);
}

function itemsIn(data: Data, dtype: Dtype): number {
  if (Array.isArray(data)) return data.length;
  if (ArrayBuffer.isView(data)) return (data as unknown as Numbers).length;
  const [name, column] = Object.entries(data as Columns)[0] ?? [];
  return column && name !== undefined ? outer(column, lengthOf(column), dtype, name) : 0;
}

export function isReference(x: unknown): x is Reference {
  return typeof x === "object" && x !== null && "address" in x && "kind" in x;
}

export function referenceText(r: Reference, path: string | undefined): string {
  if (r.address === 0) return "null reference";
  if (path === undefined) return `→ ${r.kind} at 0x${r.address.toString(16)}${r.file === undefined ? "" : ` in ${oneLine(r.file)}`}`;
  const name = oneLine(path);
  if (r.kind === "attribute") return leading(path, `→ ${oneLine(r.attribute ?? "")} of ${name}`);
  return leading(path, r.kind === "region" ? `→ part of ${name}` : `→ ${name}`);
}

function hex(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, LIST)].map((b) => b.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > LIST ? `${shown} … (${bytes.length} bytes)` : shown;
}

/** Whether a value that was read is an array with extents. */
export function isArray(v: unknown): v is NdArray {
  return typeof v === "object" && v !== null && "data" in v && "stride" in v;
}

/** Any value as one line: what an attribute or a scalar shows. */
export function valueText(v: Value | undefined, dtype: Dtype, pathOf: PathOf = nowhere): string {
  if (v === null || v === undefined) return "";
  if (typeof v === "string") return oneLine(v);
  if (typeof v === "boolean") return String(v);
  if (typeof v === "number" || typeof v === "bigint") return numberText(dtype)(v);
  if (isArray(v)) {
    const size = lengthOf(v);
    return nested(v.shape, cellText(v, size, pathOf));
  }
  if (typeof dtype === "object" && dtype.class === "compound" && !ArrayBuffer.isView(v)) return rowText(v, dtype, pathOf);
  return itemOf(v, dtype, pathOf);
}

/** An array as nested lists, no longer than LIST items in all. */
function nested(shape: readonly number[], one: CellText): string {
  if (shape.length === 0) return one(0);
  if (shape.length === 1) return list(shape[0] as number, one);
  const [n = 0, ...rest] = shape;
  const each = rest.reduce((a, b) => a * b, 1);
  const rows = Math.min(n, Math.max(1, Math.floor(LIST / Math.max(1, each))));
  const texts = Array.from({ length: rows }, (_, r) => nested(rest, (k) => one(r * each + k)));
  return `[${texts.join(", ")}${rows < n ? `, … (${n} rows)` : ""}]`;
}

function rowText(v: object, dtype: Dtype, pathOf: PathOf): string {
  const row = v as Record<string, Value>;
  const members = typeof dtype === "object" && dtype.class === "compound" ? dtype.members : [];
  if (elementKind(dtype) === "complex") {
    const [re, im] = members.map((m) => valueText(row[m.name], m.dtype, pathOf));
    return complexText(re ?? "", im ?? "");
  }
  return `{${members.map((m) => `${m.name}: ${valueText(row[m.name], m.dtype, pathOf)}`).join(", ")}}`;
}

/** A column of a table: a record's field (nested ones joined by dots), or the element itself. */
export interface Column {
  name: string;
  dtype: Dtype;
  /** Where it is in nested records. */
  trail: string[];
}

/** The columns a type is shown in. */
export function columnsOf(dtype: Dtype, name = "", trail: string[] = []): Column[] {
  if (typeof dtype === "object" && dtype.class === "compound" && elementKind(dtype) === "compound") {
    return dtype.members.flatMap((m) => columnsOf(m.dtype, name ? `${name}.${m.name}` : m.name, [...trail, m.name]));
  }
  return [{ name, dtype, trail }];
}

/** Text of a column's elements in an array of `n` elements that was read. */
export function columnText(a: NdArray, column: Column, n: number, pathOf: PathOf = nowhere): CellText {
  let at = a;
  for (const name of column.trail) {
    const next = (at.data as Columns)[name];
    if (!next) return () => "";
    at = next;
  }
  return cellText(at, n, pathOf);
}

/** The same for the one record of a scalar dataspace. */
export function fieldText(v: Value, column: Column, pathOf: PathOf = nowhere): string {
  let at: Value | undefined = v;
  for (const name of column.trail) at = (at as Record<string, Value> | null)?.[name];
  return valueText(at, column.dtype, pathOf);
}
