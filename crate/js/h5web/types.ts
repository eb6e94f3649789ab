/** Datatypes and shapes as H5Web names them. */

import type { Attribute, DType, EntityKind, NumericType, Shape, ShapeClass } from "@h5web/app";
import { expand } from "../dtype.js";
import type { AttributeInfo, Attributes, ByteOrder, Datatype, Mode } from "../types.js";
import { isPair } from "./values.js";

/** Members of H5Web's enums, which are text; nothing of it is imported when this runs. */
export const kind = (name: `${EntityKind}`): never => name as never;

const ORDERS = { LE: "little-endian", BE: "big-endian", VAX: "VAX" } as const;
const PADS = { nullterm: "null-terminated", nullpad: "null-padded", spacepad: "space-padded" } as const;

const endianness = (order: ByteOrder): (typeof ORDERS)[ByteOrder] => ORDERS[order];
const said = (type: { class: string } & Record<string, unknown>): DType => type as unknown as DType;

export function shapeOf(dims: readonly number[] | null): Shape {
  const is = (name: `${ShapeClass}`): never => name as never;
  if (dims === null) return { class: is("Null") };
  return dims.length === 0 ? { class: is("Scalar"), dims: [] } : { class: is("Array"), dims: [...dims] };
}

export function typeOf(type: Datatype): DType {
  switch (type.class) {
    case "integer":
      return integer(type);
    case "float":
      return said({ class: "Float", size: type.size * 8, endianness: endianness(type.order) });
    case "string": {
      const length = type.size === "variable" ? {} : { length: type.size };
      return said({ class: "String", charSet: type.cset === "utf8" ? "UTF-8" : "ASCII", strPad: PADS[type.pad], ...length });
    }
    case "compound": {
      if (isPair(type)) {
        const [realType, imagType] = type.members.map((m) => typeOf(expand(m.dtype)) as NumericType);
        return said({ class: "Complex", realType, imagType });
      }
      return said({ class: "Compound", fields: new Map(type.members.map((m) => [m.name, typeOf(expand(m.dtype))])) });
    }
    case "complex": {
      const part = typeOf(expand(type.base));
      return said({ class: "Complex", realType: part, imagType: part });
    }
    case "array":
      return said({ class: "Array", base: typeOf(expand(type.base)), dims: type.dims });
    case "vlen":
      return said({ class: "Array (variable length)", base: typeOf(expand(type.base)) });
    case "enum": {
      const base = typeOf(expand(type.base));
      if (isBool(type)) return said({ class: "Boolean", base });
      return said({ class: "Enumeration", base, mapping: Object.fromEntries(type.members.map(([name, code]) => [Number(code), name])) });
    }
    case "time":
      return said({ class: "Time" });
    case "bitfield":
      return said({ class: "Bitfield", endianness: endianness(type.order) });
    case "opaque":
      return said({ class: "Opaque", tag: type.tag });
    case "reference":
      return said({ class: "Reference" });
  }
}

/** The width is that of the values: of 8 bytes, they are bigints. More bytes than that are text. */
function integer({ size, signed, order }: Datatype & { class: "integer" }): DType {
  if (size > 8) return said({ class: "String", charSet: "ASCII" });
  const width = [1, 2, 4, 8].find((n) => n >= size)!;
  return said({ class: "Integer", signed, size: width * 8, endianness: size === 1 ? undefined : endianness(order) });
}

function isBool({ members }: Datatype & { class: "enum" }): boolean {
  return members.length === 2 && members[0]![0] === "FALSE" && members[1]![0] === "TRUE" && Number(members[0]![1]) === 0 && Number(members[1]![1]) === 1;
}

/** What the inspector shows in full; JSON has no bigints. */
export const rawType = (type: Datatype): unknown => JSON.parse(JSON.stringify(type, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v)));

/** An attribute, or the error why there is no description of it. */
export function describe(attrs: Attributes<Mode>, name: string): AttributeInfo | Error {
  try {
    return attrs.describe(name)!;
  } catch (e) {
    return e instanceof Error ? e : new Error(String(e));
  }
}

/** The attributes of an object. What cannot be read is of a type that is not known. */
export function attributesOf(attrs: Attributes<Mode>): Attribute[] {
  let names: string[];
  try {
    names = attrs.keys();
  } catch {
    return [];
  }
  return names.map((name): Attribute => {
    const info = describe(attrs, name);
    if (info instanceof Error) return { name, shape: shapeOf([]), type: said({ class: "Unknown" }) };
    return { name, shape: shapeOf(info.shape), type: typeOf(info.datatype) };
  });
}
