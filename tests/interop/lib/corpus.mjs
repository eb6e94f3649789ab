// The corpus on disk: generated when its generator has changed, otherwise as it is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { alone } from "../../../scripts/lib/alone.mjs";
import { at, folder, local } from "../../../scripts/lib/paths.mjs";
import { venvPython } from "../../../scripts/setup/python.mjs";

/** The Python with h5py: `PYTHON`, or the one that set-up made. */
export const python = process.env.PYTHON || venvPython;

const generator = at("tests/fixtures/corpus");

/** A digest of everything that decides what the generators write. */
function fingerprint(...more) {
  const h = createHash("sha256");
  const add = (dir) => {
    for (const e of readdirSync(dir, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (e.isDirectory() && e.name !== "__pycache__") add(path.join(dir, e.name));
      else if (e.name.endsWith(".py")) h.update(e.name).update(readFileSync(path.join(dir, e.name)));
    }
  };
  add(generator);
  h.update(readFileSync(at("tests/fixtures/requirements.txt")));
  return h.update(JSON.stringify(more)).digest("hex");
}

/** Runs a generator into a folder of .cache unless it did so before; returns the folder. Others who want it wait. */
function generated(name, script, makeArgs) {
  const out = folder(local, name);
  const args = makeArgs(out);
  const stamp = path.join(out, ".stamp");
  const wanted = fingerprint(script, args);
  return alone(`${out}.lock`, () => {
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return out;
    const run = spawnSync(python, [path.join(generator, script), ...args], { encoding: "utf8" });
    process.stdout.write(run.stdout ?? "");
    if (run.status !== 0) throw new Error(`${script} failed: ${run.error?.message ?? run.stderr}`);
    writeFileSync(stamp, wanted);
    return out;
  });
}

/** Folder of the conformance corpus: files, manifest.json, truth.json. */
export const corpus = () => generated("corpus", "make_corpus.py", (out) => [out]);

/** Folder of `n` damaged files, one after another in malformed.bin as manifest.json says, and of the crafted traps. */
export const malformed = (n, seed) =>
  generated(`malformed-${n}-${seed}`, "make_malformed.py", (out) => [corpus(), out, "-n", String(n), "--seed", String(seed), "--pack"]);
