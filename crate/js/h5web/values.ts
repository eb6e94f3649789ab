/** Values in the forms that H5Web takes: flat, pairs for complex numbers, rows for records. */

import { expand } from "../dtype.js";
import { isHalves } from "../halves.js";
import type { Datatype, Reference, Value } from "../types.js";
import { isArray } from "../conventions/steps.js";

type List = ArrayLike<unknown>;

/** Whether a record is a complex number to H5Web: a pair of numbers called `r` and `i`. */
export function isPair(type: Datatype): boolean {
  if (type.class !== "compound" || type.members.length !== 2) return false;
  const parts = type.members.map((m) => expand(m.dtype));
  const narrow = parts.every((p) => p.class === "float" || (p.class === "integer" && p.size <= 4));
  return narrow && type.members[0]!.name === "r" && type.members[1]!.name === "i";
}

/** What was read, as H5Web wants it: a list, or for a scalar its only element. */
export function h5webValue(value: Value, type: Datatype, scalar: boolean): unknown {
  const data = dataOf(value, type);
  const list = listOf(data, type, lengthOf(data, type));
  if (!scalar) return list;
  const only = list[0];
  return typeof value === "boolean" ? value : only;
}

/** Elements one behind the other, or the members of a record. */
function dataOf(value: unknown, type: Datatype): unknown {
  if (isArray(value)) return value.data;
  return type.class === "compound" ? value : [value];
}

const product = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);

/** Elements of that type in what {@link dataOf} gives. */
function lengthOf(data: unknown, type: Datatype): number {
  switch (type.class) {
    case "array":
      return lengthOf(data, expand(type.base)) / product(type.dims);
    case "complex":
      return (data as List).length / 2;
    case "compound": {
      const [first] = type.members;
      if (!first) return 0;
      const member = expand(first.dtype);
      return lengthOf(dataOf((data as { [name: string]: unknown })[first.name], member), member);
    }
    default:
      return (data as List).length;
  }
}

function listOf(data: unknown, type: Datatype, count: number): List {
  switch (type.class) {
    case "array": {
      const each = product(type.dims);
      const all = listOf(data, expand(type.base), count * each);
      return Array.from({ length: count }, (_, i) => slice(all, i * each, (i + 1) * each));
    }
    case "float":
      // The viewer has single floats for them.
      return isHalves(data) ? Float32Array.from(data as ArrayLike<number>) : (data as List);
    case "complex": {
      const numbers = data as List;
      return Array.from({ length: count }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
    }
    case "compound": {
      const columns = type.members.map(({ name, dtype }) => {
        const member = expand(dtype);
        return listOf(dataOf((data as { [name: string]: unknown })[name], member), member, count);
      });
      return Array.from({ length: count }, (_, i) => columns.map((column) => column[i]));
    }
    case "vlen": {
      const base = expand(type.base);
      return Array.from(data as List, (items) => listOf(items, base, lengthOf(items, base)));
    }
    case "enum":
      // Codes are numbers there, also those of 8 bytes.
      return isBig(data) ? Array.from(data as List, Number) : (data as List);
    case "integer":
    case "bitfield":
    case "time":
      // More than 8 bytes: as text, so that nothing is rounded.
      return Array.isArray(data) && type.size > 8 ? data.map(String) : (data as List);
    case "reference":
      return Array.from(data as ArrayLike<Reference>, referenceText);
    default:
      return data as List;
  }
}

function isBig(data: unknown): boolean {
  return data instanceof BigInt64Array || data instanceof BigUint64Array || (Array.isArray(data) && typeof data[0] === "bigint");
}

function slice(list: List, from: number, to: number): List {
  return ArrayBuffer.isView(list) ? (list as Uint8Array).subarray(from, to) : (list as unknown[]).slice(from, to);
}

function referenceText({ kind, address, attribute }: Reference): string {
  if (address === 0) return "null";
  return `${kind} #${address}${attribute === undefined ? "" : ` ${attribute}`}`;
}
