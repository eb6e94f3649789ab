// Options of files, groups and datasets, and values of every class: what h5py sees of them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { create, openSync } from "hyperslab";
import { folder, local } from "../../scripts/lib/paths.mjs";
import { seenByH5py } from "./lib/h5py.mjs";

const dir = folder(local, "options");

/** A file that `make` fills, on disk. */
function written(name, options, make) {
  const f = create(options);
  make(f);
  const file = path.join(dir, `${name}.h5`);
  writeFileSync(file, f.toBytes());
  f.close();
  return file;
}

const superblocks = { earliest: 0, v108: 2, v110: 3, v112: 3, v114: 3, v200: 3, latest: 3 };
const numbers = Int32Array.from({ length: 600 }, (_, i) => i * i - 900);

for (const [libver, superblock] of Object.entries(superblocks)) {
  test(`a file for ${libver}`, () => {
    const file = written(libver, { libver }, (f) => {
      f.createDataset("a/contiguous", { data: numbers, shape: [20, 30] });
      f.createDataset("a/compact", { data: numbers.subarray(0, 30), layout: "compact" });
      f.createDataset("a/fixed", { data: numbers, shape: [20, 30], chunks: [7, 30], compression: "gzip", shuffle: true });
      f.createDataset("a/one", { data: numbers, shape: [20, 30], chunks: [20, 30] });
      f.createDataset("a/growing", { data: numbers, shape: [20, 30], maxshape: [null, 30], chunks: [6, 10] });
      f.createDataset("a/growing both", { data: numbers, shape: [20, 30], maxshape: [null, null], chunks: [6, 10], fletcher32: true });
      f.createDataset("a/early", { shape: [20, 30], dtype: "<i4", chunks: [7, 30], allocTime: "early", fillvalue: -3 });
      f.attrs.set("about", "µ");
      f.get("a/fixed").attrs.set("units", ["K", "s"]);
    });
    const g = openSync(file);
    assert.equal(g.info.superblock, superblock);
    for (const name of ["contiguous", "fixed", "one", "growing", "growing both"]) assert.deepEqual(g.get(`a/${name}`).read().data, numbers, name);
    assert.deepEqual(g.get("a/early").read("0, :3").data, Int32Array.of(-3, -3, -3));
    seenByH5py(
      file,
      `n = np.arange(600, dtype="i4") ** 2 - 900
for name in ["contiguous", "fixed", "one", "growing", "growing both"]:
    assert (f["a"][name][()] == n.reshape(20, 30)).all(), name
assert (f["a/compact"][()] == n[:30]).all() and f["a/compact"].id.get_create_plist().get_layout() == h5py.h5d.COMPACT
assert (f["a/early"][()] == -3).all() and f["a/early"].id.get_storage_size() >= 2400
assert f["a/growing"].maxshape == (None, 30) and f["a/growing both"].maxshape == (None, None)
assert f.attrs["about"] == "µ" and list(f["a/fixed"].attrs["units"]) == ["K", "s"]`,
    );
    // Debian's h5dump knows releases up to 1.10.
    if (superblock === 0 || libver === "v108" || libver === "v110") {
      const run = spawnSync("h5dump", [file], { encoding: "utf8" });
      assert.deepEqual([run.status, run.stderr], [0, ""]);
    }
  });
}

test("orders and times of creation", () => {
  const file = written("orders", { trackOrder: true }, (f) => {
    const tracked = f.createGroup("z", { trackOrder: true });
    for (const name of ["c", "a", "b"]) tracked.createGroup(name);
    for (const name of ["y", "x"]) tracked.attrs.set(name, 1);
    const d = f.createDataset("a", { data: [1, 2], trackOrder: true, trackTimes: 1_700_000_000 });
    for (const name of ["q", "p"]) d.attrs.set(name, 1);
    f.createGroup("plain");
    f.createDataset("now", { data: 1, trackTimes: true });
  });
  const g = openSync(file);
  assert.deepEqual([g.keys(), g.get("z").keys(), g.get("z").attrs.keys(), g.get("a").attrs.keys()], [["z", "a", "plain", "now"], ["c", "a", "b"], ["y", "x"], ["q", "p"]]);
  seenByH5py(
    file,
    `import time
assert list(f) == ["z", "a", "plain", "now"] and list(f["z"]) == ["c", "a", "b"] and list(f["a"].attrs) == ["q", "p"] and list(f["z"].attrs) == ["y", "x"]
assert h5py.h5o.get_info(f["a"].id).ctime == 1700000000
assert abs(h5py.h5o.get_info(f["now"].id).ctime - time.time()) < 600
assert f["plain"].id.get_create_plist().get_link_creation_order() == 0`,
  );
});

for (const libver of Object.keys(superblocks)) {
  test(`groups on the way are like the ones above them, ${libver}`, () => {
    const make = (f) => {
      f.createGroup("ordered", { trackOrder: true });
      f.createDataset("ordered/on/the/way", { data: [1] });
      f.createGroup("plain/on/the/way");
    };
    const file = written(`on the way ${libver}`, { libver }, make);
    // What is there already is no different.
    const added = openSync(file, { mode: "r+", libver });
    added.createGroup("ordered/later/g");
    added.createGroup("plain/later/g");
    added.close();
    seenByH5py(
      file,
      `with h5py.File(f.filename + ".twin", "w", libver=("${libver}", "latest")) as g:
    g.create_group("ordered", track_order=True)
    g["ordered/on/the/way"] = [1.0]
    g.create_group("plain/on/the/way")
    for where in ("ordered", "plain"):
        g.create_group(where + "/later/g")
    orders = lambda h: {n: o.id.get_create_plist().get_link_creation_order() for n, o in [(n, h[n]) for n in ("ordered", "ordered/on", "ordered/on/the", "ordered/later", "ordered/later/g", "plain", "plain/on", "plain/on/the", "plain/on/the/way", "plain/later")]}
    assert orders(f) == orders(g), (orders(f), orders(g))`,
    );
  });
}

test("groups are made behind soft links, but not where these lead", () => {
  const file = written("behind links", {}, (f) => {
    f.createGroup("there");
    f.link("a", { kind: "soft", target: "/there" });
    f.link("b", { kind: "soft", target: "a" });
    f.link("c", { kind: "soft", target: "/there/not" });
    f.createGroup("a/x/deep");
    f.createDataset("b/y/deep", { data: [1] });
    f.move("c", "b/z/deep");
    f.link("c", { kind: "soft", target: "/there/not" });
    assert.throws(() => f.createGroup("c/x"), { code: "NotFound" });
  });
  seenByH5py(
    file,
    `with h5py.File(f.filename + ".twin", "w") as g:
    g.create_group("there")
    for name, to in ("a", "/there"), ("b", "a"), ("c", "/there/not"):
        g[name] = h5py.SoftLink(to)
    g.create_group("a/x/deep")
    g["b/y/deep"] = [1.0]
    g.move("c", "b/z/deep")
    g["c"] = h5py.SoftLink("/there/not")
    try:
        g.create_group("c/x")
        assert False
    except (ValueError, KeyError):
        pass
    names = lambda h: sorted((n, type(h.get(n, getlink=True)).__name__) for n in ["a", "b", "c"] + ["there/" + n for n in h["there"]] + ["there/z/deep"])
    assert names(f) == names(g), (names(f), names(g))
    assert "there/x/deep" in f and f["there/y/deep"][()] == [1.0]`,
  );
});

test("the fill value of what libhdf5 copied outlives the copy", () => {
  const file = written("fill copied", {}, (f) => {
    f.createDataset("d", { shape: [3], dtype: { class: "vlen", base: "<i8" }, fillvalue: [BigInt64Array.of(1n, 2n, 3n)], chunks: [2] });
  });
  seenByH5py(file, `f.copy("d", "e")`, "r+");
  const f = openSync(file, { mode: "r+" });
  f.delete("e");
  f.createDataset("other", { shape: [4], dtype: "string", data: ["a", "bb", "ccc", "dddd"] });
  f.close();
  seenByH5py(file, `assert [list(v) for v in f["d"][()]] == [[1, 2, 3]] * 3`);
});

test("fill values: given, none promised, and when they are written", () => {
  const file = written("fill", {}, (f) => {
    f.createDataset("given", { shape: [3], dtype: "<f4", fillvalue: NaN, fillTime: "alloc" });
    f.createDataset("none", { shape: [3], dtype: "<f4", fillvalue: null });
    f.createDataset("never", { shape: [3], dtype: "<i2", fillvalue: 5, fillTime: "never" });
    f.createDataset("text", { shape: [2], dtype: "string", fillvalue: "nothing yet" });
  });
  const g = openSync(file);
  assert.equal(g.get("none").fill.status, "undefined");
  assert.deepEqual(g.get("text").read().data, ["nothing yet", "nothing yet"]);
  seenByH5py(
    file,
    `p = lambda name: f[name].id.get_create_plist()
assert p("none").fill_value_defined() == h5py.h5d.FILL_VALUE_UNDEFINED
assert p("given").get_fill_time() == h5py.h5d.FILL_TIME_ALLOC and np.isnan(f["given"][()]).all()
assert p("never").get_fill_time() == h5py.h5d.FILL_TIME_NEVER
assert list(f["text"][()]) == [b"nothing yet"] * 2`,
  );
});

test("user blocks, bounds, pages, and edges without filters", () => {
  const data = Float64Array.from({ length: 100 }, (_, i) => i);
  const block = written("userblock", { userblock: 1024 }, (f) => f.createDataset("x", { data }));
  assert.equal(openSync(block).info.userblock, 1024);
  seenByH5py(block, "assert f.userblock_size == 1024 and (f['x'][()] == np.arange(100)).all()");
  const paged = written("paged", { fsStrategy: "page", fsPersist: true, fsPageSize: 8192 }, (f) => f.createDataset("x", { data }));
  seenByH5py(paged, "assert f.id.get_create_plist().get_file_space_strategy()[:2] == (h5py.h5f.FSPACE_STRATEGY_PAGE, True) and f.id.get_create_plist().get_file_space_page_size() == 8192\nassert (f['x'][()] == np.arange(100)).all()");
  const edge = written("edge", { libver: "v110" }, (f) => f.createDataset("x", { data, chunks: [64], compression: "gzip", filterPartialChunks: false }));
  seenByH5py(edge, "assert (f['x'][()] == np.arange(100)).all()");
  assert.deepEqual(openSync(edge).get("x").read().data, data);
});

test("references to objects, regions and attributes", () => {
  let region;
  const file = written("references", {}, (f) => {
    const g = f.createGroup("g");
    const d = f.createDataset("d", { data: [1, 2, 3] });
    f.createDataset("objects", { data: [g, d, f] });
    f.attrs.set("to d", d);
    g.attrs.set("DIMENSION_LIST", [[d], []], { dtype: { class: "vlen", base: { class: "reference", ref: "object" } } });
    f.createDataset("records", { data: { n: [1, 2], to: [g, { kind: "object", address: 0 }] } });
  });
  const g = openSync(file);
  assert.deepEqual(g.get("objects").read().data.map((r) => g.pathOf(r)), ["/g", "/d", "/"]);
  seenByH5py(
    file,
    `assert [f[r].name for r in f["objects"][()]] == ["/g", "/d", "/"]
assert f[f.attrs["to d"]].name == "/d"
assert [len(x) for x in f["g"].attrs["DIMENSION_LIST"]] == [1, 0] and f[f["g"].attrs["DIMENSION_LIST"][0][0]].name == "/d"
assert f[f["records"][0]["to"]].name == "/g" and not f["records"][1]["to"]`,
  );
  // What was read is written again, regions and attributes too.
  const made = openSync(file);
  const selection = new Uint8Array([3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
  selection[0] = 1; // points: the one at 2
  region = { kind: "region", address: made.get("d").address, selection };
  const again = create();
  const d = again.createDataset("d", { data: [1, 2, 3] });
  d.attrs.set("units", "K");
  again.createDataset("region", { data: [{ ...region, address: d.address }] });
  const back = again.get("region").read().data[0];
  assert.deepEqual([back.kind, again.get("d").read(back).data], ["region", Float64Array.of(3)]);
  const bytes = path.join(dir, "regions.h5");
  writeFileSync(bytes, again.toBytes());
  seenByH5py(bytes, `r = f["region"][0]\nassert list(f[r][r]) == [3.0]`);
});

test("complex numbers, wide integers and floats of any layout", () => {
  const file = written("kinds", { libver: "v200" }, (f) => {
    f.createDataset("complex", { data: Float64Array.of(1, 2, 3, -4), dtype: { class: "complex", base: "<f8" } });
    f.createDataset("pairs", { data: [[1, 2], [3, -4]], dtype: { class: "complex", base: "<f4" } });
    f.createDataset("one", { data: [1, 2], dtype: { class: "complex", base: "<f8" } });
    f.createDataset("wide", { data: [1n, -(2n ** 100n), 2n ** 126n, 7n], dtype: { class: "integer", size: 16, order: "LE", signed: true } });
    f.createDataset("clipped", { data: [2n ** 100n, -(2n ** 100n), 5n], dtype: "<u8" });
    f.createDataset("infinite", { data: [Infinity, -Infinity, 3e19], dtype: "<i8" });
  });
  const g = openSync(file);
  for (const name of ["complex", "pairs"]) {
    const { shape, data } = g.get(name).read();
    assert.deepEqual([shape, [...data]], [[2], [1, 2, 3, -4]], name);
  }
  assert.deepEqual([g.get("one").shape, [...g.get("one").read().data]], [[], [1, 2]]);
  assert.deepEqual(g.get("wide").read().data, [1n, -(2n ** 100n), 2n ** 126n, 7n]);
  assert.deepEqual(g.get("clipped").read().data, BigUint64Array.of(2n ** 64n - 1n, 0n, 5n));
  assert.deepEqual(g.get("infinite").read().data, BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n - 1n));
  // What was read can be written again.
  const again = create({ libver: "v200" });
  for (const [name, d] of g.items()) again.createDataset(name, { data: d.read(), dtype: d.dtype });
  for (const [name, d] of g.items()) assert.deepEqual(again.get(name).read(), d.read(), name);
  seenByH5py(
    file,
    `assert list(f["complex"][()]) == [1 + 2j, 3 - 4j] and list(f["pairs"][()]) == [1 + 2j, 3 - 4j] and f["one"][()] == 1 + 2j
assert f["clipped"][()].tolist() == [2**64 - 1, 0, 5] and f["infinite"][()].tolist() == [2**63 - 1, -2**63, 2**63 - 1]`,
  );
});

test("options that contradict each other", () => {
  for (const options of [
    { libver: "v109" }, { libver: ["latest", "v108"] }, { libver: 5 }, { userblock: 100 }, { userblock: 1000 },
    { fsStrategy: "best" }, { fsPageSize: 100 }, { libver: ["earliest", "v108"], fsStrategy: "page" },
  ]) assert.throws(() => create(options), { code: "Argument" }, JSON.stringify(options));
  const f = create({ libver: ["earliest", "v108"] });
  for (const options of [
    { data: [1, 2], chunks: false, compression: "gzip" },
    { data: [1, 2], chunks: false, layout: "chunked" },
    { data: [1, 2], chunks: [2], layout: "compact" },
    { data: [1, 2], layout: "spread" },
    { data: [1, 2], layout: "compact", maxshape: [null] },
    { data: [1, 2], layout: "compact", allocTime: "late" },
    { data: [1, 2], fillTime: "sometimes" },
    { data: [1, 2], allocTime: 5 },
    { data: [1, 2], fillvalue: null, fillTime: "alloc" },
    { data: [1, 2], chunks: 5 },
    { data: new Uint8Array(70_000), layout: "compact" },
    { data: [1, 2], chunks: [1], compression: "gzip", filterPartialChunks: false },
    { data: Float64Array.of(1, 2), dtype: { class: "complex", base: "<f8" } },
  ]) assert.throws(() => f.createDataset("x", options), { code: "Argument" }, JSON.stringify(options));
  assert.deepEqual(f.keys(), []);
});
