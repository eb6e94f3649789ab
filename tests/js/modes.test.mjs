// How files are opened and made, changed in place or in memory, flushed, saved and closed.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { create, open, openSync, repack } from "hyperslab";
import { bytes, counting, kinds } from "./support.mjs";

const dir = mkdtempSync(path.join(tmpdir(), "hyperslab-modes-"));
after(() => rmSync(dir, { recursive: true }));

let names = 0;
const fresh = (content) => {
  const file = path.join(dir, `${names++}.h5`);
  if (content) writeFileSync(file, content);
  return file;
};
const before = openSync(kinds).keys();

test("each mode, synchronously and not", async () => {
  for (const way of [openSync, open]) {
    const there = fresh(bytes());
    const none = () => fresh();
    const fails = async (fn, code) => assert.rejects(async () => fn(), { code });
    assert.equal((await way(there)).mode, "r");
    await fails(() => way(none(), { mode: "r" }), "NotFound");
    await fails(() => way(none(), { mode: "r+" }), "NotFound");
    await fails(() => way(there, { mode: "x" }), "Io");
    await fails(() => way(there, { mode: "w-" }), "Io");
    await fails(() => way(there, { mode: "rw" }), "Argument");
    for (const mode of ["r+", "a"]) {
      const f = await way(there, { mode });
      assert.equal(f.mode, "r+");
      assert.deepEqual(await f.keys(), before.concat(f.has && (await f.has("r+")) ? ["r+"] : []).toSorted());
      await f.createGroup(mode);
      await f.close();
    }
    assert.deepEqual(openSync(there).keys(), [...before, "a", "r+"].toSorted());
    for (const mode of ["w", "w-", "x", "a"]) {
      const file = none();
      const f = await way(mode === "a" ? pathToFileURL(file) : file, { mode });
      await f.createDataset("x", { data: [1, 2] });
      assert.deepEqual((await (await f.get("x")).read()).data, Float64Array.of(1, 2));
      await f.close();
      assert.deepEqual(openSync(file).keys(), ["x"]);
    }
    await (await way(there, { mode: "w" })).close();
    assert.deepEqual(openSync(there).keys(), []);
  }
});

test("what is new in a file has its options", async () => {
  const file = fresh();
  const f = openSync(file, { mode: "w", libver: "v110", userblock: 512, trackOrder: true });
  for (const name of ["b", "a"]) f.createGroup(name);
  f.close();
  const g = openSync(file);
  assert.deepEqual([g.info.superblock, g.info.userblock, g.keys()], [3, 512, ["b", "a"]]);
  assert.throws(() => openSync(fresh(), { mode: "w", libver: "v1" }), { code: "Argument" });
  const old = fresh(bytes());
  const h = openSync(old, { mode: "r+", libver: "latest" });
  h.createDataset("new", { data: new Float64Array(100), chunks: [10] });
  assert.equal(h.get("new").index, "farray");
  h.close();
  assert.equal(openSync(old).get("new").index, "farray");
  await assert.rejects(open(old, { mode: "r+", libver: 7 }), { code: "Argument" });
});

test("a file in place: flush, close, and what is not flushed", () => {
  const file = fresh(bytes());
  const f = openSync(file, { mode: "r+" });
  f.attrs.set("n", 1);
  const size = statSync(file).size;
  assert.equal(openSync(file).attrs.has("n"), false);
  f.flush();
  assert.equal(openSync(file).attrs.get("n"), 1);
  f.flush();
  assert.ok(statSync(file).size - size < 5000);
  f.attrs.set("n", 2);
  f.close();
  f.close();
  assert.throws(() => f.attrs.set("n", 3), { code: "Closed" });
  assert.throws(() => f.flush(), { code: "Closed" });
  assert.equal(openSync(file).attrs.get("n"), 2);
  assert.ok(!existsSync(`${file}-journal`));
  const g = openSync(file, { mode: "a" });
  g.delete("grid");
  g[Symbol.dispose](); // what `using` does
  assert.equal(openSync(file).has("grid"), false);
});

test("an asynchronous file is changed by promise", async () => {
  const file = fresh(bytes());
  const f = await open(file, { mode: "r+" });
  const group = await f.createGroup("a/b", { trackTimes: true });
  const d = await group.createDataset("d", { data: Int16Array.of(1, 2, 3), chunks: [2], maxshape: [null] });
  assert.deepEqual([d.shape, d.maxshape, d.path], [[3], [null], "/a/b/d"]);
  await d.attrs.set("units", "K");
  assert.equal(await d.attrs.get("units"), "K");
  assert.deepEqual((await f.get("a/b/d")).attrs.keys(), ["units"]);
  await f.move("a/b", "c");
  assert.deepEqual((await d.read()).data, Int16Array.of(1, 2, 3));
  await f.copy("c", "copy");
  await f.delete("grid");
  assert.equal(await d.attrs.delete("units"), true);
  assert.equal(d.attrs.size, 0);
  await assert.rejects(f.delete("nothing"), { code: "NotFound" });
  await assert.rejects(f.createGroup("copy"), { code: "Argument" });
  const all = await Promise.all(Array.from({ length: 50 }, (_, i) => f.createDataset(`many/${i}`, { data: [i] })));
  assert.deepEqual(await Promise.all(all.map((x) => x.read("0"))), Array.from({ length: 50 }, (_, i) => i));
  await f[Symbol.asyncDispose](); // what `await using` does
  const g = openSync(file);
  assert.deepEqual(g.keys(), [...before.filter((n) => n !== "grid"), "a", "c", "copy", "many"].toSorted());
  assert.equal(g.get("copy/d").attrs.size, 1);
});

/** Where the same bytes come from in ways that cannot be written. */
const sources = {
  bytes: () => bytes(),
  "an ArrayBuffer": () => bytes().buffer,
  "a Blob": () => new Blob([bytes()]),
  "a source that answers later": () => counting(bytes()),
  "a source that answers at once": () => ({ size: bytes().length, read: (at, n) => bytes().subarray(at, at + n) }),
};

for (const [what, make] of Object.entries(sources)) {
  test(`changes in memory over ${what}`, async () => {
    const source = make();
    const f = await open(source, { mode: "r+" });
    const d = await f.get("grid/zipped");
    const second = await f.get("grid/zipped");
    await d.attrs.set("units", ["m", "s"]);
    await d.attrs.set("long", new Float64Array(2000).fill(7));
    // Whoever holds the same object sees it.
    assert.deepEqual(second.attrs.keys(), d.attrs.keys());
    assert.deepEqual((await second.attrs.get("units")).data, ["m", "s"]);
    await f.move("grid", "there/grid");
    const x = await f.createDataset("new/x", { data: ["a", "b"], trackTimes: 5 });
    assert.deepEqual([x.shape, x.dtype], [[2], "string"]);
    await x.attrs.set("n", 5n);
    assert.equal(await x.attrs.get("n"), 5n);
    await f.delete("text");
    await f.flush();
    assert.deepEqual((await d.read()).data, openSync(kinds).get("grid/zipped").read().data);
    const check = (g) => {
      assert.deepEqual(g.keys(), [...before.filter((n) => n !== "grid" && n !== "text"), "new", "there"].toSorted());
      assert.deepEqual(g.get("there/grid/zipped").attrs.get("units").data, ["m", "s"]);
      assert.deepEqual(g.get("there/grid/zipped").read(), openSync(kinds).get("grid/zipped").read());
      assert.deepEqual(g.get("new/x").read().data, ["a", "b"]);
      assert.equal(g.get("new/x").attrs.get("n"), 5n);
    };
    check(openSync(await f.toBytes()));
    const blob = await f.toBlob();
    check(openSync(new Uint8Array(await blob.arrayBuffer())));
    const file = fresh();
    await f.save(file);
    check(openSync(file));
    await f.close();
    await assert.rejects(f.keys(), { code: "Closed" });
    // What was there is as it was.
    const again = await open(source);
    assert.deepEqual(await again.keys(), before);
    assert.equal((await again.get("grid/zipped")).attrs.has("long"), false);
  });
}

test("modes of what cannot be written", async () => {
  for (const make of Object.values(sources)) {
    for (const mode of ["x", "w-"]) await assert.rejects(open(make(), { mode }), { code: "Io" });
    const f = await open(make(), { mode: "w" });
    assert.deepEqual(await f.keys(), []);
    await f.createGroup("g");
    assert.deepEqual(openSync(await f.toBytes()).keys(), ["g"]);
    await f.close();
    assert.deepEqual(await (await open(make(), { mode: "a" })).keys(), before);
  }
  for (const mode of ["w", "w-", "x", "a"]) assert.deepEqual(openSync(new Uint8Array(), { mode }).keys(), []);
  assert.throws(() => openSync(new Uint8Array(), { mode: "r+" }), { code: "Malformed" });
  assert.throws(() => openSync({ family: [bytes()] }, { mode: "r+" }), { code: "Unsupported" });
  assert.throws(() => openSync({ family: [bytes()] }, { mode: "w" }), { code: "Unsupported" });
});

test("free space that persists is found by files that have to be fetched", async () => {
  const f = create({ fsStrategy: "page", fsPersist: true });
  for (let i = 0; i < 30; i++) f.createDataset(`d${i}`, { data: new Float64Array(500).fill(i) });
  for (let i = 0; i < 20; i += 2) f.delete(`d${i}`);
  const g = await open(counting(f.toBytes()), { mode: "r+" });
  const size = (await g.toBytes()).length;
  await g.createDataset("again", { data: new Float64Array(20) });
  assert.equal((await (await g.get("again")).read()).data.length, 20);
  assert.ok((await g.toBytes()).length <= size + 4096);
  assert.deepEqual((await (await g.get("d29")).read("0")), 29);
});

/** A handle of a browser that keeps what is written to it. */
class Handle {
  name = "a.h5";
  written = [];
  async createWritable() {
    const parts = [];
    return { write: async (b) => void parts.push(b.slice()), close: async () => void (this.written = parts), abort: async () => {} };
  }
  async getFile() {
    return new Blob(this.written.length ? this.written : [bytes()]);
  }
}

test("file handles: opened to be read, saved to", async () => {
  const handle = new Handle();
  const f = await open(handle);
  assert.deepEqual(await f.keys(), before);
  await assert.rejects(open(handle, { mode: "r+" }), { code: "Unsupported", message: /worker/ });
  assert.throws(() => openSync(handle), { code: "Argument" });
  const n = create();
  n.createDataset("x", { data: [1, 2, 3] });
  await n.save(handle);
  assert.deepEqual(await (await open(handle)).keys(), ["x"]);
  await f.save(handle);
  assert.deepEqual(await (await open(handle)).keys(), before);
  const g = await open(await handle.getFile(), { mode: "r+" });
  await g.delete("grid");
  await g.save(handle);
  assert.equal(await (await open(handle)).has("grid"), false);
});

test("saving", async () => {
  const file = fresh(bytes());
  const link = fresh();
  symlinkSync(file, link);
  const f = openSync(file, { mode: "r+" });
  f.createGroup("new");
  const copy = fresh();
  f.save(copy);
  assert.ok(openSync(copy).has("new"));
  assert.equal(openSync(file).has("new"), false);
  for (const same of [file, link, pathToFileURL(file)]) assert.throws(() => f.save(same), { code: "Argument", message: /itself/ });
  assert.throws(() => f.save(path.join(dir, "no/such/folder.h5")), { code: "Io" });
  assert.throws(() => f.save({}), { code: "Argument" });
  assert.throws(() => f.save(undefined), { code: "Argument" });
  f.close();
  // A file that is only read can be saved as well.
  const r = openSync(file);
  r.save(copy);
  assert.deepEqual(readFileSync(copy), readFileSync(file));
  assert.deepEqual(new Uint8Array(await (await r.toBlob()).arrayBuffer()), new Uint8Array(readFileSync(file)));
  assert.deepEqual(r.toBytes(), new Uint8Array(readFileSync(file)));
  const later = await open(counting(bytes()));
  await later.save(copy);
  assert.deepEqual(new Uint8Array(readFileSync(copy)), bytes());
  assert.deepEqual(new Uint8Array(await (await later.toBlob()).arrayBuffer()), bytes());
});

test("a source that fails while a file is changed", async () => {
  const source = counting(bytes());
  const f = await open(source, { mode: "r+", cache: 0 });
  const { read } = source;
  source.read = () => {
    throw new Error("gone");
  };
  await assert.rejects(f.delete("grid"), { code: "Io", message: /gone/ });
  source.read = read;
  await f.delete("grid");
  assert.equal(await f.has("grid"), false);
});

test("what is read only refuses every change", async () => {
  const f = openSync(kinds);
  const g = f.get("grid");
  const d = g.get("zipped");
  const changes = [
    () => f.createGroup("x"), () => f.createDataset("x", { data: 1 }), () => f.link("x", g), () => f.delete("grid"), () => f.move("grid", "x"),
    () => f.copy("grid", "x"), () => d.attrs.set("x", 1), () => d.attrs.delete("units"), () => d.attrs.clear(),
  ];
  for (const change of changes) assert.throws(change, { code: "ReadOnly" }, String(change));
  f.flush();
  const a = await open(kinds);
  await assert.rejects(a.delete("grid"), { code: "ReadOnly" });
  await assert.rejects(a.attrs.set("x", 1), { code: "ReadOnly" });
  await a.close();
});

test("a file that is being changed can be repacked from what it is", async () => {
  const f = openSync(fresh(bytes()), { mode: "r+" });
  f.createGroup("new");
  assert.ok(openSync(await repack(f.toBytes())).has("new"));
  f.close();
});
