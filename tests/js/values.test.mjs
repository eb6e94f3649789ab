// One value of every kind, as the package hands it out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openSync } from "hyperslab";
import { kinds } from "./support.mjs";

const f = openSync(kinds);
const read = (path, ...rest) => f.get(path).read(...rest);

test("numbers come in their natural typed array, whatever their byte order", () => {
  const expected = {
    i1: Int8Array.of(-128, 0, 1, 127),
    u1: Uint8Array.of(0, 0, 1, 255),
    i2: Int16Array.of(-32768, 0, 1, 32767),
    u2: Uint16Array.of(0, 0, 1, 65535),
    i4: Int32Array.of(-(2 ** 31), 0, 1, 2 ** 31 - 1),
    u4: Uint32Array.of(0, 0, 1, 2 ** 32 - 1),
    i8: BigInt64Array.of(-(2n ** 63n), 0n, 1n, 2n ** 63n - 1n),
    u8: BigUint64Array.of(0n, 0n, 1n, 2n ** 64n - 1n),
    f2: (globalThis.Float16Array ?? Float32Array).of(-65504, 0, 1, 65504),
    f4: Float32Array.of(-3.4028234663852886e38, 0, 1, 3.4028234663852886e38),
    f8: Float64Array.of(-Number.MAX_VALUE, 0, 1, Number.MAX_VALUE),
  };
  for (const [code, data] of Object.entries(expected)) {
    const one = code.endsWith("1");
    assert.deepEqual(read(`numbers/${code}`), { data, shape: [4], stride: [1], dtype: `${one ? "|" : "<"}${code}` });
    assert.deepEqual(read(`numbers/${code}_be`), { data, shape: [4], stride: [1], dtype: `${one ? "|" : ">"}${code}` });
  }
  assert.deepEqual(read("numbers/special").data, Float64Array.of(NaN, Infinity, -Infinity, -0));
});

test("bool is unsigned bytes, an enum its codes", () => {
  assert.deepEqual(read("bool"), { data: Uint8Array.of(1, 0, 0, 1), shape: [2, 2], stride: [2, 1], dtype: "bool" });
  const colours = read("enum");
  assert.deepEqual(colours.data, Int16Array.of(5, 0, -3));
  assert.deepEqual(new Map(colours.dtype.members), new Map([["RED", 0], ["GREEN", 5], ["BLUE", -3]]));
  const large = f.get("enum64");
  assert.deepEqual(large.read().data, BigInt64Array.of(2n ** 60n));
  assert.deepEqual(large.datatype.members, [["BIG", 2n ** 60n]]);
});

test("text of both kinds", () => {
  const words = ["", "alpha", "µ ∑ 日本", "🎉 party", "é"];
  assert.deepEqual(read("text/variable"), { data: words, shape: [5], stride: [1], dtype: "string" });
  assert.deepEqual(read("text/fixed_utf8").data, words);
  assert.deepEqual(read("text/fixed"), { data: ["abc", "de", "", "0123456789"], shape: [4], stride: [1], dtype: "S10" });
  assert.equal(read("text/scalar"), "hello µ");
  // What is not UTF-8 is replaced string by string: half a character never joins the next string.
  assert.deepEqual(read("text/broken").data, ["ok", "\ufffd", "\ufffd!", "caf\ufffd"]);
  const many = Array.from({ length: 5000 }, (_, i) => `${i}${"é".repeat(i % 3)}`);
  assert.deepEqual(read("text/many").data, many);
  assert.deepEqual(read("text/many", "4090:4100").data, many.slice(4090, 4100));
});

test("records come as columns, a scalar one as a plain object", () => {
  const { data, shape, dtype } = read("compound");
  assert.deepEqual(shape, [3]);
  assert.deepEqual(dtype.members.map((m) => [m.name, m.offset]), [["id", 0], ["x", 8], ["pos", 16], ["name", 28], ["in", 32]]);
  assert.deepEqual(data.id.data, BigInt64Array.of(1n, 2n, 2n ** 62n));
  assert.deepEqual(data.x.data, Float64Array.of(0.5, NaN, -1));
  assert.deepEqual(data.pos, { data: Float32Array.from({ length: 9 }, (_, i) => i), shape: [3, 3], stride: [3, 1], dtype: "<f4" });
  assert.deepEqual(data.name.data, ["one", "two", ""]);
  assert.deepEqual(data.in.data.b.data, Uint32Array.of(7, 8, 9));
  const pos = { data: Float32Array.of(0, 1, 2), shape: [3], stride: [1], dtype: "<f4" };
  assert.deepEqual(read("compound_scalar"), { id: 1n, x: 0.5, pos, name: "one", in: { a: -1, b: 7 } });
  assert.deepEqual(read("compound", "1").id, 2n);
});

test("the extents of an array type belong to the shape", () => {
  const { data, shape, stride, dtype } = read("array_type");
  assert.deepEqual([shape, stride, dtype], [[2, 2, 3], [6, 3, 1], "<i4"]);
  assert.deepEqual(data, Int32Array.from({ length: 12 }, (_, i) => i));
  assert.deepEqual(read("array_type", "1").data, Int32Array.of(6, 7, 8, 9, 10, 11));
  assert.deepEqual(f.get("array_type").dtype, { class: "array", dims: [2, 3], base: "<i4" });
});

test("sequences, opaque bytes, and nothing at all", () => {
  assert.deepEqual(read("vlen").data, [Int32Array.of(1, 2, 3), new Int32Array(), Int32Array.of(4)]);
  assert.deepEqual(read("vlen", "0"), Int32Array.of(1, 2, 3));
  assert.deepEqual(read("opaque"), { data: [Uint8Array.of(1, 2, 3), Uint8Array.of(255, 0, 16)], shape: [2], stride: [1], dtype: "V3" });
  assert.equal(read("empty"), null);
  assert.equal(f.get("empty").shape, null);
  assert.deepEqual(read("zero"), { data: new Float64Array(), shape: [0, 3], stride: [3, 1], dtype: "<f8" });
  assert.equal(read("scalar"), -5n);
  assert.equal(read("scalar32"), 1.5);
});

test("a dataset says what it is", () => {
  const d = f.get("grid/zipped");
  assert.deepEqual([d.path, d.name, d.kind], ["/grid/zipped", "zipped", "dataset"]);
  assert.deepEqual([d.shape, d.maxshape, d.ndim, d.size, d.dtype], [[30, 40], [null, 40], 2, 1200, "<i4"]);
  assert.deepEqual(d.datatype, { class: "integer", size: 4, order: "LE", signed: true });
  assert.deepEqual([d.layout, d.chunks, d.index], ["chunked", [7, 9], "btree1"]);
  assert.deepEqual(d.filters.map((x) => [x.id, x.name, x.optional]), [[2, "shuffle", true], [1, "deflate", true], [3, "fletcher32", false]]);
  assert.deepEqual([d.fillvalue, d.fill], [0, { status: "default" }]);
  assert.ok(d.storageSize > 0 && d.storageSize < 4800);
  assert.equal(String(d), '<HDF5 dataset "zipped": shape (30, 40), type "<i4">');
  const filled = f.get("grid/filled");
  assert.deepEqual([filled.fillvalue, filled.fill], [-7, { status: "user", value: -7 }]);
  assert.deepEqual(filled.read("9:13, 5").data, Int32Array.of(-7, 1, 1, -7));
  const plain = f.get("grid/contiguous");
  assert.deepEqual([plain.layout, plain.chunks, plain.index, plain.filters, plain.storageSize], ["contiguous", null, null, [], 4800]);
  assert.equal(f.get("grid/unset").storageSize, 0);
  const bytes = readFileSync(kinds).subarray(plain.position, plain.position + 4800);
  assert.deepEqual(new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4800)), plain.read().data);
  assert.deepEqual([d.position, f.get("grid/unset").position], [null, null]);
  assert.equal(f.get("uses_named").committed, f.get("named").address);
  assert.deepEqual([f.get("named").kind, f.get("named").dtype], ["datatype", "<f4"]);
});

test("attributes are like a map", () => {
  const { attrs } = f.get("grid");
  assert.equal(attrs.size, 8);
  assert.deepEqual(attrs.keys(), ["flag", "labels", "long", "n", "nothing", "scale", "units", "vector"]);
  assert.ok(attrs.has("n") && !attrs.has("m"));
  assert.equal(attrs.get("m"), undefined);
  assert.equal(attrs.describe("m"), undefined);
  assert.equal(attrs.get("units"), "µm");
  assert.equal(attrs.get("n"), 7n);
  assert.equal(attrs.get("scale"), 0.25);
  assert.equal(attrs.get("flag"), true);
  assert.equal(attrs.get("nothing"), null);
  assert.deepEqual(attrs.get("vector").data, Int16Array.of(0, 1, 2));
  assert.deepEqual(attrs.get("labels").data, ["x", "yy"]);
  assert.deepEqual(attrs.get("long").data, Float64Array.from({ length: 2000 }, (_, i) => i));
  assert.deepEqual(attrs.describe("nothing").shape, null);
  assert.deepEqual(attrs.describe("vector"), {
    name: "vector",
    shape: [3],
    dtype: "<i2",
    datatype: { class: "integer", size: 2, order: "LE", signed: true },
    committed: undefined,
  });
  assert.deepEqual([...attrs].map(([name]) => name), attrs.keys());
  assert.equal(attrs.toObject().units, "µm");
});
