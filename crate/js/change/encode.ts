/** Elements into the buffers the engine takes: numbers in a native type, text as bytes with ends, depth first. */

import { count, isNdArray, typedArrayType } from "../arrays.js";
import { put } from "../columns.js";
import { expand } from "../dtype.js";
import { argument } from "../errors.js";
import { elementDims, type Elements } from "./infer.js";
import { encodeReferences } from "../reference.js";
import type { Datatype, Dtype, EnumType, NumericArray } from "../types.js";

/** Buffers in the order of the type's leaves, with how each is to be read. */
export class Leaves {
  readonly kinds: string[] = [];
  readonly buffers: Uint8Array[] = [];

  add(kind: string, data: ArrayBufferView): void {
    this.kinds.push(kind);
    this.buffers.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

/** The leaves of `n` elements of a type. `flat`: those of arrays are one behind the other. */
export function encode(dtype: Dtype, elements: Elements, n: number, flat = false): Leaves {
  const leaves = new Leaves();
  encodeInto(leaves, expand(dtype), elements, n, flat);
  return leaves;
}

function encodeInto(leaves: Leaves, type: Datatype, elements: Elements, n: number, flat = false): void {
  if (type.class === "compound") {
    const rows = Array.isArray(elements) ? elements : undefined;
    if (rows) checkCount(rows.length, n);
    for (const { name, dtype } of type.members) {
      const member = expand(dtype);
      if (rows) encodeInto(leaves, member, rows.map((row) => property(row, name)), n);
      else {
        const column = property(elements, name);
        encodeInto(leaves, member, elementsOf(column, member, n), n, isNdArray(column));
      }
    }
    return;
  }
  if (type.class === "array") return encodeArray(leaves, type.dims, expand(type.base), elements, n, flat);
  if (type.class === "complex") return encodeArray(leaves, [2], expand(type.base), elements, n, flat);
  const list = elements as ArrayLike<unknown>;
  if (type.class === "opaque" && list instanceof Uint8Array && list.length === n * type.size) return leaves.add("o", list);
  checkCount(list.length, n);
  switch (type.class) {
    case "string":
      return encodeText(leaves, list, n);
    case "vlen":
      return encodeVlen(leaves, expand(type.base), list, n);
    case "opaque":
      return leaves.add("o", opaque(list, type.size, n));
    case "enum":
      return encodeNumbers(leaves, expand(type.base), enumCodes(list, type), n);
    case "integer":
    case "float":
    case "bitfield":
    case "time":
      return encodeNumbers(leaves, type, list, n);
    case "reference": {
      const [addresses, details, ends] = encodeReferences(list, n);
      leaves.add("r", addresses);
      leaves.add("o", details);
      return leaves.add("e", ends);
    }
    default:
      throw argument(`"${String((type as Datatype).class)}" is no class of datatypes`);
  }
}

function checkCount(got: number | undefined, wanted: number): void {
  if (got !== wanted) throw argument(`${got ?? "no"} elements where ${wanted} are needed`);
}

function property(object: unknown, name: string): unknown {
  if (typeof object === "object" && object !== null && Object.hasOwn(object, name)) {
    return (object as { [name: string]: unknown })[name];
  }
  throw argument(`member "${name}" is missing`);
}

/** A column's elements, however it is given. */
function elementsOf(column: unknown, type: Datatype, n: number): Elements {
  if (isNdArray(column)) return column.data as Elements;
  if (typedArrayType(column) !== undefined && !(n === 1 && (type.class === "opaque" || type.class === "vlen"))) {
    return column as ArrayLike<unknown>;
  }
  if (Array.isArray(column)) return flatTo(column, type, n);
  if (typeof column === "object" && column !== null && type.class === "compound") return column as Elements;
  return [column];
}

/** Nested arrays down to `n` elements. */
function flatTo(list: unknown[], type: Datatype, n: number): unknown[] {
  // One vlen or array element of a scalar record is a list itself.
  if (n === 1 && (type.class === "vlen" || type.class === "array") && !(list.length === 1 && Array.isArray(list[0]))) return [list];
  let flat = list;
  while (flat.length !== n && flat.some((x) => Array.isArray(x))) flat = flat.flat();
  return flat;
}

/** Arrays one in another, or one behind the other in one list, as they are read. */
function encodeArray(leaves: Leaves, dims: number[], base: Datatype, elements: Elements, n: number, flat: boolean): void {
  if (base.class === "array") return encodeArray(leaves, [...dims, ...base.dims], expand(base.base), elements, n, flat);
  if (base.class === "complex") return encodeArray(leaves, [...dims, 2], expand(base.base), elements, n, flat);
  const each = count(dims);
  // Columns of records: they are in one list each.
  if (!Array.isArray(elements) && !ArrayBuffer.isView(elements)) return encodeInto(leaves, base, elements, n * each);
  const list = elements as ArrayLike<unknown>;
  if (list.length === n * each && (flat || each !== 1 || ArrayBuffer.isView(list) || !isArrayOf(list[0], base))) {
    return encodeInto(leaves, base, list, n * each);
  }
  checkCount(list.length, n);
  const all: unknown[] = [];
  for (let i = 0; i < n; i++) {
    const before = all.length;
    spread(list[i], dims, base, all);
    checkCount(all.length - before, each);
  }
  encodeInto(leaves, base, all, n * each);
}

/** Whether something is an array of elements of a type, and not such an element, which may be a list itself. */
function isArrayOf(x: unknown, base: Datatype): boolean {
  if (base.class === "opaque") return Array.isArray(x);
  return isNested(x) && (base.class !== "vlen" || isNested((x as ArrayLike<unknown>)[0]));
}

function isNested(x: unknown): boolean {
  return Array.isArray(x) || isNdArray(x) || typedArrayType(x) !== undefined;
}

/** The elements of one array, whose axes are lists one in another as far as they are not one behind the other. */
function spread(value: unknown, dims: readonly number[], base: Datatype, out: unknown[]): void {
  const list = (isNdArray(value) ? value.data : value) as ArrayLike<unknown>;
  const typed = typedArrayType(list) !== undefined;
  if (!typed && !Array.isArray(list)) throw argument("an element of an array type must be an array");
  const [first, ...rest] = dims;
  // Where further axes have one place each, the number of items does not tell.
  const deeper = rest.length > 0 && list.length === first && (count(rest) > 1 || isArrayOf(list[0], base));
  if (typed || !deeper) for (let i = 0; i < list.length; i++) out.push(list[i]);
  else for (let i = 0; i < list.length; i++) spread(list[i], rest, base, out);
}

const encoder = new TextEncoder();

function encodeText(leaves: Leaves, list: ArrayLike<unknown>, n: number): void {
  const ends = new Uint32Array(n);
  let bytes = new Uint8Array(Math.max(64, n * 16));
  let used = 0;
  for (let i = 0; i < n; i++) {
    const text = list[i];
    if (typeof text !== "string") throw argument(`a ${typeof text} where text is needed`);
    if (used + text.length * 3 > bytes.length) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, used + text.length * 3));
      larger.set(bytes);
      bytes = larger;
    }
    used += encoder.encodeInto(text, bytes.subarray(used)).written;
    ends[i] = used;
  }
  leaves.add("s", bytes.subarray(0, used));
  leaves.add("e", ends);
}

function encodeVlen(leaves: Leaves, base: Datatype, list: ArrayLike<unknown>, n: number): void {
  const ends = new Uint32Array(n);
  const each = count(elementDims(base));
  const ofRecords = innermost(base).class === "compound";
  let total = 0;
  const typed = Array.from({ length: n }, (_, i) => {
    const given = isNdArray(list[i]) ? (list[i] as { data: unknown }).data : list[i];
    const items = ofRecords && isColumns(given) ? rowsOf(given) : given;
    if (!Array.isArray(items) && typedArrayType(items) === undefined) {
      throw argument("an element of variable length must be an array");
    }
    const one = items as ArrayLike<unknown>;
    // Arrays of numbers are one behind the other when they are read, and may be one in another.
    const flat = each !== 1 && one.length > 0 && !isArrayOf(one[0], innermost(base));
    if (flat && one.length % each !== 0) throw argument(`${one.length} values do not make arrays of ${each}`);
    total += flat ? one.length / each : one.length;
    ends[i] = total;
    return one;
  });
  leaves.add("v", ends);
  encodeInto(leaves, base, concat(typed), total);
}

function innermost(type: Datatype): Datatype {
  return type.class === "array" ? innermost(expand(type.base)) : type;
}

type Columns = { [member: string]: unknown };

const isColumns = (x: unknown): x is Columns => typeof x === "object" && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x);

/** Records one by one, of which there are columns: sequences of records are read so. */
function rowsOf(columns: Columns): unknown[] {
  const names = Object.keys(columns);
  const split = names.map((name) => elementsIn(columns[name]));
  const n = split[0]?.length ?? 0;
  for (const [k, all] of split.entries()) {
    if (all?.length !== n) throw argument(`a sequence has ${n} of "${names[0]}" and ${all?.length ?? "nothing"} of "${names[k]}"`);
  }
  return Array.from({ length: n }, (_, i) => {
    const row: Columns = {};
    for (const [k, name] of names.entries()) put(row, name, split[k]?.[i]);
    return row;
  });
}

/** What each record has of a column. */
function elementsIn(column: unknown): ArrayLike<unknown> {
  // Records in records may be columns, too, with nothing around them.
  if (!isNdArray(column)) return isColumns(column) ? rowsOf(column) : (column as ArrayLike<unknown>);
  const all = isColumns(column.data) ? rowsOf(column.data) : (column.data as ArrayLike<unknown>);
  // Complex numbers are pairs, of which the shape says nothing.
  const [n = 0, ...rest] = column.shape;
  const each = n && all.length / n;
  if (rest.length === 0 && each === 1) return all;
  return Array.from({ length: n }, (_, i) => (all as unknown[]).slice(i * each, (i + 1) * each));
}

function concat(lists: ArrayLike<unknown>[]): ArrayLike<unknown> {
  const total = lists.reduce((n, l) => n + l.length, 0);
  const first = lists[0];
  if (typedArrayType(first) !== undefined && lists.every((l) => l.constructor === first!.constructor)) {
    const all = new (first!.constructor as new (n: number) => NumericArray)(total);
    let at = 0;
    for (const l of lists) {
      all.set(l as never, at);
      at += l.length;
    }
    return all;
  }
  const all: unknown[] = [];
  for (const l of lists) for (let i = 0; i < l.length; i++) all.push(l[i]);
  return all;
}

function opaque(list: ArrayLike<unknown>, size: number, n: number): Uint8Array {
  const all = new Uint8Array(n * size);
  for (let i = 0; i < n; i++) {
    const bytes = list[i];
    if (!(bytes instanceof Uint8Array) || bytes.length !== size) throw argument(`an opaque element must be ${size} bytes`);
    all.set(bytes, i * size);
  }
  return all;
}

function enumCodes(list: ArrayLike<unknown>, { members }: EnumType): ArrayLike<unknown> {
  if (typedArrayType(list) !== undefined) return list;
  const codes: { [name: string]: number | bigint } = {};
  for (const [name, code] of members) put(codes, name, code);
  return Array.from(list, (v) => {
    if (typeof v === "boolean") return Number(v);
    if (typeof v !== "string") return v;
    if (!Object.hasOwn(codes, v)) throw argument(`the enumeration has no "${v}"`);
    return codes[v];
  });
}

/** Numbers in a native type that holds them exactly; the engine converts to the file's type. */
function encodeNumbers(leaves: Leaves, type: Datatype, list: ArrayLike<unknown>, n: number): void {
  const natural = typedArrayType(list);
  if (natural !== undefined) return leaves.add(natural.slice(1), list as unknown as NumericArray);
  const big = type.class !== "float" && "size" in type && Number(type.size) >= 8;
  let anyBig = false;
  for (let i = 0; i < n; i++) {
    const v = list[i];
    if (typeof v === "bigint") anyBig = true;
    else if (typeof v !== "number" && typeof v !== "boolean") throw argument(`a ${typeof v} where a number is needed`);
  }
  if (!anyBig && !big) return leaves.add("f8", Float64Array.from(list as ArrayLike<number>, Number));
  if (type.class === "float") return leaves.add("f8", Float64Array.from(list as ArrayLike<bigint>, Number));
  const exact = Array.from(list as ArrayLike<number | bigint>, toBigInt);
  const [low, high] = exact.reduce(([low, high], v) => [v < low ? v : low, v > high ? v : high], [0n, 0n]);
  if (low >= -(2n ** 63n) && high < 2n ** 63n) leaves.add("i8", BigInt64Array.from(exact));
  else if (low >= 0n && high < 2n ** 64n) leaves.add("u8", BigUint64Array.from(exact));
  else leaves.add(...wide(exact, low, high));
}

/** Whole numbers of more than 8 bytes: two's complement, the least significant byte first. */
function wide(exact: bigint[], low: bigint, high: bigint): [kind: string, bytes: Uint8Array] {
  const size = Math.ceil((Math.max(low.toString(2).length, high.toString(2).length) + 1) / 8);
  const bytes = new Uint8Array(exact.length * size);
  for (const [i, v] of exact.entries()) {
    const digits = BigInt.asUintN(size * 8, v).toString(16).padStart(size * 2, "0");
    for (let k = 0; k < size; k++) bytes[(i + 1) * size - 1 - k] = Number.parseInt(digits.slice(2 * k, 2 * k + 2), 16);
  }
  return [`n${size}`, bytes];
}

function toBigInt(v: number | bigint | boolean): bigint {
  if (typeof v !== "number") return BigInt(v);
  if (Number.isNaN(v)) return 0n;
  // Beyond every integer type there is: the engine clips to the type's own limit.
  if (!Number.isFinite(v)) return v > 0 ? 2n ** 1024n : -(2n ** 1024n);
  return BigInt(Math.trunc(v));
}
