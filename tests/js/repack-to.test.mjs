// Copies that go somewhere else as they come: equal to those in memory, and no files before they are complete.
import assert from "node:assert/strict";
import { existsSync, linkSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { create, openSync, repack } from "hyperslab";
import { counting } from "./support.mjs";

const dir = mkdtempSync(path.join(os.tmpdir(), "hyperslab-repack-"));
after(() => rmSync(dir, { recursive: true }));
const at = (name) => path.join(dir, name);

function example() {
  const f = create();
  for (let i = 0; i < 6; i++) {
    const data = Float64Array.from({ length: 1 << 17 }, (_, j) => Math.round(1000 * Math.sin(i * j)));
    const d = f.createDataset(`g${i % 2}/d${i}`, { data, shape: [1 << 10, 1 << 7], chunks: [100, 100] });
    d.attrs.set("text", `dataset ${i}`);
  }
  f.createDataset("lines", { data: Array.from({ length: 20_000 }, (_, i) => `line ${i}`) });
  return f.toBytes();
}
const source = example();
const expected = Buffer.from(await repack(source, { compression: 1 }));

/** A place that keeps what it is given, and can fail. */
function place(size = 0, fail = Infinity) {
  const p = {
    bytes: Buffer.alloc(1 << 24, 7),
    size,
    writes: 0,
    early: false,
    read: (offset, length) => new Uint8Array(p.bytes.subarray(offset, offset + length)),
    write(offset, bytes) {
      if (++p.writes > fail) throw new Error("the disk is full");
      if (offset > p.size) p.bytes.fill(0, p.size, offset);
      p.bytes.set(bytes, offset);
      p.size = Math.max(p.size, offset + bytes.length);
    },
    truncate(to) {
      if (to > p.size) p.bytes.fill(0, p.size, to);
      p.size = to;
    },
    isFile: () => p.bytes.subarray(0, p.size).subarray(0, 4).equals(Buffer.from("\x89HDF", "latin1")),
    whole: () => p.bytes.subarray(0, p.size),
  };
  return p;
}

/** The same as a file handle: what its stream was given counts once it is closed. */
function handle(fail) {
  const now = place();
  const h = {
    now,
    closed: false,
    aborted: false,
    name: "copy.h5",
    async createWritable() {
      return {
        async seek() {},
        async write({ type, position, data, size }) {
          await Promise.resolve();
          if (type === "truncate") now.truncate(size);
          else now.write(position, data);
          if (fail && ++now.writes > fail) throw new Error("no room");
        },
        async close() { h.closed = true; },
        async abort() { h.aborted = true; },
      };
    },
  };
  return h;
}

test("to a path, whatever the source is", async () => {
  const from = at("source.h5");
  writeFileSync(from, source);
  const to = at("copy.h5");
  for (const [one, target] of [[from, to], [new Blob([source]), pathToFileURL(to)], [counting(source), to]]) {
    writeFileSync(to, "something else");
    assert.equal(await repack(one, { compression: 1, to: target }), undefined);
    assert.ok(readFileSync(to).equals(expected));
  }
  assert.deepEqual(readdirSync(dir).toSorted(), ["copy.h5", "source.h5"]);
  assert.ok(readFileSync(from).equals(source));
});

test("to a place, a handle and its stream", async () => {
  const p = place(500);
  await repack(source, { compression: 1, to: p });
  assert.ok(p.whole().equals(expected));
  const h = handle();
  await repack(source, { compression: 1, to: h });
  assert.ok(h.closed && h.now.whole().equals(expected));
  const other = handle();
  await repack(source, { compression: 1, to: await other.createWritable() });
  assert.ok(other.closed && other.now.whole().equals(expected));
});

test("a copy that fails or is stopped leaves nothing that looks like a file", async () => {
  const to = at("half.h5");
  const stop = () => {
    const controller = new AbortController();
    return { signal: controller.signal, onProgress: (done) => done > 1 << 20 && controller.abort(new Error("enough")) };
  };
  const large = create();
  for (let i = 0; i < 40; i++) large.createDataset(`d${i}`, { data: Float64Array.from({ length: 1 << 17 }, (_, j) => Math.sin(i * j)) });
  const bytes = large.toBytes();
  await assert.rejects(repack(bytes, { to, ...stop() }), { message: "enough" });
  assert.ok(!existsSync(to));
  writeFileSync(to, "old");
  await assert.rejects(repack(bytes, { to, ...stop() }), { message: "enough" });
  assert.equal(readFileSync(to, "latin1"), "old");
  assert.ok(!readdirSync(dir).some((name) => name.endsWith(".tmp")));
  const h = handle();
  await assert.rejects(repack(bytes, { to: h, ...stop() }), { message: "enough" });
  assert.ok(h.aborted && !h.closed);
  for (let fail = 0; fail < 12; fail++) {
    const p = place(0, fail);
    const failed = await repack(source, { compression: 1, to: p }).then(() => false, (e) => e);
    assert.ok(failed ? failed.code === "Io" && p.size === 0 && !p.isFile() : p.whole().equals(expected), `${fail}: ${failed}`);
  }
  await assert.rejects(repack(source, { to: handle(2) }), { code: "Io", message: /no room/ });
  // At no time before the last write.
  const p = place();
  const { write } = p;
  let before = false;
  p.write = (offset, data) => {
    before ||= p.isFile();
    write(offset, data);
  };
  await repack(source, { compression: 1, to: p });
  assert.ok(!before && p.isFile());
});

test("what is refused is refused before anything is written", async () => {
  const to = at("refused.h5");
  await assert.rejects(repack(source, { to, datasets: { lines: { chunks: [1, 2] } } }), { code: "Argument", path: "/lines" });
  assert.ok(!existsSync(to));
  const p = place(100);
  await assert.rejects(repack(source, { to: p, datasets: { nothing: {} } }), { code: "NotFound" });
  assert.deepEqual([p.size, p.writes], [100, 0]);
});

test("the source is no target", async () => {
  const from = at("own.h5");
  writeFileSync(from, source);
  symlinkSync(from, at("symbolic.h5"));
  linkSync(from, at("hard.h5"));
  for (const to of [from, pathToFileURL(from), at("symbolic.h5"), at("hard.h5"), path.join(dir, ".", "own.h5")]) {
    await assert.rejects(repack(from, { to }), { code: "Argument" }, String(to));
  }
  await assert.rejects(repack({ family: [from] }, { to: at("hard.h5") }), { code: "Argument" });
  writeFileSync(at("member 0.h5"), source);
  for (const to of [at("member 0.h5"), at("member 1.h5")]) await assert.rejects(repack({ family: at("member %d.h5") }, { to }), { code: "Argument" }, to);
  assert.ok(readFileSync(at("member 0.h5")).equals(source) && !existsSync(at("member 1.h5")));
  await repack({ family: at("member %d.h5") }, { to: at("member 2.h5") });
  const p = place();
  await assert.rejects(repack(p, { to: p }), { code: "Argument" });
  assert.ok(readFileSync(from).equals(source));
  assert.ok(openSync(from).keys().includes("lines"));
});

test("a stream that can only be appended to is none", async () => {
  await assert.rejects(repack(source, { to: new WritableStream() }), { code: "Argument" });
});
