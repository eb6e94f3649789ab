// Elements are written into datasets that are there, whichever way they are chosen; datasets grow and shrink.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, open, openSync, slice } from "hyperslab";
import { bytes, counting } from "./support.mjs";

const written = (f) => openSync(f.toBytes());
const numbers = (n, A = Int32Array) => A.from({ length: n }, (_, i) => i);

/** Datasets of 4 x 5 numbers, kept in every way. */
const layouts = {
  contiguous: {},
  late: { late: true },
  compact: { layout: "compact" },
  chunked: { chunks: [3, 2] },
  filtered: { chunks: [2, 4], compression: "gzip", shuffle: true, fletcher32: true },
  growing: { chunks: [3, 2], maxshape: [null, 10] },
};

function make(name, f = create()) {
  const { late, ...options } = layouts[name];
  return f.createDataset(name, late ? { shape: [4, 5], dtype: "<i4" } : { data: numbers(20), shape: [4, 5], ...options });
}

for (const name of Object.keys(layouts)) {
  test(`selections of ${name} elements`, () => {
    const f = create();
    const d = make(name, f);
    const all = name === "late" ? new Int32Array(20) : numbers(20);
    const check = (what, change) => {
      change(all);
      assert.deepEqual(d.read().data, all, what);
    };
    const set = (list, value) => (a) => list.forEach((i, k) => (a[i] = typeof value === "number" ? value : value[k]));
    d.write([[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11, 12, 13, 14], [15, 16, 17, 18, 19]]);
    check("everything", (a) => a.set(numbers(20)));
    d.write("1, 2", 70);
    check("one", set([7], 70));
    d.write("0", [1, 2, 3, 4, 5]);
    check("a row", set([0, 1, 2, 3, 4], [1, 2, 3, 4, 5]));
    d.write([null, 3], [[9], [8], [7], [6]].flat());
    check("a column", set([3, 8, 13, 18], [9, 8, 7, 6]));
    d.write("::2, 1::3", Int16Array.of(-1, -2, -3, -4));
    check("a typed array lies in C order", set([1, 4, 11, 14], [-1, -2, -3, -4]));
    d.write([slice(1, 3), slice(null, null, 2)], [[10], [20]]);
    check("broadcast columns", set([5, 7, 9, 10, 12, 14], [10, 10, 10, 20, 20, 20]));
    d.write(Float64Array.of(1, 2, 3, 4, 5.9));
    check("broadcast to every row, fractions cut off", set(numbers(20), [...numbers(20)].map((i) => (i % 5) + 1)));
    d.write({ points: [[0, 0], [-1, -1], [2, 2]] }, [100, 200, 300]);
    check("points", set([0, 19, 12], [100, 200, 300]));
    d.write({ points: [[1, 1], [3, 0]] }, 5);
    check("a number into points", set([6, 15], 5));
    const mask = Array.from({ length: 20 }, (_, i) => i % 7 === 3);
    d.write({ mask }, [31, 32, 33]);
    check("a mask", set([3, 10, 17], [31, 32, 33]));
    d.write("...", 4_000_000_000);
    check("clipped", set(numbers(20), 2 ** 31 - 1));
    d.write(":, 1:1", []);
    check("nothing", () => {});
    d.write(-1n);
    check("a bigint", set(numbers(20), -1));
    assert.deepEqual(written(f).get(name).read().data, all);
    for (const [selection, value] of [["4", 1], ["0", [1, 2]], [":", [[1, 2, 3, 4]]], [{ points: [[0, 5]] }, 1], [{ mask: [true] }, 1], [":", "text"], [":", null], [7, 1], ["0", [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]]]) {
      assert.throws(() => d.write(selection, value), { code: "Argument" }, JSON.stringify([selection, value]));
    }
    check("what fails changes nothing", () => {});
  });
}

test("only what is touched is stored", () => {
  const f = create();
  const d = f.createDataset("big", { shape: [1024, 1024], dtype: "<f4", compression: "gzip" });
  d.write("2, 2", 2);
  assert.equal(d.read("2, 2"), 2);
  assert.equal(d.read("3, 3"), 0);
  assert.ok(f.toBytes().length < 4100);
});

test("values of every class", () => {
  const f = create();
  const kinds = [
    ["text", "string", ["a", "βγ", "c"], "new"],
    ["fixed", "S4", ["a", "b", "c"], "wxyz"],
    ["flags", "bool", [true, false, true], false],
    ["colours", { class: "enum", base: "|u1", members: [["RED", 0], ["BLUE", 7]] }, ["RED", "RED", "RED"], "BLUE"],
    ["opaque", "V2", [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5, 6)], Uint8Array.of(9, 9)],
    ["lists", { class: "vlen", base: "<i2" }, [[1], [], [2, 3]], [7, 8, 9]],
    ["pairs", { class: "array", dims: [2], base: "<f4" }, [[1, 2], [3, 4], [5, 6]], [9, 8]],
    ["records", { class: "compound", size: 0, members: [{ name: "n", dtype: "<i4" }, { name: "t", dtype: "string" }] }, [{ n: 1, t: "x" }, { n: 2, t: "y" }, { n: 3, t: "z" }], { n: 9, t: "w" }],
    ["wide", "<u8", [1n, 2n, 3n], 2n ** 64n - 1n],
    ["half", "<f2", [1, 2, 3], 0.5],
  ];
  for (const [name, dtype, data, value] of kinds) {
    const d = f.createDataset(name, { data, dtype });
    const { [name]: before } = { [name]: d.read("1:") };
    d.write("0", value);
    const g = written(f);
    const alone = create();
    const expected = alone.createDataset("x", { data: value, dtype: d.dtype, shape: [] }).read();
    assert.deepEqual(g.get(name).read("0"), expected, name);
    assert.deepEqual(g.get(name).read("1:"), before, name);
  }
  const g = f.createGroup("g");
  const refs = f.createDataset("refs", { data: [g, g] });
  refs.write("1", f.get("text"));
  assert.deepEqual(refs.read().data.map((r) => f.pathOf(r)), ["/g", "/text"]);
});

test("scalars, and datasets without elements", () => {
  const f = create();
  const one = f.createDataset("one", { data: 5 });
  one.write(6);
  assert.equal(one.read(), 6);
  one.write("...", 7);
  one.write([], 8);
  assert.equal(written(f).get("one").read(), 8);
  const none = f.createDataset("none", { shape: [0, 3], maxshape: [null, 3], dtype: "<i4" });
  none.write(1);
  assert.deepEqual(none.shape, [0, 3]);
  const nothing = f.createDataset("null", { data: null, dtype: "<i4" });
  assert.throws(() => nothing.write(1), { code: "Argument" });
});

test("datasets grow and shrink", () => {
  const f = create();
  const d = f.createDataset("d", { data: numbers(6), shape: [2, 3], maxshape: [null, 6], chunks: [2, 2], fillvalue: -1 });
  const same = f.get("d");
  d.resize([3, 4]);
  assert.deepEqual([d.shape, same.shape, d.size], [[3, 4], [3, 4], 12]);
  assert.deepEqual([...d.read().data], [0, 1, 2, -1, 3, 4, 5, -1, -1, -1, -1, -1]);
  d.resize([1, 2]);
  d.resize([2, 3]);
  assert.deepEqual([...d.read().data], [0, 1, -1, -1, -1, -1]);
  d.resize([0, 0]);
  assert.deepEqual(d.read().data.length, 0);
  assert.deepEqual(written(f).get("d").shape, [0, 0]);
  for (const shape of [[3], [3, 7], [3, -1], [1.5, 1], "3", [[3, 3]]]) assert.throws(() => d.resize(shape), { code: "Argument" }, String(shape));
  assert.throws(() => f.createDataset("fixed", { data: [1, 2] }).resize([3]), { code: "Argument" });
});

test("rows are appended", () => {
  const f = create();
  const d = f.createDataset("d", { shape: [0, 3], maxshape: [null, null], dtype: "<i4", chunks: [4, 2] });
  d.append([1, 2, 3]);
  d.append([[4, 5, 6], [7, 8, 9]]);
  d.append(Int32Array.of(10, 11, 12, 13, 14, 15));
  d.append({ data: Int32Array.of(16, 17, 18), shape: [1, 3], stride: [3, 1], dtype: "<i4" });
  assert.deepEqual([d.shape, [...d.read().data]], [[6, 3], Array.from({ length: 18 }, (_, i) => i + 1)]);
  d.append([1, 2, 3, 4, 5, 6], 1);
  d.append([[0], [0], [0], [0], [0], [0]], -1);
  assert.deepEqual([d.shape, [...d.read("5").data]], [[6, 5], [16, 17, 18, 6, 0]]);
  for (const [rows, axis] of [[[1, 2], 0], [[1, 2, 3, 4, 5, 6], 2], [[[1], [2]], 1], [5, 0], [null, 0], [[1, 2, 3, 4, 5], "x"]]) {
    assert.throws(() => d.append(rows, axis), { code: "Argument" }, JSON.stringify([rows, axis]));
  }
  assert.deepEqual(d.shape, [6, 5]);
  const log = f.createDataset("log", { data: ["begin"], maxshape: [null] });
  for (let i = 0; i < 500; i++) log.append(`line ${i}`);
  assert.deepEqual([log.shape, log.read("500"), log.read("1")], [[501], "line 499", "line 0"]);
  assert.deepEqual(written(f).get("log").read("499:").data, ["line 498", "line 499"]);
});

test("asynchronous files: promises, and the same results", async () => {
  for (const source of [bytes(), new Blob([bytes()]), counting(bytes())]) {
    const f = await open(source, { mode: "r+" });
    const d = await f.get("grid/zipped");
    const { data } = await d.read();
    await d.write("3, 5:7", [1, 2]);
    await d.write({ points: [[0, 0]] }, 9);
    data.set([1, 2], 3 * 40 + 5);
    data[0] = 9;
    assert.deepEqual((await d.read()).data, data);
    await assert.rejects(d.write("99", 1), { code: "Argument" });
    const n = await f.createDataset("n", { data: [1, 2], maxshape: [null] });
    const same = await f.get("n");
    await Promise.all([3, 4, 5].map((x) => n.append(x)));
    assert.deepEqual([n.shape, same.shape], [[5], [5]]);
    await same.resize([4]);
    assert.deepEqual([n.shape, [...(await n.read()).data]], [[4], [1, 2, 3, 4]]);
    assert.deepEqual(openSync(await f.toBytes()).get("grid/zipped").read().data, data);
    await f.close();
  }
  const r = await open(bytes());
  const d = await r.get("grid/zipped");
  for (const change of [() => d.write(1), () => d.resize([1, 1]), () => d.append(1)]) await assert.rejects(change(), { code: "ReadOnly" });
});

test("what is read of arrays of records, of complex numbers and of sequences is written back", () => {
  const f = create();
  const pair = { class: "compound", size: 8, members: [{ name: "a", dtype: "<i4" }, { name: "b", dtype: "<f4" }] };
  const rows = [[{ a: 1, b: 0.5 }, { a: 2, b: 1.5 }], [{ a: 3, b: 2.5 }, { a: 4, b: 3.5 }]];
  f.createDataset("records", { data: rows, shape: [2], dtype: { class: "array", dims: [2], base: pair } });
  f.createDataset("complex", { data: [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], shape: [2], dtype: { class: "array", dims: [2], base: { class: "complex", base: "<f8" } } });
  const member = { class: "compound", size: 20, members: [{ name: "n", dtype: "<i4" }, { name: "list", dtype: { class: "array", dims: [2], base: pair } }] };
  f.createDataset("inside", { data: [{ n: 7, list: rows[0] }], shape: [1], dtype: member });
  f.createDataset("sequences", { shape: [2], dtype: { class: "array", dims: [2], base: { class: "vlen", base: "<i4" } } });
  const sequences = f.get("sequences").read();
  for (const [i, list] of [[1, 2], [3], [], [4]].entries()) sequences.data[i] = list;
  f.get("sequences").write(sequences);
  assert.deepEqual(f.get("sequences").read().data.map(String), ["1,2", "3", "", "4"]);
  const records = f.get("records").read();
  records.data.a.data[3] = 40;
  f.get("records").write(records);
  assert.deepEqual([...f.get("records").read().data.a.data], [1, 2, 3, 40]);
  assert.deepEqual([...f.get("records").read().data.b.data], [0.5, 1.5, 2.5, 3.5]);
  const complex = f.get("complex").read();
  complex.data[5] = 60;
  f.get("complex").write(complex);
  assert.deepEqual([...f.get("complex").read().data], [1, 2, 3, 4, 5, 60, 7, 8]);
  const inside = f.get("inside").read();
  inside.data.n.data[0] = 8;
  f.get("inside").write(inside);
  assert.deepEqual([...f.get("inside").read().data.list.data.b.data], [0.5, 1.5]);
  assert.deepEqual([...f.get("inside").read().data.n.data], [8]);
});

test("arrays of sequences, and sequences of records of pairs and of arrays, are written as they are read", () => {
  const f8 = { class: "float", size: 8, order: "BE" };
  const pair = { class: "compound", size: 24, members: [{ name: "z", dtype: { class: "complex", base: f8 }, offset: 0 }, { name: "n", dtype: { class: "array", dims: [2], base: "<i4" }, offset: 16 }] };
  const made = {
    // Arrays of one sequence, given as arrays, and an empty sequence among them.
    one: [{ class: "array", dims: [1], base: { class: "vlen", base: "<i2" } }, [[[1, 2]], [[]], [[3]]]],
    // Sequences of arrays of sequences.
    deep: [{ class: "vlen", base: { class: "array", dims: [2], base: { class: "vlen", base: "|i1" } } }, [[[[1], [2, 3]]], [], [[[], [4]], [[5], [6]]]]],
    records: [{ class: "vlen", base: pair }, [[{ z: [1, -1], n: [1, 2] }, { z: [2, -2], n: [3, 4] }], [], [{ z: [3, -3], n: [5, 6] }]]],
    // One record, and in it an empty sequence.
    inner: [{ class: "vlen", base: { class: "compound", size: 0, members: [{ name: "x", dtype: "<f4" }, { name: "n", dtype: { class: "vlen", base: f8 } }] } }, [[{ x: 1, n: [] }], [], []]],
    bytes: [{ class: "vlen", base: { class: "array", dims: [2], base: { class: "opaque", size: 3, tag: "" } } }, [[[Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]], [], []]],
    // Axes of arrays that are one behind the other, as they are read, of elements that are lists themselves.
    grids: [{ class: "vlen", base: { class: "compound", size: 0, members: [{ name: "b", dtype: { class: "array", dims: [1, 2], base: "V3" } }, { name: "s", dtype: { class: "array", dims: [2, 1], base: { class: "vlen", base: "|i1" } } }] } }, [[{ b: [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)], s: [[1], [2, 3]] }, { b: [[Uint8Array.of(7, 8, 9), Uint8Array.of(0, 1, 2)]], s: [[[]], [[4]]] }], [], []]],
    lists: [{ class: "vlen", base: { class: "array", dims: [2], base: pair } }, [[[{ z: [1, -1], n: [1, 2] }, { z: [2, -2], n: [3, 4] }]], [], []]],
  };
  const f = create({ libver: "latest" });
  for (const [name, [dtype, data]] of Object.entries(made)) {
    const d = f.createDataset(name, { shape: [3], dtype, data });
    const first = d.read();
    const again = f.createDataset(`${name} again`, { shape: [3], dtype, data: first });
    assert.deepEqual(again.read(), first, name);
    d.write(":", first);
    assert.deepEqual(d.read(), first, name);
  }
  assert.deepEqual(f.get("one").read().data, [Int16Array.of(1, 2), Int16Array.of(), Int16Array.of(3)]);
  assert.deepEqual(f.get("records").read().data[0].z.data, Float64Array.of(1, -1, 2, -2));
  const { b, s } = f.get("grids").read().data[0];
  assert.deepEqual([b.data.map((x) => Array.from(x)), s.data.map((x) => Array.from(x))], [[[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, 1, 2]], [[1], [2, 3], [], [4]]]);
  f.close();
});

test("the order of a byte is kept, where it is said", () => {
  const f = create();
  const d = f.createDataset("d", { shape: [1], dtype: { class: "vlen", base: { class: "bitfield", size: 1, order: "BE" } }, data: [[7]] });
  assert.deepEqual([...d.read().data[0]], [7]);
  f.close();
});
