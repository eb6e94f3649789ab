/** Datatypes in h5dump's DDL. */

import { expand } from "../../dtype.js";
import type { CompoundType, Datatype, Dtype, EnumType, FloatType, IntegerType, StringType } from "../../types.js";
import type { Context, Renderer } from "./render.js";
import { binary } from "./text.js";

const ORDERS = { LE: " little-endian", BE: " big-endian", VAX: " mixed-endian" };

function numberText({ size, order }: { size: number; order: keyof typeof ORDERS }, words: string, precision: number | undefined): string {
  return `${size * 8}-bit${size > 1 ? ORDERS[order] : ""}${words} ${precision ?? size * 8}-bit precision`;
}

function integerText(type: IntegerType): string {
  const { size, order, signed, precision, offset } = type;
  if (precision === undefined && offset === undefined && [1, 2, 4, 8].includes(size)) return `H5T_STD_${signed ? "I" : "U"}${size * 8}${order}`;
  return numberText(type, `${signed ? "" : " unsigned"} integer`, precision);
}

const VAX = { 4: { sign: 31, exp: [23, 8], mant: [0, 23], bias: 0x81 }, 8: { sign: 63, exp: [52, 11], mant: [0, 52], bias: 0x401 } };

function floatText(type: FloatType): string {
  const { size, order, layout } = type;
  if (!layout && (size === 4 || size === 8) && order !== "VAX") return `H5T_IEEE_F${size * 8}${order}`;
  if (layout && order === "VAX" && (size === 4 || size === 8)) {
    const { sign, exp, mant, bias } = layout;
    if (JSON.stringify({ sign, exp, mant, bias }) === JSON.stringify(VAX[size])) return `H5T_VAX_F${size * 8}`;
  }
  return numberText(type, " floating-point", layout?.precision);
}

function bitfieldText({ size, order, precision, offset }: { size: number; order: string; precision?: number; offset?: number }): string {
  const plain = precision === undefined && offset === undefined && [1, 2, 4, 8].includes(size);
  return plain ? `H5T_STD_B${size * 8}${order}` : "undefined bitfield";
}

/** Prints all of a type but its end, which is the result; `begin` stands before it. */
export function datatypeText(r: Renderer, ctx: Context, begin: string, dtype: Dtype): string {
  const type = expand(dtype);
  switch (type.class) {
    case "integer":
      return begin + integerText(type);
    case "float":
      return begin + floatText(type);
    case "time":
      // h5dump's words.
      return `${begin}H5T_TIME: not yet implemented`;
    case "string":
      return stringText(r, ctx, begin, type);
    case "bitfield":
      return begin + bitfieldText(type);
    case "opaque":
      return nested(r, ctx, `${begin}H5T_OPAQUE {`, () => r.line(ctx, `OPAQUE_TAG "${binary(type.tag)}";`));
    case "compound":
      return compoundText(r, ctx, begin, type);
    case "reference":
      return `${begin}H5T_REFERENCE { ${type.ref === "region" ? "H5T_STD_REF_DSETREG" : type.ref === "std" ? "H5T_STD_REF" : "H5T_STD_REF_OBJECT"} }`;
    case "enum":
      return enumText(r, ctx, begin, type);
    case "vlen":
      return `${datatypeText(r, ctx, `${begin}H5T_VLEN { `, type.base)}}`;
    case "array":
      return `${datatypeText(r, ctx, `${begin}H5T_ARRAY { ${type.dims.map((d) => `[${d}]`).join("")} `, type.base)} }`;
    case "complex":
      return `${datatypeText(r, ctx, `${begin}H5T_COMPLEX { `, type.base)} }`;
  }
}

function nested(r: Renderer, ctx: Context, begin: string, inside: () => void): string {
  r.render(ctx, begin);
  ctx.level += 1;
  inside();
  ctx.level -= 1;
  ctx.needPrefix = true;
  return "}";
}

const PADS = { nullterm: "NULLTERM", nullpad: "NULLPAD", spacepad: "SPACEPAD" };

function stringText(r: Renderer, ctx: Context, begin: string, { size, pad, cset }: StringType): string {
  return nested(r, ctx, `${begin}H5T_STRING {`, () => {
    r.line(ctx, `STRSIZE ${size === "variable" ? "H5T_VARIABLE" : size};`);
    r.line(ctx, `STRPAD H5T_STR_${PADS[pad]};`);
    r.line(ctx, `CSET H5T_CSET_${cset === "utf8" ? "UTF8" : "ASCII"};`);
    r.line(ctx, "CTYPE H5T_C_S1;");
  });
}

function compoundText(r: Renderer, ctx: Context, begin: string, { members }: CompoundType): string {
  return nested(r, ctx, `${begin}H5T_COMPOUND {`, () => {
    for (const { name, dtype } of members) {
      ctx.needPrefix = true;
      r.render(ctx, `${datatypeText(r, ctx, "", dtype)} "${binary(name)}";`);
    }
  });
}

function enumText(r: Renderer, ctx: Context, begin: string, type: EnumType): string {
  return nested(r, ctx, `${begin}H5T_ENUM {`, () => {
    ctx.needPrefix = true;
    r.render(ctx, `${datatypeText(r, ctx, "", type.base)};`);
    for (const [name, value] of type.members) {
      const text = binary(name);
      ctx.needPrefix = true;
      r.prefix(ctx);
      r.render(ctx, `"${text}"${" ".repeat(Math.max(0, 16 - text.length))} ${value};`);
    }
  });
}

/** Bytes of an element in the form in which h5dump has it in memory. */
export function nativeSize(dtype: Dtype): number {
  const type: Datatype = expand(dtype);
  switch (type.class) {
    case "integer":
    case "bitfield":
    case "time":
      return powerOfTwo(Math.ceil((type.precision ?? type.size * 8) / 8));
    case "float":
      return type.size <= 4 ? 4 : type.size <= 8 ? 8 : 16;
    case "string":
      return type.size === "variable" ? 8 : type.size;
    case "compound":
      return compoundSize(type);
    case "array":
      return type.dims.reduce((n, d) => n * d, nativeSize(type.base));
    case "enum":
      return nativeSize(type.base);
    case "vlen":
      return 16;
    case "opaque":
      return type.size;
    case "reference":
      return type.ref === "object" ? 8 : type.ref === "region" ? 12 : 64;
    case "complex":
      return 2 * nativeSize(type.base);
  }
}

function powerOfTwo(n: number): number {
  return n <= 1 ? 1 : n <= 2 ? 2 : n <= 4 ? 4 : 8;
}

function alignment(dtype: Dtype): number {
  const type = expand(dtype);
  switch (type.class) {
    case "string":
      return type.size === "variable" ? 8 : 1;
    case "opaque":
      return 1;
    case "compound":
      return Math.max(1, ...type.members.map((m) => alignment(m.dtype)));
    case "array":
    case "enum":
    case "complex":
      return alignment(type.base);
    case "vlen":
      return 8;
    case "reference":
      return type.ref === "region" ? 1 : 8;
    default:
      return nativeSize(type);
  }
}

function compoundSize({ members }: CompoundType): number {
  let end = 0;
  let widest = 1;
  for (const { dtype } of members) {
    const align = alignment(dtype);
    widest = Math.max(widest, align);
    end = Math.ceil(end / align) * align + nativeSize(dtype);
  }
  return Math.ceil(end / widest) * widest;
}
