// Copies of objects say how far they are and can be stopped, also where nothing has to be fetched; what was stopped leaves nothing.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { create, join, open, openSync } from "../../dist/node.js";
import { counting, slow, soon } from "./support.mjs";

const home = mkdtempSync(path.join(tmpdir(), "hyperslab-copying-"));
after(() => rmSync(home, { recursive: true, force: true }));

const enough = new Error("enough");
const shape = [2000, 1500];
const numbers = Float64Array.from({ length: 3e6 }, (_, i) => (i * 7919) % 10007);

function large(libver) {
  const f = create({ libver });
  f.createDataset("in/whole", { data: numbers, shape });
  f.createDataset("in/zipped", { data: numbers, shape, chunks: [100, 500], compression: "gzip", compressionOpts: 1 });
  f.createDataset("in/early", { data: numbers.subarray(0, 1e6), shape: [1000, 1000], chunks: [100, 100], allocTime: "early" });
  f.createDataset("in/text", { data: Array.from({ length: 1000 }, (_, i) => `line ${i}`) });
  f.createDataset("in/refs", { data: [f.get("in/whole"), f.get("in/text")], dtype: { class: "reference", ref: "object" } });
  f.get("in/whole").attrs.set("of", f.get("in/zipped"));
  return f.toBytes();
}
const bytes = large();
const files = { earliest: bytes, latest: large("latest") };
const file = path.join(home, "source.h5");
writeFileSync(file, bytes);

function stopping(at = 1) {
  const stop = new AbortController();
  const steps = [];
  const onProgress = (done, total) => {
    steps.push([done, total]);
    if (steps.length === at) stop.abort(enough);
  };
  return { signal: stop.signal, onProgress, steps };
}

function watching() {
  const steps = [];
  return { steps, onProgress: (done, total) => steps.push([done, total]) };
}

function check({ steps }, least) {
  assert.ok(steps.length >= least, `${steps.length} reports`);
  const total = steps[0][1];
  assert.ok(total > 32e6 && total < 64e6, String(total));
  assert.ok(steps.every(([done, of], i) => of === total && (i === 0 || done > steps[i - 1][0])), String(steps));
  assert.equal(steps.at(-1)[0], total);
}

async function same(a, b) {
  for (const name of ["whole", "zipped", "early", "text"]) {
    assert.deepEqual((await (await a.get(name)).read()).data, (await (await b.get(name)).read()).data, name);
  }
  assert.deepEqual(await (await a.get("zipped")).storageSize, await (await b.get("zipped")).storageSize);
}

/** Where copies come from, and what closes it. */
const sources = {
  "a path": () => open(file),
  "bytes": () => open(bytes),
  "a Blob": () => open(new Blob([bytes])),
  "what has to be fetched": () => open(counting(bytes)),
  "a file that is changed": () => open(bytes, { mode: "r+" }),
  "a synchronous file that is changed": () => openSync(bytes, { mode: "r+" }),
};

for (const [name, opened] of Object.entries(sources)) {
  test(`copies from ${name} say how far they are, and can be stopped`, async () => {
    const from = await opened();
    const place = path.join(home, `to ${name}.h5`);
    const to = await open(place, { mode: "w" });
    to.createGroup("old");
    await to.flush();
    const before = readFileSync(place);
    const group = await to.get("/");
    for (const at of [1, 3, 7]) {
      const options = stopping(at);
      await assert.rejects(group.copy(await from.get("in"), "new", options), enough);
      assert.equal(options.steps.length, at);
    }
    await assert.rejects(group.copy(await from.get("in"), "new", { signal: AbortSignal.abort(enough) }), enough);
    assert.deepEqual(await to.keys(), ["old"]);
    await to.flush();
    assert.ok(before.equals(readFileSync(place)), "the file is the same, byte by byte");
    const reports = watching();
    await group.copy(await from.get("in"), "new", reports);
    check(reports, 8);
    await same(await to.get("new"), await from.get("in"));
    await to.close();
    await from.close();
  });
}

for (const [libver, source] of Object.entries(files)) {
  test(`copies within a file say how far they are, and can be stopped: ${libver}`, async () => {
    for (const workers of [0, 2]) {
      const f = await open(new Blob([source]), { mode: "r+", workers });
      const size = (await f.toBlob()).size;
      for (const at of [1, 5]) await assert.rejects(f.copy("in", "new", stopping(at)), enough);
      assert.deepEqual(await f.keys(), ["in"]);
      assert.equal((await f.toBlob()).size, size);
      const reports = watching();
      await f.copy("in", "new", reports);
      check(reports, 8);
      const [a, b] = [await f.get("new"), await f.get("in")];
      await same(a, b);
      assert.equal((await (await f.get((await (await a.get("refs")).read()).data[0])).attrs.get("of")).address, (await b.get("zipped")).address);
      const other = watching();
      await f.copy("in", "expanded", { expandReferences: true, ...other });
      check(other, 8);
      assert.equal(await f.pathOf((await (await f.get("expanded/refs")).read()).data[0]), "/expanded/whole");
      await f.close();
    }
  });
}

test("a timer stops what is copied in memory", async (t) => {
  const f = await open(bytes, { mode: "r+" });
  slow(t);
  await assert.rejects(f.copy("in", "new", { signal: soon(enough) }), enough);
  assert.deepEqual(await f.keys(), ["in"]);
  await f.close();
});

test("copies in synchronous files do, too", () => {
  const f = openSync(bytes, { mode: "r+" });
  assert.throws(() => f.copy("in", "new", stopping(2)), enough);
  assert.deepEqual(f.keys(), ["in"]);
  assert.equal(f.toBytes().length, bytes.length);
  const reports = watching();
  f.copy("in", "new", reports);
  check(reports, 8);
  assert.deepEqual(f.get("new/whole").read().data, numbers);
  const little = watching();
  f.copy("in/text", "t", little);
  assert.equal(little.steps.length, 1);
  assert.equal(little.steps[0][0], little.steps[0][1]);
});

test("a file that is changed while it is copied is copied as it is then", async () => {
  const f = await open(bytes, { mode: "r+" });
  let changed;
  const copied = f.copy("in", "new", {
    onProgress: (done) => {
      if (done > 20e6) changed ??= f.get("in/whole").then((d) => d.write("0, :", 5));
    },
  });
  await copied;
  await changed;
  await same(await f.get("new"), await f.get("in"));
  assert.equal(await (await f.get("new/whole")).read("0, 0"), 5);
  const taken = f.copy("in", "other", { onProgress: () => void f.createGroup("other").catch(() => {}) });
  await assert.rejects(taken, { code: "Argument", message: /taken/ });
  assert.deepEqual(await f.keys("other"), ["in", "new", "other"]);
  // What is closed meanwhile is closed.
  let closed;
  await assert.rejects(f.copy("in", "late", { onProgress: () => void (closed ??= f.close()) }), { code: "Closed" });
  await closed;
});

test("what others named is copied in steps, too, and what is not there is told as always", async () => {
  const links = create();
  links.link("in/link", { kind: "external", file: "source.h5", target: "/in/whole" });
  writeFileSync(path.join(home, "links.h5"), links.toBytes());
  for (const mode of ["r", "r+"]) {
    const from = await open(path.join(home, "links.h5"), { mode });
    const to = await open(new Uint8Array(), { mode: "w" });
    const reports = watching();
    await from.copy("in", to, { expandExternal: true, ...reports });
    assert.ok(reports.steps.length > 3);
    assert.deepEqual((await (await to.get("in/link")).read()).data, numbers);
    await assert.rejects(from.copy("in/nothing", to, watching()), { code: "NotFound" });
    await assert.rejects(from.copy("in", to, watching()), { code: "Argument", message: /taken/ });
    await from.close();
    await to.close();
  }
});

test("what is fetched is fetched once, whatever its size", async () => {
  const source = counting(bytes);
  const from = await open(source);
  const to = await open(new Uint8Array(), { mode: "w" });
  await to.copy(await from.get("in"), "new");
  assert.ok(from.stats.bytes < bytes.length * 1.2, `${from.stats.bytes} of ${bytes.length}`);
  await same(await to.get("new"), await from.get("in"));
  await from.close();
  await to.close();
});

test("members of a shared file copy, and stop before they begin", async () => {
  const f = await open(bytes, { mode: "r+" });
  const g = await join(await f.share());
  await assert.rejects(g.copy("in", "new", { signal: AbortSignal.abort(enough) }), enough);
  await g.copy("in/text", "new", { signal: new AbortController().signal });
  const reports = watching();
  await f.copy("in", "all", reports);
  check(reports, 8);
  assert.deepEqual((await (await g.get("all/whole")).read()).data, numbers);
  await g.close();
  await f.close();
});
