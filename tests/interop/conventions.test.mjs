// Conventions on top of the format: dimension scales as h5py sees them, netCDF-4 as its library does, and files as MATLAB,
// AnnData, pandas, PyTables and NeXus programs write them, read as what they mean.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { open, openSync } from "hyperslab";
import { defaultPlot, identify, interpret, labels, netcdf } from "hyperslab/conventions";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "./lib/corpus.mjs";

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
const dir = folder(local, "conventions");
const run = spawnSync(python, [at("tests/interop/make_conventions.py"), dir, String(seed)], { encoding: "utf8" });
assert.equal(run.status, 0, run.stderr);
const truth = JSON.parse(run.stdout);
const file = (name) => openSync(path.join(dir, name));
const remote = (name) => open(path.join(dir, name));
const ecosystem = (name) => openSync(path.join(corpus(), "ecosystem", name));

/** All of an array, in the order of its own indices. */
function elements({ data, shape, stride }) {
  const count = shape.reduce((n, d) => n * d, 1);
  return Array.from({ length: count }, (_, k) => {
    let place = 0;
    for (let i = shape.length - 1, rest = k; i >= 0; rest = Math.floor(rest / shape[i]), i--) place += (rest % shape[i]) * stride[i];
    return data[place];
  });
}

test("axes have the labels and scales that h5py says", async () => {
  const [here, there] = [file("scales.h5"), await remote("scales.h5")];
  assert.ok(Object.keys(truth.scales).length > 10);
  for (const [name, axes] of Object.entries(truth.scales)) {
    for (const dims of [here.get(name).dims, await (await there.get(name)).dims]) {
      const at = (p) => here.get(p).address;
      assert.deepEqual(
        dims.map((d) => [d.label, d.scales.map((scale) => scale.address)]),
        axes.map(([label, scales]) => [label, scales.map(at)]),
        name,
      );
      // h5py looks for names in the whole file, we in the groups above.
      for (const scale of dims.flatMap((d) => d.scales)) assert.ok(scale.path.startsWith("#") || at(scale.path) === scale.address);
    }
  }
  const [first, second, third] = here.get("sub/d").dims;
  assert.deepEqual([first.name, first.size, first.unlimited], ["first", 4, true]);
  assert.deepEqual([second.name, second.label, second.scales], ["", "", []]);
  assert.deepEqual([third.name, third.label], ["z", ""]);
  assert.deepEqual(third.scales[0].read().data, Float64Array.of(0, 1.5));
  assert.deepEqual(here.get("x").dims.map((d) => [d.name, d.scales.length]), [["x", 0]]);
  const [far] = here.get("plain2").dims;
  assert.equal(far.name, "a name");
  assert.equal(far.scales[0].address, here.get("elsewhere/far").address);
  assert.deepEqual(here.get("null").dims, []);
});

/** A group as make_conventions.py prints it. */
function seen(group) {
  return {
    dimensions: group.dimensions.map((d) => [d.name, d.size, d.unlimited]),
    variables: Object.fromEntries(group.variables.map((v) => [v.name, [v.dimensions.map((d) => d.name), v.dimensions.map((d) => d.size)]])),
    groups: Object.fromEntries(group.groups.map((g) => [g.name, seen(g)])),
  };
}

/** Groups' order is the file's, which netCDF does not keep. */
const byName = (g) => ({ ...g, groups: Object.fromEntries(Object.entries(g.groups).toSorted().map(([n, s]) => [n, byName(s)])) });

for (const name of Object.keys(truth.netcdf)) {
  test(`${name} as the netCDF library sees it (SEED=${seed})`, async () => {
    assert.deepEqual(byName(seen(netcdf(file(name)))), byName(truth.netcdf[name]));
    assert.deepEqual(byName(seen(await netcdf(await remote(name)))), byName(truth.netcdf[name]));
  });
}

test("MATLAB: arrays in MATLAB's shape, text, cells, structs, sparse matrices", () => {
  const f = file("matlab.mat");
  const get = (name) => interpret(f.get(name));
  assert.deepEqual(identify(f.get("rows")), { name: "matlab", type: "char" });
  assert.deepEqual(get("rows"), ["abα", "xyz"]);
  assert.equal(get("nothing"), "");
  assert.deepEqual([get("none").shape, get("none").data.length], [[3, 0], 0]);
  assert.deepEqual([get("no_cells").kind, get("no_cells").shape], ["cell", [0, 2]]);
  const cube = get("cube");
  assert.deepEqual([cube.shape, cube.stride], [[2, 3, 4], [1, 2, 6]]);
  // What MATLAB calls cube(2, 3, 4) is the last element stored, cube(1, 2, 1) the third.
  assert.deepEqual([elements(cube).at(-1), elements(cube)[4]], [23, 2]);
  const { kind, shape, data } = get("cells");
  assert.deepEqual([kind, shape, data[0].kind, data[0].data[0]], ["cell", [2, 1], "cell", "deep"]);
  assert.deepEqual([data[1].dtype, elements(data[1])], ["bool", [1, 0]]);
  assert.deepEqual(get("array").fields.get("name").data[0], "deep");
  const sparse = get("sparse");
  assert.deepEqual([sparse.format, sparse.shape, sparse.data.data, sparse.indices.data], ["csc", [3, 3], Float64Array.of(1.5, 2.5), BigUint64Array.of(0n, 2n)]);
  assert.deepEqual([get("sparse_zeros").shape, get("sparse_zeros").data.shape], [[5, 2], [0]]);
  let loop = get("loop");
  let depth = 0;
  for (; loop.kind === "cell"; depth++) loop = loop.data[0];
  assert.ok(depth > 8 && loop.kind === "dataset", `${depth}`);

  const m = ecosystem("matlab73_like.mat");
  assert.equal(interpret(m.get("s")), "hello");
  assert.deepEqual(interpret(m.get("c")).data.map((d) => d.shape), [[1, 1], [0, 0]]);
  const struct = interpret(m.get("st"));
  assert.deepEqual([...struct.fields.keys()], ["alpha", "beta"]);
  assert.deepEqual(elements(struct.fields.get("beta")), [1, 0, 1]);
  const z = interpret(m.get("z"));
  assert.deepEqual([z.data, z.shape, z.dtype], [Float64Array.of(1, 2, 3, 4), [1, 2], { class: "complex", base: "<f8" }]);
});

test("AnnData: categoricals of both kinds, frames, sparse matrices, missing values", async () => {
  const f = await remote("anndata.h5ad");
  const get = async (name) => interpret(await f.get(name));
  assert.deepEqual(await identify(await f.get("ordered")), { name: "anndata", type: "categorical", version: "0.1.0" });
  const ordered = await get("ordered");
  assert.deepEqual([ordered.ordered, labels(ordered)], [true, [30n, 10n, null]]);
  const kind = await get("kind");
  assert.deepEqual([kind.ordered, labels(kind)], [false, ["B", "T", "B"]]);
  const frame = await get("frame");
  assert.deepEqual([...frame.columns.keys()], ["second", "first"]);
  assert.deepEqual([frame.index.data, frame.columns.get("first").data], [["a", "b"], Float64Array.of(1.5, 2.5)]);
  const nullable = await get("nullable");
  assert.deepEqual([nullable.kind, nullable.values.data, nullable.mask.data], ["masked", BigInt64Array.of(1n, 2n, 3n), Uint8Array.of(0, 1, 0)]);
  assert.deepEqual(await get("complex"), { data: Float64Array.of(1, 2, 3, -4), shape: [2], stride: [1], dtype: { class: "complex", base: "<f8" } });
  assert.deepEqual((await get("complex64")).data, Float32Array.of(1, 2));
  const group = await f.get("__categories");
  assert.equal(await interpret(group), group);

  const a = ecosystem("anndata_like.h5ad");
  const x = interpret(a.get("X"));
  assert.deepEqual([x.kind, x.format, x.shape, x.indptr.data], ["sparse", "csr", [4, 3], Int32Array.of(0, 2, 3, 4, 5)]);
  const obs = interpret(a.get("obs"));
  assert.deepEqual([obs.index.data.length, labels(obs.columns.get("cluster"))], [4, ["T", "B", "T", null]]);
});

test("pandas: fixed frames, tables, series", () => {
  const fixed = interpret(ecosystem("pandas_fixed_like.h5").get("df"));
  assert.deepEqual([...fixed.columns].map(([name, c]) => [name, elements(c)]), [["a", [0, 2, 4]], ["b", [1, 3, 5]]]);
  assert.deepEqual(fixed.index.data, BigInt64Array.of(0n, 1n, 2n));
  const f = file("pandas.h5");
  const table = interpret(f.get("df"));
  assert.deepEqual([...table.columns.keys()], ["a", "b c", "kind", "plain"]);
  assert.deepEqual(elements(table.columns.get("b c")), [2, 4]);
  assert.deepEqual(labels(table.columns.get("kind")), ["high", null]);
  assert.deepEqual(elements(interpret(f.get("series")).columns.get("s")), [5n, 6n]);
});

test("PyTables: classes, titles, texts", () => {
  const f = file("tables.h5");
  assert.deepEqual(interpret(f.get("unicode")), ["a", "µ日🎉", ""]);
  assert.deepEqual(interpret(f.get("bytes")), ["abc"]);
  const { name, type, title } = identify(f.get("unicode"));
  assert.deepEqual([name, type, title], ["pytables", "VLARRAY", "Texts"]);
  assert.equal(identify(f.get("python")).flavor, "python");
  const p = ecosystem("pytables.h5");
  assert.deepEqual([identify(p.get("detector")).title, identify(p.get("detector/readout")).title], ["A group", "A table"]);
  const h = ecosystem("hdf5_high_level_like.h5");
  assert.deepEqual(identify(h.get("image")), { name: "image", type: "IMAGE", version: "1.2", flavor: "IMAGE_TRUECOLOR" });
  assert.deepEqual(identify(h.get("table")), { name: "table", type: "TABLE", version: "3.0", title: "A table" });
  assert.equal(identify(h.get("palette")), undefined);
});

test("NeXus: what to plot, by `default` and without it", async () => {
  const plot = defaultPlot(ecosystem("nexus_like.nxs"));
  assert.deepEqual([plot.group.path, plot.signal.path], ["/entry/data", "/entry/data/counts"]);
  assert.deepEqual(plot.axes.map((a) => a?.name), [undefined, undefined, "two_theta"]);
  const old = await defaultPlot(await remote("nexus_old.nxs"));
  assert.deepEqual([old.signal.name, ...old.axes.map((a) => a.name)], ["counts", "y", "x"]);
  const colons = defaultPlot(file("nexus_colons.nxs"));
  assert.deepEqual([colons.title, ...colons.axes.map((a) => a.name)], ["A title", "y", "x"]);
  assert.equal(defaultPlot(file("nexus_none.nxs")), undefined);
});
