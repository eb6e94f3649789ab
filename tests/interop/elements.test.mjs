// Changes of elements in files of h5py's, by the engine and by h5py in turn.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { at, env, folder, local, root } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, env: env(), encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, `${done.error?.message ?? ""}${done.stdout}${done.stderr}`);
  return done.stdout;
}

test("elements are what NumPy says, whoever changed them", () => {
  const args = ["build", "-q", "-p", "hyperslab-tests", "--example", "edit", "--message-format=json"];
  const artifacts = run("cargo", args).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const edit = artifacts.find((a) => a.executable && a.target?.name === "edit").executable;
  const printed = run(python, [at("tests/interop/edit_elements.py"), edit, path.join(folder(local), "elements")]);
  // Counted by the runner of the checks.
  console.log(printed.trim());
});
