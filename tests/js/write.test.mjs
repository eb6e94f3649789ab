// What goes into a new file comes out of it, in every form that values can be given in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, externalLink, openSync, softLink } from "hyperslab";
import { kinds } from "./support.mjs";

/** Creates one dataset, and reads it from the finished file. */
function roundTrip(options) {
  const f = create();
  f.createDataset("d", options);
  const g = openSync(f.toBytes());
  f.close();
  return g.get("d");
}
const back = (data, options = {}) => roundTrip({ data, ...options }).read();

test("typed arrays keep their type", () => {
  const arrays = [
    Int8Array.of(-1, 2), Uint8Array.of(1, 255), Int16Array.of(-3), Uint16Array.of(65535), Int32Array.of(-5), Uint32Array.of(2 ** 32 - 1),
    Float32Array.of(0.5, NaN), Float64Array.of(Math.PI, -0), BigInt64Array.of(-(2n ** 63n)), BigUint64Array.of(2n ** 64n - 1n),
  ];
  for (const data of arrays) assert.deepEqual(back(data).data, data);
  assert.deepEqual(back(Uint8ClampedArray.of(1, 2)).data, Uint8Array.of(1, 2));
  assert.deepEqual(back(new Int32Array([0, 1, 2, 3]).subarray(1, 3)).data, Int32Array.of(1, 2));
});

test("plain values: numbers are doubles, bigints 64-bit integers, then booleans and text", () => {
  assert.equal(back(1.5), 1.5);
  assert.equal(back(7), 7);
  assert.equal(back(7n), 7n);
  assert.equal(back(2n ** 64n - 1n), 2n ** 64n - 1n);
  assert.equal(back(true), true);
  assert.equal(back("µ 🎉"), "µ 🎉");
  assert.equal(back(null), null);
  assert.deepEqual(back([[1, 2, 3], [4, 5, 6]]), { data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], stride: [3, 1], dtype: "<f8" });
  assert.deepEqual(back([Int16Array.of(1, 2), Int16Array.of(3, 4)], { dtype: "<i2" }), { data: Int16Array.of(1, 2, 3, 4), shape: [2, 2], stride: [2, 1], dtype: "<i2" });
  assert.deepEqual(back([true, false]).dtype, "bool");
  assert.deepEqual(back(["a", "βγ", ""]).data, ["a", "βγ", ""]);
  assert.deepEqual(back([]), { data: new Float64Array(), shape: [0], stride: [1], dtype: "<f8" });
});

test("a dtype decides; values are converted and clipped", () => {
  assert.deepEqual(back([1, 300, -1, 2.9, NaN], { dtype: "|u1" }).data, Uint8Array.of(1, 255, 0, 2, 0));
  assert.deepEqual(back([1, 2n, 2n ** 63n - 1n], { dtype: "int64" }).data, BigInt64Array.of(1n, 2n, 2n ** 63n - 1n));
  assert.deepEqual(back([5, 1e30], { dtype: "<u8" }).data, BigUint64Array.of(5n, 2n ** 64n - 1n));
  assert.deepEqual(back([1n, 2n], { dtype: "<f4" }).data, Float32Array.of(1, 2));
  assert.deepEqual(back(Float64Array.of(1.5, 65504), { dtype: ">f2" }).data, (globalThis.Float16Array ?? Float32Array).of(1.5, 65504));
  assert.deepEqual(roundTrip({ data: 5, dtype: ">i4" }).datatype, { class: "integer", size: 4, order: "BE", signed: true });
  for (const dtype of ["|i1", "<u2", ">f8", "bool", "S7", "string", "bytes", "V4"]) {
    assert.equal(roundTrip({ shape: [2], dtype }).dtype, dtype);
  }
  assert.equal(roundTrip({ shape: [2], dtype: "float32" }).dtype, "<f4");
});

test("any dtype that was read can be written", () => {
  const f = openSync(kinds);
  const g = create();
  const refused = [];
  f.visit((path, object) => {
    if (object.kind !== "dataset") return;
    try {
      const value = object.read();
      g.createDataset(path, { data: value, dtype: object.dtype, ...(object.shape === null ? { shape: null } : {}) });
    } catch (e) {
      refused.push([path, e.message]);
    }
  });
  // Bytes that are no text are not text in a new file either.
  assert.deepEqual(refused.map(([path]) => path), ["text/broken"]);
  const h = openSync(g.toBytes());
  f.visit((path, object) => {
    if (object.kind !== "dataset" || path === "text/broken") return;
    const copy = h.get(path);
    assert.deepEqual(copy.datatype, object.datatype, path);
    assert.deepEqual(copy.shape, object.shape, path);
    assert.deepEqual(copy.read(), object.read(), path);
  });
});

test("records from columns and from rows", () => {
  const dtype = { class: "compound", size: 0, members: [{ name: "n", dtype: "<i4" }, { name: "t", dtype: "string" }, { name: "v", dtype: { class: "array", dims: [2], base: "<f4" } }] };
  const rows = [{ n: 1, t: "one", v: [1, 2] }, { n: 2, t: "zwei", v: [3, 4] }];
  const columns = { n: [1, 2], t: ["one", "zwei"], v: [[1, 2], [3, 4]] };
  const flat = { n: Int32Array.of(1, 2), t: ["one", "zwei"], v: Float32Array.of(1, 2, 3, 4) };
  const expected = back(rows, { dtype });
  assert.deepEqual(expected.data.n.data, Int32Array.of(1, 2));
  assert.deepEqual(expected.data.t.data, ["one", "zwei"]);
  assert.deepEqual(expected.data.v, { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], stride: [2, 1], dtype: "<f4" });
  assert.deepEqual(back(columns, { dtype }), expected);
  assert.deepEqual(back(flat, { dtype }), expected);
  assert.deepEqual(back(expected), expected);
  assert.deepEqual(back(rows[1], { dtype }).t, "zwei");
  // Without a type the members' values suggest it.
  const guessed = back({ id: BigInt64Array.of(1n, 2n), name: ["a", "b"], ok: [true, false] });
  assert.deepEqual(guessed.data.ok.data, Uint8Array.of(1, 0));
  assert.deepEqual(guessed.dtype.members.map((m) => m.dtype), ["<i8", "string", "bool"]);
  const proto = JSON.parse('{"__proto__": [1, 2], "b": [3, 4]}');
  assert.deepEqual(Object.keys(back(proto).data), ["__proto__", "b"]);
});

test("nested literals of sequences", () => {
  const [list, u1] = ["<i4", "|u1"].map((base) => ({ class: "vlen", base }));
  const pairs = { class: "array", dims: [2], base: list };
  const lists = { class: "vlen", base: list };
  const written = (data, dtype) => {
    const d = create().createDataset("x", { data, dtype });
    const plain = (v) => (ArrayBuffer.isView(v) ? [...v] : Array.isArray(v) ? v.map(plain) : v);
    return [d.shape, plain(d.read()?.data ?? d.read())];
  };
  assert.deepEqual(written([[[1, 2], [3]], [[4], [5, 6, 7]]], pairs), [[2], [[1, 2], [3], [4], [5, 6, 7]]]);
  assert.deepEqual(written([[1, 2], [3]], pairs), [[], [[1, 2], [3]]]);
  assert.deepEqual(written([[[[1], [2, 3]], [[4], [5]]]], pairs), [[1, 2], [[1], [2, 3], [4], [5]]]);
  assert.deepEqual(written([[[1, 2], [3]], [[4]]], lists), [[2], [[[1, 2], [3]], [[4]]]]);
  assert.deepEqual(written([[], [[5]]], lists), [[2], [[], [[5]]]]);
  assert.deepEqual(written([[], [1]], list), [[2], [[], [1]]]);
  assert.deepEqual(written([[[1], [2]], [[3], [4, 5]]], list), [[2, 2], [[1], [2], [3], [4, 5]]]);
  assert.deepEqual(written([Uint8Array.of(1, 2), Uint8Array.of(3)], u1), [[2], [[1, 2], [3]]]);
  assert.throws(() => written([[[1], [2], [3]]], pairs), { code: "Argument" });
});

test("sequences, arrays, enums and opaque bytes", () => {
  const vlen = { class: "vlen", base: "<i2" };
  assert.deepEqual(back([[1, 2], [], [3]], { dtype: vlen }).data, [Int16Array.of(1, 2), new Int16Array(), Int16Array.of(3)]);
  assert.deepEqual(back([Int16Array.of(1), Int16Array.of(2, 3)], { dtype: vlen }).data, [Int16Array.of(1), Int16Array.of(2, 3)]);
  assert.deepEqual(back([["a", "bc"], []], { dtype: { class: "vlen", base: "string" } }).data, [["a", "bc"], []]);
  const inner = { class: "compound", members: [{ name: "a", dtype: "|i1" }] };
  const records = { class: "vlen", base: { class: "compound", members: [{ name: "r", dtype: inner }, { name: "z", dtype: "|i1" }] } };
  const inOne = (value) => back({ data: [value], shape: [1], stride: [1], dtype: records }).data[0];
  const columns = { r: { a: Int8Array.of(1, 2) }, z: Int8Array.of(3, 4) };
  assert.deepEqual(inOne(columns), inOne([{ r: { a: 1 }, z: 3 }, { r: { a: 2 }, z: 4 }]));
  assert.deepEqual(inOne(columns).z.data, Int8Array.of(3, 4));
  assert.throws(() => inOne({ ...columns, z: Int8Array.of(3) }), { code: "Argument", message: /2 of "r" and 1 of "z"/ });
  const matrix = { class: "array", dims: [2, 2], base: "<u2" };
  assert.deepEqual(back([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], { dtype: matrix }).shape, [2, 2, 2]);
  assert.deepEqual(back(Uint16Array.of(1, 2, 3, 4), { dtype: matrix }).shape, [2, 2]);
  const colours = { class: "enum", base: "|u1", members: [["RED", 0], ["BLUE", 7]] };
  assert.deepEqual(back(["BLUE", "RED"], { dtype: colours }).data, Uint8Array.of(7, 0));
  assert.equal(back(7, { dtype: colours }), 7);
  assert.deepEqual(back([Uint8Array.of(1, 2), Uint8Array.of(3, 4)], { dtype: "V2" }).data, [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
  const tagged = roundTrip({ data: Uint8Array.of(9, 8, 7), dtype: { class: "opaque", size: 3, tag: "image/x" } });
  assert.deepEqual([tagged.read(), tagged.datatype.tag], [Uint8Array.of(9, 8, 7), "image/x"]);
});

test("storage options", () => {
  const data = Int32Array.from({ length: 6000 }, (_, i) => i % 50);
  const d = roundTrip({ data, shape: [60, 100], maxshape: [null, 100], chunks: [16, 25], compression: "gzip", compressionOpts: 9, shuffle: true, fletcher32: true });
  assert.deepEqual([d.layout, d.chunks, d.maxshape], ["chunked", [16, 25], [null, 100]]);
  assert.deepEqual(d.filters.map((x) => [x.id, x.values]), [[2, [4]], [1, [9]], [3, []]]);
  assert.deepEqual(d.read().data, data);
  assert.ok(d.storageSize < 6000);
  assert.deepEqual(roundTrip({ data, compression: 1 }).filters[0].values, [1]);
  assert.equal(roundTrip({ data, chunks: true }).layout, "chunked");
  const late = roundTrip({ shape: [3, 2], dtype: "<f4", fillvalue: NaN });
  assert.deepEqual([late.read().data, late.storageSize], [new Float32Array(6).fill(NaN), 0]);
});

test("attributes are set, replaced and read at once", () => {
  const f = create();
  const { attrs } = f;
  assert.equal(attrs.size, 0);
  attrs.set("a", 1);
  assert.equal(attrs.get("a"), 1);
  attrs.set("a", "text");
  attrs.set("b", Int16Array.of(1, 2, 3, 4), { shape: [2, 2] });
  attrs.set("c", null, { dtype: "S3" });
  attrs.set("d", [1, 2], { dtype: "int8" });
  assert.deepEqual(attrs.toObject(), { a: "text", b: attrs.get("b"), c: null, d: attrs.get("d") });
  assert.deepEqual(attrs.get("b").shape, [2, 2]);
  const d = f.createDataset("x/y/z", { data: [1, 2] });
  d.attrs.set("units", "K");
  assert.equal(f.get("x/y/z").attrs.get("units"), "K");
  const g = openSync(f.toBytes());
  assert.deepEqual(g.attrs.toObject(), attrs.toObject());
  assert.equal(g.get("x/y/z").attrs.get("units"), "K");
});

test("a file that is being made can be read at any time", () => {
  const f = create();
  assert.deepEqual([f.mode, f.keys()], ["r+", []]);
  const g = f.createGroup("a/b");
  assert.equal(g.path, "/a/b");
  const d = g.createDataset("c", { data: [1, 2, 3] });
  assert.deepEqual([d.path, d.shape, d.dtype], ["/a/b/c", [3], "<f8"]);
  assert.deepEqual(d.read("1:").data, Float64Array.of(2, 3));
  f.link("again", d);
  f.link("soft", softLink("/a/b/c"));
  f.link("out", externalLink("other.h5", "/x"));
  assert.equal(f.get("again").address, d.address);
  assert.deepEqual(f.get("soft").read(), d.read());
  assert.deepEqual(f.getLink("out"), { kind: "external", file: "other.h5", target: "/x" });
  assert.deepEqual(f.paths(), ["a", "a/b", "a/b/c"]);
  g.createDataset("later", { data: 5 });
  assert.deepEqual(g.keys(), ["c", "later"]);
  assert.equal(openSync(f.toBytes()).get("a/b/later").read(), 5);
  f.close();
  assert.throws(() => f.toBytes(), { code: "Closed" });
});

test("toBlob, flush and dispose", async () => {
  const f = create();
  f.createDataset("x", { data: 1 });
  f.flush();
  const blob = await f.toBlob();
  assert.equal(blob.type, "application/x-hdf5");
  assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), f.toBytes());
  f[Symbol.dispose]();
  assert.throws(() => f.createGroup("y"), { code: "Closed" });
});

test("what cannot be written leaves the file as it was", () => {
  const f = create();
  f.createDataset("x", { data: [1, 2] });
  const wrong = [
    ["x", { data: 1 }],
    ["y", undefined],
    ["y", {}],
    ["y", { shape: [2] }],
    ["y", { dtype: "<f4" }],
    ["y", { data: [1, 2, 3], shape: [2, 2] }],
    ["y", { data: [[1, 2], [3]] }],
    ["y", { data: [1, "a"] }],
    ["y", { data: ["a"], dtype: "<f4" }],
    ["y", { data: [1], dtype: "string" }],
    ["y", { data: [1], dtype: "<f3" }],
    ["y", { data: [1], dtype: { class: "integer" } }],
    ["y", { data: [1], dtype: { class: "nonsense" } }],
    ["y", { data: [1], dtype: { class: "integer", size: 4, precision: 40 } }],
    ["y", { data: { a: [1], b: [1, 2] } }],
    ["y", { data: {} }],
    ["y", { data: { a: 1 }, dtype: "<f4" }],
    ["y", { data: () => 1 }],
    ["y", { data: Symbol("s") }],
    ["y", { data: [Uint8Array.of(1)], dtype: "V2" }],
    ["y", { data: ["GREEN"], dtype: { class: "enum", base: "|u1", members: [["RED", 0]] } }],
    ["y", { shape: [-1], dtype: "<f4" }],
    ["y", { shape: [1.5], dtype: "<f4" }],
    ["y", { shape: [4], dtype: "<f4", chunks: [0] }],
    ["y", { shape: [4], dtype: "<f4", chunks: [2, 2] }],
    ["y", { shape: [4], dtype: "<f4", maxshape: [2] }],
    ["y", { data: [1], compression: -1 }],
    ["y", { data: [1], compressionOpts: 4 }],
    ["y", { data: 1, chunks: true }],
    ["y", { shape: [4], dtype: "<f4", fillvalue: [1, 2] }],
    ["", { data: 1 }],
    ["x/y", { data: 1 }],
    ["S10", { data: ["0123456789a"], dtype: "S10" }],
  ];
  for (const [path, options] of wrong) {
    assert.throws(() => f.createDataset(path, options), { name: "HyperslabError", code: "Argument" }, `${path} ${JSON.stringify(options)}`);
  }
  assert.throws(() => f.createDataset("y", { data: [1], compression: "rar" }), { code: "Argument" });
  assert.throws(() => f.attrs.set("", 1), { code: "Argument" });
  for (const target of ["x", undefined, softLink(), softLink(5), softLink(""), externalLink("a"), externalLink(1, "/x")]) {
    assert.throws(() => f.link("z", target), { code: "Argument" });
  }
  for (const name of [undefined, 5, null, {}]) assert.throws(() => f.attrs.set(name, 1), { code: "Argument" });
  assert.throws(() => f.createGroup("x"), { code: "Argument" });
  assert.deepEqual(f.keys(), ["x"]);
  assert.deepEqual(openSync(f.toBytes()).get("x").read().data, Float64Array.of(1, 2));
});

test("extents without end make no list of chunks without end", () => {
  const far = 2 ** 50;
  const f = create({ libver: "latest" });
  const nothing = f.createDataset("nothing", { shape: [far], dtype: "int8", chunks: [1024] });
  assert.deepEqual(nothing.chunkInfo(), []);
  assert.equal(nothing.storageSize, 0);
  for (const [name, maxshape] of [["extensible", [1024, null]], ["tree", [null, null]]]) {
    const d = f.createDataset(name, { shape: [1, 8], maxshape, dtype: "int8", chunks: [1, 8], data: [[1, 2, 3, 4, 5, 6, 7, 8]] });
    d.resize([1, far]);
    if (name === "tree") assert.equal(d.chunkInfo().length, 1);
    else assert.throws(() => d.chunkInfo(), { code: "Limit", message: /look through/ });
    assert.equal(d.read("0, 3"), 4);
  }
});
