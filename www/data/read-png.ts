/** PNG images as datasets, with every bit: a canvas would take 16 bits for 8, and colours times their opacity. */

import type { Made } from "./import.js";
import { ValueError } from "./value-error.js";

/** Samples of a pixel by colour type. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Gray images are (rows, columns), others (rows, columns, samples): red, green, blue, and opacity if there is one. */
export async function readPng(bytes: Uint8Array<ArrayBuffer>): Promise<Made> {
  if (String.fromCharCode(...bytes.subarray(0, 8)) !== "\x89PNG\r\n\x1a\n") throw new ValueError("this is no PNG image");
  const { head, palette, packed } = chunksOf(bytes);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, color = 0, , , interlaced] = head.subarray(8);
  const samples = SAMPLES[color];
  if (!samples || ![1, 2, 4, 8, 16].includes(depth)) throw new ValueError("this kind of PNG is not known here");
  if (interlaced) throw new ValueError("interlaced PNG images are not known here: save it without");
  const line = Math.ceil((width * samples * depth) / 8);
  const lines = await inflate(packed);
  if (lines.length < height * (line + 1)) throw new ValueError("the end of the image is missing");
  unfilter(lines, height, line, Math.max(1, (samples * depth) >> 3));
  const n = width * samples;
  const data = depth === 16 ? new Uint16Array(height * n) : new Uint8Array(height * n);
  for (let y = 0; y < height; y++) {
    const from = y * (line + 1) + 1;
    for (let i = 0; i < n; i++) data[y * n + i] = sample(lines, from, i, depth);
  }
  const dtype = depth === 16 ? "<u2" : "|u1";
  if (color === 3) return { data: colours(data, palette), shape: [height, width, 3], dtype: "|u1", attributes: imageAttributes(3) };
  return { data, shape: samples === 1 ? [height, width] : [height, width, samples], dtype, attributes: imageAttributes(samples) };
}

function chunksOf(bytes: Uint8Array<ArrayBuffer>): { head: Uint8Array; palette: Uint8Array; packed: Uint8Array<ArrayBuffer>[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const packed: Uint8Array<ArrayBuffer>[] = [];
  let head = new Uint8Array();
  let palette = new Uint8Array();
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") head = body;
    if (type === "PLTE") palette = body;
    if (type === "IDAT") packed.push(body);
    if (type === "IEND") break;
    at += length + 12;
  }
  if (head.length < 13) throw new ValueError("the image is damaged");
  return { head, palette, packed };
}

async function inflate(packed: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  try {
    return new Uint8Array(await new Response(new Blob([...packed]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  } catch {
    throw new ValueError("the image is damaged");
  }
}

/** Lines are stored as differences from what is left of them and above. */
function unfilter(lines: Uint8Array, height: number, line: number, pixel: number): void {
  for (let y = 0; y < height; y++) {
    const start = y * (line + 1);
    const kind = lines[start] as number;
    if (kind > 4) throw new ValueError("the image is damaged");
    for (let x = 0; x < line; x++) {
      const at = start + 1 + x;
      const left = x < pixel ? 0 : (lines[at - pixel] as number);
      const up = y === 0 ? 0 : (lines[at - line - 1] as number);
      const corner = x < pixel || y === 0 ? 0 : (lines[at - line - 1 - pixel] as number);
      const guess = kind === 0 ? 0 : kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, corner);
      lines[at] = (lines[at] as number) + guess;
    }
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function sample(lines: Uint8Array, from: number, i: number, depth: number): number {
  if (depth === 8) return lines[from + i] as number;
  if (depth === 16) return ((lines[from + 2 * i] as number) << 8) | (lines[from + 2 * i + 1] as number);
  const bit = i * depth;
  return ((lines[from + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function colours(indices: ArrayLike<number>, palette: Uint8Array): Uint8Array {
  const out = new Uint8Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = 3 * (indices[i] as number);
    if (at + 3 > palette.length) throw new ValueError("the image is damaged");
    out.set(palette.subarray(at, at + 3), 3 * i);
  }
  return out;
}

/** What HDF5's own convention for images says of one. */
function imageAttributes(samples: number): Record<string, string> {
  if (samples === 1) return { CLASS: "IMAGE", IMAGE_VERSION: "1.2", IMAGE_SUBCLASS: "IMAGE_GRAYSCALE" };
  return samples === 3 ? { CLASS: "IMAGE", IMAGE_VERSION: "1.2", IMAGE_SUBCLASS: "IMAGE_TRUECOLOR", INTERLACE_MODE: "INTERLACE_PIXEL" } : {};
}
