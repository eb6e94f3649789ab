#!/usr/bin/env node
// Reads the whole corpus and compares every object with what libhdf5 says is in it.
//   node tests/interop/corpus.mjs [--record] [-v] [--only SUBSTRING]
// --record: what is equal now must stay so, and the README's numbers are these.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "./lib/corpus.mjs";

const args = process.argv.slice(2);
const only = args.includes("--only") ? args.splice(args.indexOf("--only"), 2) : [];

function run(argv) {
  const { status } = spawnSync(argv[0], argv.slice(1), { stdio: "inherit" });
  if (status !== 0) process.exitCode = status ?? 1;
  return status === 0;
}

const dir = corpus();
const manifest = path.join(dir, "manifest.json");
const theirs = path.join(folder(local, "results"), "corpus.json");
const reader = at("tests/interop/canonical.mjs");
if (run([process.execPath, reader, dir, manifest, theirs, "--jobs", "2", ...only])) {
  const truth = path.join(dir, "truth.json");
  if (only.length) run([python, at("tests/fixtures/corpus/compare.py"), truth, theirs, "--files", "--level", "full", ...only]);
  else run([python, at("tests/interop/verdict.py"), truth, theirs, at("tests/interop/expected.json"), ...args]);
  if (args.includes("--record")) run([python, at("tests/interop/count_corpus.py"), truth, theirs, "--readme", at("README.md")]);
}
