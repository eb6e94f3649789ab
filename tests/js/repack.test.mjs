// Compact copies: equal in everything, smaller, and stopped or refused cleanly.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, externalLink, openSync, repack, softLink } from "hyperslab";
import { bytes, counting, kinds } from "./support.mjs";

function example() {
  const f = create();
  const smooth = Float64Array.from({ length: 60_000 }, (_, i) => Math.round(100 * Math.sin(i / 99)));
  const d = f.createDataset("a/smooth", { data: smooth, shape: [300, 200] });
  d.attrs.set("units", "K");
  f.createDataset("a/text", { data: ["x", "yy", "ü"] });
  f.createDataset("scalar", { data: 5, fillvalue: -1 });
  f.link("again", d);
  f.link("soft", softLink("/a/text"));
  f.link("out", externalLink("other.h5", "/x"));
  f.attrs.set("title", "example");
  return f.toBytes();
}

/** Everything that two files must have in common. */
function same(a, b) {
  assert.deepEqual(a.paths(), b.paths());
  assert.deepEqual(a.attrs.toObject(), b.attrs.toObject());
  a.visit((path, object) => {
    const copy = b.get(path);
    assert.deepEqual(copy.attrs.toObject(), object.attrs.toObject(), path);
    if (object.kind !== "dataset") return;
    for (const key of ["shape", "maxshape", "datatype", "fill"]) assert.deepEqual(copy[key], object[key], `${path} ${key}`);
    assert.deepEqual(copy.read(), object.read(), path);
  });
}

test("a copy is equal and smaller", async () => {
  const source = example();
  const original = openSync(source);
  for (const from of [source, new Blob([source]), counting(source)]) {
    const copy = await repack(from, { compression: 9 });
    assert.ok(copy.length < source.length / 3, `${copy.length} of ${source.length}`);
    const f = openSync(copy);
    same(original, f);
    assert.equal(f.get("again").address, f.get("a/smooth").address);
    assert.deepEqual(f.getLink("soft"), { kind: "soft", target: "/a/text" });
    assert.deepEqual(f.getLink("out"), { kind: "external", file: "other.h5", target: "/x" });
    assert.deepEqual(f.get("a/smooth").filters.map((x) => [x.id, x.values]), [[2, [8]], [1, [9]]]);
  }
  assert.deepEqual(openSync(await repack(source, { compression: 0 })).get("a/smooth").filters.filter((x) => x.id === 1), []);
});

test("a file with one value of every kind", async () => {
  const copy = await repack(kinds);
  same(openSync(kinds), openSync(copy));
  assert.ok(copy.length < bytes().length);
});

test("a part of a file", async () => {
  const f = openSync(await repack(example(), { subtree: "/a" }));
  assert.deepEqual(f.keys(), ["smooth", "text"]);
  const g = openSync(await repack(example(), { subtree: "a/text", compression: "gzip" }));
  assert.deepEqual(g.get("text").read().data, ["x", "yy", "ü"]);
  await assert.rejects(repack(example(), { subtree: "/nothing" }), { code: "NotFound" });
});

test("chunks and filters that are kept", async () => {
  const source = create();
  const data = Float64Array.from({ length: 60_000 }, (_, i) => Math.sin(i));
  source.createDataset("packed", { data, shape: [300, 200], chunks: [70, 90], compression: "gzip", shuffle: true, fletcher32: true });
  source.createDataset("rounded", { data, shape: [300, 200], chunks: [70, 90], scaleoffset: 3 });
  source.createDataset("plain", { data, shape: [300, 200] });
  source.createDataset("text", { data: Array.from({ length: 3000 }, (_, i) => `line ${i}`), chunks: [100], compression: "gzip" });
  const bytes = source.toBytes();
  const [original, copy] = [openSync(bytes), openSync(await repack(bytes, { compression: "keep" }))];
  same(original, copy);
  for (const path of original.keys()) {
    for (const key of ["chunks", "filters", "layout"]) assert.deepEqual(copy.get(path)[key], original.get(path)[key], `${path} ${key}`);
  }
});

test("what is left out", async () => {
  const f = openSync(await repack(example(), { drop: ["a/smooth", "/out"] }));
  assert.deepEqual(f.keys(), ["a", "again", "scalar", "soft"]);
  assert.deepEqual(f.get("a").keys(), ["text"]);
  assert.equal(f.get("again").read().data.length, 60_000);
  const source = create();
  const d = source.createDataset("d", { data: new Float64Array(3) });
  const e = source.createDataset("e", { data: new Float64Array(3) });
  source.createDataset("both", { data: [d, e] });
  const both = openSync(await repack(source.toBytes(), { drop: ["d"] }));
  const [lost, found] = both.get("both").read().data;
  assert.equal(both.pathOf(found), "/e");
  assert.equal(lost.address, 0);
  await assert.rejects(repack(example(), { drop: ["nothing"] }), { code: "NotFound" });
  for (const drop of ["a", [5], ["/"]]) await assert.rejects(repack(example(), { drop }), { code: "Argument" });
});

test("progress, and stopping", async () => {
  const f = create();
  for (let i = 0; i < 8; i++) f.createDataset(`d${i}`, { data: new Float64Array(1 << 18).fill(i) });
  const source = f.toBytes();
  const seen = [];
  await repack(source, { onProgress: (done, total) => seen.push([done, total]) });
  assert.ok(seen.every(([done, total]) => done <= total));
  assert.deepEqual(seen.at(-1), [16 << 20, 16 << 20]);
  const stop = new AbortController();
  await assert.rejects(repack(source, { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) }), { message: "enough" });
});

test("what makes no sense", async () => {
  await assert.rejects(repack(example(), { compression: 11 }), { code: "Argument" });
  await assert.rejects(repack(example(), { compression: "lzf" }), { code: "Argument" });
  for (const subtree of [5, null, {}]) await assert.rejects(repack(example(), { subtree }), { code: "Argument" });
  await assert.rejects(repack(new Uint8Array(100)), { code: "Malformed" });
});
