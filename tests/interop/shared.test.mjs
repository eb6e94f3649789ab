// Files whose objects share header messages, changed beside libhdf5: the same values, the same counts of users. libhdf5
// damages some of these files when it changes them (where dataspaces are shared, for one); what values have to be it says in
// twins that share nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { openSync } from "hyperslab";
import { at, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";
import { seenByH5py } from "./lib/h5py.mjs";

const dir = path.join(local, "shared");

function libhdf5(...args) {
  const { status, stdout, stderr } = spawnSync(python, [at("tests/interop/check_shared.py"), ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

const counts = (file) => JSON.parse(libhdf5("counts", file));

function change(file, edits) {
  const f = openSync(file, { mode: "r+" });
  for (const [what, place, ...more] of edits) {
    if (what === "attribute") f.get(place).attrs.set(more[0], Int32Array.of(more[1]));
    else if (what === "forget") f.get(place).attrs.delete(more[0]);
    else if (what === "delete") f.delete(place);
    else if (what === "resize") f.get(place).resize(more[0]);
    else f.createGroup(place);
  }
  f.close();
}

const name = (k) => `g${k % 2}/d${String(k).padStart(2, "0")}`;
/** What does not make anything that could be shared. */
const LESS = [
  [["forget", name(1), "same"], ["forget", name(2), "own"], ["forget", name(3), "named"], ["forget", name(5), "many 2"], ["forget", "/", "same"]],
  [["delete", name(4)], ["delete", name(5)], ["delete", name(7)], ["delete", "points"]],
  [2, 3, 6, 8, 9].map((k) => ["delete", name(k)]),
  [0, 1].flatMap((k) => ["same", "some", "own", "named"].filter((a) => k === 0 || a !== "same").map((a) => ["forget", name(k), a])),
];
/** And what does. */
const MORE = [
  [["attribute", name(10), "same", 1], ["attribute", name(11), "own", 2], ["attribute", name(10), "many 1", 3], ["attribute", "g0", "new", 4]],
  [["resize", name(12), [9, 3]], ["resize", name(13), [1, 4]], ["resize", name(14), [0, 5]]],
  [["group", "g0/new/inner"], ["attribute", "g0/new", "b", 1], ["attribute", "g0/new", "a", 2], ["attribute", "g1", "same", 5]],
  [["delete", name(12)], ["delete", name(10)], ["forget", name(11), "own"], ["delete", "g0"]],
];

rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
before(() => libhdf5("make", dir));

for (const form of ["list", "tree", "always", "three", "types"]) {
  for (const low of ["earliest", "latest"]) {
    const made = path.join(dir, `${form}-${low}.h5`);
    const beside = (end) => path.join(dir, `${form}-${low}-${end}`);
    const [ours, theirs, plain, edits] = ["ours.h5", "theirs.h5", "plain.h5", "edits.json"].map(beside);

    test(`${form}, ${low}`, () => {
      copyFileSync(made, ours);
      copyFileSync(made, theirs);
      for (const [n, step] of [...LESS, ...MORE].entries()) {
        writeFileSync(edits, JSON.stringify(step));
        libhdf5("change", plain, edits);
        change(ours, step);
        assert.equal(libhdf5("compare", plain, ours), "", `step ${n}`);
        if (n < LESS.length && (low === "earliest" || n < 2)) {
          libhdf5("change", theirs, edits);
          assert.deepEqual(counts(ours), counts(theirs), `step ${n}`);
        }
      }
      // The tools are too old for the other files, and h5repack ends badly even with what libhdf5 made.
      for (const tool of low === "earliest" ? ["h5dump", "h5stat"] : []) assert.equal(spawnSync(tool, [ours]).status, 0, tool);

      // What is left is counted right: libhdf5 takes it all away, and so do we with what libhdf5 made.
      const emptied = beside("emptied.h5");
      copyFileSync(ours, emptied);
      libhdf5("empty", emptied);
      const nothing = (file) => counts(file).forEach(([, messages, index, heap]) => assert.deepEqual([messages, index, heap], [0, true, true]));
      nothing(emptied);
      copyFileSync(made, emptied);
      const f = openSync(emptied, { mode: "r+" });
      f.attrs.clear();
      for (const key of f.keys()) f.delete(key);
      f.close();
      nothing(emptied);
    });
  }
}

test("new objects of files that share attributes keep their order", () => {
  for (const low of ["earliest", "latest"]) {
    const [file, theirs] = ["ours", "theirs"].map((end) => path.join(dir, `order-${low}-${end}.h5`));
    copyFileSync(path.join(dir, `list-${low}.h5`), file);
    copyFileSync(path.join(dir, `list-${low}.h5`), theirs);
    const f = openSync(file, { mode: "r+" });
    f.createGroup("new/inner");
    f.createDataset("new/data", { data: [1, 2] });
    f.createDatatype("new/type", "<i4");
    for (const key of ["new", "new/inner", "new/data", "new/type"]) {
      f.get(key).attrs.set("z", 1);
      f.get(key).attrs.set("a", 2);
    }
    f.close();
    const made = `
f.create_group("new/inner")
f["new/data"] = [1, 2]
f["new/type"] = np.dtype("<i4")
for key in "new", "new/inner", "new/data", "new/type":
    f[key].attrs["z"] = 1
    f[key].attrs["a"] = 2
`;
    seenByH5py(theirs, made, "r+");
    const flags = `print(json.dumps([[h5py.h5o.get_info(f[k].id).hdr.version, h5py.h5o.get_info(f[k].id).hdr.flags & 12] for k in ("new", "new/inner", "new/data", "new/type")]))`;
    assert.deepEqual(seenByH5py(file, flags), seenByH5py(theirs, flags), low);
  }
});
