// References to chunks, read by those they are made for: fsspec's reference file system, zarr-python, xarray, and Dask's workers.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { create, open, openSync } from "hyperslab";
import { references } from "hyperslab/zarr";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { python } from "../interop/lib/corpus.mjs";
import { madeByH5py } from "../interop/lib/h5py.mjs";
import { corpusFiles } from "./files.mjs";

const dir = folder(local, "zarr");

/** Runs a program of this folder; what it prints. */
function judge(script, ...args) {
  const { status, stdout, stderr, error } = spawnSync(python, [at("tests/zarr", script), ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, `${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}

/** Writes a file's references; what was left out. */
function refer(file, name, options = {}) {
  const omitted = [];
  const to = path.join(dir, name);
  const f = openSync(file);
  writeFileSync(to, JSON.stringify(references(f, { url: file, onOmit: (o) => omitted.push(o), ...options })));
  f.close();
  return { to, omitted };
}

test("every dataset of the corpus that is referred to is what h5py reads", () => {
  const reasons = new Set();
  const list = [...corpusFiles()].map(([name, file]) => {
    const { to, omitted } = refer(file, `${name.replaceAll("/", "-")}.json`);
    for (const { reason } of omitted) reasons.add(reason.replaceAll(/\d+/g, "N"));
    return [file, to];
  });
  const all = path.join(dir, "all.json");
  writeFileSync(all, JSON.stringify(list));
  assert.match(judge("check_references.py", all), /^\d{4} arrays equal/m);
  for (const reason of ["references", "sequences of variable length", "a null dataspace"]) assert.ok(reasons.has(reason), [...reasons].join("\n"));
});

test("chunks that went through fewer filters, fill values, and what is put in", () => {
  const f = create({ userblock: 512 });
  const data = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i));
  const d = f.createDataset("masked", { data, shape: [40, 100], chunks: [10, 30], shuffle: true, compression: "gzip", fletcher32: true });
  const e = f.createDataset("mixed", { data, shape: [40, 100], chunks: [10, 30], shuffle: true, compression: "gzip" });
  // The whole dataset without gzip, and another with one chunk that is plain.
  for (const { offset } of d.chunkInfo()) d.writeRawChunk(offset, new Uint8Array(Float32Array.from({ length: 300 }, (_, i) => i + offset[0]).buffer), 7);
  e.writeRawChunk([10, 30], new Uint8Array(new Float32Array(300).fill(5).buffer), 3);
  f.createDataset("edges", { data, shape: [40, 100], chunks: [13, 30], compression: "gzip", filterPartialChunks: false });
  f.createDataset("huge", { shape: [500], dtype: "<i8", chunks: [10], fillvalue: -(2n ** 62n) - 1n });
  f.createDataset("unwritten", { shape: [5000], dtype: ">f8", fillvalue: -1.5 });
  f.createDataset("words", { data: Array.from({ length: 300 }, (_, i) => `word ${i}`), shape: [300] });
  f.createDataset("lzf", { data: new Float32Array(400).fill(7), chunks: [100], compression: "lzf" });
  f.createDataset("rows", { data: Float64Array.from({ length: 12 * 50_000 }, (_, i) => i), shape: [12, 50_000] });
  const file = path.join(dir, "made.h5");
  f.save(file);
  const { to, omitted } = refer(file, "made.json", { chunkSize: 1 << 20 });
  assert.deepEqual(omitted, []);
  const { refs } = JSON.parse(readFileSync(to, "utf8"));
  assert.deepEqual(JSON.parse(refs["rows/.zarray"]).chunks, [2, 50_000]);
  assert.deepEqual([refs["rows/1.0"][1] - refs["rows/0.0"][1], refs["rows/1.0"][2]], [800_000, 800_000]);
  assert.match(refs["mixed/1.1"], /^base64:/);
  assert.equal(JSON.parse(refs["masked/.zarray"]).filters, null);
  assert.match(refs["huge/.zarray"], /"fill_value":-4611686018427387905/);
  const list = path.join(dir, "made-list.json");
  writeFileSync(list, JSON.stringify([[file, to]]));
  assert.match(judge("check_references.py", list), /^8 arrays equal/m);
  const limited = refer(file, "limited.json", { decode: 100, inline: 0 });
  assert.deepEqual(limited.omitted.map((o) => o.path), ["edges", "lzf", "mixed", "words"]);
});

test("xarray reads a netCDF-4 file by its references as by itself", () => {
  const file = path.join(dir, "climate.nc");
  judge("make_netcdf.py", file);
  const { to, omitted } = refer(file, "climate.json");
  assert.deepEqual(omitted.map((o) => [o.path, o.reason]), ["member", "nchar"].map((name) => [name, "a netCDF dimension without values"]));
  judge("check_xarray.py", file, to);
});

test("workers of Dask's cluster compute from references", async () => {
  const file = madeByH5py(
    "zarr/stack.h5",
    `f.create_dataset("entry/stack", data=np.random.default_rng(1).random((40, 300, 200), dtype="f4"), chunks=(4, 300, 200), compression="gzip", shuffle=True)
f.create_dataset("entry/flat", data=np.arange(3_000_000, dtype="<f8"))`,
  );
  const f = await open(new Blob([readFileSync(file)]));
  const to = path.join(dir, "stack.json");
  writeFileSync(to, JSON.stringify(await references(f, { url: file })));
  await f.close();
  judge("check_dask.py", file, to);
});
