// Compact copies: equal in everything, smaller, and stopped or refused cleanly.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, externalLink, open, openSync, repack, softLink } from "hyperslab";
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

/** A dataset's layout, chunks and the ids of its filters. */
const stored = (d) => [d.layout, d.chunks ?? null, d.filters.map((f) => f.id)];

test("datasets as they were asked for", async () => {
  const source = create();
  const data = Float64Array.from({ length: 60_000 }, (_, i) => Math.round(i / 3));
  for (const path of ["a/x", "a/y", "b"]) source.createDataset(path, { data, shape: [300, 200] });
  source.createDataset("text", { data: Array.from({ length: 3000 }, (_, i) => `line ${i}`) });
  const bytes = source.toBytes();
  const original = openSync(bytes);
  const copy = async (options) => {
    const f = openSync(await repack(bytes, options));
    same(original, f);
    return Object.fromEntries(["a/x", "a/y", "b", "text"].map((path) => [path, stored(f.get(path))]));
  };
  const all = await copy({
    compression: "zstd", compressionOpts: 3, chunks: [50, 1000],
    datasets: { a: { compression: "szip", compressionOpts: ["nn", 16] }, "/a/y": { compression: "none", chunks: [7, 9], fletcher32: true }, b: { layout: "contiguous", compression: "none" } },
  });
  assert.deepEqual(all, {
    "a/x": ["chunked", [50, 200], [4]],
    "a/y": ["chunked", [7, 9], [3]],
    b: ["contiguous", null, []],
    text: ["chunked", all.text[1], [32015]],
  });
  assert.deepEqual((await copy({ compression: "lzf", shuffle: false })).b[2], [32000]);
  assert.deepEqual((await copy({ scaleoffset: 0 })).b[2], [6]);
  assert.deepEqual((await copy({ chunks: false })).b, ["contiguous", null, []]);
  assert.deepEqual((await copy({ chunks: "keep", compression: 9 })).b, ["contiguous", null, []]);
  assert.deepEqual((await copy({ layout: "chunked", compression: "none" })).b[2], []);
  const named = (storing) => repack(bytes, { datasets: { "/a/x": storing } });
  for (const storing of [{ chunks: [5] }, { chunks: [301, 5] }, { layout: "compact", compression: "none" }]) {
    await assert.rejects(named(storing), { code: "Argument", path: "/a/x" });
  }
  await assert.rejects(repack(bytes, { datasets: { text: { compression: "zfp" } } }), { code: "Argument", path: "/text" });
  await assert.rejects(repack(bytes, { datasets: { nothing: {} } }), { code: "NotFound" });
});

test("the file as it was asked for", async () => {
  const source = create({ libver: "v110", userblock: 1024 });
  source.createDataset("d", { data: new Float64Array(3000) });
  const bytes = source.toBytes();
  bytes.set(new TextEncoder().encode("hello"));
  const facts = async (options) => {
    const copy = await repack(bytes, options);
    const { superblock, userblock } = openSync(copy).info;
    return [superblock, userblock, new TextDecoder().decode(copy.slice(0, 5))];
  };
  assert.deepEqual(await facts({}), [0, 1024, "hello"]);
  assert.deepEqual(await facts({ libver: "keep" }), [3, 1024, "hello"]);
  assert.deepEqual(await facts({ libver: "latest", userblock: 512 }), [3, 512, "\0\0\0\0\0"]);
  assert.deepEqual((await facts({ libver: ["v108", "v110"], userblock: 0, fsStrategy: "page" })).slice(0, 2), [2, 0]);
});

test("virtual datasets stay so, or are merged", async () => {
  const part = create();
  part.createDataset("d", { data: Float64Array.from({ length: 1000 }, (_, i) => i) });
  const whole = create({ libver: "v110" });
  whole.createDataset("v", { shape: [1000], dtype: "<f8", sources: [{ file: "part.h5", dataset: "/d", shape: [1000] }] });
  const [source, other] = [whole.toBytes(), part.toBytes()];
  const resolve = (name) => (name === "part.h5" ? other : undefined);
  assert.equal(openSync(await repack(source)).get("v").layout, "virtual");
  const merged = openSync(await repack(source, { merge: true, resolve })).get("v");
  assert.deepEqual([merged.layout, merged.filters.length, merged.read().data[999]], ["chunked", 2, 999]);
  await assert.rejects(repack(source, { merge: true, resolve: () => undefined }), { code: "Unsupported", path: "/v" });
  const outside = create();
  outside.createDataset("e", { shape: [500], dtype: "<f8", external: [{ file: "raw.bin", size: 4000 }] });
  const raw = new Uint8Array(Float64Array.from({ length: 500 }, (_, i) => -i).buffer);
  const found = (name) => (name === "raw.bin" ? raw : undefined);
  const read = async (options, resolve) => await (await (await open(await repack(outside.toBytes(), options), { resolve })).get("e")).read();
  assert.equal((await read({}, found)).data[499], -499);
  assert.equal((await read({ merge: true, resolve: found }, null)).data[499], -499);
  await assert.rejects(repack(outside.toBytes(), { merge: true }), { path: "/e" });
});

test("what makes no sense", async () => {
  for (const options of [
    { compression: 9.5 }, { compression: "best" }, { compression: "keep", shuffle: true }, { compression: "keep", filters: [] },
    { chunks: [0] }, { chunks: [] }, { chunks: 5 }, { chunks: "all" }, { layout: "other" }, { layout: "compact", chunks: true },
    { layout: "contiguous", compression: "gzip" }, { libver: "v1" }, { userblock: 100 }, { datasets: { d: 5 } }, { to: 5 }, { to: {} },
  ]) {
    await assert.rejects(repack(example(), options), { code: "Argument" }, JSON.stringify(options));
  }
  for (const subtree of [5, null, {}]) await assert.rejects(repack(example(), { subtree }), { code: "Argument" });
  await assert.rejects(repack(new Uint8Array(100)), { code: "Malformed" });
});
