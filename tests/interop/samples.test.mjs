// The engine's own writing, below the package: sample files beside twins that h5py makes, and copies of the whole corpus.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { at, env, folder, local, root } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "./lib/corpus.mjs";

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, env: env(), encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, `${done.error?.message ?? ""}${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Builds an example of the engine and returns the path of the program. */
function example(name) {
  const args = ["build", "-q", "-p", "hyperslab-tests", "--example", name, "--message-format=json"];
  const artifacts = run("cargo", args).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return artifacts.find((a) => a.executable && a.target?.name === name).executable;
}

test("sample files are what h5py would have written, and no larger", () => {
  const dir = path.join(local, "samples");
  rmSync(dir, { recursive: true, force: true });
  run(example("make_samples"), [folder(dir)]);
  run(python, [at("tests/interop/check_samples.py"), dir]);
});

test("copies of the corpus are equal to it", () => {
  const dir = corpus();
  const files = readdirSync(dir, { recursive: true }).filter((f) => /\.(h5|hdf5|nc)$/.test(f)).toSorted();
  const ways = ["4", "keep", "contiguous", "keep:v110", "9:v200"];
  run(python, [at("tests/interop/check_repack.py"), example("repack"), ...files.map((f) => path.join(dir, f)), "--how", ...ways]);
});

test("free space is what libhdf5 says it is, whoever changes a file", () => {
  run(python, [at("tests/interop/check_space.py"), example("edit"), folder(local, "space")]);
});

test("what is read of the corpus can be made again, with every lower bound", () => {
  const dir = corpus();
  const files = readdirSync(dir, { recursive: true }).filter((f) => /\.(h5|hdf5|nc)$/.test(f)).toSorted();
  run(python, [at("tests/interop/check_recreate.py"), example("recreate"), dir, ...files.map((f) => path.join(dir, f))]);
});
