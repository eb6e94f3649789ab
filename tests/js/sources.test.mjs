// Every kind of source gives the same file; asynchronous ones are asked for little, together, and again after failures.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, openSync as openFile, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { create, open, openSync } from "hyperslab";
import { bytes, counting, kinds } from "./support.mjs";

const data = bytes();
const sum = (values) => values.data.reduce((a, b) => a + b, 0);
const total = (1199 * 1200) / 2;

test("synchronous sources", () => {
  const sources = {
    path: kinds,
    url: pathToFileURL(kinds),
    "Uint8Array": data,
    "ArrayBuffer": data.slice().buffer,
    "a view into a buffer": new Uint8Array([...data.slice(0, 5), ...data]).subarray(5),
    "DataView": new DataView(data.slice().buffer),
    custom: { size: data.length, read: (at, n) => data.subarray(at, at + n) },
    "custom with ArrayBuffer": { size: data.length, read: (at, n) => data.slice(at, at + n).buffer },
  };
  for (const [name, source] of Object.entries(sources)) {
    const f = openSync(source);
    assert.equal(sum(f.get("grid/zipped").read()), total, name);
    assert.equal(f.info.size, data.length);
    assert.deepEqual(f.toBytes(), data);
    f.close();
  }
});

test("asynchronous sources", async () => {
  for (const source of [kinds, data, new Blob([data]), new File([data], "kinds.h5"), counting(data), { size: data.length, read: (at, n) => data.subarray(at, at + n) }]) {
    const f = await open(source);
    const d = await f.get("grid/zipped");
    assert.equal(sum(await d.read()), total);
    assert.equal(typeof (await d.storageSize), "number");
    assert.deepEqual(await f.toBytes(), data);
    f.close();
  }
});

test("opening and one read ask for a few pages, never for the file", async () => {
  const f = create();
  const n = 2000;
  for (let i = 0; i < n; i++) f.createDataset(`group ${i % 20}/data ${i}`, { data: new Float64Array(500).fill(i) });
  const large = f.toBytes();
  assert.ok(large.length > 8_000_000);
  const source = counting(large);
  const g = await open(source);
  const d = await g.get("group 7/data 1987");
  assert.deepEqual((await d.read("3:5")).data, Float64Array.of(1987, 1987));
  const asked = source.requests.reduce((s, [, length]) => s + length, 0);
  assert.ok(source.requests.length <= 10, `${source.requests.length} requests`);
  assert.ok(asked < 1_000_000, `${asked} bytes`);
  // Again: all of it is in the cache.
  const before = source.requests.length;
  assert.equal((await g.get("group 7/data 1987")).address, d.address);
  assert.equal(source.requests.length, before);
  // A listing fetches what its children need at the same time.
  source.requests.length = 0;
  assert.equal((await (await g.get("group 11")).items()).length, 100);
  assert.ok(source.requests.length <= 30, `${source.requests.length} requests for a listing`);
});

test("chunks of a read are fetched together", async () => {
  const f = create();
  const noise = Int32Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 2654435761));
  f.createDataset("x", { data: noise, shape: [1024, 1024], chunks: [128, 128], compression: 1 });
  const source = counting(f.toBytes(), { delay: 2 });
  const g = await open(source);
  const d = await g.get("x");
  source.requests.length = 0;
  assert.deepEqual((await d.read()).data, noise);
  assert.ok(source.requests.length <= 20, `${source.requests.length} requests`);
  source.requests.length = 0;
  const column = await d.read(":, 5");
  assert.deepEqual([column.data[0], column.data[1023]], [noise[5], noise[1023 * 1024 + 5]]);
  assert.ok(source.most > 1, "one after the other");
});

test("operations on one file may overlap", async () => {
  const f = await open(counting(data, { delay: 1 }));
  const paths = ["grid/chunked", "grid/zipped", "grid/contiguous", "text/variable", "compound", "vlen", "numbers/f8"];
  const sync = openSync(data);
  const all = await Promise.all(paths.map(async (p) => (await f.get(p)).read()));
  paths.forEach((p, i) => assert.deepEqual(all[i], sync.get(p).read(), p));
  await Promise.all(Array.from({ length: 50 }, async (_, i) => assert.ok(await f.has(paths[i % paths.length]))));
});

test("a source that fails is an Io error with its cause, and may succeed later", async () => {
  let broken = false;
  const flaky = {
    size: data.length,
    async read(at, n) {
      if (broken) throw new TypeError("the network is gone");
      return data.slice(at, at + n);
    },
  };
  const f = await open(flaky, { cache: 0 });
  const d = await f.get("grid/zipped");
  broken = true;
  const e = await d.read().catch((reason) => reason);
  assert.equal(e.code, "Io");
  assert.match(e.message, /the network is gone/);
  assert.ok(e.cause instanceof TypeError);
  broken = false;
  assert.equal(sum(await d.read()), total);
  const sync = { size: data.length, read: () => { throw new RangeError("no"); } };
  assert.throws(() => openSync(sync), (x) => x.code === "Io" && x.cause instanceof RangeError);
});

test("sources that answer wrongly", async () => {
  const short = { size: data.length, read: async (at, n) => data.slice(at, at + n - 1) };
  await assert.rejects(open(short), { code: "Io" });
  await assert.rejects(open({ size: data.length, read: async () => "text" }), { code: "Argument" });
  await assert.rejects(open({ size: -1, read: async () => data }), { code: "Argument" });
  assert.throws(() => openSync({ size: data.length, read: async () => data }), { code: "Argument", message: /use open/ });
  assert.throws(() => openSync(new Blob([data])), { code: "Argument" });
  for (const source of [undefined, null, 5, {}, [1, 2]]) {
    await assert.rejects(open(source), { code: "Argument" });
    assert.throws(() => openSync(source), { code: "Argument" });
  }
});

test("files in Node", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "hyperslab-"));
  try {
    assert.throws(() => openSync(path.join(dir, "none.h5")), { code: "NotFound" });
    assert.throws(() => openSync(dir), { code: "Io" });
    const cut = path.join(dir, "cut.h5");
    copyFileSync(kinds, cut);
    const f = openSync(cut);
    truncateSync(cut, 4096);
    assert.throws(() => f.get("grid/contiguous").read(), { code: "Io" });
    f.close();
    writeFileSync(cut, "this is not HDF5");
    assert.throws(() => openSync(cut), { code: "Malformed", message: /not an HDF5 file/ });
    writeFileSync(cut, "");
    assert.throws(() => openSync(cut), { code: "Malformed" });
    // Nothing stays open: the next descriptor is the one that was free before.
    const count = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 10; i++) assert.throws(() => openSync(cut));
    assert.equal(readdirSync("/proc/self/fd").length, count);
    assert.ok(openFile);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("reading can be stopped", async () => {
  const f = create();
  f.createDataset("x", { data: new Float64Array(4 << 20), chunks: [1 << 16], compression: 1 });
  const file = f.toBytes();
  for (const source of [file, counting(file, { delay: 1 })]) {
    const g = await open(source);
    const d = await g.get("x");
    const stop = new AbortController();
    let calls = 0;
    const reading = d.read(null, {
      signal: stop.signal,
      onProgress(done, all) {
        calls += 1;
        assert.equal(all, 4 << 20);
        assert.ok(done > 0 && done <= all);
        if (calls === 2) stop.abort(new Error("enough"));
      },
    });
    await assert.rejects(reading, { message: "enough" });
    assert.equal(calls, 2);
    assert.equal((await d.read("5")), 0);
  }
  const opening = new AbortController();
  opening.abort();
  await assert.rejects(open(counting(file), { signal: opening.signal }), { name: "AbortError" });
});

test("an asynchronous read lets others work in between", async () => {
  const f = create();
  f.createDataset("x", { data: new Float64Array(8 << 20), chunks: [1 << 16], compression: 1, shuffle: true });
  const g = await open(f.toBytes());
  let ticks = 0;
  const timer = setInterval(() => { ticks += 1; }, 1);
  await (await g.get("x")).read();
  clearInterval(timer);
  assert.ok(ticks > 0, "the event loop stood still");
});

test("windows of one chunk fetch and decode it once", async () => {
  const f = create();
  const values = Float64Array.from({ length: 1 << 16 }, (_, i) => Math.sin(i * i));
  f.createDataset("x", { data: values, shape: [256, 256], chunks: [256, 128], compression: "gzip" });
  const source = counting(f.toBytes());
  const g = await open(source);
  const d = await g.get("x");
  const window = async (row, column) => (await d.read([[row, row + 2], [column, column + 3]])).data;
  const expected = (row, column) => [0, 1].flatMap((r) => [0, 1, 2].map((c) => values[(row + r) * 256 + column + c]));
  assert.deepEqual([...(await window(3, 5))], expected(3, 5));
  const asked = source.requests.length;
  for (const [row, column] of [[3, 5], [200, 99], [254, 0]]) assert.deepEqual([...(await window(row, column))], expected(row, column));
  assert.equal(source.requests.length, asked);
  assert.deepEqual([...(await window(9, 126))], expected(9, 126)); // half of it in the next chunk
  assert.equal(source.requests.length, asked + 1);
  assert.deepEqual((await d.read()).data, values);
  g.close();
});
