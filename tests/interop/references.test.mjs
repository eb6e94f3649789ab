// References as h5py writes them, read and followed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { open, openSync } from "hyperslab";
import { at } from "../../scripts/lib/paths.mjs";
import { madeByH5py } from "./lib/h5py.mjs";

const objects = madeByH5py(
  "object-references.h5",
  `
g = f.create_group("a/b")
d = f.create_dataset("a/b/d", data=np.arange(12).reshape(3, 4))
g.attrs["of"] = d.ref
f.attrs.create("both", [g.ref, d.ref], dtype=h5py.ref_dtype)
refs = f.create_dataset("refs", (2, 2), h5py.ref_dtype)
refs[0, 0], refs[1, 0], refs[1, 1] = g.ref, d.ref, f.ref
row = np.dtype([("n", "<i4"), ("to", h5py.ref_dtype)])
f["rows"] = np.array([(1, d.ref), (2, g.ref)], dtype=row)
lists = f.create_dataset("lists", (2,), h5py.vlen_dtype(h5py.ref_dtype))
lists[1] = np.array([d.ref, g.ref], dtype=h5py.ref_dtype)
`,
);

test("object references lead to their objects", async () => {
  const f = openSync(objects);
  const [d, g] = [f.get("a/b/d"), f.get("a/b")];
  assert.deepEqual(g.attrs.get("of"), { kind: "object", address: d.address });
  assert.deepEqual(f.attrs.get("both").data.map((r) => r.address), [g.address, d.address]);
  const refs = f.get("refs").read();
  assert.deepEqual(refs.shape, [2, 2]);
  assert.deepEqual(refs.data.map((r) => r.address), [g.address, 0, d.address, f.address]);
  assert.equal(f.get(refs.data[1]), undefined);
  assert.equal(f.get(refs.data[3]).kind, "group");
  const found = f.get(refs.data[2]);
  assert.equal(found.kind, "dataset");
  assert.deepEqual(found.read("1").data, d.read("1").data);
  assert.equal(found.path, `#0x${d.address.toString(16)}`);
  assert.equal(found.name, found.path);
  assert.deepEqual([f.pathOf(refs.data[2]), f.pathOf(found), f.pathOf(f)], ["/a/b/d", "/a/b/d", "/"]);
  assert.equal(f.pathOf({ kind: "object", address: 1 }), undefined);
  const rows = f.get("rows").read();
  assert.deepEqual(rows.data.to.data.map((r) => r.address), [d.address, g.address]);
  const [none, two] = f.get("lists").read().data;
  assert.deepEqual([none.length, two.map((r) => r.address)], [0, [d.address, g.address]]);
  f.close();

  const later = await open(objects);
  const there = await later.get((await later.get("refs").then((r) => r.read())).data[2]);
  assert.deepEqual([...(await there.read("0")).data], [0n, 1n, 2n, 3n]);
  assert.equal(await later.pathOf(there), "/a/b/d");
  later.close();
});

test("references of a wrong size are an error with an address", () => {
  const bytes = new Uint8Array(readFileSync(objects));
  const type = Buffer.from([0x17, 0, 0, 0, 8, 0, 0, 0]);
  for (let at = 0; (at = Buffer.from(bytes.buffer).indexOf(type, at)) >= 0; ) bytes[at + 4] = 7;
  const f = openSync(bytes);
  assert.throws(() => f.get("refs").read(), (e) => e.code === "Malformed" && e.address > 0);
  f.close();
});

test("what was reached by a reference has paths below it", () => {
  const f = openSync(objects);
  const g = f.get(f.attrs.get("both").data[0]);
  const base = `#0x${g.address.toString(16)}`;
  assert.equal(g.get("d").path, `${base}/d`);
  assert.equal(g.get("d").address, f.get("a/b/d").address);
  assert.equal(g.get("/a").path, "/a");
  assert.deepEqual(g.entries().map((e) => e.object.path), [`${base}/d`]);
  assert.deepEqual(g.paths(), ["d"]);
  assert.throws(() => f.get({ kind: "object" }), { code: "Argument" });
  assert.throws(() => f.get({ kind: "object", address: 7 }), { code: "Malformed" });
  f.close();
});

test("regions are read from their dataset", async () => {
  const file = madeByH5py(
    "regions.h5",
    `
d = f.create_dataset("d", data=np.arange(48, dtype="<i4").reshape(6, 8), chunks=(4, 3), compression="gzip")
f["other"] = np.arange(3)
f["scalar"] = 5
space = d.id.get_space()
space.select_elements([(5, 7), (0, 0), (2, 3)])
points = h5py.h5r.create(d.id, b".", h5py.h5r.DATASET_REGION, space)
space.select_hyperslab((0, 0), (1, 1), block=(2, 2))
space.select_hyperslab((1, 1), (1, 1), block=(2, 3), op=h5py.h5s.SELECT_OR)
union = h5py.h5r.create(d.id, b".", h5py.h5r.DATASET_REGION, space)
box = d.regionref[1:3, 2:7:2]
refs = f.create_dataset("refs", (6,), h5py.regionref_dtype)
refs[0], refs[1], refs[2], refs[3] = box, points, union, d.regionref[...]
refs[4] = f["scalar"].regionref[()]
f.attrs.create("box", box, dtype=h5py.regionref_dtype)
`,
  );
  const f = openSync(file);
  const d = f.get("d");
  const refs = f.get("refs").read().data;
  assert.deepEqual(refs.map((r) => r.kind), [...Array(5).fill("region"), "object"]);
  assert.deepEqual([refs[5].address, f.get(refs[5])], [0, undefined]);
  const read = (i, options) => f.get(refs[i]).read(refs[i], options);
  const all = d.read().data;
  assert.deepEqual([read(0).shape, [...read(0).data]], [[2, 3], [10, 12, 14, 18, 20, 22]]);
  assert.deepEqual([read(1).shape, [...read(1).data]], [[3], [47, 0, 19]]);
  assert.deepEqual([read(2).shape, [...read(2).data]], [[9], [0, 1, 8, 9, 10, 11, 17, 18, 19]]);
  assert.deepEqual([read(3).shape, read(3).data], [[6, 8], all]);
  assert.equal(read(4), f.get("scalar").read());
  assert.deepEqual(read(1, { as: "float64" }).data, Float64Array.of(47, 0, 19));
  assert.deepEqual(d.read(f.attrs.get("box")).data, read(0).data);
  assert.throws(() => f.get("other").read(refs[0]), { code: "Argument" });
  assert.throws(() => d.read({ kind: "object", address: d.address }), { code: "Argument" });
  assert.throws(() => d.read({ ...refs[0], selection: refs[0].selection.slice(0, 20) }), { code: "Malformed", address: d.address });
  f.close();

  const later = await open(file);
  const [, points] = (await (await later.get("refs")).read()).data;
  assert.deepEqual([...(await (await later.get(points)).read(points)).data], [47, 0, 19]);
  later.close();
});

const far = madeByH5py(
  "references/far.h5",
  `
import os
sys.path.insert(0, ${JSON.stringify(at("tests/fixtures/corpus"))})
import h5c
from writing import T, W
from cases.types import hyper, std_ref
os.chdir(os.path.dirname(sys.argv[1]))
with h5py.File("near.h5", "w", libver="latest") as near:
    near["grid"] = np.arange(20, dtype="<i4").reshape(4, 5)
    near["grid"].attrs["units"] = "K"
    near["group/below"] = 7
    near["group/self"] = near["grid"].ref
n = h5py.File("near.h5", "r")
class Near: fid, refs = n.id.id, []
refs = [std_ref(Near, "object", "/grid"), std_ref(Near, "region", "/grid", hyper([1, 1], [2, 3], [2, 2], [1, 1])),
        std_ref(Near, "attr", "/grid", "units"), std_ref(Near, "object", "/group"), bytes(64)]
class Far: fid = f.id.id
writer = W.__new__(W)
writer.fid, writer.times = f.id.id, False
writer.dset("refs", T("H5T_STD_REF"), (5,), b"".join(refs))
writer.attr("/", "one", T("H5T_STD_REF"), (), refs[0])
for r in Near.refs: h5c.H5Rdestroy(r)
n.close()
`,
  'libver="latest"',
);

test("references into another file are followed", async () => {
  const bytes = (name) => new Uint8Array(readFileSync(path.join(path.dirname(far), path.basename(name))));
  const asked = [];
  const resolve = async (name, from) => {
    asked.push([name, from]);
    return bytes(name);
  };
  for (const f of [openSync(far), await open(far), await open(bytes(far), { resolve })]) {
    const [grid, region, attribute, group, none] = (await (await f.get("refs")).read()).data;
    assert.deepEqual([grid.kind, grid.file, group.file], ["object", "near.h5", "near.h5"]);
    const d = await f.get(grid);
    assert.deepEqual([d.kind, d.shape, d.file === f, d.path.startsWith("#")], ["dataset", [4, 5], false, true]);
    assert.equal(await d.file.pathOf(d), "/grid");
    assert.deepEqual([...(await (await f.get(region)).read(region)).data], [6, 9, 16, 19]);
    assert.equal(await (await f.get(attribute)).attrs.get(attribute.attribute), "K");
    assert.equal(await (await (await f.get(group)).get("below")).read(), 7n);
    assert.deepEqual(await (await f.get(group)).keys(), ["below", "self"]);
    // What is read there leads to objects there.
    assert.equal((await d.file.get(await (await d.file.get("group/self")).read())).address, d.address);
    assert.deepEqual([await f.get(none), await f.pathOf(grid)], [undefined, undefined]);
    assert.equal((await f.get(await f.attrs.get("one"))).address, d.address);
    f.close();
    await assert.rejects(async () => d.read(), { code: "Closed" });
  }
  assert.deepEqual(asked, [["near.h5", undefined]]);
  // Nothing is there, or nothing may be looked for.
  const lost = openSync(bytes(far), { resolve: () => undefined });
  assert.equal(lost.get(lost.get("refs").read().data[0]), undefined);
  const alone = openSync(bytes(far));
  assert.throws(() => alone.get(alone.get("refs").read().data[0]), { code: "Unsupported", message: /near\.h5/ });
});

test("what is broken is stepped over when a path is looked for", async () => {
  const file = madeByH5py(
    "broken-in-between.h5",
    `
f["a/d"] = np.arange(3)
f.create_group("b/broken/below")
f["c"] = np.arange(4)
f["z/d"] = np.arange(5)
`,
  );
  const bytes = new Uint8Array(readFileSync(file));
  const whole = openSync(bytes);
  const [first, group, last, below] = ["a/d", "b/broken", "z/d", "c"].map((name) => whole.get(name).address);
  // An object header of a version that there is not.
  for (const address of [first, group]) bytes[address] = 77;
  for (const f of [openSync(bytes.slice()), await open(new Blob([bytes]))]) {
    await assert.rejects(async () => f.paths(), { code: "Malformed", path: "/a/d" });
    assert.equal(await f.pathOf({ kind: "object", address: last }), "/z/d");
    assert.equal(await f.pathOf({ kind: "object", address: below }), "/c");
    // They have names, whatever is the matter with them.
    assert.equal(await f.pathOf({ kind: "object", address: first }), "/a/d");
    assert.equal(await f.pathOf({ kind: "object", address: group }), "/b/broken");
    assert.equal(await f.pathOf({ kind: "object", address: 5 }), undefined);
    f.close();
  }
});
