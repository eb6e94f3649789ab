// Filters outside of the engine: those of the second module, which loads itself, and registered ones.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { create, open, openSync, registerFilter } from "hyperslab";
import { at } from "../../scripts/lib/paths.mjs";
import { counting, fresh } from "./support.mjs";

const numbers = Int32Array.from({ length: 5000 }, (_, i) => (i * i) >> 14);

/** A file with one dataset. */
function fileOf(options) {
  const f = create();
  f.createDataset("x", { data: numbers, chunks: [1024], ...options });
  return f.toBytes();
}

const xor = (bytes, { values }) => bytes.map((b) => b ^ (values[0] ?? 0));

test("a filter of the second module is there without any set-up", async () => {
  const bytes = fileOf({ compression: "lzf", shuffle: true, fletcher32: true });
  const d = openSync(bytes).get("x");
  assert.deepEqual(d.filters.map((f) => f.id), [2, 32000, 3]);
  assert.deepEqual(d.filters[1].values, [4, 0x105, 4096]);
  assert.ok(bytes.length < numbers.byteLength / 2);
  assert.deepEqual(d.read().data, numbers);
  const f = await open(counting(bytes));
  assert.deepEqual((await (await f.get("x")).read()).data, numbers);
});

test("registered filters are used both ways", async () => {
  registerFilter(40_000, { decode: xor, encode: xor });
  const bytes = fileOf({ filters: [{ id: 40_000, values: [0x5a] }] });
  const d = openSync(bytes).get("x");
  assert.deepEqual(d.filters, [{ id: 40_000, name: "", optional: true, values: [0x5a] }]);
  assert.deepEqual(d.read().data, numbers);
  assert.deepEqual((await (await (await open(counting(bytes))).get("x")).read("::2")).data, numbers.filter((_, i) => i % 2 === 0));
  registerFilter(40_000, undefined);
  assert.throws(() => openSync(bytes).get("x").read(), (e) => {
    assert.equal(e.code, "Unsupported");
    assert.equal(e.path, "/x");
    assert.deepEqual(e.filter, { id: 40_000, name: "" });
    return true;
  });
});

test("a registered filter may leave chunks as they are", () => {
  let calls = 0;
  registerFilter(40_001, { decode: xor, encode: (bytes, context) => (calls++ === 0 ? xor(bytes, context) : undefined) });
  const bytes = fileOf({ filters: [{ id: 40_001, values: [1] }] });
  assert.equal(calls, 5);
  assert.deepEqual(openSync(bytes).get("x").read().data, numbers);
  assert.throws(() => fileOf({ filters: [{ id: 40_001, optional: false }] }), { code: "Unsupported" });
  registerFilter(40_001, undefined);
});

test("what a registered filter throws, and nonsense it returns, are errors about it", async () => {
  const bytes = (registerFilter(40_002, { decode: xor, encode: xor }), fileOf({ filters: [{ id: 40_002 }] }));
  const mine = new Error("out of ink");
  const wrong = [
    [() => { throw mine; }, (e) => e.cause === mine && e.message.includes("out of ink") && e.filter.id === 40_002],
    [() => "text", (e) => e.filter.id === 40_002],
    [(b) => b.subarray(1), (e) => e.code === "Malformed"],
    [() => new Uint8Array(1 << 20), (e) => e.code === "Malformed"],
  ];
  for (const [decode, check] of wrong) {
    registerFilter(40_002, { decode });
    assert.throws(() => openSync(bytes).get("x").read(), check);
    await assert.rejects((await (await open(bytes)).get("x")).read(), check);
  }
  assert.throws(() => fileOf({ filters: [{ id: 40_002 }] }), { code: "Unsupported" });
  registerFilter(40_002, undefined);
  assert.deepEqual(openSync(fileOf({ compression: "lzf" })).get("x").read().data, numbers);
});

test("registered filters go before those that come along", () => {
  const bytes = fileOf({ compression: "lzf" });
  registerFilter(32_000, { decode: () => new Uint8Array(4096) });
  assert.deepEqual(openSync(bytes).get("x").read("0:3").data, new Int32Array(3));
  registerFilter(32_000, undefined);
  assert.deepEqual(openSync(bytes).get("x").read().data, numbers);
});

test("what cannot be registered or created", () => {
  for (const id of [1, 3, 65_536, -4, 5.5, "7"]) assert.throws(() => registerFilter(id, { decode: xor }), { code: "Argument" });
  assert.throws(() => registerFilter(300, {}), { code: "Argument" });
  const f = create();
  for (const options of [{ compression: "rar" }, { compressionOpts: 4 }, { compression: -1 }]) {
    assert.throws(() => f.createDataset("y", { data: [1, 2], ...options }), { code: "Argument" });
  }
  for (const options of [{ compression: 32_017 }, { filters: [{ id: 32_017 }] }]) {
    assert.throws(() => f.createDataset("y", { data: [1, 2], ...options }), (e) => e.code === "Unsupported" && e.filter.name === "sz");
  }
  assert.equal(f.has("y"), false);
});

test("damaged chunks of the second module's filters are errors", () => {
  const bytes = fileOf({ compression: "lzf" });
  for (let at = 2100; at < bytes.length; at += 97) {
    const bad = bytes.slice();
    bad[at] ^= 0xff;
    try {
      openSync(bad).get("x").read();
    } catch (e) {
      assert.equal(e.name, "HyperslabError", e.stack);
      assert.notEqual(e.code, "Internal", e.stack);
    }
  }
});

test("where files cannot be loaded on the spot, synchronous calls ask for it", async () => {
  // The entry for browsers: its own instance, given its files by hand.
  const web = await fresh("index.js");
  const wasm = (name) => readFileSync(at(`dist/${name}_bg.wasm`));
  assert.throws(() => web.create(), { code: "Argument" });
  await web.ready(wasm("hyperslab_edit"));
  const bytes = fileOf({ compression: "szip" });
  const asks = (e) => e.code === "Argument" && e.filter.id === 4 && e.message.includes("ready({ codecs: true })");
  assert.throws(() => web.openSync(bytes).get("x").read(), asks);
  const f = web.create();
  assert.throws(() => f.createDataset("x", { data: numbers, compression: "szip" }), asks);
  assert.equal(f.has("x"), false);
  await web.ready({ codecs: wasm("hyperslab_codecs") });
  assert.deepEqual(web.openSync(bytes).get("x").read().data, numbers);
  f.createDataset("x", { data: numbers, compression: "szip" });
  assert.deepEqual(f.get("x").read().data, numbers);
});

test("options of szip and scaleoffset", () => {
  const filters = (options) => openSync(fileOf(options)).get("x").filters.map(({ id, values }) => [id, values.slice(0, 4)]);
  assert.deepEqual(filters({ compression: "szip" }), [[4, [169, 8, 32, 1024]]]);
  assert.deepEqual(filters({ compression: "szip", compressionOpts: ["ec", 16] }), [[4, [141, 16, 32, 1024]]]);
  assert.deepEqual(filters({ scaleoffset: true, shuffle: true, compression: 3 }), [[6, [2, 0, 1024, 0]], [2, [4]], [1, [3]]]);
  for (const options of [
    { compression: "szip", compressionOpts: ["xx", 8] },
    { compression: "szip", compressionOpts: ["nn", 7] },
    { compression: "szip", chunks: [4] },
    { scaleoffset: 1.5 },
    { scaleoffset: 40 },
    { scaleoffset: true, fletcher32: true },
    { scaleoffset: true, data: Float32Array.of(1, 2), chunks: [2] },
    { scaleoffset: true, data: ["text"], chunks: [1] },
  ]) {
    assert.throws(() => fileOf(options), { code: "Argument" }, JSON.stringify(options));
  }
});
