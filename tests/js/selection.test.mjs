// What can be selected, in both spellings, and what cannot.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, openSync, slice } from "hyperslab";
import { bytes, counting, kinds } from "./support.mjs";

const f = openSync(kinds);
const grid = (row, column) => row * 40 + column;

/** The same selection in every spelling: the positions it stands for along both axes. */
const selections = [
  [["", "...", ":", [], [null], ["..."], undefined, null], [...Array(30).keys()], [...Array(40).keys()], [30, 40]],
  [["3, 4", [3, 4], "-27, -36", [-27, -36]], [3], [4], undefined],
  [["7", [7], "7, :", [7, null], "7, ..."], [7], [...Array(40).keys()], [40]],
  [["..., 5", ["...", 5], [null, 5]], [...Array(30).keys()], [5], [30]],
  [["10:20:3, -2:", [slice(10, 20, 3), slice(-2, null)], [[10, 20, 3], [-2, null]]], [10, 13, 16, 19], [38, 39], [4, 2]],
  [["::7, 35:100", [slice(null, null, 7), [35, 100]]], [0, 7, 14, 21, 28], [35, 36, 37, 38, 39], [5, 5]],
  [["5:5", [[5, 5]], [slice(0)]], [], [...Array(40).keys()], [0, 40]],
  [[[slice(2), 0], ":2, 0"], [0, 1], [0], [2]],
];

for (const layout of ["contiguous", "chunked", "zipped"]) {
  test(`selections of a ${layout} dataset`, () => {
    const d = f.get(`grid/${layout}`);
    for (const [spellings, rows, columns, shape] of selections) {
      const expected = Int32Array.from(rows.flatMap((r) => columns.map((c) => grid(r, c))));
      for (const s of spellings) {
        const result = d.read(s);
        if (shape === undefined) assert.equal(result, expected[0]);
        else assert.deepEqual([result.data, result.shape], [expected, shape], JSON.stringify(s));
      }
    }
  });
}

for (const layout of ["contiguous", "chunked", "zipped"]) {
  test(`points and masks of a ${layout} dataset`, async () => {
    const points = Array.from({ length: 500 }, (_, i) => [(i * 7) % 30, (i * i) % 40]);
    const expected = Int32Array.from(points, ([r, c]) => grid(r, c));
    const mask = Uint8Array.from({ length: 1200 }, (_, i) => ((i * i) % 7 === 2 ? 1 : 0));
    const set = Int32Array.from([...mask.keys()].filter((i) => mask[i]));
    const rows = Array.from({ length: 30 }, (_, r) => Array.from(mask.subarray(r * 40, r * 40 + 40), (m) => m === 1));
    const ask = async (d) => {
      const result = await d.read({ points });
      assert.deepEqual([result.data, result.shape, result.dtype], [expected, [500], "<i4"]);
      // From the end, and in any list of numbers.
      const negative = points.map(([r, c]) => Int16Array.of(r - 30, c - 40));
      assert.deepEqual((await d.read({ points: negative })).data, expected);
      assert.deepEqual((await d.read({ points }, { as: "float64" })).data, Float64Array.from(expected));
      const into = new Int32Array(600);
      assert.equal((await d.read({ points }, { into })).data.buffer, into.buffer);
      assert.deepEqual(into.subarray(0, 500), expected);
      for (const m of [mask, rows, { data: mask, shape: [30, 40], stride: [40, 1], dtype: "|u1" }]) {
        const masked = await d.read({ mask: m });
        assert.deepEqual([masked.data, masked.shape], [set, [set.length]]);
      }
      assert.deepEqual((await d.read({ mask: new Uint8Array(1200) })).shape, [0]);
      assert.deepEqual((await d.read({ points: [] })).data, new Int32Array());
    };
    await ask(f.get(`grid/${layout}`));
    const source = counting(bytes());
    const remote = await open(source);
    const d = await remote.get(`grid/${layout}`);
    const before = source.requests.length;
    await d.read({ points });
    assert.ok(source.requests.length - before <= 12, `${source.requests.length - before} requests`);
    await ask(d);
  });
}

test("points and masks of what is not numbers, and of few dimensions", () => {
  assert.deepEqual(f.get("text/variable").read({ points: [3, 0, -1, 3] }).data, ["🎉 party", "", "é", "🎉 party"]);
  assert.deepEqual(f.get("compound").read({ mask: [false, true, true] }).data.id.data, BigInt64Array.of(2n, 2n ** 62n));
  assert.deepEqual(f.get("array_type").read({ points: [[1], [0]] }).shape, [2, 2, 3]);
  assert.deepEqual(f.get("bool").read({ mask: f.get("bool").read() }).data, Uint8Array.of(1, 1));
  assert.equal(f.get("empty").read({ points: [] }), null);
  assert.deepEqual(f.get("grid/filled").read({ points: [[9, 5], [10, 5]] }).data, Int32Array.of(-7, 1));
});

test("what makes no sense is the caller's mistake", () => {
  const d = f.get("grid/chunked");
  const wrong = ["30, 0", "0, 40", "-31", "0, 0, 0", "..., ...", "::0", "::-1", "a", "1:2:3:4", [1.5], [NaN], [Infinity], ["x"], [{}], [[1]], [[1, 2, 3, 4]], 5, {}, [true],
    { points: [[30, 0]] }, { points: [[0, -41]] }, { points: [[1]] }, { points: [[1, 2, 3]] }, { points: [[0.5, 0]] }, { points: 7 }, { points: ["a"] },
    { mask: [true] }, { mask: { data: new Uint8Array(1200), shape: [40, 30], stride: [30, 1], dtype: "|u1" } }, { mask: undefined }];
  for (const s of wrong) {
    assert.throws(() => d.read(s), { name: "HyperslabError", code: "Argument" }, JSON.stringify(s));
  }
  assert.throws(() => slice("1"), { code: "Argument" });
  assert.throws(() => f.get("scalar").read("0"), { code: "Argument" });
  assert.throws(() => f.get("scalar").read({ points: [[]] }), { code: "Argument" });
  assert.equal(f.get("scalar").read("..."), -5n);
});

test("conversion while reading: wider, narrower, clipped", () => {
  const d = f.get("grid/zipped");
  assert.deepEqual(d.read("0, :3", { as: "float64" }).data, Float64Array.of(0, 1, 2));
  assert.deepEqual(d.read("7, :3", { as: "int8" }).data, Int8Array.of(127, 127, 127));
  assert.deepEqual(d.read("0, :3", { as: "int64" }).data, BigInt64Array.of(0n, 1n, 2n));
  const as = (path, type) => f.get(path).read(null, { as: type }).data;
  assert.deepEqual(as("numbers/i8", "float64"), Float64Array.of(-(2 ** 63), 0, 1, 2 ** 63));
  assert.deepEqual(as("numbers/i8", "int32"), Int32Array.of(-(2 ** 31), 0, 1, 2 ** 31 - 1));
  assert.deepEqual(as("numbers/i8", "uint64"), BigUint64Array.of(0n, 0n, 1n, 2n ** 63n - 1n));
  assert.deepEqual(as("numbers/u8", "int64"), BigInt64Array.of(0n, 0n, 1n, 2n ** 63n - 1n));
  assert.deepEqual(as("numbers/i1", "uint8"), Uint8Array.of(0, 0, 1, 127));
  assert.deepEqual(as("numbers/f8", "float32"), Float32Array.of(-Infinity, 0, 1, Infinity));
  assert.deepEqual(as("numbers/special", "int16"), Int16Array.of(0, 32767, -32768, 0));
  assert.deepEqual(as("numbers/special", "uint64"), BigUint64Array.of(0n, 2n ** 64n - 1n, 0n, 0n));
  assert.deepEqual(as("numbers/f2_be", "float64"), Float64Array.of(-65504, 0, 1, 65504));
  assert.deepEqual(as("bool", "float32"), Float32Array.of(1, 0, 0, 1));
  assert.equal(f.get("scalar").read(null, { as: "float64" }), -5);
  // What comes out says what it is.
  assert.equal(d.read("0, :3", { as: "float64" }).dtype, "<f8");
  assert.equal(f.get("numbers/i4_be").read(null, { as: "int32" }).dtype, "<i4");
  assert.equal(f.get("bool").read(null, { as: "uint8" }).dtype, "|u1");
  assert.equal(f.get("bool").read("0, 0", { as: "float32" }), 1);
  assert.deepEqual(f.get("array_type").read("0", { as: "int16" }), {
    data: Int16Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3], stride: [3, 1], dtype: "<i2",
  });
  assert.throws(() => f.get("text/fixed").read(null, { as: "float64" }), { code: "Argument" });
  assert.throws(() => d.read(null, { as: "float65" }), { code: "Argument" });
});

test("reading into an array that is there", () => {
  const d = f.get("grid/chunked");
  const into = new Int32Array(1200);
  const result = d.read(null, { into });
  assert.equal(result.data, into);
  assert.equal(into[1199], 1199);
  const wide = new Float64Array(10).fill(-1);
  const part = d.read("2, :8", { into: wide });
  assert.deepEqual(part.data, Float64Array.of(80, 81, 82, 83, 84, 85, 86, 87));
  assert.deepEqual([...wide.subarray(8)], [-1, -1]);
  assert.equal(part.data.buffer, wide.buffer);
  assert.equal(part.dtype, "<f8");
  assert.equal(result.dtype, "<i4");
  assert.equal(f.get("bool").read(null, { into: new Uint8Array(4) }).dtype, "bool");
  assert.equal(f.get("bool").read(null, { into: new Int8Array(4) }).dtype, "|i1");
  assert.throws(() => d.read(null, { into: new Int32Array(1199) }), { code: "Argument" });
  assert.throws(() => d.read(null, { into: [] }), { code: "Argument" });
  assert.throws(() => d.read(null, { into: new Int32Array(1200), as: "float64" }), { code: "Argument" });
});
