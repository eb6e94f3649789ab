/** Values as JSON that keeps what JSON can: whole numbers of any size, and which numbers are floats. */

import { expand } from "../dtype.js";
import type { Datatype, NdArray, Value } from "../types.js";
import { isArray } from "../conventions/steps.js";
import { isBool } from "./forms.js";

/** How numbers that JSON does not have are written: for JavaScript as text, for Python by their names. */
export type Special = "text" | "bare";

/** An object of which the values are JSON already. */
export function object(entries: Iterable<readonly [name: string, json: string]>): string {
  return `{${[...entries].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

/** A float: Python tells `1.0` from `1`. */
export function float(value: number, special: Special): string {
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
    return special === "text" ? `"${name}"` : name;
  }
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** An attribute's value; `undefined` if there is no JSON for it. */
export function attributeJson(value: Value, shape: readonly number[] | null, type: Datatype, special: Special): string | undefined {
  if (shape === null) return type.class === "string" ? '""' : "null";
  const items = itemsOf(value, type, special);
  // As netCDF has it: an attribute of one value is that value.
  return items && nested(items, shape.length === 1 && shape[0] === 1 ? [] : shape);
}

/** Each element as JSON. */
function itemsOf(value: unknown, type: Datatype, special: Special): string[] | undefined {
  const list = (isArray(value) ? value.data : [value]) as ArrayLike<unknown>;
  switch (type.class) {
    case "array": {
      const items = itemsOf(value, expand(type.base), special);
      return items && grouped(items, type.dims);
    }
    case "enum":
      return isBool(type) ? Array.from(list, (v) => String(Boolean(v))) : itemsOf(value, expand(type.base), special);
    case "integer":
    case "bitfield":
    case "time":
      return Array.from(list, (v) => String(Number.isInteger(v) ? BigInt(v as number) : v));
    case "float":
      return Array.from(list, (v) => float(v as number, special));
    case "string":
      return Array.from(list, (v) => JSON.stringify(v));
    case "complex": {
      const numbers = Array.from(list, (v) => float(v as number, special));
      return grouped(numbers, [2]);
    }
    case "compound":
      return records(value, type, special);
    case "vlen":
      return sequences(list, expand(type.base), special);
    default:
      return undefined;
  }
}

function sequences(list: ArrayLike<unknown>, base: Datatype, special: Special): string[] | undefined {
  const all: string[] = [];
  for (const one of Array.from(list)) {
    const items = itemsOf({ data: one, stride: [] } as unknown as NdArray, base, special);
    if (!items) return undefined;
    all.push(`[${items.join(",")}]`);
  }
  return all;
}

function records(value: unknown, type: Datatype & { class: "compound" }, special: Special): string[] | undefined {
  const columns = (isArray(value) ? value.data : value) as { [name: string]: unknown };
  const rows: [string, string][][] = [];
  for (const { name, dtype } of type.members) {
    const items = itemsOf(columns[name], expand(dtype), special);
    if (!items) return undefined;
    items.forEach((item, i) => (rows[i] ??= []).push([name, item]));
  }
  return rows.map(object);
}

/** Every so many items as one list of lists. */
function grouped(items: string[], dims: readonly number[]): string[] {
  return dims.toReversed().reduce<string[]>((inner, n) => {
    const outer: string[] = [];
    for (let i = 0; i < inner.length; i += n) outer.push(`[${inner.slice(i, i + n).join(",")}]`);
    return outer;
  }, items);
}

function nested(items: string[], shape: readonly number[]): string {
  if (shape.includes(0)) return "[]";
  return grouped(items, shape)[0]!;
}
