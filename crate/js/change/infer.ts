/** What a value to be written is, where its type or shape is not given: as h5py has it for Python's values. */

import { count, isNdArray, typedArrayType } from "../arrays.js";
import { expand } from "../dtype.js";
import { argument } from "../errors.js";
import { isReference, referenceType } from "../reference.js";
import type { CompoundMember, Dtype, NdArray, Nested, NumericArray, WriteValue } from "../types.js";

/** A value with its shape and type, its elements in C order. */
export interface Typed {
  /** `null`: a null dataspace. */
  shape: number[] | null;
  dtype: Dtype;
  elements: Elements;
  /** The elements of arrays are one behind the other, as they are read. */
  flat?: boolean;
}

/** A list of elements, or the columns of a compound type. */
export type Elements = ArrayLike<unknown> | { [member: string]: unknown };

/** Shape, type and elements of a value; a given dtype decides how much of the nesting is shape. */
export function infer(value: WriteValue, given?: Dtype): Typed {
  if (value === null) return { shape: null, dtype: given ?? "<f8", elements: [] };
  const type = given === undefined ? undefined : expand(given);
  if (isNdArray(value)) {
    const dtype = given ?? value.dtype;
    const shape = checkedShape(value);
    // The innermost axes of an array of arrays belong to its type; pairs of complex numbers are no axis.
    return { shape: shape.slice(0, shape.length - arrayDims(dtype).length), dtype, elements: value.data as Elements, flat: true };
  }
  const natural = typedArrayType(value);
  if (natural !== undefined) {
    const typed = value as NumericArray;
    // Bytes for an opaque type are one element, not as many as there are bytes.
    if (type?.class === "opaque" || type?.class === "vlen") return { shape: [], dtype: given!, elements: [typed] };
    return { shape: shapeOf(typed.length, elementDims(given ?? natural)), dtype: given ?? natural, elements: typed };
  }
  if (Array.isArray(value)) {
    return nested(value as readonly Nested[], given, type === undefined ? 0 : levels(type));
  }
  if (typeof value === "object" && !(type?.class !== "compound" && isReference(value))) return columns(value as { [member: string]: WriteValue }, given);
  return { shape: [], dtype: given ?? plainType([value]), elements: [value] };
}

function checkedShape({ shape, data }: NdArray): number[] {
  const first = Array.isArray(data) || ArrayBuffer.isView(data) ? data.length : undefined;
  if (first !== undefined && first < count(shape)) throw argument(`${first} elements are too few for shape [${shape}]`);
  return [...shape];
}

/** How many levels of lists are one element of a type. */
function levels(dtype: Dtype): number {
  const type = expand(dtype);
  switch (type.class) {
    case "complex":
    case "opaque": // an array of bytes
      return 1;
    case "vlen":
      return 1 + levels(type.base);
    case "array":
      return type.dims.length + levels(type.base);
    default:
      return 0;
  }
}

/** How deep lists are nested, where they are deepest: the first of them may be empty. */
function depthOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return 1;
  return Array.isArray(value) ? 1 + value.reduce<number>((depth, item) => Math.max(depth, depthOf(item)), 0) : 0;
}

/** Nested arrays; the innermost `keep` levels belong to the element. */
function nested(value: readonly Nested[], given: Dtype | undefined, keep: number): Typed {
  const shape: number[] = [];
  // Of sequences, any number is at the end; elsewhere the first says it.
  const most = keep > 0 ? Math.max(0, depthOf(value) - keep) : Infinity;
  let probe: unknown = value;
  while (isList(probe) && shape.length < most) {
    shape.push(probe.length);
    probe = probe[0];
  }
  const elements = flat(value, shape, 0, []);
  return { shape, dtype: given ?? plainType(elements), elements };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && typedArrayType(value) !== undefined && !(value instanceof Uint8Array));
}

function flat(value: unknown, shape: number[], axis: number, out: unknown[]): unknown[] {
  if (axis === shape.length) {
    out.push(value);
    return out;
  }
  const list = value as ArrayLike<unknown>;
  if (!isList(value) || list.length !== shape[axis]) {
    throw argument(`the nested arrays are ragged: axis ${axis} has ${shape[axis]} items in one place, not in another`);
  }
  if (axis === shape.length - 1) for (let i = 0; i < list.length; i++) out.push(list[i]);
  else for (let i = 0; i < list.length; i++) flat(list[i], shape, axis + 1, out);
  return out;
}

/** The type of plain values: number is float64, bigint int64 (or uint64), boolean h5py's bool, string text. */
function plainType(values: ArrayLike<unknown>): Dtype {
  const kind = typeof values[0];
  for (let i = 1; i < values.length; i++) {
    if (typeof values[i] !== kind) throw argument(`a ${kind} and a ${typeof values[i]} in one array: give a dtype`);
  }
  switch (kind) {
    case "undefined":
      return "<f8"; // no values at all
    case "number":
      return "<f8";
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "bigint": {
      const all = Array.from(values as ArrayLike<bigint>);
      return all.some((v) => v > 0x7fff_ffff_ffff_ffffn) ? "<u8" : "<i8";
    }
    default:
      if (values[0] instanceof Uint8Array) throw argument("bytes need a dtype: opaque, vlen or a string type");
      if (isReference(values[0])) return referenceType(Array.from(values));
      if (kind === "object" && values[0] !== null) return rowType(values[0] as { [member: string]: WriteValue });
      throw argument(`a ${kind} cannot be written`);
  }
}

/** The compound type of a record with those values. */
function rowType(row: { [member: string]: WriteValue }): Dtype {
  const members = Object.entries(row).map(([name, value]): CompoundMember => {
    const { shape, dtype } = infer(value);
    return { name, dtype: shape?.length ? { class: "array", dims: shape, base: dtype } : dtype };
  });
  return { class: "compound", size: 0, members };
}

/** An object of columns, or one record: members decide. */
function columns(value: { [member: string]: WriteValue }, given: Dtype | undefined): Typed {
  const names = Object.keys(value);
  if (names.length === 0) throw argument("a compound type needs members");
  const type = given === undefined ? undefined : expand(given);
  if (type !== undefined && type.class !== "compound") throw argument(`an object cannot be written as ${type.class}`);
  let shape: number[] | undefined;
  const members: CompoundMember[] = [];
  for (const name of names) {
    const wanted = type?.members.find((m) => m.name === name)?.dtype;
    if (type && wanted === undefined) throw argument(`the type has no member "${name}"`);
    const member = infer(value[name]!, wanted);
    const extent = member.shape ?? [];
    if (shape !== undefined && count(shape) !== count(extent)) {
      throw argument(`member "${name}" has ${count(extent)} elements, others ${count(shape)}`);
    }
    // A single element may be given as such or in an array of one.
    if (shape === undefined || extent.length > shape.length) shape = extent;
    members.push({ name, dtype: member.dtype });
  }
  return { shape: shape!, dtype: given ?? { class: "compound", size: 0, members }, elements: value };
}

/** The extents of an array type. */
function arrayDims(dtype: Dtype): number[] {
  return typeof dtype === "object" && dtype.class === "array" ? [...dtype.dims, ...arrayDims(dtype.base)] : [];
}

/** The extents that belong to each element: those of arrays, and pairs for complex numbers. */
export function elementDims(dtype: Dtype): number[] {
  if (typeof dtype !== "object") return [];
  if (dtype.class === "complex") return [2];
  return dtype.class === "array" ? [...dtype.dims, ...elementDims(dtype.base)] : [];
}

/** The shape of `length` plain elements when some of them make one. */
function shapeOf(length: number, dims: number[]): number[] {
  const n = length / count(dims);
  if (!Number.isInteger(n)) throw argument(`${length} values do not make elements of [${dims}]`);
  return dims.length > 0 && n === 1 ? [] : [n];
}
