#!/usr/bin/env node
// What workers gain: the best of several runs with none, one and two, in ms; and how often that is the same as without.
//   node scripts/bench/workers.mjs [--runs N] [--only SUBSTRING]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create, open, repack } from "../../dist/node.js";
import { option } from "../lib/option.mjs";

const runs = Number(option("--runs", 5));
const only = option("--only", "");
const home = mkdtempSync(path.join(tmpdir(), "hyperslab-bench-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));

const f4 = (n) => Float32Array.from({ length: n }, (_, i) => Math.round(1000 * Math.sin(i / 300)) + (i % 7));
const data = f4(8192 * 4096);
const half = data.subarray(0, 4096 * 4096);
const file = path.join(home, "gzip.h5");
const f = create();
const packing = { compression: 4, shuffle: true };
f.createDataset("x", { data, shape: [8192, 4096], chunks: [512, 512], ...packing });
f.createDataset("tall", { data, shape: [16, 2_097_152], chunks: [16, 16_384], ...packing });
f.save(file);
const into = new Float32Array(data.length);

const write = (options) => async (workers) => {
  const g = await open(new Uint8Array(), { mode: "w", workers });
  const t = performance.now();
  await g.createDataset("x", { data: half, shape: [4096, 4096], chunks: [512, 512], compression: 4, ...options });
  const time = performance.now() - t;
  await g.close();
  return time;
};
const read = (name, options) => async (workers) => {
  const g = await open(file, { workers });
  const d = await g.get(name);
  // Workers are there: a program has them for all its reads.
  await d.read("0:16, :");
  const t = performance.now();
  await d.read(null, options);
  const time = performance.now() - t;
  await g.close();
  return time;
};

const works = {
  "R4 gzip 4 + shuffle, 128 MiB, whole": read("x"),
  "R4 into an array that is there": read("x", { into }),
  "R4 tall, one row of chunks, 128 MiB": read("tall", { into }),
  "W2 write 64 MiB, gzip 4 + shuffle": write({ shuffle: true }),
  "W2n write 64 MiB, gzip 4": write({}),
  "repack 256 MiB, gzip 4 to zstd": async (workers) => {
    const t = performance.now();
    await repack(file, { workers, compression: "zstd" });
    return performance.now() - t;
  },
};

// Keeps the workers from one run to the next.
const keep = await open(file, { workers: 2 });
for (const [name, work] of Object.entries(works)) {
  if (!name.includes(only)) continue;
  const best = [Infinity, Infinity, Infinity];
  for (let k = 0; k < runs; k++) for (const workers of [0, 1, 2]) best[workers] = Math.min(best[workers], await work(workers));
  const [none, one, two] = best;
  console.log(`${name.padEnd(40)} ${none.toFixed(0).padStart(6)} ${one.toFixed(0).padStart(6)} ${two.toFixed(0).padStart(6)}   ${(none / two).toFixed(2)}x`);
}
await keep.close();
