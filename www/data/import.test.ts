import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import type { NdArray } from "hyperslab";
import { npyHead } from "./npy.js";
import { readCsv } from "./read-csv.js";
import { readNpy } from "./read-npy.js";
import { readPng } from "./read-png.js";

type Columns = Record<string, NdArray>;

test("tables of numbers are arrays, exactly", () => {
  assert.deepEqual(readCsv("1,2\n3,4\n", "auto"), { data: BigInt64Array.of(1n, 2n, 3n, 4n), dtype: "<i8", shape: [2, 2] });
  assert.deepEqual(readCsv("1;2.5\n3;4.5", "auto"), { data: Float64Array.of(1, 2.5, 3, 4.5), dtype: "<f8", shape: [2, 2] });
  assert.deepEqual(readCsv("0.1\t1e3\n-inf\tNaN\n\t+7", "auto").data, Float64Array.of(0.1, 1000, -Infinity, NaN, NaN, 7));
  assert.deepEqual(readCsv("1\n9223372036854775807\n+3", "auto").data, BigInt64Array.of(1n, 2n ** 63n - 1n, 3n));
  // What a number would lose stays text.
  assert.deepEqual(readCsv("007\n123", "values").data, ["007", "123"]);
  assert.deepEqual(readCsv("9223372036854775808\n1", "auto").dtype, "string");
  assert.equal((readCsv("9007199254740993,0.5\n1,1", "auto").data as Columns)["column 1"]?.dtype, "<i8");
});

test("names and several types make records", () => {
  const { data, shape, dtype } = readCsv('\ufeffid,x,name,ok\n1,0.5,"a ""b"", c",true\n2,,d,false\n', "auto");
  const columns = data as Columns;
  assert.deepEqual([shape, dtype, Object.keys(columns)], [[2], undefined, ["id", "x", "name", "ok"]]);
  assert.deepEqual(Object.values(columns).map((c) => c.dtype), ["<i8", "<f8", "string", "bool"]);
  assert.deepEqual(columns.name?.data, ['a "b", c', "d"]);
  assert.deepEqual(columns.x?.data, Float64Array.of(0.5, NaN));
  assert.deepEqual(Object.keys(readCsv("a,a,\n1,2,x", "names").data), ["a", "a 2", "column 3"]);
  assert.deepEqual(readCsv("alpha\nbeta", "auto").data, ["alpha", "beta"]);
  assert.deepEqual(Object.keys(readCsv("2019,2020\n1,2", "names").data), ["2019", "2020"]);
  assert.equal(readCsv("2019,2020\n1,2", "auto").shape.length, 2);
});

test("tables that are none are refused", () => {
  for (const [text, why] of [["", /nothing/], ["a,b\n1", /line 2 has 1 cells, others have 2/], ['a\n"b\n', /quotation marks/], ["a,b", /no values|^$/]] as const) {
    if (text === "a,b") assert.throws(() => readCsv(text, "names"), why);
    else assert.throws(() => readCsv(text, "auto"), why);
  }
});

const npy = (descr: string, shape: number[], bytes: ArrayLike<number>, fortran = false): Uint8Array<ArrayBuffer> => {
  const head = npyHead(descr, shape);
  const text = new TextDecoder("latin1").decode(head).replace("False", fortran ? "True " : "False");
  return Uint8Array.from([...Uint8Array.from(text, (c) => c.charCodeAt(0)), ...Array.from(bytes)].map((b) => b & 255));
};

test("NumPy's arrays in every order of bytes and axes", () => {
  assert.deepEqual(readNpy(npy("<i2", [2], [1, 0, 255, 255])), { data: Int16Array.of(1, -1), shape: [2], dtype: "<i2" });
  assert.deepEqual(readNpy(npy(">i2", [2], [0, 1, 255, 255])), { data: Int16Array.of(1, -1), shape: [2], dtype: ">i2" });
  assert.deepEqual(readNpy(npy("|u1", [2, 3], [1, 4, 2, 5, 3, 6], true)).data, Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(readNpy(npy("|u1", [2, 2, 2], [0, 4, 2, 6, 1, 5, 3, 7], true)).data, Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  assert.deepEqual(readNpy(npy("|b1", [2], [1, 0])), { data: Uint8Array.of(1, 0), shape: [2], dtype: "bool" });
  assert.deepEqual(readNpy(npy("<f2", [4], [0, 60, 0, 252, 1, 0, 255, 123])).data, Float32Array.of(1, -Infinity, 2 ** -24, 65504));
  assert.deepEqual(readNpy(npy("|S3", [2], [97, 98, 99, 100, 0, 0])), { data: ["abc", "d"], shape: [2], dtype: "S3" });
  assert.deepEqual(readNpy(npy("<U2", [1], [0xb5, 0, 0, 0, 0, 0, 0, 0])).data, ["µ"]);
  assert.throws(() => readNpy(npy("<f8", [2], [1, 2, 3])), /ends early: it has 3 bytes of 16/);
  assert.throws(() => readNpy(npy("<c16", [1], new Uint8Array(16))), /<c16 are not known/);
  assert.throws(() => readNpy(npy("|O", [1], [0])), /not known/);
  assert.throws(() => readNpy(Uint8Array.of(1, 2, 3)), /no file of NumPy's/);
});

/** A PNG image of lines that begin with their filters. */
function png(width: number, height: number, depth: number, color: number, lines: number[], palette: number[] = []): Uint8Array<ArrayBuffer> {
  const four = (n: number): number[] => [n >>> 24, n >>> 16, n >>> 8, n].map((b) => b & 255);
  const chunk = (type: string, body: number[]): number[] => [...four(body.length), ...[...type].map((c) => c.charCodeAt(0)), ...body, 0, 0, 0, 0];
  const head = chunk("IHDR", [...four(width), ...four(height), depth, color, 0, 0, 0]);
  const packed = [...deflateSync(Uint8Array.from(lines))];
  return Uint8Array.from([0x89, 80, 78, 71, 13, 10, 26, 10, ...head, ...(palette.length ? chunk("PLTE", palette) : []), ...chunk("IDAT", packed.slice(0, 5)), ...chunk("IDAT", packed.slice(5)), ...chunk("IEND", [])]);
}

test("PNG images with every bit: gray of 16 bits and of one, colours, palettes, filters", async () => {
  const gray = await readPng(png(2, 2, 16, 0, [0, 1, 2, 3, 4, 2, 1, 1, 1, 1]));
  assert.deepEqual([gray.data, gray.shape, gray.dtype], [Uint16Array.of(0x102, 0x304, 0x203, 0x405), [2, 2], "<u2"]);
  assert.equal(gray.attributes?.IMAGE_SUBCLASS, "IMAGE_GRAYSCALE");
  assert.deepEqual((await readPng(png(10, 1, 1, 0, [0, 0b10100000, 0b01000000]))).data, Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 1));
  const colours = await readPng(png(2, 2, 8, 2, [1, 10, 20, 30, 1, 1, 1, 4, 1, 2, 3, 4, 5, 6]));
  assert.deepEqual([colours.data, colours.shape], [Uint8Array.of(10, 20, 30, 11, 21, 31, 11, 22, 33, 15, 27, 39), [2, 2, 3]]);
  assert.deepEqual((await readPng(png(2, 1, 8, 2, [3, 2, 4, 6, 1, 1, 1]))).data, Uint8Array.of(2, 4, 6, 2, 3, 4));
  const indexed = await readPng(png(3, 1, 2, 3, [0, 0b00100100], [1, 2, 3, 4, 5, 6, 7, 8, 9]));
  assert.deepEqual([indexed.data, indexed.shape], [Uint8Array.of(1, 2, 3, 7, 8, 9, 4, 5, 6), [1, 3, 3]]);
  assert.deepEqual((await readPng(png(1, 1, 8, 6, [0, 1, 2, 3, 128]))).shape, [1, 1, 4]);
  await assert.rejects(readPng(png(2, 2, 8, 0, [0, 1, 2])), /the end of the image is missing/);
  await assert.rejects(readPng(png(3, 1, 2, 3, [0, 0b00110100], [1, 2, 3])), /damaged/);
  await assert.rejects(readPng(Uint8Array.of(1)), /no PNG image/);
});
