// h5wasm's README: its examples run unchanged, see what they see with h5wasm, and make the same files.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { create } from "../../dist/node.js";
import { programs, write } from "./h5wasm/readme.mjs";

// Inside the project: there the package's own name is a module's.
const dir = path.join(local, "h5wasm-readme");
const python = process.env.PYTHON;
const MODULES = { real: "h5wasm/node", ours: "hyperslab/h5wasm/node" };

/** The file that the examples read, as far as they tell of it. */
function instrument() {
  const f = create();
  const data = Int32Array.from({ length: 48 * 128 }, (_, i) => (i * 7) % 101);
  f.createDataset("entry/instrument/detector_MR/data", { data, shape: [48, 128] });
  for (const name of ["attenuator", "beam", "source"]) f.createGroup(`entry/instrument/${name}`);
  return f.toBytes();
}

const runner = `
  import { readFileSync } from "node:fs";
  // The one example that fetches its file gets ours.
  globalThis.fetch = async () => ({ arrayBuffer: async () => readFileSync("sans59510.nxs.ngv").buffer.slice(0) });
  const { __seen = [] } = await import(process.argv[2]);
  console.log("\\n" + JSON.stringify(__seen));
`;

/** Runs a program in a fresh folder with the files that examples expect; what it saw. */
function run(which, name, code, noted) {
  const home = folder(dir, which, name);
  folder(home, "test/tmp");
  writeFileSync(path.join(home, "sans59510.nxs.ngv"), instrument());
  // Two examples go on with what others made.
  if (/new h5wasm.File\("myfile.h5", "a"\)/.test(code)) writeFileSync(path.join(home, "myfile.h5"), create().toBytes());
  writeFileSync(path.join(home, "run.mjs"), runner);
  const program = write(home, "program.mjs", code.replaceAll("/home/brian/Downloads/sans59510.nxs.ngv", path.join(home, "sans59510.nxs.ngv")), MODULES[which], noted);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["run.mjs", program], { cwd: home, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return { home, seen: JSON.parse(stdout.slice(stdout.lastIndexOf("\n[") + 1)) };
}

before(() => rmSync(dir, { recursive: true, force: true }));

test("the README has the examples that it had", () => {
  assert.equal(programs().filter(({ skipped }) => !skipped).length, 12);
});

for (const [i, { under, code, skipped }] of programs().entries()) {
  test(`README: ${under}`, { skip: skipped }, () => {
    run("ours", `${i}-unchanged`, code, false);
    const [real, ours] = ["real", "ours"].map((which) => run(which, String(i), code, true));
    // What is written for HDF5 1.10 says so, as the README has it: theirs says 1.8 when it is opened again.
    const told = real.seen.map(([what, v]) => [what, what === "f_read.libver" ? ["v110", "v200"] : v]);
    assert.deepEqual(ours.seen, told);
    for (const name of readdirSync(real.home, { recursive: true }).filter((n) => n.endsWith(".h5"))) {
      const [expected, actual] = [real, ours].map(({ home }) => path.join(home, name));
      assert.ok(existsSync(actual), name);
      const run = spawnSync(python, [at("tests/entries/h5wasm/same.py"), expected, actual], { encoding: "utf8" });
      assert.equal(run.status, 0, name + run.stdout + run.stderr);
    }
  });
}
