/** Elements of datasets, changed by texts: read as they are, changed, and written back where they were. */

import { HyperslabError, type Columns, type Data, type DatasetSync, type Dtype, type NdArray, type Reference, type Value, type WriteValue } from "hyperslab";
import { cellText, columnsOf, inner, isArray, type Column } from "./cells.js";
import type { CellsChange, ValueChange } from "./changes.js";
import { elementKind } from "./dtype.js";
import type { Editable } from "./edits.js";
import { parseValue, type Parsed } from "./parse.js";
import { count, isRange, part, type Picks, type Range } from "./selection.js";
import { ValueError } from "./value-error.js";

/** A part of a table, and how its elements lie in what is read. */
interface Place {
  selection: (number | readonly [number, number, number])[];
  rowStride: number;
  colStride: number;
  /** Elements. */
  n: number;
}

/** Where a block of a table is in the dataset. */
function placeOf(d: DatasetSync, c: Omit<CellsChange, "kind" | "texts">, rows: number, cols: number): Place {
  const range = (axis: number | null): Range | undefined => {
    const p = axis === null ? undefined : c.picks[axis];
    return p && isRange(p) ? p : undefined;
  };
  const [down, across] = [range(c.y), range(c.x)];
  const [height, width] = [down ? count(down) : 1, across ? count(across) : columnsOf(d.dtype).length];
  if (c.row + rows > height || c.col + cols > width) {
    throw new ValueError(`${rows} × ${cols} values do not fit: there are ${height - c.row} rows and ${width - c.col} columns from here`);
  }
  const selection = c.picks.map((p, axis) => {
    const of = axis === c.y && down ? part(down, c.row, c.row + rows) : axis === c.x && across ? part(across, c.col, c.col + cols) : undefined;
    return of ? ([of.start, of.stop, of.step] as const) : isRange(p) ? p.start : p.at;
  });
  const downFirst = !across || (c.y ?? -1) < (c.x ?? -1);
  const wide = across ? cols : 1;
  return { selection, rowStride: downFirst ? wide : 1, colStride: downFirst ? 1 : rows, n: rows * wide };
}

export function changeCells(d: DatasetSync, c: CellsChange, e: Editable): void {
  const rows = c.texts.length;
  const cols = Math.max(...c.texts.map((r) => r.length));
  if (c.texts.some((r) => r.length !== cols)) throw new ValueError("the rows are not all of one length");
  const place = placeOf(d, c, rows, cols);
  const a = readArray(d, place.selection);
  const columns = columnsOf(d.dtype);
  const fields = c.x === null;
  if (columns.length > 1) checkText(d, a, columns, fields ? columns.slice(c.col, c.col + cols) : columns, place.n);
  for (const [r, row] of c.texts.entries()) {
    for (const [k, text] of row.entries()) {
      const column = columns[fields ? c.col + k : 0] as Column;
      const i = r * place.rowStride + (fields ? 0 : k * place.colStride);
      attempt(rows * cols > 1 ? `row ${r + 1}, column ${k + 1}` : "", () => put(columnOf(a, column), column.dtype, i, text, e));
    }
  }
  d.write(place.selection, a as WriteValue);
}

export function changeValue(d: DatasetSync, c: ValueChange, e: Editable): void {
  const column = columnsOf(d.dtype)[c.field] as Column;
  if (d.shape === null) throw new ValueError("there is no value to change: the dataspace is null");
  if (d.shape.length > 0) {
    const selection = single(c.picks);
    const a = readArray(d, selection);
    checkText(d, a, columnsOf(d.dtype), [column], 1);
    put(columnOf(a, column), column.dtype, 0, c.text, e);
    return d.write(selection, a as WriteValue);
  }
  const value = d.read();
  if (column.trail.length === 0) return d.write(changed(value, column.dtype, c.text, e) as WriteValue);
  const last = column.trail.at(-1) as string;
  let row = value as Record<string, Value>;
  for (const name of column.trail.slice(0, -1)) row = row[name] as unknown as Record<string, Value>;
  row[last] = changed(row[last] as Value, column.dtype, c.text, e) as Value;
  d.write(value as WriteValue);
}

/** The text of a cell as it is edited: exact and whole. */
export function cellSource(d: DatasetSync, at: Omit<CellsChange, "kind" | "texts">, e: Editable): string {
  const columns = columnsOf(d.dtype);
  const column = columns[at.x === null ? at.col : 0] as Column;
  return spell(columnOf(readArray(d, placeOf(d, at, 1, 1).selection), column), column.dtype, 0, e);
}

/** The same for a single value. */
export function valueSource(d: DatasetSync, picks: Picks, field: number, e: Editable): string {
  const column = columnsOf(d.dtype)[field] as Column;
  if (d.shape === null) return "";
  if (d.shape.length > 0) return spell(columnOf(readArray(d, single(picks)), column), column.dtype, 0, e);
  let value: Value | undefined = d.read();
  for (const name of column.trail) value = (value as Record<string, Value>)[name];
  return spell(asArray(value as Value, column.dtype), column.dtype, 0, e);
}

const single = (picks: Picks): (readonly [number, number, number])[] =>
  picks.map((p) => [isRange(p) ? p.start : p.at, (isRange(p) ? p.start : p.at) + 1, 1] as const);

/** What is selected as an array, also if it is a single element. */
function readArray(d: DatasetSync, selection: Place["selection"]): NdArray {
  const a = d.read<NdArray>(selection);
  if (isArray(a)) return a;
  throw new HyperslabError("Internal", "a range was read as a single value", { path: d.path });
}

/** A lone value as an array of one. */
export function asArray(value: Value, dtype: Dtype): NdArray {
  if (isArray(value)) return value;
  const one = typeof value === "boolean" ? Number(value) : value;
  if (typeof one === "number" || typeof one === "bigint") return { data: [one] as unknown as Data, shape: [1], stride: [1], dtype };
  if (elementKind(dtype) === "complex" && typeof one === "object" && one !== null) {
    const parts = Object.entries(one as unknown as Record<string, number>).map(([name, x]) => [name, { data: [x], shape: [1], stride: [1], dtype: "<f8" }]);
    return { data: Object.fromEntries(parts) as Columns, shape: [1], stride: [1], dtype };
  }
  return { data: [one] as unknown as Data, shape: [1], stride: [1], dtype };
}

/** A lone value, changed. */
function changed(value: Value, dtype: Dtype, text: string, e: Editable): unknown {
  if (isArray(value)) {
    put(value, dtype, 0, text, e);
    return value;
  }
  const a = asArray(value, dtype);
  put(a, dtype, 0, text, e);
  if (Array.isArray(a.data)) return (a.data as unknown[])[0];
  return Object.fromEntries(Object.entries(a.data as Columns).map(([name, c]) => [name, (c.data as unknown[])[0]]));
}

/** A field's own array in what was read. */
function columnOf(a: NdArray, column: Column): NdArray {
  let at = a;
  for (const name of column.trail) at = (at.data as Columns)[name] as NdArray;
  return at;
}

/** Puts the value of a text in the place of element `i`. */
function put(a: NdArray, dtype: Dtype, i: number, text: string, e: Editable): void {
  if (typeof dtype === "object" && dtype.class === "reference") {
    (a.data as Reference[])[i] = referenceTo(text, dtype.ref, e);
    return;
  }
  const value = parseValue(text, dtype);
  if (typeof dtype === "object" && dtype.class === "array") {
    const each = inner(dtype);
    for (const [k, item] of (value as readonly Parsed[]).entries()) store(a.data, i * each + k, item);
  } else if (typeof dtype === "object" && dtype.class === "vlen") (a.data as unknown as Parsed[])[i] = value;
  else store(a.data, i, value);
}

/** Puts one number, text or pair where arrays of its type have it. */
function store(data: Data, i: number, value: Parsed): void {
  if (Array.isArray(value) && !Array.isArray(data)) {
    // Complex numbers: pairs side by side, or two columns.
    const [re, im] = value as unknown as [number, number];
    if (ArrayBuffer.isView(data)) [(data as Float64Array)[2 * i], (data as Float64Array)[2 * i + 1]] = [re, im];
    else for (const [k, c] of Object.values(data as Columns).entries()) store(c.data, i, k === 0 ? re : im);
    return;
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(value as bigint);
  else if (ArrayBuffer.isView(data)) (data as Float64Array)[i] = Number(value);
  else (data as unknown as unknown[])[i] = value;
}

function referenceTo(text: string, kind: string, e: Editable): Reference {
  const path = text.trim();
  if (kind !== "object") throw new ValueError(`references of this kind (${kind}) cannot be changed here`);
  if (path === "" || path === "null reference") return { kind: "object", address: 0 };
  if (!path.startsWith("/")) throw new ValueError("a reference is the path of an object, such as /group/data, or empty");
  const object = e.at(path);
  if (object.file !== e.file) throw new ValueError("a reference leads to an object of the same file");
  return { kind: "object", address: object.address };
}

/** The text of element `i` for editing: parsing it gives the element back. */
export function spell(a: NdArray, dtype: Dtype, i: number, e: Editable, listed = false): string {
  if (typeof dtype === "object" && dtype.class === "array") {
    const each = inner(dtype);
    const items = Array.from({ length: each }, (_, k) => leaf({ ...a, shape: [each] }, a.dtype, i * each + k, e, true));
    return nest(items, flatDims(dtype));
  }
  return leaf(a, dtype, i, e, listed);
}

const flatDims = (dtype: Dtype): number[] => (typeof dtype === "object" && dtype.class === "array" ? [...dtype.dims, ...flatDims(dtype.base)] : []);

/** Texts as lists of these extents. */
export function nest(items: string[], dims: number[]): string {
  if (dims.length <= 1) return `[${items.join(", ")}]`;
  const each = items.length / (dims[0] ?? 1);
  return `[${Array.from({ length: dims[0] ?? 0 }, (_, k) => nest(items.slice(k * each, (k + 1) * each), dims.slice(1))).join(", ")}]`;
}

function leaf(a: NdArray, dtype: Dtype, i: number, e: Editable, listed: boolean): string {
  const item = Array.isArray(a.data) ? (a.data as readonly unknown[])[i] : undefined;
  if (typeof item === "string") return listed ? JSON.stringify(item) : item;
  if (item instanceof Uint8Array && typeof dtype === "object" && dtype.class === "vlen") return `[${[...item].join(", ")}]`;
  if (item instanceof Uint8Array) return [...item].map((b) => b.toString(16).padStart(2, "0")).join(" ");
  if (typeof dtype === "object" && dtype.class === "vlen") {
    const data = item as Data;
    const n = (data as { length?: number }).length ?? 0;
    return `[${Array.from({ length: n }, (_, k) => leaf({ data, shape: [n], stride: [1], dtype: dtype.base }, dtype.base, k, e, true)).join(", ")}]`;
  }
  if (typeof item === "object" && item !== null && "address" in item) {
    const reference = item as Reference;
    return reference.address === 0 ? "" : (e.file.pathOf(reference) ?? "");
  }
  if (Array.isArray(a.data)) return cellText({ ...a, data: numbers(a.data as readonly unknown[]), dtype }, a.data.length)(i);
  return cellText({ ...a, dtype }, a.shape.reduce((x, y) => x * y, 1))(i);
}

/** Plain numbers as an array of floats, which are told as their type has it; others stay. */
const numbers = (data: readonly unknown[]): Data => (data.every((x) => typeof x === "number") ? Float64Array.from(data as number[]) : (data as unknown as Data));

/** What is written back along with a field has to be what was read: bytes that are no text are not. */
function checkText(d: DatasetSync, a: NdArray, all: readonly Column[], changing: readonly Column[], n: number): void {
  for (const column of all) {
    if (changing.includes(column) || elementKind(column.dtype) !== "string") continue;
    const texts = columnOf(a, column).data as string[];
    if (!texts.slice(0, n).some((s) => s.includes("\ufffd"))) continue;
    throw new HyperslabError("Unsupported", `the field “${column.name}” has bytes that are no text: changing another field would change them, too`, { path: d.path });
  }
}

/** Says where a value is that does not fit, if there are several. */
function attempt(where: string, fn: () => void): void {
  try {
    fn();
  } catch (e) {
    if (e instanceof ValueError && where !== "") throw new ValueError(`${where}: ${e.message}`);
    throw e;
  }
}
