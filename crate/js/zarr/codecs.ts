/** HDF5's filters as Zarr's codecs, where the bytes are the same. */

import type { Filter } from "../types.js";
import { Reason } from "./forms.js";

/** A codec as `.zarray` has it: numcodecs' name and configuration. */
export type Codec = { id: string } & Record<string, unknown>;

/** Undoes a codec by using it again: in a form that is larger, but needs no compressor. `undefined`: not known how. */
type Wrap = ((bytes: Uint8Array) => Uint8Array) | undefined;

interface Step {
  codec: Codec;
  wrap: Wrap;
  /** Whether it is a compression, which Zarr names apart. */
  compressor: boolean;
}

/** What chunks went through. */
export interface Pipeline {
  readonly filters: Codec[] | null;
  readonly compressor: Codec | null;
  /** Makes plain bytes into what the codecs read; `undefined` if that is not possible here. */
  readonly wrap: Wrap;
}

/** numcodecs for JavaScript, which zarrita uses, or for Python, which has more. */
export type Reader = "js" | "python";

/** The codecs that read what these filters wrote, of elements of `element` bytes in the file and `size` in Zarr. */
export function pipelineOf(filters: readonly Filter[], element: number, size: number, reader: Reader): Pipeline | Reason {
  const steps: Step[] = [];
  for (const [i, filter] of filters.entries()) {
    const step = stepOf(filter, i, element, size, reader);
    if (step instanceof Reason) return step;
    if (step) steps.push(step);
  }
  const last = steps.at(-1)?.compressor ? steps.at(-1)!.codec : null;
  const before = steps.filter((s) => s.codec !== last).map((s) => s.codec);
  const wrap: Wrap = steps.every((s) => s.wrap) ? (bytes) => steps.reduce((b, s) => s.wrap!(b), bytes) : undefined;
  return { filters: before.length ? before : null, compressor: last, wrap };
}

const BLOSC = ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"];

/** `undefined`: the filter does nothing. */
function stepOf({ id, name, values }: Filter, place: number, element: number, size: number, reader: Reader): Step | Reason | undefined {
  switch (id) {
    case 1:
      return { codec: { id: "zlib", level: Math.min(values[0] ?? 6, 9) }, wrap: zlib, compressor: true };
    case 2: {
      const elementsize = values[0] ?? element;
      if (elementsize < 2) return undefined;
      // Behind others there can be bytes left over, and zarrita takes the width of the type.
      if (place > 0 || (reader === "js" && elementsize !== size)) return new Reason("shuffle in an unusual place or width");
      return { codec: { id: "shuffle", elementsize }, wrap: (bytes) => shuffle(bytes, elementsize), compressor: false };
    }
    case 3:
      return reader === "python" ? { codec: { id: "fletcher32" }, wrap: undefined, compressor: false } : new Reason("fletcher32");
    case 307:
      return reader === "python" ? { codec: { id: "bz2", level: Math.min(values[0] || 9, 9) }, wrap: undefined, compressor: true } : new Reason("bzip2");
    case 32001: {
      const cname = BLOSC[values[6] ?? 0];
      if (!cname || cname === "snappy") return new Reason(`Blosc with ${cname ?? "another compression"}`);
      const codec = { id: "blosc", cname, clevel: values[4] ?? 5, shuffle: values[5] ?? 1, blocksize: 0 };
      return { codec, wrap: (bytes) => blosc(bytes, values[2] ?? element), compressor: true };
    }
    case 32015:
      return { codec: { id: "zstd", level: values[0] ?? 3 }, wrap: zstd, compressor: true };
    default:
      return new Reason(`the filter ${name || id}`);
  }
}

/** A zlib stream of blocks that are stored as they are. */
function zlib(bytes: Uint8Array): Uint8Array {
  const MOST = 0xffff;
  const blocks = Math.max(1, Math.ceil(bytes.length / MOST));
  const out = new Uint8Array(2 + blocks * 5 + bytes.length + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let to = 2;
  for (let i = 0; i < blocks; i++) {
    const block = bytes.subarray(i * MOST, (i + 1) * MOST);
    out[to] = i === blocks - 1 ? 1 : 0;
    view.setUint16(to + 1, block.length, true);
    view.setUint16(to + 3, ~block.length & 0xffff, true);
    out.set(block, to + 5);
    to += 5 + block.length;
  }
  view.setUint32(to, adler32(bytes));
  return out;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const [i, byte] of bytes.entries()) {
    a += byte;
    b += a;
    // Before they leave 32 bits.
    if (i % 4096 === 4095) [a, b] = [a % 65521, b % 65521];
  }
  return ((b % 65521) * 65536 + (a % 65521)) >>> 0;
}

function shuffle(bytes: Uint8Array, width: number): Uint8Array {
  const n = Math.floor(bytes.length / width);
  const out = bytes.slice();
  for (let i = 0; i < n; i++) for (let k = 0; k < width; k++) out[k * n + i] = bytes[i * width + k]!;
  return out;
}

/** A Zstandard frame of raw blocks. */
function zstd(bytes: Uint8Array): Uint8Array {
  const MOST = 1 << 17;
  const blocks = Math.max(1, Math.ceil(bytes.length / MOST));
  const out = new Uint8Array(9 + blocks * 3 + bytes.length);
  // The frame is a single segment that says its length in four bytes.
  out.set([0x28, 0xb5, 0x2f, 0xfd, 0xa0]);
  new DataView(out.buffer).setUint32(5, bytes.length, true);
  let to = 9;
  for (let i = 0; i < blocks; i++) {
    const block = bytes.subarray(i * MOST, (i + 1) * MOST);
    const header = block.length * 8 + (i === blocks - 1 ? 1 : 0);
    out.set([header, header >> 8, header >> 16], to);
    out.set(block, to + 3);
    to += 3 + block.length;
  }
  return out;
}

/** A Blosc buffer that is only copied. */
function blosc(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(16 + bytes.length);
  out.set([2, 1, 2, Math.min(width, 255)]);
  const view = new DataView(out.buffer);
  view.setUint32(4, bytes.length, true);
  view.setUint32(8, bytes.length, true);
  view.setUint32(12, out.length, true);
  out.set(bytes, 16);
  return out;
}
