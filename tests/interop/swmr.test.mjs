// SWMR, HDF5's single writer with many readers: libhdf5 writes and we read, at any moment what is there and right.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, openSync } from "hyperslab";
import { NAMES, python, run } from "./lib/swmr.mjs";

let dir;
before(() => {
  dir = fs.mkdtempSync(path.join(tmpdir(), "hyperslab-"));
});
after(() => fs.rmSync(dir, { recursive: true }));

/** The elements that a dataset of this shape has. */
function expected([rows, columns]) {
  if (columns === undefined) return Int32Array.from({ length: rows }, (_, i) => i * 3 + 1);
  return Int32Array.from({ length: rows * columns }, (_, i) => Math.floor(i / columns) * 1000 + (i % columns));
}

/** Checks what was read of a dataset; says whether it has grown. */
function judge(name, shape, values, least) {
  const before = (least[name] ??= shape.map(() => 0));
  assert.ok(shape.every((n, i) => n >= before[i]), `${name} was ${before} and is ${shape}`);
  assert.deepEqual(values.shape, shape, name);
  assert.deepEqual(values.data, expected(shape), `${name} of shape ${shape}`);
  least[name] = [...shape];
  return String(before) !== String(shape);
}

/** A source that reads a file by promise. */
function promised(file) {
  const fd = fs.openSync(file, "r");
  return {
    get size() {
      return fs.fstatSync(fd).size;
    },
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      await new Promise((resolve) => setTimeout(resolve, Math.random()));
      return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, offset));
    },
    close: () => fs.closeSync(fd),
  };
}

/** Looks at the file while it is written. */
const ROUNDS = 30;

test("what libhdf5 writes is read meanwhile: on the spot, and by promise", async () => {
  const file = path.join(dir, "written.h5");
  const { child, line } = python("write", file);
  assert.equal(await line(), "ready");
  let ended;
  const end = line().then((last) => (ended = JSON.parse(last)));

  const f = openSync(file);
  assert.equal(f.info.swmr, true);
  const datasets = NAMES.map((name) => f.get(name));
  const source = promised(file);
  const g = await open(source);
  const later = await Promise.all(NAMES.map((name) => g.get(name)));
  const [least, leastLater] = [{}, {}];
  let rounds = 0;
  let grown = 0;
  let grownLater = 0;
  for (let last = false; !last; rounds++) {
    if (rounds === ROUNDS) fs.writeFileSync(`${file}.stop`, "");
    last = ended !== undefined;
    if (rounds % 3 === 0 || last) f.refresh();
    for (const d of datasets) {
      d.refresh();
      grown += judge(d.name, d.shape, d.read(), least);
    }
    if (rounds % 3 === 0 || last) await g.refresh();
    for (const d of later) {
      await d.refresh();
      grownLater += judge(d.name, d.shape, await d.read(), leastLater);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
  assert.ok(grown > 50 && grownLater > 50, `${rounds} rounds, ${grown} and ${grownLater} times more`);
  assert.deepEqual(least, ended);
  assert.deepEqual(leastLater, ended);
  await new Promise((resolve) => (child.exitCode === null ? child.on("exit", resolve) : resolve()));
  f.refresh();
  assert.equal(f.info.swmr, false);
  assert.equal(f.info.size, fs.statSync(file).size);
  f.close();
  await g.close();
  source.close();
});

/** A file whose writer died. */
function dead(name, ...how) {
  const file = path.join(dir, name);
  run("die", file, ...how);
  return file;
}

/** Everything in the file, as libhdf5 sees it. */
const seen = (file) => run("states", file);

for (const how of [[], ["swmr"]]) {
  test(`a mark of a writer that died is taken away: ${how[0] ?? "without readers"}`, () => {
    const file = dead(`dead-${how}.h5`, ...how);
    const [cleared, ours] = [`${file}.h5clear`, `${file}.ours`];
    for (const copy of [cleared, ours]) fs.copyFileSync(file, copy);
    const marked = { code: "Unsupported", message: /marked as open for writing.*h5clear -s.*clearFlags/ };
    if (how.length === 0) assert.throws(() => openSync(file), marked);
    else openSync(file).close();
    assert.throws(() => openSync(file, { mode: "r+" }), marked);
    const clear = spawnSync("h5clear", ["-s", cleared], { encoding: "utf8" });
    assert.equal(clear.status, 0, clear.stderr);
    openSync(ours, { mode: "r+", clearFlags: true }).close();
    const [theirs, mine] = [cleared, ours].map((copy) => fs.readFileSync(copy));
    // The same superblock, but that ours may know of a later end.
    assert.deepEqual(mine.subarray(0, 28), theirs.subarray(0, 28));
    assert.ok(mine.readBigUInt64LE(28) >= theirs.readBigUInt64LE(28));
    seen(ours);
    const f = openSync(ours, { mode: "r+" });
    const d = f.get("zipped");
    const [before] = d.shape;
    d.append(Int32Array.of(before * 3 + 1));
    f.close();
    seen(ours);
    const g = openSync(new Uint8Array(fs.readFileSync(file)), { mode: "a", clearFlags: true });
    g.attrs.set("note", "in memory");
    assert.equal(openSync(g.toBytes()).attrs.get("note"), "in memory");
    assert.throws(() => openSync(file, { clearFlags: true }), { code: "Argument", message: /clearFlags/ });
  });
}

/** A file as it looks when reads meet writes: the first `torn` times, some bytes from `at` on are others. */
function torn(bytes, at, times) {
  const left = { times };
  const read = (offset, length) => {
    const piece = bytes.slice(offset, offset + length);
    if (at - offset >= 0 && at - offset < length && left.times-- > 0) piece[at - offset] ^= 0xff;
    return piece;
  };
  return { size: bytes.length, read, left };
}

test("what was read when it was written by half is read again, and not for ever", async () => {
  const bytes = new Uint8Array(fs.readFileSync(dead("torn.h5", "swmr")));
  const whole = openSync(bytes);
  for (const name of NAMES) {
    const d = whole.get(name);
    const values = d.read();
    // Elements alone have no checksum that would tell; what gzip made of them has.
    for (const at of d.filters.length > 0 ? [d.address + 10, d.chunkInfo().at(-1).position + 8] : [d.address + 10]) {
      const source = torn(bytes, at, 0);
      const f = openSync(source);
      source.left.times = 30;
      f.refresh();
      assert.deepEqual(f.get(name).read(), values, name);
      source.left.times = 3;
      const g = await open({ ...source, read: async (...args) => source.read(...args) });
      await g.refresh();
      assert.deepEqual(await (await g.get(name)).read(), values, name);
    }
  }
  // What the browser handed out before the file changed cannot be read: it is asked for again.
  let handed = 0;
  const handle = {
    name: "torn.h5",
    async getFile() {
      handed += 1;
      const blob = new Blob([bytes]);
      if (handed % 3 !== 0) blob.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException("changed", "NotReadableError")) });
      return blob;
    },
  };
  handed = 2;
  const h = await open(handle);
  await h.refresh();
  assert.deepEqual((await (await h.get("zipped")).read()).data, whole.get("zipped").read().data);
  assert.ok(handed > 3, String(handed));
  await h.close();
  const source = torn(bytes, whole.get("zipped").address + 10, 0);
  const f = openSync(source);
  source.left.times = Infinity;
  f.refresh();
  const begin = Date.now();
  assert.throws(() => f.get("zipped"), { code: "Malformed", message: /checksum/ });
  assert.ok(Date.now() - begin < 5000);
});
