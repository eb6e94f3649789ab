/**
 * Elements as they are in the file, beside the values that the engine makes of them: they say what values do not, whether text is
 * nowhere or without characters, which bytes are no UTF-8, how large a number is that no double holds.
 */

import { expand } from "../../dtype.js";
import type { Dtype, FloatType, StringType } from "../../types.js";
import { generalOf } from "./numbers.js";

/** The bytes of the elements that were taken last. */
export interface Stored {
  bytes: Uint8Array | undefined;
  /** Bytes of an address. */
  readonly address: number;
}

/** Where elements of a part begin in those bytes; nothing if they are elsewhere. */
export type Place = ((i: number) => number) | undefined;

/** Whether values of a type do not say everything. */
export function tellsMore(dtype: Dtype): boolean {
  const type = expand(dtype);
  switch (type.class) {
    case "string":
      return true;
    case "float":
      return type.size > 8;
    case "compound":
      return type.members.some((m) => tellsMore(m.dtype));
    case "array":
    case "complex":
      return tellsMore(type.base);
    default:
      return false;
  }
}

/** Bytes of an element in a file with addresses of so many bytes. */
export function storedSize(dtype: Dtype, address: number): number {
  const type = expand(dtype);
  switch (type.class) {
    case "array":
      return type.dims.reduce((n, d) => n * d, storedSize(type.base, address));
    case "enum":
      return storedSize(type.base, address);
    case "complex":
      return 2 * storedSize(type.base, address);
    case "vlen":
      return 8 + address;
    case "reference":
      return type.ref === "object" ? address : type.ref === "region" ? address + 4 : 18;
    case "string":
      return type.size === "variable" ? 8 + address : type.size;
    default:
      return type.size;
  }
}

/** Text of a fixed size, in binary text; of a variable one `null` if it is nowhere, else nothing is known. */
export function storedText(stored: Stored | undefined, at: number | undefined, { size, pad }: StringType): string | null | undefined {
  const bytes = stored?.bytes;
  if (!bytes || at === undefined) return undefined;
  if (size === "variable") {
    const address = bytes.subarray(at + 4, at + 4 + stored.address);
    return address.every((b) => b === 0) ? null : undefined;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString("latin1");
  return pad === "nullterm" ? text.replace(/\0[^]*$/, "") : text;
}

/** A float that no double holds, as C prints it. */
export function storedFloat(stored: Stored | undefined, at: number | undefined, { size, order, layout }: FloatType): string | undefined {
  const bytes = stored?.bytes;
  if (!bytes || at === undefined || !layout || order === "VAX") return undefined;
  const element = bytes.slice(at, at + size);
  if (order === "LE") element.reverse();
  const all = BigInt(`0x${Buffer.from(element).toString("hex")}`);
  const field = (position: number, bits: number): bigint => (all >> BigInt(position)) & ((1n << BigInt(bits)) - 1n);
  const [expAt, expBits] = layout.exp;
  const [mantAt, mantBits] = layout.mant;
  const negative = field(layout.sign, 1) === 1n;
  const exponent = Number(field(expAt, expBits));
  let mantissa = field(mantAt, mantBits);
  const sign = negative ? "-" : "";
  // Where the leading bit is stored it is no part of a NaN's.
  const fraction = layout.norm === "implied" ? mantissa : mantissa & ((1n << BigInt(mantBits - 1)) - 1n);
  if (exponent === 2 ** expBits - 1) return sign + (fraction === 0n ? "inf" : "nan");
  if (layout.norm === "implied" && exponent > 0) mantissa |= 1n << BigInt(mantBits);
  const digits = layout.norm === "implied" ? mantBits : mantBits - 1;
  return sign + generalOf(mantissa, Math.max(exponent, 1) - layout.bias - digits);
}
