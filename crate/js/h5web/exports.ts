/** Files that the viewer offers for download, made of what it shows. */

import { typedArrayType } from "../arrays.js";
import type { NumericArray } from "../types.js";
// Whoever has a file has all of this: what is shared is one chunk, which compresses best.
import "../exports.js";

/** An array of numbers. */
export interface Table {
  readonly data: ArrayLike<unknown>;
  readonly shape: readonly number[];
}

const bytesOf = (data: ArrayBufferView): Uint8Array<ArrayBuffer> => new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

/** NumPy's file of an array of numbers, or of complex ones as pairs. */
export function npy({ data, shape }: Table): Blob {
  const pairs = Array.isArray(data[0]);
  const numbers = (pairs ? Float64Array.from((data as [number, number][]).flat()) : data) as unknown as NumericArray;
  const descr = pairs ? "<c16" : typedArrayType(numbers);
  if (!descr) throw new TypeError("only numbers are written as NPY");
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Ten bytes, the text and its end make a multiple of 64.
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, header.length & 255, header.length >> 8);
  return new Blob([head, header, bytesOf(numbers)]);
}

/** An image of one sample per pixel, as wide as the second axis. */
export function tiff({ data, shape: [height = 1, width = 1] }: Table): Blob {
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  const numbers = (big ? Float64Array.from(data, Number) : data) as unknown as NumericArray;
  const kind = typedArrayType(numbers);
  if (!kind) throw new TypeError("only numbers are written as TIFF");
  const FORMATS: Record<string, number> = { u: 1, i: 2, f: 3 };
  // Long values of all tags: width, height, bits, no compression, black is zero, where, samples, rows, bytes, format.
  const tags = [[256, width], [257, height], [258, numbers.BYTES_PER_ELEMENT * 8], [259, 1], [262, 1], [273, 0], [277, 1], [278, height], [279, numbers.byteLength], [339, FORMATS[kind[1]!]!]];
  const head = new DataView(new ArrayBuffer(8 + 2 + tags.length * 12 + 4));
  head.setUint32(0, 0x002a4949, true);
  head.setUint32(4, 8, true);
  head.setUint16(8, tags.length, true);
  for (const [i, [tag, value]] of tags.entries()) {
    const at = 10 + i * 12;
    head.setUint16(at, tag!, true);
    head.setUint16(at + 2, 4, true);
    head.setUint32(at + 4, 1, true);
    head.setUint32(at + 8, tag === 273 ? head.byteLength : value!, true);
  }
  return new Blob([head, bytesOf(numbers)]);
}
