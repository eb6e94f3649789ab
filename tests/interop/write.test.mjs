// Files written through the public entry, judged by libhdf5: h5py (2.0) compares everything with what went in, h5dump (1.10)
// prints it all without complaint, and our own reader says the same.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { create, externalLink, softLink } from "hyperslab";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";
import { document } from "./lib/document.mjs";
import { Want } from "./lib/want.mjs";
import { cases as compressed } from "./written/compressed.mjs";
import { cases as library } from "./written/library.mjs";
import { cases as numbers } from "./written/numbers.mjs";
import { cases as storage } from "./written/storage.mjs";
import { cases as tree } from "./written/tree.mjs";
import { cases as types } from "./written/types.mjs";

rmSync(path.join(local, "written"), { recursive: true, force: true });
const dir = folder(local, "written");

/** Writes the file of a case; a failure is kept for the case's test. */
async function write([name, make, { values = true } = {}]) {
  const file = path.join(dir, `${name}.h5`);
  const want = new Want();
  try {
    const f = create();
    await make(f, want, { softLink, externalLink });
    const bytes = f.toBytes();
    f.close();
    writeFileSync(file, bytes);
    return { name, file, bytes, values, objects: want.entries() };
  } catch (error) {
    return { name, file, error };
  }
}

const made = [];
for (const one of [...tree, ...numbers, ...storage, ...library, ...types, ...compressed]) made.push(await write(one));

/** What libhdf5 finds wrong, for every file in one run of Python. */
function verify() {
  const list = path.join(dir, "list.json");
  const out = path.join(dir, "problems.json");
  writeFileSync(list, JSON.stringify(made.filter((m) => !m.error).map(({ file, objects }) => ({ file, objects }))));
  const run = spawnSync(python, [at("tests/interop/verify_files.py"), list, out], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(readFileSync(out, "utf8"));
}

const problems = verify();

/** The expected keys of an entry that another entry does not have. */
function differences(want, have) {
  if (!have) return [`${want.path}: missing`];
  return Object.entries(want)
    .filter(([k]) => k !== "attrs")
    .filter(([k, v]) => JSON.stringify(have[k]) !== JSON.stringify(v))
    .map(([k, v]) => `${want.path ?? want.name}: ${k} is ${JSON.stringify(have[k])}, expected ${JSON.stringify(v)} ${have.error ?? ""}`);
}

for (const { name, file, bytes, objects, values, error } of made) {
  describe(name, () => {
    test("is written", () => assert.ifError(error));
    if (error) return;
    test("is equal for h5py", () => assert.deepEqual(problems[file], []));
    test("is printed by h5dump", () => {
      const run = spawnSync("h5dump", [...(values ? [] : ["-p", "-H"]), file], { encoding: "utf8", maxBuffer: 1 << 30 });
      assert.equal(run.stderr, "");
      assert.equal(run.status, 0);
    });
    test("is equal for our own reader", () => {
      const doc = document(bytes);
      assert.equal(doc.error, undefined);
      const have = new Map(doc.objects.map((o) => [o.path, o]));
      const wrong = objects.flatMap((want) => {
        const entry = have.get(want.path);
        const named = new Map(entry?.attrs?.map((a) => [a.name, a]));
        return [...differences(want, entry), ...(want.attrs ?? []).flatMap((a) => differences(a, named.get(a.name)))];
      });
      assert.deepEqual(wrong, []);
      assert.equal(doc.objects.length, objects.length);
    });
  });
}

test("files are no larger than h5py's", () => {
  const size = (name) => made.find((m) => m.name === name).bytes.length;
  const sizes = { empty: 800, never_written_alone: 1400, float64: 82_144, float32: 42_144 };
  const alone = create();
  alone.createDataset("big", { dtype: "float32", shape: [1024, 1024] });
  assert.ok(alone.toBytes().length <= sizes.never_written_alone, "storage is allocated late");
  const random = Float64Array.from({ length: 10_000 }, () => Math.random());
  for (const dtype of ["float64", "float32"]) {
    const f = create();
    f.createDataset("dataset", { data: random, shape: [100, 100], dtype });
    assert.ok(f.toBytes().length <= sizes[dtype], dtype);
  }
  assert.ok(size("empty") <= sizes.empty);
});
