// What datasets share and refer to: committed datatypes, dimension scales, regions, other datasets, other files. h5py judges.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { create, open, openSync } from "hyperslab";
import { folder, local } from "../../scripts/lib/paths.mjs";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const dir = folder(local, "making");
const at = (name) => path.join(dir, name);

/** Files of both forms, filled and read again. */
function forms(name, fill) {
  return ["earliest", "latest"].map((libver) => {
    const file = at(`${name}-${libver}.h5`);
    const f = openSync(file, { mode: "w", libver });
    fill(f);
    f.close();
    return file;
  });
}

test("committed datatypes are shared", () => {
  const dtype = { class: "compound", size: 0, members: [{ name: "x", dtype: "<f8" }, { name: "t", dtype: "string" }] };
  const files = forms("types", (f) => {
    const type = f.createDatatype("types/point", dtype, { trackOrder: true });
    type.attrs.set("about", "a point");
    assert.equal(type.kind, "datatype");
    const d = f.createDataset("d", { data: [{ x: 1, t: "a" }, { x: 2, t: "b" }], dtype: type });
    f.createDataset("late", { shape: [2], dtype: type });
    assert.equal(d.committed, type.address);
    d.attrs.set("origin", { x: 0, t: "o" }, { dtype: type });
    assert.equal(d.attrs.describe("origin").committed, type.address);
    const small = f.createDatatype("small", "<i2");
    f.attrs.set("n", [1, 2, 3], { dtype: small });
    assert.throws(() => f.createDatatype("small", "<i4"), { code: "Argument" });
    assert.throws(() => f.createDatatype("wrong", "<i5"), { code: "Argument" });
    assert.throws(() => f.createDataset("x", { data: 1, dtype: f.get("d") }), { code: "Argument" });
    assert.throws(() => create().createDataset("x", { data: 1, dtype: small }), { code: "Argument" });
    // Without a name it lives on in what uses it.
    f.delete("types/point");
    assert.deepEqual(d.read().data.t.data, ["a", "b"]);
  });
  for (const file of files) {
    const g = openSync(file);
    assert.deepEqual(g.get("d").read("1"), { x: 2, t: "b" });
    seenByH5py(
      file,
      `d = f["d"]
assert d.id.get_type().committed() and f["late"].id.get_type().committed() and h5py.h5a.open(d.id, b"origin").get_type().committed()
assert d[1]["x"] == 2 and d[1]["t"] == b"b" and d.attrs["origin"]["t"] == b"o"
assert isinstance(f["small"], h5py.Datatype) and f["small"].dtype == "<i2" and list(f.attrs["n"]) == [1, 2, 3]
assert h5py.h5a.open(f.id, b"n").get_type().committed()`,
    );
  }
});

test("dimension scales", async () => {
  const files = forms("scales", (f) => {
    const d = f.createDataset("d", { shape: [3, 4], dtype: "<f4" });
    const x = f.createDataset("x", { data: [1, 2, 3] });
    const y = f.createDataset("y", { data: [1, 2, 3, 4] });
    const z = f.createDataset("z", { data: [5, 6, 7, 8] });
    x.makeScale("the x axis");
    d.attachScale(0, x);
    d.attachScale(1, y);
    d.attachScale(1, z);
    d.labelAxis(1, "height µ");
    d.detachScale(1, y);
    assert.deepEqual(d.dims.map((a) => [a.label, a.scales.map((s) => s.path)]), [["", ["/x"]], ["height µ", ["/z"]]]);
    assert.throws(() => d.detachScale(0, y), { code: "NotFound" });
    assert.throws(() => d.attachScale(2, x), { code: "Argument" });
    assert.throws(() => d.attachScale(-1, x), { code: "Argument" });
    assert.throws(() => d.attachScale(0, f), { code: "Argument" });
    assert.throws(() => d.attachScale(0, undefined), { code: "Argument" });
    assert.throws(() => d.attachScale(0, create().createDataset("q", { data: [1, 2, 3] })), { code: "Argument" });
    assert.throws(() => d.labelAxis(0, 5), { code: "Argument" });
  });
  for (const file of files) {
    seenByH5py(
      file,
      `d = f["d"]
assert f["x"].is_scale and f["z"].is_scale and [list(a.keys()) for a in d.dims] == [["the x axis"], [""]]
assert [a.label for a in d.dims] == ["", "height µ"] and d.dims[1][0] == f["z"]
assert h5py.h5ds.is_attached(d.id, f["x"].id, 0) and not h5py.h5ds.is_attached(d.id, f["y"].id, 1)`,
    );
  }
  const a = await open(await create().toBlob(), { mode: "r+" });
  const d = await a.createDataset("d", { shape: [3], dtype: "<f4" });
  const x = await a.createDataset("x", { data: [1, 2, 3] });
  await d.attachScale(0, x);
  assert.ok(x.attrs.has("REFERENCE_LIST"));
  assert.deepEqual((await d.dims)[0].scales.map((s) => s.path), ["/x"]);
});

test("references to regions", () => {
  const files = forms("regions", (f) => {
    const d = f.createDataset("d", { data: Int32Array.from({ length: 20 }, (_, i) => i), shape: [4, 5] });
    const refs = [d.regionRef("1:3, ::2"), d.regionRef({ points: [[0, 0], [-1, 4]] }), d.regionRef("2"), d.regionRef()];
    f.createDataset("refs", { data: refs });
    assert.deepEqual(d.read(f.get("refs").read().data[1]).data, Int32Array.of(0, 19));
    assert.throws(() => d.regionRef("9"), { code: "Argument" });
    assert.throws(() => d.regionRef({ mask: new Uint8Array(20) }), { code: "Argument" });
  });
  for (const file of files) {
    const g = openSync(file);
    const [boxes, points, row, all] = g.get("refs").read().data;
    const read = (r) => [...g.get(r).read(r).data];
    assert.deepEqual([read(boxes), read(points), read(row), read(all).length], [[5, 7, 9, 10, 12, 14], [0, 19], [10, 11, 12, 13, 14], 20]);
    seenByH5py(
      file,
      `d, refs = f["d"], f["refs"]
assert [d[r].ravel().tolist() for r in refs[:3]] == [[5, 7, 9, 10, 12, 14], [0, 19], [10, 11, 12, 13, 14]], [d[r].tolist() for r in refs[:3]]
assert d[refs[3]].size == 20`,
    );
  }
});

test("virtual datasets", () => {
  for (let i = 0; i < 3; i++) {
    const f = openSync(at(`part_${i}.h5`), { mode: "w" });
    f.createDataset("data", { data: Int32Array.from({ length: 6 }, (_, k) => 10 * i + k) });
    f.close();
  }
  const file = at("virtual.h5");
  const f = openSync(file, { mode: "w", libver: "latest" });
  f.createDataset("here", { data: Int32Array.of(7, 8, 9) });
  const v = f.createDataset("v", {
    shape: [4, 6], dtype: "<i4", fillvalue: -1,
    sources: [
      { file: "part_0.h5", dataset: "data", target: "0" },
      { file: "part_1.h5", dataset: "/data", shape: [6], source: "::2", target: "1, 3:" },
      { file: "part_2.h5", dataset: "data", target: [2, null] },
      { dataset: "here", target: "3, 0:3" },
    ],
  });
  const n = f.createDataset("numbered", {
    shape: [3, 6], maxshape: [null, 6], dtype: "<i4",
    sources: [{ file: "part_%b.h5", dataset: "data", target: [{ start: 0, count: null }, { start: 0, count: 6 }] }],
  });
  assert.equal(v.layout, "virtual");
  assert.deepEqual([...n.read("2").data], [20, 21, 22, 23, 24, 25]);
  const rows = [[0, 1, 2, 3, 4, 5], [-1, -1, -1, 10, 12, 14], [20, 21, 22, 23, 24, 25], [7, 8, 9, -1, -1, -1]];
  assert.deepEqual([...v.read().data], rows.flat());
  for (const sources of [[{ file: "x.h5", dataset: "y", target: "0, :3", shape: [6], source: ":" }], [{ dataset: "here", target: "9" }], [{ dataset: 5 }]]) {
    assert.throws(() => f.createDataset("w", { shape: [4, 6], dtype: "<i4", sources }), { code: "Argument" });
  }
  f.close();
  seenByH5py(file, `assert f["v"].is_virtual and f["v"][()].tolist() == ${JSON.stringify(rows)}\nassert f["numbered"][2].tolist() == [20, 21, 22, 23, 24, 25]`);
  assert.throws(() => create({ libver: ["earliest", "v108"] }).createDataset("v", { shape: [3], dtype: "<i4", sources: [{ file: "a.h5", dataset: "x" }] }), { code: "Argument" });
});

test("elements in files of bytes", () => {
  writeFileSync(at("raw.bin"), new Uint8Array(Int32Array.from({ length: 8 }, (_, i) => i * i).buffer));
  for (const file of forms("external", (f) => {
    f.createDataset("d", { shape: [6], dtype: "<i4", external: [{ file: "raw.bin", offset: 8, size: 24 }] });
    f.createDataset("all", { shape: [8], dtype: "<i4", external: [{ file: "raw.bin", size: null }] });
  })) {
    assert.deepEqual([...openSync(file).get("d").read().data], [4, 9, 16, 25, 36, 49]);
    seenByH5py(file, `import os\nos.chdir(${JSON.stringify(dir)})\nassert f["d"][()].tolist() == [4, 9, 16, 25, 36, 49] and f["all"][7] == 49 and f["all"].external[0][:2] == ("raw.bin", 0)`);
  }
});

test("what h5py made is changed: committed types, scales, virtual datasets stay what they are", () => {
  const file = madeByH5py(
    "shared_parts.h5",
    `f["t"] = np.dtype("<f8")
f.create_dataset("d", (3,), dtype=f["t"])
f["x"] = [1.0, 2.0, 3.0]
f["x"].make_scale("x")
f["d"].dims[0].attach_scale(f["x"])
f["d"].attrs["region"] = f["d"].regionref[0:2]`,
  );
  const f = openSync(file, { mode: "r+" });
  f.get("d").write([1, 2, 3]);
  f.createDataset("e", { data: [4, 5], dtype: f.get("t") });
  f.move("x", "coordinates/x");
  f.get("d").detachScale(0, f.get("coordinates/x"));
  f.close();
  seenByH5py(
    file,
    `assert f["e"].id.get_type().committed() and f["d"][()].tolist() == [1, 2, 3] and len(f["d"].dims[0]) == 0
assert "DIMENSION_LIST" not in f["d"].attrs and "REFERENCE_LIST" not in f["coordinates/x"].attrs
assert f["d"][f["d"].attrs["region"]].tolist() == [1, 2]`,
  );
});
