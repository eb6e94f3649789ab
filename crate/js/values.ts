/** From collected columns to what users hold: arrays, plain values, attribute and fill values. */

import {
  ArrayColumn,
  type Column,
  CompoundColumn,
  flatten,
  type Leaf,
  makeColumn,
  memberOf,
  ndarray,
  type NumberColumn,
  Parts,
  put,
} from "./columns.js";
import { expand } from "./dtype.js";
import { Halves } from "./halves.js";
import { count, typedArrayType } from "./arrays.js";
import type { ValueRecord } from "./records.js";
import type { ArrayType, Columns, Data, Dtype, NdArray, NumericTypes, Row, Scalar, Value } from "./types.js";

/** The typed array of each numeric type. */
export const NUMERIC = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Halves,
  float32: Float32Array,
  float64: Float64Array,
} satisfies { [K in keyof NumericTypes]: unknown };

/**
 * The type of numbers that were read into an array of the caller's choice: their own, unless they were converted or
 * `always`. Arrays and complex numbers stay what they are, of the new type.
 */
export function retype(dtype: Dtype, column: Column, always: boolean): Dtype {
  if (column instanceof ArrayColumn) {
    return { ...(dtype as ArrayType), base: retype((dtype as ArrayType).base, column.base, always) };
  }
  const { data, bytes, halves } = column as NumberColumn;
  if (bytes && !always) return dtype;
  return halves ? "<f2" : typedArrayType(data)!;
}

/** A filled column as an array of that shape. */
export function toArray(column: Column, shape: number[], dtype: Dtype): NdArray {
  const [element, extents] = flatten(dtype, shape);
  return ndarray(dataOf(column, shape, dtype), extents, element);
}

function dataOf(column: Column, shape: number[], dtype: Dtype): Data {
  if (column instanceof ArrayColumn) {
    // Complex numbers stay pairs: the shape counts numbers, not their parts.
    if (typeof dtype === "object" && dtype.class === "complex") return dataOf(column.base, shape, dtype.base);
    const { base, dims } = dtype as { base: Dtype; dims: number[] };
    return dataOf(column.base, [...shape, ...dims], base);
  }
  if (column instanceof CompoundColumn) {
    const columns: Columns = {};
    column.members.forEach(([name, member], i) => put(columns, name, toArray(member, shape, memberOf(dtype, i))));
    return columns;
  }
  return (column as Leaf).data as Data;
}

/** The only element of a filled column as a plain value. */
export function toScalar(column: Column, dtype: Dtype): Scalar {
  if (column instanceof ArrayColumn) return toArray(column, [], dtype);
  if (column instanceof CompoundColumn) {
    const row: Row = {};
    column.members.forEach(([name, member], i) => put(row, name, toScalar(member, memberOf(dtype, i))));
    return row;
  }
  const value = (column as Leaf).data[0] as Scalar;
  return dtype === "bool" ? value !== 0 : value;
}

/** A value that came with a description. */
export function decodeValue(value: ValueRecord, payload: Uint8Array, shape: number[] | null, dtype: Dtype): Value {
  if (shape === null) return null;
  if (value.text) return shape.length === 0 ? value.text[0]! : ndarray([...value.text], shape, dtype);
  let from = value.at[0]!;
  const buffers = value.at.slice(1).map((length) => {
    const part = payload.subarray(from, from + length);
    from = Math.ceil((from + length) / 8) * 8; // each buffer begins on a boundary of 8
    return part;
  });
  const total = shape.reduce((n, d) => n * d, 1);
  const column = makeColumn(value.plan, dtype, total);
  if (total > 0) column.take(new Parts(buffers), total);
  return shape.length === 0 ? toScalar(column, dtype) : toArray(column, shape, dtype);
}

/** Zeros made up for showing are no larger than this. */
const MOST_ZEROS = 1 << 20;

/** The element that reads as zero: what unwritten elements are unless a fill value says otherwise. */
export function zero(dtype: Dtype): Value {
  const type = expand(dtype);
  switch (type.class) {
    case "string":
      return "";
    case "enum":
      return dtype === "bool" ? false : zero(type.base);
    case "opaque":
      return type.size > MOST_ZEROS ? null : new Uint8Array(type.size);
    case "vlen":
      return [];
    case "array": {
      const [element, shape] = flatten(type, []);
      return count(shape) > MOST_ZEROS ? null : ndarray(repeat(zero(element), count(shape)), shape, element);
    }
    case "complex":
      return ndarray(repeat(0, 2), [], type);
    case "compound": {
      const row: Row = {};
      for (const { name, dtype: member } of type.members) put(row, name, zero(member));
      return row;
    }
    case "reference":
      return { kind: "object", address: 0 };
    case "float":
      return 0;
    default:
      return type.size > 4 ? 0n : 0;
  }
}

function repeat(value: Value, n: number): Data {
  if (typeof value === "number") return new Float64Array(n);
  if (typeof value === "bigint") return new BigInt64Array(n);
  return Array.from({ length: n }, () => value) as Data;
}
