/** NumPy's files. Pure. */

import type { Columns, Dtype, NdArray } from "hyperslab";
import { isHalves } from "./halves.js";
import { ValueError } from "./value-error.js";

const KINDS: readonly [new (n: number) => ArrayBufferView, string][] = [
  [Int8Array, "|i1"], [Uint8Array, "|u1"], [Int16Array, "<i2"], [Uint16Array, "<u2"], [Int32Array, "<i4"], [Uint32Array, "<u4"],
  [BigInt64Array, "<i8"], [BigUint64Array, "<u8"], [Float32Array, "<f4"], [Float64Array, "<f8"],
];

/** NumPy's name of what elements are, and their bytes. */
export function npyBytes(a: NdArray, dtype: Dtype): { descr: string; bytes: Uint8Array<ArrayBuffer> } {
  const complex = !ArrayBuffer.isView(a.data) || (typeof a.dtype === "object" && a.dtype.class === "complex");
  const given = ArrayBuffer.isView(a.data) ? a.data : pairs(a);
  // There are no complex numbers of halves.
  const data = complex ? singles(given) : given;
  const descr = isHalves(data) ? "<f2" : KINDS.find(([of]) => data instanceof of)?.[1];
  if (!descr || !ArrayBuffer.isView(data)) throw new ValueError("elements of this type have no form in NumPy's files");
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return { descr: complex ? `<c${2 * Number(descr.slice(2))}` : dtype === "bool" ? "|b1" : descr, bytes };
}

const singles = <T>(data: T): T | Float32Array => (isHalves(data) ? Float32Array.from(data) : data);

/** Complex numbers that are records of two. */
function pairs(a: NdArray): Float32Array | Float64Array | undefined {
  if (Array.isArray(a.data)) return undefined;
  const [re, im] = Object.values(a.data as Columns).map((c) => singles(c.data));
  if (!(re instanceof Float32Array || re instanceof Float64Array) || !(im instanceof Float32Array || im instanceof Float64Array)) return undefined;
  const both = re instanceof Float32Array ? new Float32Array(2 * re.length) : new Float64Array(2 * re.length);
  for (let i = 0; i < re.length; i++) both.set([re[i] as number, im[i] as number], 2 * i);
  return both;
}

/** The head of a file, version 1. */
export function npyHead(descr: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  // Ten bytes, the text and its end make a multiple of 64.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  return Uint8Array.from(`\x93NUMPY\x01\x00${String.fromCharCode(padded.length & 255, padded.length >> 8)}${padded}`, (c) => c.charCodeAt(0));
}
