// Files far beyond the memory: opening 6 GB and reading 1 MB takes little, from a path, as a Blob, and as a File in a browser.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { at } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { python } from "./lib/corpus.mjs";

const dir = mkdtempSync(path.join(os.tmpdir(), "hyperslab-huge-"));
const file = path.join(dir, "huge.h5");
/** Bytes that may be used beyond what the program takes that opens a small file. */
const MOST = 64 << 20;

/** 6 GB with holes: one dataset in a piece, and one in chunks that are not compressed. */
const MAKE = `
import sys, h5py, numpy as np
with h5py.File(sys.argv[1], "w") as f:
    for name, chunks in [("whole", None), ("chunked", (1, 1 << 18))]:
        d = f.create_dataset(name, (6400, 1 << 18), "<f4", chunks=chunks)
        for row in (0, 7, 6300, 6399):
            d[row] = np.arange(1 << 18) + row
        for row in range(8, 6300, 100):
            d[row, 0] = row
`;

before(() => {
  const made = spawnSync(python, ["-c", MAKE, file], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
});
after(() => rmSync(dir, { recursive: true, force: true }));

/** Reads rows of each dataset; says how many bytes more than before were in use at most. */
const PROGRAM = `
import { create, open, openSync } from "hyperslab";
const [, , file, how] = process.argv;
const small = create();
small.createDataset("x", { data: new Float32Array(1 << 18), chunks: [1 << 16] });
const bytes = small.toBytes();
await (await (await open(new Blob([bytes]))).get("x")).read();
openSync(bytes).get("x").read();
const before = process.memoryUsage.rss();
const f = how === "sync" ? openSync(file) : await open(file);
const rows = [];
for (const name of ["whole", "chunked"]) {
  const d = await f.get(name);
  for (const row of [7, 6300]) {
    const { data } = await d.read(String(row));
    rows.push([data.byteLength, data[0], data.at(-1)]);
  }
}
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ rows, more: maxRSS * 1024 - before, stats: f.stats }));
`;
const ROWS = [7, 6300, 7, 6300].map((row) => [1 << 20, row, row + (1 << 18) - 1]);

// Blobs of files that large are cut in Node 20: they are the browser's part.
for (const how of ["sync", "path"]) {
  test(`Node, ${how}`, () => {
    writeFileSync(path.join(dir, "program.mjs"), PROGRAM.replaceAll('"hyperslab"', JSON.stringify(at("dist/node.js"))));
    const run = spawnSync(process.execPath, [path.join(dir, "program.mjs"), file, how], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    const { rows, more, stats } = JSON.parse(run.stdout);
    assert.deepEqual(rows, ROWS);
    assert.ok(more < MOST, `${more} bytes`);
    assert.ok(stats.memory < MOST && stats.bytes < 16 << 20, JSON.stringify(stats));
  });
}

/** The same in a browser. */
const READ = `
import { open } from "/dist/index.js";
export async function read(file) {
  try {
    const f = await open(file);
    const rows = [];
    for (const name of ["whole", "chunked"]) {
      const d = await f.get(name);
      for (const row of [7, 6300]) {
        const { data } = await d.read(String(row));
        rows.push([data.byteLength, data[0], data.at(-1)]);
      }
    }
    return { rows, stats: f.stats, heap: performance.memory?.usedJSHeapSize ?? 0 };
  } catch (e) {
    return { message: String(e) };
  }
}
export async function both(file) {
  const here = await read(file);
  const worker = new Worker("/worker.js", { type: "module" });
  const there = new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data)));
  worker.postMessage(file);
  return [here, await there];
}
`;

test("a File in a browser, on the page and in a worker", async () => {
  assert.ok(statSync(file).size > 6 * 2 ** 30);
  cpSync(at("dist"), path.join(dir, "dist"), { recursive: true });
  writeFileSync(path.join(dir, "read.js"), READ);
  writeFileSync(path.join(dir, "worker.js"), 'import { read } from "/read.js"; addEventListener("message", ({ data }) => read(data).then(postMessage));');
  writeFileSync(path.join(dir, "index.html"), '<!doctype html><input type="file">');
  const server = await serve(dir);
  const browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.setInputFiles("input", file);
    const seen = await page.evaluate(async () => {
      const { both } = await import("/read.js");
      return await both(document.querySelector("input").files[0]);
    });
    for (const { rows, stats, heap, message } of seen) {
      assert.equal(message, undefined);
      assert.deepEqual(rows, ROWS);
      assert.ok(stats.memory < MOST && stats.bytes < 16 << 20 && heap < MOST, JSON.stringify([stats, heap]));
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
