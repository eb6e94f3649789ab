import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dtype, NdArray } from "hyperslab";
import { cellText, columnsOf, columnText, fieldText, oneLine, valueText } from "./cells.js";

const array = (data: unknown, shape: number[], dtype: Dtype): NdArray => ({ data, shape, stride: [], dtype }) as unknown as NdArray;
const all = (a: NdArray, n: number): string[] => Array.from({ length: n }, (_, i) => cellText(a, n)(i));

test("numbers are exact", () => {
  assert.deepEqual(all(array(new BigInt64Array([2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n]), [3], "<i8"), 3), [
    "9007199254740993", "-9223372036854775808", "9223372036854775807",
  ]);
  assert.deepEqual(all(array(new BigUint64Array([2n ** 64n - 1n]), [1], "<u8"), 1), ["18446744073709551615"]);
  assert.deepEqual(all(array(new Float64Array([NaN, Infinity, -Infinity, -0, 1e300]), [5], "<f8"), 5), ["NaN", "inf", "-inf", "-0", "1e300"]);
  assert.deepEqual(all(array(new Float32Array([0.1]), [1], ">f4"), 1), ["0.1"]);
  assert.deepEqual(all(array(new Uint8Array([0, 1]), [2], "bool"), 2), ["false", "true"]);
});

test("names of an enum stand for their codes", () => {
  const dtype: Dtype = { class: "enum", base: "|i1", members: [["OFF", 0], ["ON", 1]] };
  assert.deepEqual(all(array(new Int8Array([1, 0, 7]), [3], dtype), 3), ["ON", "OFF", "7"]);
});

test("text is one line, and keeps what it says", () => {
  assert.equal(oneLine("a\nb\tc\0"), "a\\nb\\tc\\0");
  assert.deepEqual(all(array(["µ", "日本語", ""], [3], "string"), 3), ["µ", "日本語", ""]);
});

test("lists, bytes, references and complex numbers have a text", () => {
  assert.deepEqual(all(array([new Int32Array([1, 2]), new Int32Array([])], [2], { class: "vlen", base: "<i4" }), 2), ["[1, 2]", "[]"]);
  assert.deepEqual(all(array([new Uint8Array([0, 255])], [1], { class: "opaque", size: 2, tag: "" }), 1), ["00 ff"]);
  assert.deepEqual(all(array([{ kind: "object", address: 96 }, { kind: "object", address: 0 }], [2], { class: "reference", ref: "object" }), 2), [
    "→ object at 0x60", "null reference",
  ]);
  const pair: Dtype = { class: "compound", size: 16, members: [{ name: "r", dtype: "<f8" }, { name: "i", dtype: "<f8" }] };
  const z = array({ r: array(new Float64Array([1, 0]), [2], "<f8"), i: array(new Float64Array([-2, 0.5]), [2], "<f8") }, [2], pair);
  assert.deepEqual(all(z, 2), ["1-2j", "0+0.5j"]);
  assert.equal(columnsOf(pair).length, 1);
});

const RECORD: Dtype = {
  class: "compound",
  size: 28,
  members: [
    { name: "id", dtype: "<i8" },
    { name: "pos", dtype: { class: "array", dims: [3], base: "<f4" } },
    { name: "in", dtype: { class: "compound", size: 8, members: [{ name: "flag", dtype: "bool" }, { name: "label", dtype: "string" }] } },
  ],
};

test("records are columns, fields of records in records too", () => {
  assert.deepEqual(columnsOf(RECORD).map((c) => c.name), ["id", "pos", "in.flag", "in.label"]);
  const a = array(
    {
      id: array(new BigInt64Array([1n, 2n ** 60n]), [2], "<i8"),
      pos: array(new Float32Array([0.5, 1, 2, 3, 4, 5]), [2, 3], "<f4"),
      in: array({ flag: array(new Uint8Array([1, 0]), [2], "bool"), label: array(["a", "b"], [2], "string") }, [2], RECORD.members[2]?.dtype ?? ""),
    },
    [2],
    RECORD,
  );
  const rows = [0, 1].map((i) => columnsOf(RECORD).map((c) => columnText(a, c, 2)(i)));
  assert.deepEqual(rows, [
    ["1", "[0.5, 1, 2]", "true", "a"],
    ["1152921504606846976", "[3, 4, 5]", "false", "b"],
  ]);
});

test("single values and attributes", () => {
  assert.equal(valueText(69n, "<i8"), "69");
  assert.equal(valueText(true, "bool"), "true");
  assert.equal(valueText(null, "<f4"), "");
  assert.equal(valueText(array(new Float64Array([0, 2040]), [2], "<f8"), "<f8"), "[0, 2040]");
  assert.equal(valueText(array(new Int32Array([1, 2, 3, 4]), [2, 2], "<i4"), "<i4"), "[[1, 2], [3, 4]]");
  assert.equal(valueText(array(new Float64Array([1, -2]), [], { class: "complex", base: "<f8" }), { class: "complex", base: "<f8" }), "1-2j");
  const text = valueText(array(new Int32Array(1000), [1000], "<i4"), "<i4");
  assert.match(text, /^\[0, 0, .*, … \(1000 items\)\]$/);
  assert.equal(fieldText({ id: 5n, in: { flag: false, label: "x" } } as never, columnsOf(RECORD)[3] as never), "x");
  assert.equal(valueText({ r: 1, i: 2 } as never, { class: "compound", size: 16, members: [{ name: "r", dtype: "<f8" }, { name: "i", dtype: "<f8" }] }), "1+2j");
});
