import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dtype } from "hyperslab";
import { parseArray, parseValue } from "./parse.js";
import { formatTsv, parseTsv } from "./tsv.js";

const refused = (text: string, dtype: Dtype, why: RegExp): void => assert.throws(() => parseValue(text, dtype), { message: why });

test("whole numbers: exact, and within their range", () => {
  assert.equal(parseValue(" 42 ", "<i4"), 42);
  assert.equal(parseValue("-128", "|i1"), -128);
  assert.equal(parseValue("0xff", "|u1"), 255);
  assert.equal(parseValue("9223372036854775807", "<i8"), 2n ** 63n - 1n);
  assert.equal(parseValue("\u22125", ">i2"), -5);
  assert.equal(parseValue("7", { class: "integer", size: 2, order: "LE", signed: false, precision: 3 }), 7);
  refused("8", { class: "integer", size: 2, order: "LE", signed: false, precision: 3 }, /out of range: 0 to 7/);
  refused("128", "|i1", /“128” is out of range: -128 to 127/);
  refused("-1", "<u8", /out of range: 0 to 18446744073709551615/);
  refused("9223372036854775808", "<i8", /out of range/);
  refused("1.5", "<i4", /“1.5” is not a whole number/);
  refused("1e3", "<i4", /not a whole number/);
  refused("", "<i4", /“” is not a number/);
  refused("ten", "<i4", /not a number/);
});

test("floats: everything that is a number, nothing that is lost", () => {
  assert.equal(parseValue("0.1", "<f8"), 0.1);
  assert.equal(parseValue(".5", "<f4"), 0.5);
  assert.equal(parseValue("1e-300", "<f8"), 1e-300);
  assert.ok(Number.isNaN(parseValue("nan", "<f8")));
  assert.equal(parseValue("-inf", ">f4"), -Infinity);
  assert.equal(parseValue("Infinity", "<f8"), Infinity);
  assert.ok(Object.is(parseValue("-0", "<f8"), -0));
  refused("1e39", "<f4", /too large for 32 bits/);
  refused("1e400", "<f8", /too large for 64 bits/);
  refused("70000", "<f2", /too large for 16 bits/);
  refused("1e-60", "<f4", /too small for 32 bits/);
  refused("1e-9", "<f2", /too small/);
  assert.equal(parseValue("0e5", "<f4"), 0);
  refused("1,5", "<f8", /the decimal sign is a point/);
  refused("0x10", "<f8", /not a number/);
});

test("truth, names of an enumeration, complex numbers, bytes", () => {
  assert.deepEqual(["true", "FALSE", "1", "0"].map((t) => parseValue(t, "bool")), [1, 0, 1, 0]);
  refused("yes", "bool", /neither true nor false/);
  const states: Dtype = { class: "enum", base: "|i1", members: [["OFF", 0], ["ON", 1]] };
  assert.equal(parseValue("ON", states), 1);
  assert.equal(parseValue("0", states), 0);
  refused("2", states, /“2” is not one of OFF, ON/);
  const complex: Dtype = { class: "complex", base: "<f8" };
  assert.deepEqual(parseValue("1.5-2e3j", complex), [1.5, -2000]);
  assert.deepEqual(parseValue("12j", complex), [0, 12]);
  assert.deepEqual(parseValue("-3", complex), [-3, 0]);
  assert.deepEqual(parseValue("(1e-5 + 2i)", complex), [1e-5, 2]);
  assert.deepEqual(parseValue("nan+infj", complex), [NaN, Infinity]);
  assert.deepEqual(parseValue("1+1j", { class: "compound", size: 8, members: [{ name: "r", dtype: "<f4" }, { name: "i", dtype: "<f4" }] }), [1, 1]);
  refused("one", complex, /such as 1\+2j/);
  assert.deepEqual(parseValue("00 fF 10", "V3"), Uint8Array.of(0, 255, 16));
  refused("00 ff", "V3", /3 bytes are needed, not 2/);
  refused("0g", "V1", /hexadecimal/);
});

test("text: as it is, if there is room for it", () => {
  assert.equal(parseValue(" a\nb ", "string"), " a\nb ");
  assert.equal(parseValue("abc", "S3"), "abc");
  refused("abcd", "S3", /takes 4 bytes, and there is room for 3/);
  assert.equal(parseValue("abc", { class: "string", size: 3, pad: "nullterm", cset: "ascii" }), "abc");
  refused("µ", "S3", /ASCII/);
  refused("µµ", { class: "string", size: 3, pad: "nullpad", cset: "utf8" }, /takes 4 bytes/);
  refused("a\0b", "string", /NUL/);
  refused("\ud800", "string", /half of a character/);
});

test("lists, of every kind of number and as deep as their type", () => {
  assert.deepEqual(parseValue("[1, -inf ,nan]", { class: "array", dims: [3], base: "<f4" }), [1, -Infinity, NaN]);
  assert.deepEqual(parseValue("[[1,2],[3,4]]", { class: "array", dims: [2, 2], base: "<i8" }), [1n, 2n, 3n, 4n]);
  assert.deepEqual(parseValue("[[1,2],[3,4]]", { class: "array", dims: [2], base: { class: "array", dims: [2], base: "<i4" } }), [1, 2, 3, 4]);
  assert.deepEqual(parseValue("[[1,2],[]]", { class: "array", dims: [2], base: { class: "vlen", base: "<i4" } }), [[1, 2], []]);
  refused("[1, 2]", { class: "array", dims: [2, 2], base: "<f4" }, /lists of 2 values are needed/);
  refused("[]", { class: "array", dims: [1], base: { class: "reference", ref: "object" } }, /lists of references/);
  refused("[1, 2]", { class: "array", dims: [3], base: "<f4" }, /3 values are needed, not 2/);
  refused("[1, 300]", { class: "array", dims: [2], base: "|u1" }, /“300” is out of range/);
  assert.deepEqual(parseValue('["a, b", c]', { class: "vlen", base: "string" }), ["a, b", "c"]);
  assert.deepEqual(parseValue("[[1], []]", { class: "vlen", base: { class: "vlen", base: "<i4" } }), [[1], []]);
  assert.deepEqual(parseValue("[]", { class: "vlen", base: "<i4" }), []);
  const vlen: Dtype = { class: "vlen", base: "<i4" };
  refused("[1, 2", vlen, /“\]” is missing/);
  refused("[1,,2]", vlen, /a value is missing/);
  refused("[1] 2", vlen, /more after the list/);
  refused("1, 2", vlen, /written as \[1, 2, 3\]/);
  refused(`${"[".repeat(40)}1`, vlen, /too deep/);
  refused('["a]', vlen, /not closed/);
  assert.deepEqual(parseArray("[[1,2,3],[4,5,6]]", "<i2"), { values: [1, 2, 3, 4, 5, 6], shape: [2, 3] });
  assert.deepEqual(parseArray("[]", "<f8"), { values: [], shape: [0] });
  assert.deepEqual(parseArray("[[1,2],[3,4],[5,6]]", { class: "array", dims: [2], base: "<i2" }), { values: [1, 2, 3, 4, 5, 6], shape: [3] });
  assert.throws(() => parseArray("[[1,2],[3]]", "<i2"), { message: /not all of one length/ });
  assert.throws(() => parseArray("[1,[3]]", "<i2"), { message: /mixed/ });
});

test("tables from the clipboard", () => {
  assert.deepEqual(parseTsv("1\t2\r\n3\t4\r\n"), [["1", "2"], ["3", "4"]]);
  assert.deepEqual(parseTsv("one"), [["one"]]);
  assert.deepEqual(parseTsv(""), [[""]]);
  assert.deepEqual(parseTsv('"a\tb"\t"say ""so"""\n\t'), [["a\tb", 'say "so"'], ["", ""]]);
  assert.deepEqual(parseTsv('"plain"\t"a" b'), [['"plain"', '"a" b']]);
  const rows = [["a\nb", 'x"y', '"q"'], ["", "1", "2"]];
  assert.deepEqual(parseTsv(formatTsv(rows)), rows);
});
