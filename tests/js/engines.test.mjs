// Two engines: the one that only reads, and the whole one. Each is loaded when it is needed, and lives and dies by itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { bytes, fresh, kinds } from "./support.mjs";

const wasm = (name) => readFileSync(at(`dist/${name}_bg.wasm`));

/** The entry for browsers, and the names of the files it fetches. */
async function browser() {
  const fetched = [];
  globalThis.fetch = async (url) => {
    fetched.push(url.pathname.split("/").at(-1));
    return new Response(readFileSync(url), { headers: { "Content-Type": "application/wasm" } });
  };
  return [await fresh("index.js"), fetched];
}

test("reading loads the engine that reads, writing the whole one, and each only once", async () => {
  const [h, fetched] = await browser();
  const f = await h.open(bytes());
  await Promise.all([h.open(bytes()), h.open(bytes()), h.ready({ edit: false })]);
  assert.deepEqual(fetched, ["hyperslab_bg.wasm"]);
  assert.deepEqual((await f.get("grid/zipped")).shape, [30, 40]);
  assert.throws(() => h.create(), { code: "Argument", message: /await ready\(\)/ });
  const copy = await h.repack(bytes());
  assert.deepEqual(fetched, ["hyperslab_bg.wasm", "hyperslab_edit_bg.wasm"]);
  h.create().createGroup("x");
  await h.ready();
  assert.equal(fetched.length, 2);
  assert.deepEqual(await f.keys(), h.openSync(copy).keys());
});

test("`ready` is enough for everything, and where the whole engine is the other is not needed", async () => {
  const [h, fetched] = await browser();
  const loading = h.ready();
  await h.open(bytes());
  await loading;
  h.create();
  h.openSync(bytes());
  await h.ready({ edit: false });
  assert.deepEqual(fetched, ["hyperslab_edit_bg.wasm"]);
});

test("an engine from elsewhere is what it turns out to be", async () => {
  const [h, fetched] = await browser();
  await h.ready(wasm("hyperslab"));
  assert.equal(h.openSync(bytes()).keys().length > 0, true);
  assert.throws(() => h.create(), { code: "Argument" });
  await h.ready({ wasm: new WebAssembly.Module(wasm("hyperslab_edit")) });
  h.create();
  assert.deepEqual(fetched, []);
});

test("after a failure the next attempt may succeed", async () => {
  const [h] = await browser();
  const { fetch } = globalThis;
  globalThis.fetch = async () => {
    throw new TypeError("no network");
  };
  await assert.rejects(h.open(bytes()), { code: "Io", message: /no network.*hyperslab\/inline/ });
  await assert.rejects(h.ready(), { code: "Io", message: /no network.*hyperslab\/inline/ });
  globalThis.fetch = fetch;
  await h.open(bytes());
  await h.ready();
  h.create();
});

/** Runs `fn` while the engine fails as it does when it has a bug: nothing that it says arrives. */
function failing(fn) {
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  try {
    fn();
  } finally {
    TextDecoder.prototype.decode = decode;
  }
}

test("an engine that fails takes its own files with it and no others", async () => {
  const h = await fresh("node.js");
  const f = h.openSync(kinds);
  const n = h.create();
  n.createDataset("a/b", { data: [1, 2, 3] });
  failing(() => assert.throws(() => f.keys(), { code: "Internal" }));
  assert.throws(() => f.keys(), { code: "Closed", message: /restarted/ });
  assert.deepEqual(n.get("a/b").read().data, Float64Array.of(1, 2, 3));
  assert.ok(h.openSync(kinds).keys().length > 0);
  h.openSync(n.toBytes()).get("a/b").read();
});

test("filters of the user's own work in both", async () => {
  const h = await fresh("node.js");
  const flip = (b) => b.map((x) => x ^ 0x5a);
  h.registerFilter(40_000, { decode: flip, encode: flip });
  const reading = h.openSync(kinds);
  const n = h.create();
  n.createDataset("x", { data: Int32Array.of(1, 2, 3, 4), chunks: [2], filters: [{ id: 40_000 }] });
  n.createDataset("y", { data: Int32Array.of(1, 2, 3, 4), chunks: [2], compression: "lzf" });
  const f = h.openSync(n.toBytes());
  assert.deepEqual(f.get("x").read().data, Int32Array.of(1, 2, 3, 4));
  assert.deepEqual(f.get("y").read().data, Int32Array.of(1, 2, 3, 4));
  assert.ok(reading.keys().length > 0);
  // A process that never writes has the reading engine alone.
  const r = await fresh("node.js");
  r.registerFilter(40_000, { decode: flip });
  assert.deepEqual(r.openSync(n.toBytes()).get("x").read().data, Int32Array.of(1, 2, 3, 4));
  assert.deepEqual(r.openSync(n.toBytes()).get("y").read().data, Int32Array.of(1, 2, 3, 4));
});
