/** NumPy's files as datasets. Pure. */

import type { Dtype, NumericArray } from "hyperslab";
import type { Made } from "./import.js";
import { ValueError } from "./value-error.js";

type Typed = new (buffer: ArrayBuffer) => NumericArray;

const ARRAYS: Record<string, Typed> = {
  i1: Int8Array, u1: Uint8Array, b1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array,
  i8: BigInt64Array, u8: BigUint64Array, f4: Float32Array, f8: Float64Array,
};

interface Head {
  descr: string;
  fortran: boolean;
  shape: number[];
  /** Where the elements begin. */
  start: number;
}

export function readNpy(bytes: Uint8Array<ArrayBuffer>): Made {
  const { descr, fortran, shape, start } = headOf(bytes);
  const [, order = "", kind = "", digits = ""] = /^([<>|=]?)([a-zA-Z])(\d+)$/.exec(descr) ?? [];
  const size = Number(digits) * (kind === "U" ? 4 : 1);
  const n = shape.reduce((a, b) => a * b, 1);
  if (size === 0 && n > 0) throw new ValueError(`elements of type ${descr} are not known here`);
  if (bytes.length - start < n * size) throw new ValueError(`the file ends early: it has ${bytes.length - start} bytes of ${n * size}`);
  let elements = bytes.slice(start, start + n * size);
  if (fortran && shape.length > 1) elements = inRows(elements, shape, size);
  const isBig = order === ">" && size > 1;
  if (kind === "S") return { data: texts(elements, n, size), shape, dtype: `S${size}` };
  if (kind === "U") return { data: wideTexts(elements, n, size, isBig), shape, dtype: "string" };
  if (isBig) swap(elements, size);
  if (`${kind}${digits}` === "f2") return { data: halves(elements), shape, dtype: `${isBig ? ">" : "<"}f2` };
  const of = ARRAYS[`${kind}${digits}`];
  if (!of) throw new ValueError(`elements of type ${descr} are not known here`);
  const dtype: Dtype = kind === "b" ? "bool" : (`${size === 1 ? "|" : isBig ? ">" : "<"}${kind}${digits}` as Dtype);
  return { data: new of(elements.buffer), shape, dtype };
}

function headOf(bytes: Uint8Array<ArrayBuffer>): Head {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (String.fromCharCode(...bytes.subarray(0, 6)) !== "\x93NUMPY" || bytes.length < 12) throw new ValueError("this is no file of NumPy's");
  const at = (bytes[6] as number) > 1 ? 12 : 10;
  const length = at === 12 ? view.getUint32(8, true) : view.getUint16(8, true);
  const text = new TextDecoder().decode(bytes.subarray(at, at + length));
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  if (descr === undefined && /'descr':\s*\[/.test(text)) throw new ValueError("records of NumPy's are not known here");
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || shape === undefined) throw new ValueError("the head of the file is damaged");
  const extents = shape.split(",").map((s) => s.trim()).filter(Boolean).map((s) => Number.parseInt(s, 10));
  if (!extents.every((n) => Number.isSafeInteger(n) && n >= 0)) throw new ValueError("the head of the file is damaged");
  return { descr, fortran: /'fortran_order':\s*True/.test(text), shape: extents, start: at + length };
}

/** Elements that are stored with the first axis running fastest, the other way round. */
function inRows(bytes: Uint8Array<ArrayBuffer>, shape: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, size));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += size) {
    for (let b = 0; b < size; b++) out[to + b] = bytes[from + b] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      if (++(index[axis] as number) < (shape[axis] as number)) break;
      from -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Floats of two bytes, in the machine's order. */
function halves(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return Float32Array.from(new Uint16Array(bytes.buffer), (h) => {
    const [sign, exponent, rest] = [h >> 15 ? -1 : 1, (h >> 10) & 31, h & 1023];
    if (exponent === 31) return rest ? NaN : sign * Infinity;
    return sign * (exponent === 0 ? rest * 2 ** -24 : (1024 + rest) * 2 ** (exponent - 25));
  });
}

function texts(bytes: Uint8Array, n: number, size: number): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return Array.from({ length: n }, (_, i) => {
    try {
      return decoder.decode(bytes.subarray(i * size, (i + 1) * size)).replace(/\0+$/, "");
    } catch {
      throw new ValueError("its bytes are no text");
    }
  });
}

function wideTexts(bytes: Uint8Array<ArrayBuffer>, n: number, size: number, isBig: boolean): string[] {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: n }, (_, i) => {
    let text = "";
    for (let at = i * size; at < (i + 1) * size; at += 4) {
      const code = view.getUint32(at, !isBig);
      if (code > 0x10ffff) throw new ValueError("its bytes are no text");
      text += String.fromCodePoint(code);
    }
    return text.replace(/\0+$/, "");
  });
}
