/** From values, as `read` gives them, to the bytes of a chunk. */

import { expand } from "../dtype.js";
import { HyperslabError } from "../errors.js";
import { halfBits } from "../half-bits.js";
import type { Datatype, Dtype, Value } from "../types.js";
import { isArray } from "../conventions/steps.js";
import { complexBase, floatBytes, type Form, partOf } from "./forms.js";

type List = ArrayLike<unknown>;
/** Where elements go. `stored`: in the widths and byte orders of the file, else as they were decoded. */
type Target = { bytes: Uint8Array; view: DataView; stored: boolean };

const room = (length: number, stored: boolean): Target => {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer), stored };
};

/** `count` elements, which `read` gave, in that form. */
export function bytesOf(value: Value, form: Form, count: number): Uint8Array {
  if (form.size === 0) return textBytes(listOf(value) as ArrayLike<string>);
  const total = form.dims.reduce((n, d) => n * d, count);
  const whole = plain(value, form, total);
  if (whole) return whole;
  const to = room(total * form.size, form.stored);
  put(to, 0, form.size, form.type, value, total);
  return to.bytes;
}

/** The bytes of numbers that are already what is wanted. */
function plain(value: Value, { type, size, stored }: Form, total: number): Uint8Array | undefined {
  const data = isArray(value) ? value.data : value;
  if (!ArrayBuffer.isView(data) || (stored && isBig(type)) || type.class === "opaque") return undefined;
  // They may have come in another width, as a single number or a float16 does.
  return data.byteLength === total * size ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
}

function isBig(type: Datatype): boolean {
  if (type.class === "enum" || type.class === "complex") return isBig(expand(type.base));
  return "order" in type && type.order === "BE" && type.size > 1;
}

/** Values one behind the other, also where there is only one. */
function listOf(value: unknown): List {
  if (isArray(value)) return value.data as List;
  return [value];
}

/** Puts `count` elements of a type, `step` bytes from one to the next. */
function put(to: Target, at: number, step: number, type: Datatype, value: unknown, count: number): void {
  switch (type.class) {
    case "array":
      return putArrays(to, at, step, type, value, count);
    case "enum":
      return put(to, at, step, expand(type.base), value, count);
    case "string":
      return putTexts(to, at, step, type.size as number, listOf(value) as ArrayLike<string>);
    case "opaque": {
      const list = listOf(value) as ArrayLike<Uint8Array>;
      for (let i = 0; i < count; i++) to.bytes.set(list[i]!, at + i * step);
      return;
    }
    case "complex":
      return putPairs(to, at, step, partOf(expand(type.base), to.stored), listOf(value) as ArrayLike<number>, count);
    case "compound":
      return putRecords(to, at, step, type, value, count);
    default:
      return putNumbers(to, at, step, type, listOf(value), count);
  }
}

/** Bytes of an element. */
function widthOf(type: Datatype, stored: boolean): number {
  const inner = (dtype: Dtype): number => widthOf(expand(dtype), stored);
  switch (type.class) {
    case "array":
      return type.dims.reduce((n, d) => n * d, inner(type.base));
    case "enum":
      return inner(type.base);
    case "complex":
      return 2 * widthOf(partOf(expand(type.base), stored), stored);
    case "compound":
      return type.members.reduce((n, m) => n + inner(m.dtype), 0);
    case "float":
      return stored ? type.size : floatBytes(type);
    case "integer":
    case "bitfield":
    case "time":
      if (stored) return type.size;
      return type.size > 4 ? 8 : type.size === 3 ? 4 : type.size;
    default:
      return "size" in type ? (type.size as number) : 0;
  }
}

function putArrays(to: Target, at: number, step: number, type: Datatype & { class: "array" }, value: unknown, count: number): void {
  const dims = [...type.dims];
  let base = expand(type.base);
  for (; base.class === "array"; base = expand(base.base)) dims.push(...base.dims);
  const each = dims.reduce((n, d) => n * d, 1);
  const width = widthOf(base, to.stored);
  // All of them one behind the other, then to their places.
  const all = room(count * each * width, to.stored);
  put(all, 0, width, base, value, count * each);
  for (let i = 0; i < count; i++) to.bytes.set(all.bytes.subarray(i * each * width, (i + 1) * each * width), at + i * step);
}

function putRecords(to: Target, at: number, step: number, type: Datatype & { class: "compound" }, value: unknown, count: number): void {
  const columns = (isArray(value) ? value.data : value) as { [name: string]: unknown };
  const pair = complexBase(type);
  if (pair) {
    const [r, i] = [listOf(columns["r"]) as ArrayLike<number>, listOf(columns["i"]) as ArrayLike<number>];
    const both = Float64Array.from({ length: 2 * count }, (_, k) => (k % 2 ? i : r)[k >> 1]!);
    return putPairs(to, at, step, pair, both, count);
  }
  for (const { name, dtype } of type.members) {
    const member = expand(dtype);
    put(to, at, step, member, columns[name], count);
    at += widthOf(member, to.stored);
  }
}

function putPairs(to: Target, at: number, step: number, part: Datatype, list: ArrayLike<number>, count: number): void {
  const every = (from: number): number[] => Array.from({ length: count }, (_, i) => list[2 * i + from]!);
  putNumbers(to, at, step, part, every(0), count);
  putNumbers(to, at + widthOf(part, to.stored), step, part, every(1), count);
}

function putNumbers(to: Target, at: number, step: number, type: Datatype, list: List, count: number): void {
  const set = setter(to.view, widthOf(type, to.stored), type.class === "float");
  const little = !to.stored || !isBig(type);
  for (let i = 0; i < count; i++) set(at + i * step, list[i], little);
}

type Setter = (at: number, value: unknown, little: boolean) => void;

function setter(view: DataView, width: number, float: boolean): Setter {
  if (float) {
    if (width === 8) return (at, value, little) => view.setFloat64(at, value as number, little);
    if (width === 4) return (at, value, little) => view.setFloat32(at, value as number, little);
    return (at, value, little) => view.setUint16(at, halfBits(value as number), little);
  }
  if (width === 8) return (at, value, little) => view.setBigUint64(at, BigInt.asUintN(64, BigInt(value as bigint)), little);
  if (width === 4) return (at, value, little) => view.setUint32(at, Number(value), little);
  if (width === 2) return (at, value, little) => view.setUint16(at, Number(value), little);
  return (at, value) => view.setUint8(at, Number(value));
}

const encoder = new TextEncoder();

/** Text in fixed room, padded with zeros. */
function putTexts(to: Target, at: number, step: number, size: number, list: ArrayLike<string>): void {
  for (let i = 0; i < list.length; i++) {
    const text = list[i]!;
    // What is not UTF-8 was read as this mark, and its bytes are not known any more.
    const bytes = encoder.encode(text);
    if (bytes.length > size || text.includes("\ufffd")) throw new HyperslabError("Unsupported", "text that is not UTF-8");
    to.bytes.set(bytes, at + i * step);
  }
}

/** numcodecs' vlen-utf8: how many there are, then each after its length. */
function textBytes(list: ArrayLike<string>): Uint8Array {
  const all = Array.from({ length: list.length }, (_, i) => encoder.encode(list[i]!));
  const bytes = new Uint8Array(all.reduce((n, b) => n + 4 + b.length, 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, all.length, true);
  let at = 4;
  for (const one of all) {
    view.setUint32(at, one.length, true);
    bytes.set(one, at + 4);
    at += 4 + one.length;
  }
  return bytes;
}

/** Part of a chunk as a whole chunk, of which the rest is the element `fill`. Extents in elements of `fill.length` bytes. */
export function padded(part: Uint8Array, shape: readonly number[], chunk: readonly number[], fill: Uint8Array): Uint8Array {
  if (shape.every((d, i) => d === chunk[i])) return part;
  const out = filled(fill, chunk.reduce((n, d) => n * d, 1));
  const rank = chunk.length;
  const run = shape[rank - 1]! * fill.length;
  const rows = run === 0 ? 0 : part.length / run;
  const at = new Array<number>(rank).fill(0);
  for (let row = 0; row < rows; row++) {
    let to = 0;
    for (let i = 0; i < rank; i++) to = to * chunk[i]! + at[i]!;
    out.set(part.subarray(row * run, (row + 1) * run), to * fill.length);
    for (let i = rank - 2; i >= 0 && ++at[i]! === shape[i]; i--) at[i] = 0;
  }
  return out;
}

/** An element again and again. */
export function filled(fill: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(fill.length * count);
  if (fill.every((b) => b === 0) || out.length === 0) return out;
  out.set(fill);
  for (let done = fill.length; done < out.length; done *= 2) out.copyWithin(done, 0, Math.min(done, out.length - done));
  return out;
}
