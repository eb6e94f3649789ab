#!/usr/bin/env node
// Fresh random files of h5py, netCDF4 and PyTables, read and compared with what libhdf5 says is in them.
//   node tests/interop/random.mjs [-n FILES] [--seed S] [--only K[,K...]] [-v]      a seed that is not given is the time
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { option } from "../../scripts/lib/option.mjs";
import { python } from "./lib/corpus.mjs";
import { watched } from "./lib/watchdog.mjs";

const seed = option("--seed", String(Date.now()));
const only = option("--only");
const verbose = process.argv.includes("-v") ? ["-v"] : [];
const dir = folder(local, "random");

function run(...argv) {
  const { status, error } = spawnSync(python, argv, { stdio: "inherit" });
  if (status !== 0) process.exitCode = status || 1;
  if (error) throw error;
  return status === 0;
}

/** Reads every file in children that are watched; crashes and hangs become part of the answer. */
async function read(files) {
  const child = fileURLToPath(new URL("lib/document-child.mjs", import.meta.url));
  const answers = await watched(child, files.map((name) => ({ file: path.join(dir, name) })), { seconds: 20, memory: 4096 });
  return files.map((name, k) => ({ name, driver: "sec2", opens: false, ...answers[k] }));
}

console.log(`note: seed ${seed}`);
const which = only ? ["--only", only] : ["-n", option("-n", "500")];
if (run(at("tests/fixtures/random/make_random.py"), dir, "--seed", seed, ...which, ...verbose)) {
  const truth = path.join(dir, "truth.json");
  const theirs = path.join(folder(local, "results"), "random.json");
  const files = JSON.parse(readFileSync(truth, "utf8")).files.map((f) => f.name);
  writeFileSync(theirs, JSON.stringify({ canon: 1, engine: { name: "hyperslab" }, files: await read(files) }));
  if (!run(at("tests/interop/verdict.py"), truth, theirs, ...verbose)) {
    console.log(`note: one file again, number 7 for example: node tests/interop/random.mjs --seed ${seed} --only 7`);
  }
}
