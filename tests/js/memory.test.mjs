// Memory stays what it was, whatever the size of a file and however many of them are opened.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** The memories of all engines. */
const memories = [];
const { instantiate, Instance } = WebAssembly;
const note = (instance) => {
  if (instance.exports.memory) memories.push(instance.exports.memory);
  return instance;
};
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate(...args);
  note(made.instance ?? made);
  return made;
};
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    note(this);
  }
};
const { create, open, openSync } = await import("../../dist/node.js");
const wasm = () => memories.reduce((n, { buffer }) => n + buffer.byteLength, 0);

const home = mkdtempSync(path.join(tmpdir(), "hyperslab-memory-"));
after(() => rmSync(home, { recursive: true, force: true }));
const MIB = 1 << 20;
const GIB = 1 << 30;

/** A dataset of 1 GiB in chunks of 4 MiB that are all the same. */
const ROWS = 512;
const shape = [128 * 1024, 1024];
const packed = path.join(home, "packed.h5");
{
  const chunk = Float64Array.from({ length: ROWS * 1024 }, (_, i) => i % 1000);
  const f = create();
  const options = { dtype: "<f8", chunks: [ROWS, 1024], compression: "gzip", shuffle: true };
  const one = f.createDataset("one", { ...options, data: chunk, shape: [ROWS, 1024] });
  const { bytes } = one.readRawChunk([0, 0]);
  const d = f.createDataset("x", { ...options, shape });
  for (let row = 0; row < shape[0]; row += ROWS) d.writeRawChunk([row, 0], bytes);
  writeFileSync(packed, f.toBytes());
  f.close();
}
/** And one in one piece, of which the disk has next to nothing. */
const plain = path.join(home, "plain.h5");
{
  const f = openSync(plain, { mode: "w" });
  f.createDataset("x", { dtype: "<f8", shape, layout: "contiguous", allocTime: "early", fillTime: "never" });
  f.close();
  assert.ok(statSync(plain).size > GIB);
}

const sum = (data) => data.reduce((a, b) => a + b, 0);

for (const [name, place, expected] of [["chunked and compressed", packed, ROWS * 1024], ["in one piece", plain, 0]]) {
  for (const how of ["openSync", "open"]) {
    test(`reading 1 GiB in slabs takes no more memory than a few of them: ${name}, ${how}`, async () => {
      const f = how === "open" ? await open(place) : openSync(place);
      const d = await f.get("x");
      const into = new Float64Array(ROWS * 1024);
      let grown = 0;
      const rss = process.memoryUsage.rss();
      for (let row = 0; row < shape[0]; row += ROWS) {
        const { data } = await d.read(`${row}:${row + ROWS}`, { into });
        assert.equal(data.length, into.length);
        if (row % (32 * ROWS) === 0 && expected) assert.equal(data[1001], 1);
        if (row === 8 * ROWS) grown = wasm();
      }
      assert.ok(sum(into) >= 0);
      assert.equal(wasm(), grown, "the engine's memory");
      // The default of `cache`, and two batches.
      assert.ok(f.stats.memory <= 16 * MIB, `${f.stats.memory} bytes kept`);
      assert.ok(grown <= 48 * MIB, `${grown / MIB} MiB`);
      assert.ok(process.memoryUsage.rss() - rss < 200 * MIB);
      await f.close();
      assert.equal(f.stats.memory, 0);
    });
  }
}

test("a slab of a large dataset takes a batch", async () => {
  const before = wasm();
  const f = openSync(packed);
  f.get("x").read("70000:70002, 5:7");
  assert.ok(wasm() - before <= 16 * MIB, `${(wasm() - before) / MIB} MiB`);
  f.close();
});

const small = (() => {
  const f = create();
  f.createDataset("a/x", { data: new Float64Array(200_000).fill(3), shape: [1000, 200], chunks: [100, 100], compression: "zstd" });
  f.createDataset("a/text", { data: Array.from({ length: 20_000 }, (_, i) => `line ${i}`), chunks: [1000], compression: "gzip" });
  for (let i = 0; i < 200; i++) f.createGroup(`g/${i}`).attrs.set("n", i);
  return f.toBytes();
})();

const uses = {
  "files that are read": async () => {
    const f = await open(small);
    assert.equal((await (await f.get("a/x")).read()).data[7], 3);
    await (await f.get("a/text")).read();
    await f.paths();
    await f.close();
  },
  "files that are changed": async () => {
    const f = await open(small, { mode: "r+" });
    await (await f.get("a/x")).write("3:600", 5);
    await f.createDataset("new", { data: new Float32Array(100_000), chunks: [1000], compression: 1 });
    await f.delete("g");
    await f.toBytes();
    await f.close();
  },
  "files that are made": async () => {
    const f = create();
    f.createDataset("x", { data: new Float64Array(100_000), chunks: [10_000], compression: 1 });
    f.toBytes();
    f.close();
  },
  "reads that fail and reads that are given up": async () => {
    const f = await open(small);
    const stop = new AbortController();
    await assert.rejects((await f.get("a/x")).read(null, { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) }), /enough/);
    await assert.rejects((await f.get("a/x")).read("5000"), { code: "Argument" });
    await f.close();
  },
};

for (const [name, use] of Object.entries(uses)) {
  test(`what is closed gives back all of it: ${name}, 200 of them`, async () => {
    for (let i = 0; i < 20; i++) await use();
    const before = wasm();
    for (let i = 0; i < 200; i++) await use();
    assert.equal(wasm(), before);
  });
}

test("workers keep no more for a large file, and nothing of those that are closed", () => {
  const program = `import { open } from ${JSON.stringify(at("dist/node.js"))};
    const rss = () => { globalThis.gc(); return process.memoryUsage.rss() / 2 ** 20; };
    const into = new Float64Array(8 * ${ROWS} * 1024);
    // Keeps the workers.
    const first = await open(${JSON.stringify(packed)}, { workers: 2 });
    const slabs = async (f, from, to) => {
      const d = await f.get("x");
      for (let row = from; row < to; row += 8 * ${ROWS}) await d.read(\`\${row}:\${row + 8 * ${ROWS}}\`, { into });
    };
    await slabs(first, 0, 32 * ${ROWS});
    const seen = [rss()];
    await slabs(first, 32 * ${ROWS}, ${shape[0]});
    seen.push(rss());
    for (let i = 0; i < 25; i++) {
      const f = await open(${JSON.stringify(packed)}, { workers: 2 });
      await slabs(f, 0, 8 * ${ROWS});
      await f.close();
      if (i === 4) seen.push(rss());
    }
    seen.push(rss());
    await first.close();
    console.log(JSON.stringify(seen));`;
  const run = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], { encoding: "utf8", timeout: 60_000 });
  assert.equal(run.stderr, "");
  const [few, all, opened, often] = JSON.parse(run.stdout);
  // Buffers that wait for their turn come and go; what is kept would be 1 GiB.
  assert.ok(all - few < 200, `${few} to ${all} MiB while 1 GiB was read`);
  assert.ok(often - opened < 200, `${opened} to ${often} MiB while files were opened and closed`);
  assert.ok(often < 700, `${often} MiB`);
});
