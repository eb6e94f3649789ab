// Chunks decoded and encoded by workers: the same values and errors as without, and no worker is left.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import workerThreads from "node:worker_threads";
import { at } from "../../scripts/lib/paths.mjs";
import { counting } from "./support.mjs";

/** Workers that there are, calls that they were sent, and to whom. */
const seen = { alive: 0, calls: [], hands: [] };
const { Worker } = workerThreads;
workerThreads.Worker = class extends Worker {
  constructor(...args) {
    super(...args);
    seen.alive += 1;
    this.once("exit", () => (seen.alive -= 1));
  }
  postMessage(message, ...more) {
    if (message.type === "APPLY") {
      seen.calls.push(message.path.at(-1));
      seen.hands.push(this.threadId);
    }
    super.postMessage(message, ...more);
  }
};
syncBuiltinESMExports();
const { create, open, registerFilter, isHyperslabError, repack } = await import("../../dist/node.js");

const home = mkdtempSync(path.join(tmpdir(), "hyperslab-workers-"));
after(() => rmSync(home, { recursive: true, force: true }));

/** How often workers were asked for something while `fn` ran. */
async function asked(name, fn) {
  const before = seen.calls.filter((call) => call === name).length;
  const value = await fn();
  return [seen.calls.filter((call) => call === name).length - before, value];
}

const shape = [1000, 700];
const n = shape[0] * shape[1];
const numbers = (Type) => Type.from({ length: n }, (_, i) => (Type === BigInt64Array ? BigInt(i * 7) : (i * 7) % 9973));
const made = () => {
  const f = create();
  const chunks = [70, 90];
  f.createDataset("f8", { data: numbers(Float64Array), shape, chunks, compression: "gzip", shuffle: true, fletcher32: true });
  f.createDataset("big", { data: numbers(Float32Array), shape, chunks, dtype: ">f4", compression: "zstd", fillvalue: -1 });
  f.createDataset("i8", { data: numbers(BigInt64Array), shape, chunks, compression: "lzf" });
  f.createDataset("rows", { data: { a: numbers(Int16Array), b: numbers(Float64Array) }, shape: [n], chunks: [20_000], compression: 1 });
  f.createDataset("text", { data: Array.from({ length: 200_000 }, (_, i) => `line ${i}`.repeat(i % 5)), chunks: [4000], compression: 1 });
  f.createDataset("holes", { shape, dtype: "int32", chunks, compression: 1, fillvalue: 7 }).write("100:300, 50:600", 5);
  f.createDataset("plain", { data: numbers(Float64Array), shape, chunks });
  return f.toBytes();
};
const bytes = made();
const file = path.join(home, "file.h5");
writeFileSync(file, bytes);

const selections = {
  f8: [null, "3:990:7, ::-1".replace("::-1", "5:600"), "5", "..., 3", "999:1000, :"],
  big: [null, "::2, ::3"],
  i8: [null, "10:900, 1:"],
  rows: [null, "7:500000:3"],
  text: [null, "100:50000"],
  holes: [null],
  plain: [null],
};

for (const [kind, source] of [["a path", () => file], ["bytes", () => bytes], ["a Blob", () => new Blob([bytes])], ["a source of one's own", () => counting(bytes)]]) {
  test(`reads from ${kind} are those without workers`, async () => {
    const alone = await open(file);
    const f = await open(source(), { workers: 2 });
    for (const [name, list] of Object.entries(selections)) {
      for (const selection of list) {
        const expected = await (await alone.get(name)).read(selection);
        const [calls, value] = await asked("read", async () => (await f.get(name)).read(selection));
        assert.deepEqual(value, expected, `${name} ${selection}`);
        if (selection === null) assert.equal(calls > 1, name !== "plain", `${name}: ${calls} calls`);
      }
    }
    await f.close();
    await alone.close();
  });
}

const wide = [6, 60_000];
const tall = () => {
  const f = create();
  const of = (Type) => Type.from({ length: 360_000 }, (_, i) => (i * 7) % 9973);
  f.createDataset("row", { data: of(Float64Array), shape: wide, chunks: [6, 1000], compression: "gzip", shuffle: true });
  f.createDataset("deep", { data: of(Float64Array), shape: [2, 3, 60_000], chunks: [2, 1, 777], dtype: ">f8", compression: 1 });
  f.createDataset("records", { data: { a: of(Int16Array), b: of(Float64Array) }, shape: wide, chunks: [6, 3000], compression: 1 });
  f.createDataset("arrays", { data: { data: of(Float64Array), shape: [6, 30_000, 2], dtype: "<f8", stride: [60_000, 2, 1] }, dtype: { class: "array", dims: [2], base: "<f8" }, chunks: [6, 1000], compression: 1 });
  f.createDataset("text", { data: Array.from({ length: 60_000 }, (_, i) => `line ${i}`), shape: [2, 30_000], chunks: [2, 1000], compression: 1 });
  f.createDataset("few", { data: of(Float64Array), shape: [300, 1200], chunks: [100, 30], compression: 1 });
  return f.toBytes();
};

test("parts are cut along any axis, and several workers get them", async () => {
  const bytes = tall();
  const alone = await open(bytes);
  const f = await open(bytes, { workers: 2 });
  const selections = { row: [null, "1:5, 1234:57000", "2:, 3000:", "3"], deep: [null, "1, 1:, 5:", ":, 2, :-7"], records: [null, "1:3, 77:59000"], arrays: [null], text: [null], few: [null, "::2, 7:"] };
  for (const [name, list] of Object.entries(selections)) {
    for (const selection of list) {
      const before = seen.hands.length;
      const value = await (await f.get(name)).read(selection);
      assert.deepEqual(value, await (await alone.get(name)).read(selection), `${name} ${selection}`);
      if (name !== "text" && selection === null) {
        const hands = seen.hands.slice(before);
        assert.equal(new Set(hands).size, 2, `${name}: ${hands}`);
        assert.ok(hands.length >= 3, `${name}: ${hands}`);
      }
    }
  }
  const steps = [];
  const into = new Float32Array(360_000);
  await (await f.get("row")).read(null, { into, onProgress: (done) => steps.push(done) });
  assert.deepEqual(into, (await (await alone.get("row")).read(null, { as: "float32" })).data);
  assert.equal(steps.at(-1), 360_000);
  await f.close();
  await alone.close();
});

for (const [kind, source] of [["a path", () => { const place = path.join(home, "changed.h5"); writeFileSync(place, bytes); return place; }], ["bytes", () => bytes], ["a source of one's own", () => counting(bytes)]]) {
  test(`what is changed in ${kind} and not yet flushed is read by workers, too`, async () => {
    const f = await open(source(), { mode: "r+", workers: 2 });
    const d = await f.get("f8");
    const expected = numbers(Float64Array);
    const compare = async (text) => {
      const [calls, value] = await asked("read", () => d.read());
      assert.ok(calls > 1, `${text}: ${calls} calls`);
      assert.deepEqual(value.data, expected, text);
    };
    await compare("as it was");
    await d.write("10:20, :", -1);
    expected.fill(-1, 10 * 700, 20 * 700);
    await compare("with some rows");
    await f.createDataset("new", { data: numbers(Float64Array), shape, compression: "zstd", shuffle: true });
    assert.deepEqual((await (await f.get("new")).read()).data, numbers(Float64Array));
    // What is written during a read comes after it.
    const reading = d.read();
    const writing = d.write("0:500, :", 5);
    assert.deepEqual((await reading).data, expected);
    await writing;
    expected.fill(5, 0, 500 * 700);
    await compare("after a write that had to wait");
    await f.flush();
    await compare("flushed");
    await f.delete("i8");
    await f.delete("big");
    await f.createDataset("more", { data: numbers(Float32Array), shape, compression: "gzip" });
    await compare("after others were deleted");
    await f.close();
  });
}

test("conversion, arrays to read into and progress are as without", async () => {
  const f = await open(file, { workers: 3 });
  const d = await f.get("f8");
  const steps = [];
  const [calls, value] = await asked("read", () => d.read(":, 1:", { as: "float32", onProgress: (done, total) => steps.push([done, total]) }));
  assert.ok(calls > 2);
  assert.deepEqual(value.data.slice(0, 3), Float32Array.of(7, 14, 21));
  assert.ok(steps.length > 2 && steps.every(([done], i) => i === 0 || done > steps[i - 1][0]));
  assert.deepEqual(steps.at(-1), [1000 * 699, 1000 * 699]);
  const into = new Float64Array(n);
  assert.equal((await d.read(null, { into })).data, into);
  assert.deepEqual(into, numbers(Float64Array));
  const both = await Promise.all([d.read(), d.read("::2"), (await f.get("i8")).read()]);
  assert.deepEqual(both[0].data, into);
  assert.deepEqual(both[2].data, numbers(BigInt64Array));
  await f.close();
});

test("a read can be given up, and the next one works", async () => {
  const f = await open(file, { workers: 2 });
  const d = await f.get("f8");
  const stop = new AbortController();
  const reading = d.read(null, { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) });
  await assert.rejects(reading, /enough/);
  await assert.rejects(d.read(null, { signal: AbortSignal.abort(new Error("never")) }), /never/);
  assert.deepEqual((await d.read()).data, numbers(Float64Array));
  await f.close();
});

test("a read that is given up ends, even when all else of it is there", async () => {
  const { position } = await (await (await open(file)).get("f8")).chunkInfo([0, 0]);
  const source = counting(bytes);
  const { read } = source;
  // The first part is the last to come.
  source.read = async (offset, length) => {
    if (offset <= position && position < offset + length) await new Promise((resolve) => setTimeout(resolve, 500));
    return await read.call(source, offset, length);
  };
  const f = await open(source, { workers: 2 });
  const d = await f.get("f8");
  const stop = new AbortController();
  await assert.rejects(d.read("0:800", { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) }), /enough/);
  await f.close();
});

test("what is wrong in a chunk is told as without workers", async () => {
  const alone = await open(file);
  const { position } = await (await alone.get("f8")).chunkInfo([350, 180]);
  const broken = bytes.slice();
  broken[position + 20] ^= 0x55;
  const errors = [];
  for (const workers of [0, 2]) {
    const f = await open(broken, { workers });
    errors.push(await (await f.get("f8")).read().then(() => undefined, (e) => e));
    await f.close();
  }
  const [expected, error] = errors;
  assert.ok(isHyperslabError(expected, "Malformed"));
  assert.ok(isHyperslabError(error, "Malformed"));
  for (const key of ["message", "path", "address", "trail", "filter"]) assert.deepEqual(error[key], expected[key], key);
});

test("a source's own failure arrives", async () => {
  const source = counting(bytes);
  const f = await open(source, { workers: 2 });
  const d = await f.get("f8");
  source.read = async () => {
    throw new Error("the line is dead");
  };
  await assert.rejects(d.read(), { code: "Io", message: /the line is dead/ });
  await f.close();
});

test("filters of one's own run where they were registered", async () => {
  const flip = (b) => b.map((x) => x ^ 0x5a);
  registerFilter(40_001, { decode: flip, encode: flip });
  const f = await open(new Uint8Array(), { mode: "w", workers: 2 });
  const [calls, d] = await asked("encode", () => f.createDataset("x", { data: numbers(Float64Array), chunks: [50_000], filters: [{ id: 40_001 }] }));
  assert.equal(calls, 0);
  assert.deepEqual((await d.read()).data, numbers(Float64Array));
  const g = await open(await f.toBytes(), { workers: 2 });
  const [reads, value] = await asked("read", async () => (await g.get("x")).read());
  assert.equal(reads, 0);
  assert.deepEqual(value.data, numbers(Float64Array));
  await f.close();
  await g.close();
  registerFilter(40_001, undefined);
});

const creations = {
  guessed: { data: numbers(Float64Array), shape, compression: "gzip", shuffle: true },
  edges: { data: numbers(Int32Array), shape, maxshape: [null, null], chunks: [64, 64], compression: 5, fillvalue: 42 },
  checked: { data: numbers(Float32Array), shape, dtype: ">f8", chunks: [100, 100], compression: "zstd", fletcher32: true },
  records: { data: { a: numbers(Int16Array), b: numbers(Float64Array) }, shape: [n], chunks: [1 << 14], compression: "lzf" },
  packed: { data: numbers(Int32Array), shape, chunks: [200, 100], scaleoffset: true },
};

test("datasets made by workers are those made without", async () => {
  const results = [];
  for (const workers of [0, 2]) {
    const f = await open(new Uint8Array(), { mode: "w", workers });
    for (const [name, options] of Object.entries(creations)) {
      const [calls, d] = await asked("encode", () => f.createDataset(`in/${name}`, options));
      assert.equal(calls > 1, workers > 0, `${name}: ${calls} calls`);
      assert.equal(d.path, `/in/${name}`);
    }
    await (await f.get("in/edges")).resize([1003, 730]);
    results.push(await open(await f.toBytes()));
    await f.close();
  }
  const [expected, actual] = results;
  for (const name of Object.keys(creations)) {
    const [a, b] = [await expected.get(`in/${name}`), await actual.get(`in/${name}`)];
    for (const key of ["shape", "maxshape", "dtype", "chunks", "filters", "fillvalue"]) assert.deepEqual(b[key], a[key], `${name} ${key}`);
    assert.deepEqual(await b.read(), await a.read(), name);
    const sizes = async (d) => (await d.chunkInfo()).map(({ offset, size, filterMask }) => ({ offset, size, filterMask }));
    assert.deepEqual(await sizes(b), await sizes(a), name);
  }
});

test("all elements of a dataset are written by workers, or none", async () => {
  const place = path.join(home, "written.h5");
  const f = await open(place, { mode: "w", workers: 2 });
  const d = await f.createDataset("x", { shape, dtype: "float32", chunks: [100, 70], compression: "gzip" });
  const [calls] = await asked("encode", () => d.write(numbers(Float64Array)));
  assert.ok(calls > 1);
  assert.deepEqual((await d.read()).data, numbers(Float32Array));
  const [part] = await asked("encode", () => d.write("0:500", 3));
  assert.equal(part, 0);
  await f.flush();
  assert.equal((await d.read("499, 0")), 3);
  await assert.rejects(d.write(numbers(Float64Array).subarray(1)), { code: "Argument" });
  await f.close();
  const g = await open(place, { mode: "r+", workers: 2 });
  const again = await g.get("x");
  await again.write(null, { data: numbers(Float64Array), shape });
  assert.deepEqual((await again.read()).data, numbers(Float32Array));
  await g.close();
});

test("what cannot be made leaves nothing", async () => {
  const stop = new AbortController();
  const f = await open(new Uint8Array(), { mode: "w", workers: 2, signal: stop.signal });
  const making = f.createDataset("x", { data: numbers(Float64Array), shape, compression: "gzip" });
  await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error("enough"));
  await assert.rejects(making, /enough/);
  assert.deepEqual(await f.keys(), []);
  await assert.rejects(f.createDataset("y", { data: numbers(Float64Array), shape: [3], compression: "gzip" }), { code: "Argument" });
  await f.close();
});

test("workers are a number, and end with the last file", async () => {
  for (const workers of [-1, 1.5, "many", NaN]) await assert.rejects(open(file, { workers }), (e) => workers !== workers || e.code === "Argument").catch(() => assert.ok(Number.isNaN(workers)));
  const f = await open(file, { workers: "auto" });
  await (await f.get("f8")).read();
  assert.ok(seen.alive > 0);
  const d = await f.get("f8");
  const late = d.read();
  await f.close();
  await assert.rejects(late, { code: "Closed" });
  for (let i = 0; seen.alive > 0 && i < 100; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(seen.alive, 0);
});

for (const source of ["path", "readFileSync(path)"]) {
  test(`a program that forgets to close ${source} ends all the same`, () => {
    const program = `import { readFileSync } from "node:fs";
      import { open } from ${JSON.stringify(at("dist/node.js"))};
      const path = ${JSON.stringify(file)};
      const f = await open(${source}, { workers: 2 });
      const { data } = await (await f.get("f8")).read();
      console.log(data.length);`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", timeout: 20_000 });
    assert.equal(run.stderr, "");
    assert.equal(run.stdout, `${n}\n`);
    assert.equal(run.signal, null);
  });
}

test("a program waits for its reads when it closes another file", () => {
  const program = `import { open } from ${JSON.stringify(at("dist/node.js"))};
    const path = ${JSON.stringify(file)};
    const [f, g] = [await open(path, { workers: 1 }), await open(path, { workers: 1 })];
    await (await g.get("f8")).read("0:300");
    const reading = (await f.get("f8")).read();
    g.close();
    console.log((await reading).data.length);
    await f.close();`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", timeout: 20_000 });
  assert.equal(run.stdout, `${n}\n`, run.stderr);
});

const storings = {
  usual: {},
  "other chunks": { compression: "zstd", chunks: [64, 128], fletcher32: true },
  "other filters": { compression: "lzf", shuffle: false },
  blosc: { compression: "blosc", compressionOpts: ["zstd", 5, "bitshuffle"] },
  bitshuffle: { compression: "bitshuffle" },
  "digits to keep": { datasets: { "/f8": { scaleoffset: 2 }, "/big": { scaleoffset: 1, chunks: [33, 55] } } },
  scaleoffset: { scaleoffset: true, chunks: [64, 128] },
  szip: { compression: "szip", chunks: [96, 64] },
  zfp: { compression: "zfp", chunks: [60, 44], datasets: { "/f8": { compression: "zfp", compressionOpts: ["accuracy", 0.25] } } },
  blosc2: { compression: "blosc2", compressionOpts: ["zstd", 3, "bitshuffle"] },
  "szip, then a checksum": { compression: "szip", compressionOpts: ["ec", 16], fletcher32: true, chunks: [128, 128] },
  kept: { compression: "keep", chunks: "keep" },
};

for (const [name, options] of Object.entries(storings)) {
  test(`a copy that workers make is the same: ${name}`, async () => {
    const source = name === "other chunks" ? file : name === "usual" ? counting(bytes) : bytes;
    const expected = await repack(bytes, options);
    const steps = [];
    const [calls, copy] = await asked("recode", () => repack(source, { ...options, workers: 2, onProgress: (done, total) => steps.push([done, total]) }));
    assert.equal(calls > 5, name !== "kept", `${calls} calls`);
    assert.ok(Buffer.from(copy).equals(Buffer.from(expected)), "byte by byte");
    assert.ok(steps.every(([done, total], i) => done <= total && (i === 0 || done >= steps[i - 1][0])));
    assert.equal(steps.at(-1)[0], steps.at(-1)[1]);
    const to = path.join(home, "copy.h5");
    await repack(source, { ...options, workers: 2, to });
    assert.deepEqual(new Uint8Array(readFileSync(to)).length > 0, true);
    const [a, b] = [await open(to), await open(bytes)];
    for (const dataset of ["f8", "i8", "holes", "rows"]) {
      const [x, y] = [await a.get(dataset), await b.get(dataset)];
      // Some round.
      const exact = !x.filters.some(({ id, values }) => (id === 6 && values[0] === 0) || (id === 32013 && dataset === "f8"));
      if (exact) assert.deepEqual(await x.read(), await y.read(), dataset);
      const [left, right] = [(await x.read()).data, (await y.read()).data];
      if (!exact) assert.ok(left.every((v, i) => Math.abs(v - right[i]) <= 0.25), dataset);
    }
    await a.close();
    await b.close();
  });
}

test("a copy that workers make can be given up, and says what is wrong as without", async () => {
  const to = path.join(home, "given-up.h5");
  const stop = new AbortController();
  await assert.rejects(repack(bytes, { to, workers: 2, signal: stop.signal, onProgress: (done) => done > 0 && stop.abort(new Error("enough")) }), /enough/);
  assert.ok(!existsSync(to));
  const f = await open(bytes);
  const { position } = await (await f.get("f8")).chunkInfo([350, 180]);
  await f.close();
  const broken = bytes.slice();
  broken[position + 20] ^= 0x55;
  const errors = [];
  for (const workers of [0, 2]) errors.push(await repack(broken, { workers }).then(() => undefined, (e) => e));
  assert.equal(errors[1].code, "Malformed");
  for (const key of ["message", "path", "address", "filter"]) assert.deepEqual(errors[1][key], errors[0][key], key);
  await assert.rejects(repack(bytes, { workers: -1 }), { code: "Argument" });
});

test("values are written through every filter by workers, or where they cannot without", async () => {
  const ways = ["gzip", "lzf", "szip", "bzip2", "lz4", "zstd", "bitshuffle", "blosc", "blosc2", "zfp"].map((compression) => ({ compression }));
  for (const options of [...ways, { compression: "bitshuffle", compressionOpts: ["zstd", 3] }, { scaleoffset: true }, { compression: "gzip", shuffle: true, fletcher32: true }]) {
    const results = [];
    for (const workers of [0, 2]) {
      const f = await open(new Uint8Array(), { mode: "w", workers });
      const d = await f.createDataset("x", { dtype: "<i4", shape, maxshape: [null, 700], chunks: [100, 70], ...options });
      const values = numbers(Int32Array);
      await d.write(values);
      await d.append(values, 0, { onProgress: () => {} });
      assert.deepEqual((await d.read()).data, Int32Array.from([...values, ...values]), JSON.stringify(options));
      results.push((await d.chunkInfo()).map(({ offset, size, filterMask }) => ({ offset, size, filterMask })));
      await f.close();
    }
    assert.deepEqual(results[1], results[0], JSON.stringify(options));
  }
});
