// Whatever may take long says how far it is and can be stopped, and what was stopped has changed nothing.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { create, open, openSync, ready, repack } from "../../dist/node.js";
import { counting, slow, soon } from "./support.mjs";

const home = mkdtempSync(path.join(tmpdir(), "hyperslab-progress-"));
after(() => rmSync(home, { recursive: true, force: true }));

const shape = [1000, 700];
const n = shape[0] * shape[1];
const numbers = Float64Array.from({ length: n }, (_, i) => (i * 7) % 9973);
const others = numbers.map((x) => x + 1);
const enough = new Error("enough");

/** Options that stop at the first report, and the reports. */
function stopping() {
  const stop = new AbortController();
  const steps = [];
  const onProgress = (done, total) => {
    steps.push([done, total]);
    stop.abort(enough);
  };
  return { signal: stop.signal, onProgress, steps };
}

function watching() {
  const steps = [];
  return { steps, onProgress: (done, total) => steps.push([done, total]) };
}

function check({ steps }, total, least = 3) {
  assert.ok(steps.length >= least, `${steps.length} reports`);
  assert.ok(steps.every(([done, of], i) => of === total && (i === 0 || done > steps[i - 1][0])), String(steps));
  assert.equal(steps.at(-1)[0], total);
}

const layouts = {
  rows: { chunks: [100, 70] },
  edges: { chunks: [64, 64], fillvalue: 42, maxshape: [null, null] },
  tall: { chunks: [1000, 20] },
};

for (const workers of [0, 2]) {
  const how = workers ? "with workers" : "without workers";

  for (const [name, options] of Object.entries(layouts)) {
    test(`${name}: datasets are made and written in steps ${how}, as in one`, async () => {
      const f = await open(new Uint8Array(), { mode: "w", workers });
      const plain = create();
      const more = { ...options, shape, compression: "gzip", shuffle: true, fletcher32: true };
      const making = watching();
      const d = await f.createDataset("in/x", { ...more, data: numbers, ...making });
      check(making, n);
      plain.createDataset("in/x", { ...more, data: numbers });
      const writing = watching();
      await d.write(null, others, writing);
      check(writing, n);
      plain.get("in/x").write(others);
      const part = watching();
      await d.write("0:640, :", { data: numbers.subarray(0, 640 * 700), shape: [640, 700] }, part);
      plain.get("in/x").write("0:640, :", { data: numbers.subarray(0, 640 * 700), shape: [640, 700] });
      assert.equal(part.steps.at(-1)[0], 640 * 700);
      const expected = plain.get("in/x");
      assert.deepEqual(await d.read(), expected.read());
      const sizes = (list) => list.map(({ offset, size, filterMask }) => ({ offset, size, filterMask }));
      assert.deepEqual(sizes(await d.chunkInfo()), sizes(expected.chunkInfo()));
      if (options.maxshape) {
        await d.resize([1003, 730]);
        expected.resize([1003, 730]);
        assert.deepEqual(await d.read(), expected.read());
      }
      await f.close();
    });
  }

  test(`rows are appended in steps ${how}, as in one`, async () => {
    const f = await open(new Uint8Array(), { mode: "w", workers });
    const plain = create();
    const options = { shape: [0, 700], maxshape: [null, 700], dtype: "<f4", chunks: [50, 64], compression: "gzip", fillvalue: -1 };
    const d = await f.createDataset("x", options);
    const e = plain.createDataset("x", options);
    for (const rows of [{ data: numbers, shape }, { data: others, shape }, numbers]) {
      const reports = watching();
      await d.append(rows, 0, reports);
      check(reports, n);
      e.append(rows);
    }
    // What does not begin with a chunk is written as it is.
    await d.append(numbers.subarray(0, 7 * 700));
    e.append(numbers.subarray(0, 7 * 700));
    await d.append(numbers, 0, watching());
    e.append(numbers);
    assert.deepEqual(d.shape, [4007, 700]);
    assert.deepEqual(await d.read(), e.read());
    await assert.rejects(d.append(numbers.subarray(1), 0, watching()), { code: "Argument" });
    assert.deepEqual(d.shape, [4007, 700]);
    await f.close();
  });

  test(`what is stopped has changed nothing ${how}`, async () => {
    const place = path.join(home, `stopped-${workers}.h5`);
    const f = await open(place, { mode: "w", workers });
    const d = await f.createDataset("x", { data: numbers, shape, maxshape: [null, 700], chunks: [100, 70], compression: "gzip" });
    await f.flush();
    const before = readFileSync(place);
    const calls = [
      (o) => d.write(null, others, o),
      (o) => d.append({ data: others, shape }, 0, o),
      (o) => f.createDataset("y/z", { data: others, shape, compression: "gzip", ...o }),
    ];
    for (const call of calls) {
      const options = stopping();
      await assert.rejects(call(options), enough);
      assert.equal(options.steps.length, 1);
      await assert.rejects(call({ signal: AbortSignal.abort(enough) }), enough);
      // From outside, at any time.
      const stop = new AbortController();
      setTimeout(() => stop.abort(enough), 5);
      await assert.rejects(call({ signal: stop.signal }), enough);
    }
    assert.deepEqual(await f.keys(), ["x"]);
    assert.deepEqual(d.shape, shape);
    assert.deepEqual((await d.read()).data, numbers);
    await f.flush();
    assert.ok(before.equals(readFileSync(place)), "the file is the same, byte by byte");
    await d.write(others);
    assert.deepEqual((await d.read()).data, others);
    await f.close();
  });

  test(`a name that is taken, and values that do not fit, are told as always ${how}`, async () => {
    const f = await open(new Uint8Array(), { mode: "w", workers });
    await f.createDataset("x", { data: numbers, shape, compression: "gzip" });
    await assert.rejects(f.createDataset("x", { data: numbers, shape, compression: "gzip", ...watching() }), { code: "Argument", message: /taken/ });
    await assert.rejects(f.createDataset("y", { data: numbers, shape, compression: "gzip", chunks: [5], ...watching() }), { code: "Argument", path: "/y" });
    assert.deepEqual(await f.keys(), ["x"]);
    await f.close();
  });
}

test("what is written in one go is reported when it is done", async () => {
  const f = await open(new Uint8Array(), { mode: "w" });
  for (const [name, options] of Object.entries({ plain: {}, text: { dtype: "string", data: Array.from({ length: 1000 }, (_, i) => `line ${i}`) } })) {
    const reports = watching();
    const d = await f.createDataset(name, { data: numbers, ...options, ...reports });
    check(reports, d.size, 1);
    await assert.rejects(d.write(null, options.data ?? numbers, { signal: AbortSignal.abort(enough) }), enough);
  }
  const g = create();
  const reports = watching();
  const d = g.createDataset("x", { data: numbers, shape, compression: "gzip", ...reports });
  check(reports, n, 1);
  assert.throws(() => d.write(null, others, { signal: AbortSignal.abort(enough) }), enough);
  assert.deepEqual(d.read().data, numbers);
  await f.close();
});

const big = create();
big.createDataset("plain", { data: new Float64Array(4 << 20).fill(1.5) });
big.createDataset("x", { data: numbers, shape, compression: "gzip" });
const bytes = big.toBytes();
const file = path.join(home, "big.h5");
writeFileSync(file, bytes);

test("copies of whole files say how far they are, and can be stopped", async () => {
  for (const source of [file, bytes, new Blob([bytes]), counting(bytes)]) {
    const f = await open(source);
    for (const copy of [(o) => f.toBytes(o), (o) => f.toBlob(o), (o) => f.save(path.join(home, "copy.h5"), o)]) {
      const reports = watching();
      const result = await copy(reports);
      check(reports, bytes.length, 1);
      if (result) assert.equal(result.size ?? result.length, bytes.length);
      await assert.rejects(copy({ signal: AbortSignal.abort(enough) }), enough);
      if (reports.steps.length === 1) continue;
      rmSync(path.join(home, "copy.h5"), { force: true });
      await assert.rejects(copy(stopping()), enough);
      assert.ok(!existsSync(path.join(home, "copy.h5")));
    }
    await f.close();
  }
  assert.deepEqual(readdirSync(home).filter((name) => /copy|tmp|part/.test(name)), []);
  const changed = openSync(bytes, { mode: "r+" });
  changed.createGroup("new");
  const reports = watching();
  changed.save(path.join(home, "changed.h5"), reports);
  assert.ok(reports.steps.length > 3);
  assert.throws(() => changed.save(path.join(home, "changed-2.h5"), stopping()), enough);
  assert.ok(!existsSync(path.join(home, "changed-2.h5")));
});

test("a handle that is saved to keeps what it had when that is stopped", async () => {
  const seen = [];
  const handle = { createWritable: async () => ({ write: async () => {}, close: async () => void seen.push("closed"), abort: async () => void seen.push("aborted") }) };
  const f = await open(file);
  await assert.rejects(f.save(handle, stopping()), enough);
  await f.save(handle, watching());
  assert.deepEqual(seen, ["aborted", "closed"]);
  await f.close();
});

test("walks can be stopped", async (t) => {
  const g = create();
  for (let i = 0; i < 3000; i++) g.createGroup(`a${i % 50}/b${i}`);
  for (const source of [g.toBytes(), counting(g.toBytes())]) {
    const f = await open(source);
    const stop = new AbortController();
    let visited = 0;
    const visit = f.visit(() => {
      if (++visited === 100) stop.abort(enough);
    }, { signal: stop.signal });
    await assert.rejects(visit, enough);
    assert.equal(visited, 100);
    slow(t);
    await assert.rejects(f.paths({ signal: soon(enough) }), enough);
    t.mock.restoreAll();
    assert.equal((await f.paths()).length, 3050);
    await f.close();
  }
});

test("copies of objects can be stopped while they are fetched", async () => {
  const source = counting(bytes, { delay: 5 });
  const from = await open(source);
  const to = await open(new Uint8Array(), { mode: "w" });
  const stop = new AbortController();
  const { read } = source;
  source.read = async (offset, length) => {
    stop.abort(enough);
    return await read.call(source, offset, length);
  };
  await assert.rejects(from.copy("plain", to, { signal: stop.signal }), enough);
  assert.deepEqual(await to.keys(), []);
  source.read = read;
  await from.copy("plain", to, { signal: new AbortController().signal });
  assert.deepEqual(await to.keys(), ["plain"]);
  await from.close();
  await to.close();
});

test("loading can be given up", async () => {
  await assert.rejects(ready({ codecs: true, signal: AbortSignal.abort(enough) }), enough);
  await ready({ codecs: true, signal: new AbortController().signal });
});

test("repacking can be stopped", async () => {
  await assert.rejects(repack(bytes, { to: path.join(home, "packed.h5"), ...stopping() }), enough);
  assert.ok(!existsSync(path.join(home, "packed.h5")));
});
