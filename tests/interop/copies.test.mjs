// Copies of objects, with every option, beside the copies that h5py makes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { create, open, openSync, repack } from "hyperslab";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

function checker(...args) {
  const { status, stdout, stderr } = spawnSync(python, [at("tests/interop/check_copies.py"), ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

const OPTIONS = {
  plain: {},
  shallow: { shallow: true },
  soft: { expandSoft: true },
  external: { expandExternal: true },
  both: { expandSoft: true, expandExternal: true },
  references: { expandReferences: true },
  outline: { expandReferences: true, shallow: true },
  bare: { withoutAttrs: true },
};

const folders = new Map();

/** The folder of sources and of h5py's copies. */
function made(form) {
  if (!folders.has(form)) {
    folders.set(form, folder(local, "h5py", "copies", form));
    checker("make", folders.get(form), ...(form === "latest" ? [form] : []));
  }
  return folders.get(form);
}

for (const libver of [[], ["latest"]]) {
  const form = libver[0] ?? "earliest";
  const file = (name) => path.join(made(form), name);
  // Of link messages libhdf5 makes broken groups when it expands soft links: then its copies of symbol tables are compared.
  const like = (name, options) => path.join(made(options.expandSoft ? "earliest" : form), `${name}.h5`);

  for (const [name, options] of Object.entries(OPTIONS)) {
    test(`within a file, ${form}: ${name}`, () => {
      const ours = file(`ours-same-${name}.h5`);
      copyFileSync(file("source.h5"), ours);
      const f = openSync(ours, { mode: "r+" });
      f.copy("a", "copy", options);
      f.close();
      // With references expanded, libhdf5 leaves elements within one file as they are: what it does from file to file is meant.
      const where = options.expandReferences ? "across" : "same";
      assert.equal(checker("check", like(`${where}-${name}`, options), ours, where, "/type"), "");

      // The same in steps.
      const stepped = file(`ours-stepped-${name}.h5`);
      copyFileSync(file("source.h5"), stepped);
      const g = openSync(stepped, { mode: "r+" });
      g.copy("a", "copy", { ...options, onProgress: () => {} });
      g.close();
      assert.equal(checker("check", like(`${where}-${name}`, options), stepped, where, "/type"), "");
    });

    test(`from file to file, ${form}: ${name}`, async () => {
      const expected = like(`across-${name}`, options);
      const source = openSync(file("source.h5"));
      const [low] = libver;
      const f = create({ libver: low });
      f.copy(source.get("a"), "copy", options);
      f.save(file(`ours-across-${name}.h5`));
      assert.equal(checker("check", expected, file(`ours-across-${name}.h5`), "across"), "");

      // The same where everything has to be fetched first.
      const blobs = (n) => (n.startsWith("none") ? null : new Blob([readFileSync(file(n))]));
      const later = await open(blobs("source.h5"), { resolve: blobs });
      const g = await open(new Blob([]), { mode: "w", libver: low });
      await g.copy(await later.get("a"), "copy", options);
      await g.save(file(`ours-fetched-${name}.h5`));
      assert.equal(checker("check", expected, file(`ours-fetched-${name}.h5`), "across"), "");
      for (const opened of [source, f, later, g]) await opened.close();
    });
  }
}

const hard = madeByH5py(
  "copies-references.h5",
  `
a = f.create_group("a")
a["x"], f["out"], f["gone"] = np.arange(4), 5, 6
both = np.array([a["x"].ref, f["out"].ref, f["gone"].ref], dtype=h5py.ref_dtype)
a.create_dataset("chunked", data=both, dtype=h5py.ref_dtype, chunks=(2,), compression="gzip")
a.create_dataset("lists", (2,), h5py.vlen_dtype(h5py.ref_dtype))[1] = both
row = np.dtype([("n", "<i4"), ("to", h5py.ref_dtype)])
a["rows"] = np.array([(1, f["out"].ref), (2, a["x"].ref)], dtype=row)
a.create_dataset("self", (1,), h5py.ref_dtype)
a["self"][0] = a["self"].ref
a["type"] = np.dtype("<i4")
a["type"].attrs.create("me", 1, dtype=a["type"])
del f["gone"]
`,
);

// What libhdf5 refuses, or copies so that references lead to wrong objects.
const SEEN = `
def to(r):
    try: return f[r].name if r else None
    except Exception: return None
print(json.dumps([[to(r) for r in f["copy/chunked"]], [[to(r) for r in v] for v in f["copy/lists"]],
  [to(r["to"]) for r in f["copy/rows"]], to(f["copy/self"][0]), f["copy/type"].attrs.get_id("me").get_type().committed()]))
`;

test("references in chunks, sequences and records", () => {
  const outside = (f) => f.keys().find((name) => name.startsWith("~obj_pointed_by_"));
  const file = path.join(local, "h5py", "copies-references-ours.h5");
  copyFileSync(hard, file);
  const f = openSync(file, { mode: "r+" });
  f.copy("a", "copy");
  f.flush();
  assert.deepEqual(seenByH5py(file, SEEN), [["/a/x", "/out", null], [[], ["/a/x", "/out", null]], ["/out", "/a/x"], "/a/self", true]);
  f.delete("copy");
  f.copy("a", "copy", { expandReferences: true });
  const name = `/${outside(f)}`;
  f.close();
  assert.deepEqual(seenByH5py(file, SEEN), [["/copy/x", name, null], [[], ["/copy/x", name, null]], [name, "/copy/x"], "/copy/self", true]);

  const source = openSync(hard);
  for (const expandReferences of [false, true]) {
    const g = create();
    g.copy(source.get("a"), "copy", { expandReferences });
    g.save(file);
    const [x, out, self] = expandReferences ? ["/copy/x", `/${outside(g)}`, "/copy/self"] : [null, null, null];
    assert.deepEqual(seenByH5py(file, SEEN), [[x, out, null], [[], [x, out, null]], [out, x], self, true]);
    g.copy(source.get("a/self"), "self", { expandReferences });
    g.close();
  }
});

test("what several links lead to in another file is copied once", () => {
  madeByH5py("copies-far.h5", `
f["g/d"] = np.arange(3)
f["g/round"] = h5py.ExternalLink("copies-near.h5", "/links")
`);
  const near = madeByH5py("copies-near.h5", `
f["links/one"], f["links/two"] = h5py.ExternalLink("copies-far.h5", "/g"), h5py.ExternalLink("copies-far.h5", "/g/d")
`);
  const file = path.join(local, "h5py", "copies-once.h5");
  const source = openSync(near);
  const f = create();
  f.copy(source.get("links"), "copy", { expandExternal: true });
  f.save(file);
  assert.deepEqual(
    seenByH5py(file, `print(json.dumps([f["copy/one/d"] == f["copy/two"], f["copy/one/round"] == f["copy"], f["copy/two"][()].tolist()]))`),
    [true, true, [0, 1, 2]],
  );
});

test("what a virtual dataset is made of is written as the file's bound says", async () => {
  const home = folder(local, "h5py", "copies", "virtual");
  const source = create({ libver: "latest" });
  const shape = [4, 6];
  source.createDataset("rows", { data: Int32Array.from({ length: 24 }, (_, i) => i), shape });
  source.createDataset("seen", { shape, dtype: "int32", sources: [{ dataset: "rows", shape, source: "::2, 1:6:2", target: "::2, ::2" }], fillvalue: -1 });
  const target = create({ libver: "v110" });
  for (const name of ["rows", "seen"]) target.copy(source.get(name), name);
  const small = path.join(home, "small.h5");
  await repack(source.toBytes(), { to: small, libver: "v110" });
  const copy = path.join(home, "copy.h5");
  writeFileSync(copy, target.toBytes());
  const expected = source.get("seen").read().data;
  for (const file of [copy, small]) {
    assert.deepEqual(openSync(file).get("seen").read().data, expected, file);
    // HDF5 1.10 does not know how 1.12 and later write selections.
    const { status, stdout } = spawnSync("h5dump", ["-p", "-d", "/seen", file], { encoding: "utf8" });
    assert.equal(status, 0, file);
    assert.match(stdout, /STRIDE \(2,2\)/);
  }
});

test("regions stay when what they were copied from goes: libhdf5's copies in the same file share them", async () => {
  for (const kind of ["h5py.regionref_dtype", "np.dtype([('n', '<i4'), ('to', h5py.regionref_dtype)])"]) {
    const made = madeByH5py(
      "shared-regions.h5",
      `
f["to"] = np.arange(12).reshape(3, 4)
ref = f["to"].regionref[1:3, ::2]
kind = np.dtype(${kind})
value = np.empty(3, kind)
value[:] = [(7, ref) if kind.names else ref] * 3
d = f.create_dataset("d", data=value, dtype=kind)
d.attrs.create("a", value, dtype=kind)
for name in ("deleted", "replaced", "overwritten"):
    f.copy(d, name)
`,
    );
    const f = await open(made, { mode: "r+" });
    const values = await (await f.get("d")).read();
    await f.delete("deleted");
    await (await f.get("replaced")).attrs.set("a", 1);
    await (await f.get("overwritten")).write(values);
    await (await f.get("overwritten")).attrs.set("a", values);
    await f.close();
    const seen = seenByH5py(
      made,
      `
def regions(value):
    value = value if value.dtype.names is None else value["to"]
    return [np.asarray(f[r][r]).ravel().tolist() for r in value]
of = [f["d"][()], f["d"].attrs["a"], f["replaced"][()], f["overwritten"][()], f["overwritten"].attrs["a"]]
print(json.dumps([regions(v) for v in of]))
`,
    );
    assert.deepEqual(seen.flat(), Array.from({ length: 15 }, () => [4, 6, 8, 10]));
  }
});

test("copies of datasets whose single filtered chunk is not there yet are written by libhdf5", () => {
  const file = path.join(local, "h5py", "copies-single.h5");
  const f = create({ libver: "v110" });
  f.createDataset("d", { shape: [6], dtype: "int32", chunks: [6], compression: "gzip" });
  f.copy("d", "copy");
  f.save(file);
  seenByH5py(file, `f["copy"][:] = np.arange(6)`, "r+");
  assert.deepEqual(seenByH5py(file, `print(json.dumps([f["d"][()].tolist(), f["copy"][()].tolist()]))`), [[0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5]]);
});
