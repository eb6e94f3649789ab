import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dtype, NdArray } from "hyperslab";
import { npyBytes, npyHead } from "./npy.js";
import { jsonText, plainOf, textOf } from "./plain.js";

const array = (data: unknown, shape: number[], dtype: Dtype): NdArray => ({ data, shape, stride: [], dtype }) as unknown as NdArray;
const nowhere = (): undefined => undefined;
const texts = (a: NdArray, n: number, as = textOf): string[] => Array.from({ length: n }, (_, i) => as(plainOf(a, 1, nowhere)(i)));

test("numbers as text: exact, with no more digits than they have", () => {
  assert.deepEqual(texts(array(Float64Array.of(0.1, -0, NaN, Infinity, -Infinity, 1e300), [6], "<f8"), 6), ["0.1", "-0", "NaN", "inf", "-inf", "1e300"]);
  const single = array(Float32Array.of(0.1, NaN, -Infinity, 3.4028234663852886e38, 16777216), [5], "<f4");
  assert.deepEqual(texts(single, 5), ["0.1", "NaN", "-inf", "3.4028235e38", "16777216"]);
  assert.deepEqual(texts(single, 3, jsonText), ["0.1", '"NaN"', '"-Infinity"']);
  const halves = array(Float32Array.of(0.0999755859375, 65504, 2 ** -24), [3], ">f2");
  assert.deepEqual(texts(halves, 3), ["0.1", "65504", "6e-8"]);
  const wide = array(BigInt64Array.of(2n ** 53n + 1n, -3n), [2], "<i8");
  assert.deepEqual(texts(wide, 2), ["9007199254740993", "-3"]);
  assert.deepEqual(texts(wide, 2, jsonText), ['"9007199254740993"', "-3"]);
});

test("lists, records, complex numbers and bytes are whole", () => {
  const long = array(Int16Array.from({ length: 400 }, (_, i) => i), [2, 200], "<i2");
  assert.equal(JSON.parse(texts(long, 2)[1] as string).at(-1), 399);
  const squares = array(Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2], "|i1");
  assert.deepEqual(texts(squares, 2), ["[[1,2],[3,4]]", "[[5,6],[7,8]]"]);
  const pair: Dtype = { class: "compound", size: 16, members: [{ name: "r", dtype: "<f8", offset: 0 }, { name: "i", dtype: "<f8", offset: 8 }] };
  const complex = array({ r: array(Float64Array.of(1, 0), [2], "<f8"), i: array(Float64Array.of(-2, 0.5), [2], "<f8") }, [2], pair);
  assert.deepEqual(texts(complex, 2), ["1-2j", "0+0.5j"]);
  const record: Dtype = { class: "compound", size: 9, members: [{ name: "a", dtype: "<f8", offset: 0 }, { name: "b", dtype: "bool", offset: 8 }] };
  assert.equal(texts(array({ a: array(Float64Array.of(1.5), [1], "<f8"), b: array(Uint8Array.of(1), [1], "bool") }, [1], record), 1)[0], '{"a":1.5,"b":true}');
  const lists = array([Float64Array.of(1, 2), new Float64Array(150)], [2], { class: "vlen", base: "<f8" } as Dtype);
  assert.equal(texts(lists, 2)[0], "[1,2]");
  assert.equal(JSON.parse(texts(lists, 2)[1] as string).length, 150);
  assert.equal(texts(array([new Uint8Array(300).fill(171)], [1], "|V300"), 1)[0], "ab".repeat(300));
});

test("NumPy's head is a multiple of 64, and types have their names", () => {
  for (const shape of [[3], [3, 4], [1e9, 2, 3]]) {
    const head = npyHead("<f4", shape);
    assert.equal(head.length % 64, 0);
    assert.equal(head[8]! + 256 * head[9]!, head.length - 10);
  }
  assert.match(String.fromCharCode(...npyHead("<f4", [3]).subarray(10)), /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(3,\), \} *\n$/s);
  assert.equal(npyBytes(array(BigUint64Array.of(1n), [1], "<u8"), "<u8").descr, "<u8");
  assert.equal(npyBytes(array(Uint8Array.of(1), [1], "bool"), "bool").descr, "|b1");
  assert.equal(npyBytes(array(Float32Array.of(1, 2), [1], { class: "complex", base: "<f4", size: 8 } as Dtype), "<f4").descr, "<c8");
  assert.throws(() => npyBytes(array(["a"], [1], "string"), "string"), /no form/);
});
