// One file that several workers read and change together: collective creation, independent writes, everybody sees the same.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { at } from "../../scripts/lib/paths.mjs";
import { create, join, open, openSync } from "../../dist/node.js";
import { bytes } from "./support.mjs";

const home = mkdtempSync(path.join(tmpdir(), "hyperslab-shared-"));
after(() => rmSync(home, { recursive: true, force: true }));

/** Runs a program in workers that join a file; what each returns. `f`: the file, `rank`: which of `size` it is. */
async function members(file, size, program) {
  const script = path.join(home, `member-${members.count++}.mjs`);
  writeFileSync(
    script,
    `import { parentPort, workerData } from "node:worker_threads";
     import { join } from ${JSON.stringify(at("dist/node.js"))};
     const { port, rank, size } = workerData;
     const f = await join(port);
     try {
       parentPort.postMessage({ value: await (${program})(f, rank, size) });
     } catch (e) {
       parentPort.postMessage({ error: { code: e.code, message: e.message, stack: e.stack } });
     }
     await f.close();`,
  );
  const run = async (rank) => {
    const port = await file.share();
    const worker = new Worker(script, { workerData: { port, rank, size }, transferList: [port] });
    const answer = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.value;
  };
  return await Promise.all(Array.from({ length: size }, (_, rank) => run(rank)));
}
members.count = 0;

test("several make a dataset together and each writes its part", async () => {
  const place = path.join(home, "together.h5");
  const f = await open(place, { mode: "w" });
  const seen = await members(f, 3, async (file, rank, size) => {
    const g = await file.createGroup("run");
    const options = { shape: [600, 400], dtype: "float64", chunks: [50, 100], compression: "gzip", shuffle: true };
    const d = await g.createDataset("data", options);
    for (let block = rank; block < 12; block += size) {
      const rows = Float64Array.from({ length: 50 * 400 }, (_, i) => block * 50 * 400 + i);
      await d.write(`${block * 50}:${block * 50 + 50}`, rows);
      await d.attrs.set(`block ${block}`, rank);
    }
    return [file.mode, g.path, d.shape];
  });
  assert.deepEqual(seen, Array.from({ length: 3 }, () => ["r+", "/run", [600, 400]]));
  const d = await f.get("run/data");
  const all = Float64Array.from({ length: 600 * 400 }, (_, i) => i);
  assert.deepEqual((await d.read()).data, all);
  assert.equal((await d.attrs.keys()).length, 12);
  await f.close();
  const g = openSync(place);
  assert.deepEqual(g.get("run/data").read().data, all);
  assert.equal(g.get("run/data").attrs.get("block 7"), 1);
  g.close();
});

test("parts of chunks, rows that are appended and text are written by the owner", async () => {
  const f = await open(new Uint8Array(), { mode: "w" });
  await f.createDataset("odd", { shape: [90, 7], dtype: "int32", chunks: [8, 3], compression: 1, fillvalue: -1 });
  await f.createDataset("log", { shape: [0, 2], maxshape: [null, 2], dtype: "int32", chunks: [16, 2] });
  await f.createDataset("names", { shape: [30], dtype: "string" });
  await members(f, 3, async (file, rank) => {
    const odd = await file.get("odd");
    await odd.write(`${rank * 30}:${rank * 30 + 30}, ::2`, rank);
    const log = await file.get("log");
    for (let i = 0; i < 20; i++) await log.append([[rank, i]]);
    await (await file.get("names")).write(`${rank * 10}:${rank * 10 + 10}`, Array.from({ length: 10 }, (_, i) => `${rank}.${i}`));
  });
  const odd = (await (await f.get("odd")).read()).data;
  assert.ok(odd.every((x, i) => x === ((i % 7) % 2 ? -1 : Math.floor(i / 210))));
  const log = await f.get("log");
  assert.deepEqual(log.shape, [60, 2]);
  const rows = (await log.read()).data;
  for (const rank of [0, 1, 2]) {
    const own = Array.from({ length: 60 }, (_, i) => [rows[2 * i], rows[2 * i + 1]]).filter(([r]) => r === rank).map(([, i]) => i);
    assert.deepEqual(own, Array.from({ length: 20 }, (_, i) => i));
  }
  assert.equal((await (await f.get("names")).read()).data[17], "1.7");
  await f.close();
});

test("whoever reads sees a file as it was at one moment", async () => {
  const f = await open(new Uint8Array(), { mode: "w" });
  // All elements are the same, and so is the attribute, after each change.
  await f.createDataset("x", { data: new Int32Array(40_000), shape: [200, 200], chunks: [20, 20], compression: 1 });
  const [, ...readers] = await members(f, 3, async (file, rank) => {
    const d = await file.get("x");
    if (rank === 0) {
      for (let i = 1; i <= 40; i++) {
        await d.write(i);
        const name = `n${i}`;
        await file.createGroup(name);
        if (i > 1) await file.delete(`n${i - 1}`);
      }
      return 0;
    }
    const values = new Set();
    for (let i = 0; i < 60; i++) {
      const { data } = await d.read();
      if (data.some((v) => v !== data[0])) throw new Error("half of a change");
      const keys = (await file.keys()).filter((k) => k.startsWith("n"));
      if (keys.length > 2) throw new Error(`groups ${keys}`);
      values.add(data[0]);
    }
    return values.size;
  });
  assert.ok(readers.every((n) => n >= 1));
  assert.deepEqual(await f.keys(), ["n40", "x"]);
  await f.close();
});

test("values that a member encodes are there at once, too", async () => {
  const f = await open(new Uint8Array(), { mode: "w" });
  await f.createDataset("x", { shape: [800, 800], dtype: "int32", chunks: [40, 40], compression: 1, fillvalue: 0 });
  await members(f, 3, async (file, rank) => {
    const d = await file.get("x");
    if (rank === 0) {
      for (let i = 1; i <= 10; i++) await d.write(new Int32Array(640_000).fill(i));
      return;
    }
    let last;
    for (let i = 0; i < 200 && last !== 10; i++) {
      const { data } = await d.read("::100, ::100");
      if (data.some((v) => v !== data[0])) throw new Error(`half of a change: ${[...new Set(data)]}`);
      last = data[0];
    }
  });
  assert.equal(await (await f.get("x")).read("799, 799"), 10);
  await f.close();
});

test("one thread can be owner and member, and objects stay what they are", async () => {
  const f = await open(new Uint8Array(), { mode: "w" });
  const g = await join(await f.share());
  const h = await join(await f.share());
  const made = await g.createDataset("a/b", { data: [1, 2, 3], maxshape: [null] });
  const seen = await h.get("a/b");
  assert.deepEqual((await seen.read()).data, Float64Array.of(1, 2, 3));
  await made.append([4]);
  assert.equal((await seen.read()).data.length, 4);
  assert.deepEqual(seen.shape, [4]);
  await f.move("a/b", "c");
  assert.deepEqual(await h.keys(), ["a", "c"]);
  await made.attrs.set("unit", "K");
  assert.equal(await seen.attrs.get("unit"), "K");
  await h.delete("c");
  assert.equal(await f.get("c"), undefined);
  for (const object of [seen, made]) await assert.rejects(async () => await object.read(), { code: "NotFound" });
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? g : h).createGroup(`many/${i}`)));
  assert.equal((await (await f.get("many")).keys()).length, 20);
  await g.flush();
  await g.close();
  await assert.rejects(g.keys(), { code: "Closed" });
  assert.deepEqual(await h.keys(), ["a", "many"]);
  await f.close();
});

test("what members cannot do is said", async () => {
  const f = await open(bytes());
  const g = await join(await f.share());
  assert.equal(g.mode, "r");
  assert.deepEqual(await g.keys(), await f.keys());
  await assert.rejects(g.createGroup("x"), { code: "ReadOnly" });
  await g.close();
  await f.close();
  const w = await open(new Uint8Array(), { mode: "w" });
  const m = await join(await w.share());
  await m.createDataset("x", { shape: [4], dtype: "int8" });
  await assert.rejects(m.createDataset("x", { shape: [5], dtype: "int8" }), { code: "Argument", message: /taken/ });
  await assert.rejects(m.createDataset("x", { shape: [4], dtype: "int8" }), { code: "Argument", message: /taken/ });
  await assert.rejects(m.copy(await (await open(bytes())).get("grid"), "y"), { code: "Unsupported" });
  await assert.rejects(m.startSwmr(), { code: "Unsupported" });
  await assert.rejects(async () => await (await m.get("x")).regionRef("0:1"), { code: "Unsupported" });
  await assert.rejects(async () => await (await m.get("x")).write("9", 1), { code: "Argument" });
  await m.close();
  await w.close();
  await assert.rejects(create().share(), { code: "Argument" });
});

test("a member that dies holds nobody up", async () => {
  const f = await open(new Uint8Array(), { mode: "w" });
  await f.createDataset("x", { data: new Int32Array(1000) });
  const port = await f.share();
  const script = path.join(home, "dies.mjs");
  writeFileSync(
    script,
    `import { workerData, parentPort } from "node:worker_threads";
     import { join } from ${JSON.stringify(at("dist/node.js"))};
     const f = await join(workerData.port);
     const d = await f.get("x");
     parentPort.postMessage("here");
     for (;;) await d.read();`,
  );
  const worker = new Worker(script, { workerData: { port }, transferList: [port] });
  await new Promise((resolve) => worker.once("message", resolve));
  await worker.terminate();
  await (await f.get("x")).write(7);
  assert.equal((await (await f.get("x")).read("5")), 7);
  await f.close();
});

test("what a member writes says how far it is, and what was stopped has changed nothing", async () => {
  const n = 1000 * 700;
  const values = Float64Array.from({ length: n }, (_, i) => i % 997);
  const f = await open(new Uint8Array(), { mode: "w", workers: 2 });
  const member = await join(await f.share());
  const d = await member.createDataset("x", { dtype: "<f8", shape: [1000, 700], maxshape: [null, 700], chunks: [100, 70], compression: "gzip", fillvalue: 3 });
  const steps = [];
  await d.write(null, values, { onProgress: (done, total) => steps.push([done, total]) });
  assert.ok(steps.length > 3);
  assert.deepEqual(steps.at(-1), [n, n]);
  const enough = new Error("enough");
  for (const change of [(o) => d.write(null, values.map((x) => -x), o), (o) => d.append({ data: values, shape: [1000, 700] }, 0, o)]) {
    const stop = new AbortController();
    await assert.rejects(change({ signal: stop.signal, onProgress: () => stop.abort(enough) }), enough);
  }
  const mine = await f.get("x");
  assert.deepEqual(mine.shape, [1000, 700]);
  assert.deepEqual((await mine.read()).data, values);
  assert.deepEqual((await d.read()).data, values);
  // The owner's workers read what members write, as it was at one moment.
  const reading = mine.read();
  await d.write("0:540", 7);
  const seen = (await reading).data;
  assert.ok(seen[0] === 7 ? seen[539 * 700] === 7 : seen.every((x, i) => x === values[i]));
  await member.close();
  await f.close();
});

test("many rows that several append at the same time are all there", async () => {
  const options = { shape: [0, 700], maxshape: [null, 700], dtype: "float32", chunks: [50, 100], compression: 1 };
  const check = async (d, n) => {
    assert.deepEqual(d.shape, [n * 1000, 700]);
    const { data } = await d.read();
    const seen = Array.from({ length: n }, (_, i) => data.subarray(i * 700_000, (i + 1) * 700_000)).map((rows) => {
      assert.ok(rows.every((x) => x === rows[0]));
      return rows[0];
    });
    assert.deepEqual(seen.toSorted(), Array.from({ length: n }, (_, i) => i));
  };
  // By members, whose values are encoded where they are.
  const f = await open(new Uint8Array(), { mode: "w" });
  const d = await f.createDataset("x", options);
  await members(f, 3, async (file, rank) => (await file.get("x")).append({ data: new Float32Array(700_000).fill(rank), shape: [1000, 700] }));
  await check(d, 3);
  await f.close();
  // And in one program, from places that answer at once and that do not.
  const place = path.join(home, "appended.h5");
  for (const source of [new Uint8Array(), place]) {
    const g = await open(source, { mode: "w", workers: 2 });
    const e = await g.createDataset("x", options);
    await Promise.all([0, 1, 2, 3].map((k) => e.append({ data: new Float32Array(700_000).fill(k), shape: [1000, 700] })));
    await check(e, 4);
    await g.close();
  }
});
