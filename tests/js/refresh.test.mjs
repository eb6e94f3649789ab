// Files that others change while they are open: refresh shows what they are now, whatever they were opened from.
import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { create, externalLink, open, openSync } from "hyperslab";

let dir;
before(() => {
  dir = fs.mkdtempSync(path.join(tmpdir(), "hyperslab-"));
});
after(() => fs.rmSync(dir, { recursive: true }));

/** A file whose datasets have `n` rows, each row of them known; whatever `n` is, its objects are at the same places. */
function version(n) {
  const f = openSync(start, { mode: "r+" });
  const numbers = Int32Array.from({ length: n * 100 }, (_, i) => i * 7);
  const [zipped, plain] = [f.get("zipped"), f.get("group/plain")];
  zipped.resize([n, 100]);
  zipped.write(numbers);
  plain.resize([n]);
  plain.write(numbers.slice(0, n));
  plain.attrs.set("n", n);
  if (n > 20) f.createGroup("group/late");
  return f.toBytes();
}

const start = (() => {
  const f = create({ libver: "latest" });
  f.createDataset("zipped", { shape: [0, 100], dtype: "<i4", maxshape: [null, 100], chunks: [3, 40], compression: "gzip" });
  f.createDataset("group/plain", { shape: [0], dtype: "<i4", maxshape: [null], chunks: [4] });
  return f.toBytes();
})();

function check(zipped, plain, n) {
  assert.deepEqual([zipped.shape, plain.shape], [[n, 100], [n]]);
}

async function checkAll(zipped, plain, n) {
  check(zipped, plain, n);
  const all = await zipped.read();
  assert.deepEqual(all.shape, [n, 100]);
  assert.equal(all.data.at(-1), (n * 100 - 1) * 7);
  assert.deepEqual((await plain.read(`${n - 1}`)), (n - 1) * 7);
  assert.equal(await plain.attrs.get("n"), n);
}

/** What grows: bytes, and the sources that show them. */
function growing() {
  let now = version(5);
  const file = path.join(dir, "growing.h5");
  fs.writeFileSync(file, now);
  const custom = (read) => ({
    get size() {
      return now.length;
    },
    read: (at, n) => read(now.slice(at, at + n)),
  });
  return {
    grow(n) {
      now = version(n);
      fs.writeFileSync(file, now);
    },
    sources: {
      path: file,
      custom: custom((bytes) => bytes),
      promised: custom(async (bytes) => bytes),
      handle: { name: "growing.h5", getFile: async () => new Blob([now]) },
      access: {
        read(into, { at }) {
          into.set(now.subarray(at, at + into.length));
          return into.length;
        },
        write: () => assert.fail("written"),
        truncate: () => assert.fail("cut"),
        flush: () => {},
        close: () => {},
        getSize: () => now.length,
      },
    },
  };
}

for (const name of ["path", "custom", "promised", "handle", "access"]) {
  test(`a file is refreshed: ${name}`, async () => {
    const { grow, sources } = growing();
    const f = await open(sources[name]);
    const [zipped, plain, group] = [await f.get("zipped"), await f.get("group/plain"), await f.get("group")];
    await checkAll(zipped, plain, 5);
    const { size } = f.info;
    assert.equal(f.info.swmr, false);
    grow(30);
    await f.refresh();
    assert.ok(f.info.size > size);
    await checkAll(zipped, plain, 30);
    assert.deepEqual(await group.keys(), ["late", "plain"]);
    grow(7);
    await f.refresh();
    await checkAll(zipped, plain, 7);
    assert.deepEqual(await group.keys(), ["plain"]);
    await f.close();
  });

  test(`a dataset is refreshed, others stay: ${name}`, async () => {
    const { grow, sources } = growing();
    const f = await open(sources[name]);
    const [zipped, plain] = [await f.get("zipped"), await f.get("group/plain")];
    await checkAll(zipped, plain, 5);
    grow(9);
    await zipped.refresh();
    assert.deepEqual([zipped.shape, plain.shape], [[9, 100], [5]]);
    assert.equal((await zipped.read()).data.at(-1), 899 * 7);
    await plain.refresh();
    await checkAll(zipped, plain, 9);
    await f.close();
  });
}

test("synchronously, and bytes that a program changes", () => {
  const { grow, sources } = growing();
  for (const name of ["path", "custom", "access"]) {
    grow(5);
    const f = openSync(sources[name]);
    const [zipped, plain] = [f.get("zipped"), f.get("group/plain")];
    check(zipped, plain, 5);
    grow(31);
    check(zipped, plain, 5);
    f.refresh();
    check(zipped, plain, 31);
    assert.equal(zipped.read("30, 99"), 3099 * 7);
    f.close();
  }
  const bytes = version(5);
  const f = openSync(bytes);
  const plain = f.get("group/plain");
  assert.equal(plain.read("0"), 0);
  const at = Number(plain.chunkInfo()[0].position);
  bytes[at] = 42;
  assert.equal(plain.read("0"), 0);
  f.refresh();
  assert.equal(plain.read("0"), 42);
  f.close();
});

test("files that this one names are refreshed, and found when they come", async () => {
  const place = path.join(dir, "several");
  fs.mkdirSync(place);
  const [main, other, late] = ["main.h5", "other.h5", "late.h5"].map((name) => path.join(place, name));
  const f = openSync(main, { mode: "w" });
  f.link("there", externalLink("other.h5", "/zipped"));
  const source = (file, from) => ({ file, dataset: "/group/plain", shape: [5], source: "0:5", target: `${from}:${from + 5}` });
  f.createDataset("both", { shape: [10], dtype: "<i4", fillvalue: -1, sources: [source("other.h5", 0), source("late.h5", 5)] });
  f.close();
  fs.writeFileSync(other, version(5));
  for (const how of ["sync", "async"]) {
    fs.rmSync(late, { force: true });
    fs.writeFileSync(other, version(5));
    const g = how === "sync" ? openSync(main) : await open(main);
    const [there, both] = [await g.get("there"), await g.get("both")];
    assert.deepEqual(there.shape, [5, 100]);
    assert.deepEqual([...(await both.read()).data], [0, 7, 14, 21, 28, -1, -1, -1, -1, -1]);
    fs.writeFileSync(other, version(6));
    fs.writeFileSync(late, version(6));
    await g.refresh();
    assert.deepEqual(there.shape, [6, 100]);
    assert.equal((await there.read()).data.at(-1), 599 * 7);
    assert.deepEqual([...(await both.read()).data], [0, 7, 14, 21, 28, 0, 7, 14, 21, 28]);
    await g.close();
  }
});

test("a file that cannot be read again stays as it was; one that is changed here has nothing to refresh", async () => {
  const { grow, sources } = growing();
  const f = openSync(sources.path);
  fs.writeFileSync(sources.path, new Uint8Array(50_000));
  assert.throws(() => f.refresh(), { code: "Malformed" });
  grow(8);
  f.refresh();
  assert.deepEqual(f.get("zipped").shape, [8, 100]);
  f.close();
  const e = openSync(sources.path, { mode: "r+" });
  const d = e.get("zipped");
  d.append(new Int32Array(100));
  d.refresh();
  e.refresh();
  assert.deepEqual(d.shape, [9, 100]);
  e.close();
});
