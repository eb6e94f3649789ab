#!/usr/bin/env node
// Random sessions: files of h5py are changed by the package and, each change again, by libhdf5 in a copy, and h5py in turn
// changes both; after every flush the two say the same, and HDF5 1.10's h5dump, h5repack and h5stat take ours.
//   node tests/interop/editing.mjs [-n SESSIONS] [--seed S] [--only K[,K...]]
// A seed that is not given is the time.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { option } from "../../scripts/lib/option.mjs";
import { python } from "./lib/corpus.mjs";

const seed = option("--seed", String(Date.now()));
const only = option("--only");
const engine = ["--", process.execPath, at("tests/interop/editing/driver.mjs")];
const out = path.join(folder(local, "editing"), "run");

console.log(`note: seed ${seed}`);
const argv = [at("tests/interop/editing/edit_random.py"), out, "--seed", seed, ...(only ? ["--only", only] : ["-n", option("-n", "300")])];
const { status, error } = spawnSync(python, [...argv, ...engine], { stdio: "inherit" });
if (error) throw error;
if (status !== 0) {
  console.log(`note: one session again, number 7 for example: node tests/interop/editing.mjs --seed ${seed} --only 7`);
  process.exitCode = status || 1;
}
