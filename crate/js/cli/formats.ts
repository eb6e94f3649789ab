/** Ways to write values down. */

import { HyperslabError } from "../errors.js";
import { halfBits } from "../half-bits.js";
import { isHalves } from "../halves.js";
import { expand } from "../dtype.js";
import type { Dtype, NdArray, Value } from "../types.js";
import type { Sink } from "./io.js";
import { items, type Json } from "./json.js";

/** Writes elements as they come. */
export interface Printer {
  /** The next elements: a list. */
  take(list: Value): Promise<void>;
  /** `none`: there are no elements because there is no extent. */
  end(none: boolean): Promise<void>;
}

type Make = (shape: readonly number[], dtype: Dtype, out: Sink) => Printer;

const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Characters that are handed over at once. */
const PIECE = 1 << 16;

/** Gathers text. */
class Writer {
  private text = "";
  constructor(private readonly out: Sink) {}

  async add(text: string): Promise<void> {
    this.text += text;
    if (this.text.length >= PIECE) await this.flush();
  }

  async flush(): Promise<void> {
    const { text } = this;
    this.text = "";
    if (text) await this.out.write(text);
  }
}

function cellText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** CSV's quotes. */
function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** In a table with tabs there are none in the cells. */
function escaped(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (c) => ({ "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" })[c]!);
}

/** A table: a line for each record, or for each row along the last axis. A line of blanks, where asked for, ends a plane. */
function table(separator: string, cell: (text: string) => string, headed: boolean, planes: boolean): Make {
  return (shape, dtype, out) => {
    const writer = new Writer(out);
    const type = expand(dtype);
    const names = type.class === "compound" ? type.members.map((m) => m.name) : undefined;
    const row = names || shape.length < 2 ? 1 : shape.at(-1)!;
    const plane = planes && !names && shape.length > 2 ? product(shape.slice(-2)) : 0;
    let n = 0;
    const head = async (): Promise<void> => {
      if (names && headed) await writer.add(`${names.map(cell).join(separator)}\n`);
    };
    let begun = false;
    return {
      async take(list) {
        if (!begun) await head();
        begun = true;
        for (const item of items(list as NdArray)) {
          if (plane && n && n % plane === 0) await writer.add("\n");
          n += 1;
          const text = names ? names.map((name) => cell(cellText((item as { [key: string]: Json })[name]!))).join(separator) : cell(cellText(item));
          await writer.add(text + (n % row === 0 ? "\n" : separator));
        }
        await writer.flush();
      },
      async end() {
        if (!begun) await head();
        await writer.flush();
      },
    };
  };
}

const json: Make = (shape, _, out) => {
  const writer = new Writer(out);
  // Where lists begin and end: after so many elements.
  const sizes = shape.map((_d, i) => product(shape.slice(i)));
  let n = 0;
  return {
    async take(list) {
      for (const item of items(list as NdArray)) {
        const opening = sizes.filter((size) => n % size === 0).length;
        await writer.add((n && sizes.length ? "," : "") + "[".repeat(opening) + JSON.stringify(item));
        n += 1;
        await writer.add("]".repeat(sizes.filter((size) => n % size === 0).length));
      }
      await writer.flush();
    },
    async end(none) {
      if (n === 0) await writer.add(none ? "null" : empty(shape));
      await writer.add("\n");
      await writer.flush();
    },
  };
};

/** Lists without elements. */
function empty(shape: readonly number[]): string {
  const [n = 0, ...rest] = shape;
  return `[${Array.from({ length: Math.min(n, 1 << 20) }, () => empty(rest)).join(",")}]`;
}

/** NumPy's name of what elements are as bytes, if all have the same number of them. */
function plainType(dtype: Dtype): string | undefined {
  const type = expand(dtype);
  switch (type.class) {
    case "integer":
    case "bitfield":
    case "time": {
      const size = type.size <= 1 ? 1 : type.size <= 2 ? 2 : type.size <= 4 ? 4 : 8;
      if (type.size > 8) return undefined;
      return `${size === 1 ? "|" : "<"}${type.class === "integer" && type.signed ? "i" : "u"}${size}`;
    }
    case "float":
      return type.size === 2 && !type.layout ? "<f2" : type.size <= 4 ? "<f4" : "<f8";
    case "enum":
      return dtype === "bool" ? "|b1" : plainType(type.base);
    case "complex":
      // NumPy has none of halves.
      return plainType(type.base) === "<f8" ? "<c16" : "<c8";
    case "array":
      return plainType(type.base);
    case "string":
      return type.size === "variable" ? undefined : `|S${type.size}`;
    case "opaque":
      return `|V${type.size}`;
  }
  return undefined;
}

/** Elements as bytes. */
function bytesOf(list: NdArray, size: number): Uint8Array {
  const { data } = list;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = Buffer.alloc((data as unknown[]).length * size);
  (data as (string | Uint8Array)[]).forEach((item, i) => bytes.set((typeof item === "string" ? Buffer.from(item) : item).subarray(0, size), i * size));
  return bytes;
}

function binaryFormat(head: (type: string, shape: readonly number[]) => Uint8Array | undefined): Make {
  return (shape, dtype, out) => {
    const type = plainType(dtype);
    if (!type) throw new HyperslabError("Unsupported", "elements of this type have no bytes of their own: print them as json");
    const [, elementDims] = flattened(dtype);
    let begun = false;
    const begin = async (): Promise<void> => {
      if (begun) return;
      begun = true;
      const bytes = head(type, [...shape, ...elementDims]);
      if (bytes) await out.write(bytes);
    };
    return {
      async take(list) {
        await begin();
        await out.write(bytesOf(typed(list as NdArray, type), Number(type.slice(2))));
      },
      end: begin,
    };
  };
}

/** Numbers in the array of their type: a scalar attribute comes as a double, and halves where there is no array for them as singles. */
function typed(list: NdArray, type: string): NdArray {
  if (type === "<f2" && !isHalves(list.data)) return { ...list, data: Uint16Array.from(list.data as ArrayLike<number>, halfBits) };
  const arrays: Record<string, new (values: ArrayLike<number> & ArrayLike<bigint>) => ArrayBufferView> = {
    "|i1": Int8Array, "|u1": Uint8Array, "<i2": Int16Array, "<u2": Uint16Array, "<i4": Int32Array, "<u4": Uint32Array,
    "<i8": BigInt64Array as never, "<u8": BigUint64Array as never, "<f4": Float32Array, "<f8": Float64Array,
    "<c8": Float32Array, "<c16": Float64Array,
  };
  const Type = arrays[type];
  if (!Type || list.data instanceof Type) return list;
  return { ...list, data: new Type(list.data as never) as never };
}

function flattened(dtype: Dtype): [Dtype, number[]] {
  const dims: number[] = [];
  while (typeof dtype === "object" && dtype.class === "array") {
    dims.push(...dtype.dims);
    dtype = dtype.base;
  }
  return [dtype, dims];
}

/** The head of a .npy file, version 1. */
function npyHead(type: string, shape: readonly number[]): Uint8Array {
  const extents = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${extents}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = Buffer.alloc(10 + length);
  bytes.write("\u0093NUMPY\u0001\u0000", "latin1");
  bytes.writeUInt16LE(length, 8);
  bytes.write(`${text.padEnd(length - 1)}\n`, 10, "latin1");
  return bytes;
}

const same = (text: string): string => text;

/** All of them. */
export const formats = {
  text: table(" ", same, false, true),
  csv: table(",", quoted, true, false),
  tsv: table("\t", escaped, true, false),
  json,
  npy: binaryFormat(npyHead),
  raw: binaryFormat(() => undefined),
} satisfies Record<string, Make>;

export type Format = keyof typeof formats;
