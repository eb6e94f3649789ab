// SWMR the other way round: we write and libhdf5 reads, at any moment what is there and right.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, openSync } from "hyperslab";
import { at } from "../../scripts/lib/paths.mjs";
import { venvPython } from "../../scripts/setup/python.mjs";
import { linesOf, NAMES, python, run } from "./lib/swmr.mjs";

let dir;
before(() => {
  dir = fs.mkdtempSync(path.join(tmpdir(), "hyperslab-"));
});
after(() => fs.rmSync(dir, { recursive: true }));

/** The file with empty datasets: made by libhdf5, or by us. */
function made(name, by) {
  const file = path.join(dir, name);
  if (by === "libhdf5") run("make", file);
  if (by === "libhdf5") return file;
  const f = openSync(file, { mode: "w", libver: by });
  const few = { dtype: "<i4", fillvalue: -1 };
  f.createDataset("zipped", { ...few, shape: [0], maxshape: [null], chunks: [50], compression: "gzip" });
  f.createDataset("plain", { ...few, shape: [0], maxshape: [null], chunks: [16] });
  f.createDataset("wide", { ...few, shape: [0], maxshape: [null], chunks: [4] });
  f.createDataset("square", { ...few, shape: [0, 3], maxshape: [null, null], chunks: [6, 4], compression: "gzip" });
  f.createDataset("within", { ...few, shape: [0], maxshape: [60000], chunks: [20] });
  f.createDataset("fixed", { ...few, shape: [0, 5], maxshape: [3000, 40], chunks: [8, 5], compression: "gzip" });
  f.createDataset("row", { ...few, shape: [0, 5], maxshape: [3000, 5], chunks: [8, 5], allocTime: "early" });
  f.createDataset("one", { ...few, shape: [0], maxshape: [200], chunks: [200], compression: "gzip" });
  for (let i = 0; i < 7; i++) f.get("plain").attrs.set(`text ${i}`, "so that the header goes on elsewhere ".repeat(i + 1));
  f.close();
  return file;
}

const row = (from, n) => Int32Array.from({ length: n }, (_, i) => (from + i) * 3 + 1);
const block = ([rows, columns], from = 0) =>
  Int32Array.from({ length: (rows - from) * columns }, (_, i) => (from + Math.floor(i / columns)) * 1000 + (i % columns));

/** Makes a dataset larger by a bit. */
function grow(d) {
  const by = 1 + Math.floor(Math.random() * 9);
  if (d.ndim === 1) return d.append(row(d.size, Math.min(by, (d.maxshape[0] ?? Infinity) - d.size)));
  const shape = [d.shape[0] + by, d.shape[1] + (Math.random() < 0.05)].map((n, i) => Math.min(n, d.maxshape[i] ?? n));
  const [from] = d.shape;
  const wider = shape[1] > d.shape[1];
  d.resize(shape);
  d.write(wider ? ":" : `${from}:`, block(shape, wider ? 0 : from));
}

for (const by of ["libhdf5", "v110", "latest"]) {
  test(`what we write is read by libhdf5 meanwhile, in a file made by ${by}`, async () => {
    const file = made(`read-${by}.h5`, by);
    const f = openSync(file, by === "libhdf5" ? { mode: "r+", swmr: true } : { mode: "r+", libver: by });
    if (by !== "libhdf5") f.startSwmr();
    assert.equal(f.info.swmr, true);
    const readers = [0, 1].map(() => Object.assign(python("read", file), { busy: false, rounds: 0 }));
    for (const { line } of readers) assert.equal(await line(), "ready");
    const ours = openSync(file);
    assert.equal(ours.info.swmr, true);
    const [datasets, seen] = [NAMES.map((name) => f.get(name)), NAMES.map((name) => ours.get(name))];
    /** Tells a reader to look; it does so while we go on. */
    const ask = (reader, what) => {
      reader.busy = true;
      reader.child.stdin.write(`${what}\n`);
      return reader.line().then((said) => {
        assert.notEqual(said, undefined, "the reader has failed");
        reader.busy = false;
        reader.rounds += 1;
        return said;
      });
    };
    const end = Date.now() + 5000;
    let rounds = 0;
    for (; Date.now() < end || rounds < 200 || readers.some((reader) => reader.rounds < 20); rounds++) {
      for (const reader of readers) if (!reader.busy) void ask(reader, "more");
      for (const d of datasets) if (Math.random() < 0.7) grow(d);
      if (rounds % 3 === 0) datasets[rounds % NAMES.length].flush();
      f.flush();
      if (rounds % 5 === 0) {
        for (const d of seen) {
          d.refresh();
          assert.deepEqual(d.read().data, d.ndim === 1 ? row(0, d.size) : block(d.shape), d.name);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    while (readers.some((reader) => reader.busy)) await new Promise((resolve) => setTimeout(resolve, 5));
    const shapes = Object.fromEntries(datasets.map((d) => [d.name, d.shape]));
    for (const reader of readers) {
      const last = JSON.parse(await ask(reader, "end"));
      assert.deepEqual(last.shapes, shapes);
      assert.ok(last.rounds > 15 && last.states > 10, JSON.stringify(last));
      await new Promise((resolve) => (reader.child.exitCode === null ? reader.child.on("exit", resolve) : resolve()));
      assert.equal(reader.child.exitCode, 0);
    }
    assert.ok(rounds >= 200);
    const copy = path.join(dir, `copy-${by}.h5`);
    f.save(copy);
    f.close();
    assert.equal(fs.readFileSync(file)[11], 0);
    assert.equal(fs.readFileSync(copy)[11], 0);
    run("states", copy);
    run("states", file);
    if (by === "v110") {
      for (const name of NAMES) {
        const dump = spawnSync("h5dump", ["-d", name, file], { encoding: "utf8", maxBuffer: 1 << 28 });
        assert.equal(dump.status, 0, dump.stderr);
      }
    }
    ours.refresh();
    assert.equal(ours.info.swmr, false);
    ours.close();
    // A file like any other: for h5dump, and to be changed.
    const g = openSync(file, { mode: "r+" });
    g.createGroup("after");
    g.get("zipped").resize([10]);
    g.close();
    run("states", file);
  });
}

test("whatever has been written when we die, libhdf5 can read it", () => {
  const file = made("dies.h5", "latest");
  let bytes = new Uint8Array(fs.readFileSync(file));
  const log = [];
  /** A place that notes what is written to it. */
  const place = {
    get size() {
      return bytes.length;
    },
    read: (offset, length) => bytes.slice(offset, offset + length),
    write(offset, data) {
      log.push([offset, data]);
      bytes = put(bytes, offset, data);
    },
    truncate(size) {
      log.push([size]);
      bytes = resized(bytes, size);
    },
  };
  const resized = (old, size) => {
    const next = new Uint8Array(size);
    next.set(old.subarray(0, size));
    return next;
  };
  const put = (old, offset, data) => {
    const next = old.length < offset + data.length ? resized(old, offset + data.length) : old;
    next.set(data, offset);
    return next;
  };
  const f = openSync(place, { mode: "r+", swmr: true });
  let state = bytes.slice();
  log.length = 0;
  const datasets = NAMES.map((name) => f.get(name));
  for (let i = 0; i < 60; i++) {
    for (const d of datasets) if (Math.random() < 0.5) grow(d);
    f.flush();
  }
  assert.ok(log.length > 500, String(log.length));
  const files = [];
  const every = Math.ceil(log.length / 150);
  for (const [i, [offset, data]] of log.entries()) {
    state = data ? put(state, offset, data) : resized(state, offset);
    if (i % every !== 0) continue;
    files.push(path.join(dir, `state-${i}.h5`));
    fs.writeFileSync(files.at(-1), state);
    const g = openSync(state.slice());
    for (const name of NAMES) {
      const d = g.get(name);
      assert.deepEqual(d.read().data, d.ndim === 1 ? row(0, d.size) : block(d.shape), `${name} in state ${i}`);
    }
  }
  run("states", ...files);
  f.close();
});

test("a writer of ours that is killed leaves what it flushed, and its mark", async () => {
  const file = made("killed.h5", "latest");
  const program = `
    import { openSync } from "hyperslab";
    const f = openSync(${JSON.stringify(file)}, { mode: "r+", swmr: true });
    const d = f.get("zipped");
    for (let n = 0; ; n++) {
      d.append(Int32Array.of(n * 3 + 1));
      if (n % 7 === 0) f.flush();
      if (n === 200) console.log("on the way");
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: at("."), stdio: ["ignore", "pipe", "inherit"] });
  assert.equal((await linesOf(child).next()).value, "on the way");
  child.kill("SIGKILL");
  await new Promise((resolve) => child.on("exit", resolve));
  const values = () => {
    const f = openSync(file);
    const { data } = f.get("zipped").read();
    f.close();
    return data;
  };
  const before = values();
  assert.ok(before.length >= 190 && before.length % 7 === 1, String(before.length));
  assert.deepEqual(before, row(0, before.length));
  run("states", file);
  assert.throws(() => openSync(file, { mode: "r+" }), { code: "Unsupported", message: /clearFlags/ });
  const f = openSync(file, { mode: "r+", clearFlags: true });
  f.get("zipped").append(row(before.length, 100));
  f.get("square").resize([1, 3]);
  f.get("square").write(block([1, 3]));
  f.close();
  assert.deepEqual(values(), row(0, before.length + 100));
  run("states", file);
});

test("what readers cannot follow is refused, and options say what they need", async () => {
  const file = made("refused.h5", "latest");
  const f = openSync(file, { mode: "r+" });
  f.createDataset("texts", { dtype: "string", shape: [0], maxshape: [null], chunks: [4] });
  const texts = f.get("texts");
  f.startSwmr();
  f.startSwmr();
  const refused = { name: "HyperslabError", code: "Unsupported", message: /SWMR/ };
  for (const change of [
    () => f.createGroup("g"),
    () => f.createDataset("d", { data: [1] }),
    () => f.attrs.set("a", 1),
    () => f.delete("plain"),
    () => f.move("plain", "other"),
    () => texts.append(["a"]),
    () => f.get("plain").resize([0, 0]),
  ].slice(0, 6)) {
    assert.throws(change, refused);
  }
  f.get("plain").append(row(0, 5));
  assert.throws(() => f.get("plain").resize([3]), refused);
  // Another writer stays out, here and in libhdf5.
  assert.throws(() => openSync(file, { mode: "r+" }), { code: "Io", message: /open for writing/ });
  const { status, stderr } = spawnSync(venvPython, ["-c", `import h5py; h5py.File(${JSON.stringify(file)}, "r+")`], { encoding: "utf8" });
  assert.ok(status !== 0 && /already open|flags/.test(stderr), stderr);
  f.close();

  const g = await open(file, { mode: "a", swmr: true });
  await (await g.get("plain")).append(row(5, 2));
  await g.close();
  const h = openSync(file);
  assert.deepEqual(h.get("plain").read().data, row(0, 7));
  assert.throws(() => h.startSwmr(), { code: "ReadOnly" });
  h.close();
  assert.throws(() => openSync(path.join(dir, "new.h5"), { mode: "w", swmr: true }), { code: "Argument", message: /startSwmr/ });
  const old = openSync(path.join(dir, "old.h5"), { mode: "w" });
  assert.throws(() => old.startSwmr(), { code: "Unsupported", message: /libver/ });
  old.close();
  const bytes = openSync(new Uint8Array(fs.readFileSync(file)), { mode: "r+" });
  assert.throws(() => bytes.startSwmr(), { code: "Unsupported", message: /memory/ });
  const core = openSync(file, { mode: "r+", driver: "core" });
  assert.throws(() => core.startSwmr(), { code: "Unsupported", message: /memory/ });
  core.close();
});
