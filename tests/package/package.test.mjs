// The package as users get it: packed, installed into an empty folder without a network, and used from there.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "../interop/lib/corpus.mjs";

let home;
const weather = () => path.join(corpus(), "notebook/weather.hdf5");
const big = path.join(folder(local, "samples"), "gzip64.h5");

before(() => {
  // 64 MiB of float32 in 64 gzipped chunks, made by h5py, once.
  execFileSync(python, [at("tests/fixtures/make_gzip64.py"), big]);
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-package-"));
  const npm = (args, cwd) => execFileSync("npm", [...args, "--offline", "--no-audit", "--no-fund"], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const [{ filename }] = JSON.parse(npm(["pack", "--json", "--pack-destination", home, "--ignore-scripts"], at(".")));
  writeFileSync(path.join(home, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  npm(["install", path.join(home, filename)], home);
});
after(() => rmSync(home, { recursive: true, force: true }));

/** Runs a program in the user's folder; what it prints is JSON. */
function user(program, ...args) {
  const file = path.join(home, "program.mjs");
  writeFileSync(file, program);
  const run = spawnSync(process.execPath, [file, ...args], { cwd: home, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

/** libhdf5's verdict on two files. */
function same(expected, actual, ...options) {
  const run = spawnSync(python, [at("tests/interop/compare_files.py"), expected, actual, ...options], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return run.stdout;
}

function dumped(file) {
  const run = spawnSync("h5dump", [file], { encoding: "utf8", maxBuffer: 1 << 30 });
  assert.equal(run.stderr, "");
  assert.equal(run.status, 0);
  return run.stdout;
}

test("it depends on nothing and carries only what it needs", () => {
  assert.deepEqual(readdirSync(path.join(home, "node_modules")).filter((n) => !n.startsWith(".")), ["hyperslab"]);
  const files = readdirSync(path.join(home, "node_modules/hyperslab"));
  for (const name of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", "dist", "package.json"]) assert.ok(files.includes(name), name);
  assert.equal(files.length, 6);
  const modules = readdirSync(path.join(home, "node_modules/hyperslab/dist")).filter((n) => n.endsWith(".wasm"));
  const parts = ["hyperslab", "hyperslab_codecs", "hyperslab_edit"];
  assert.deepEqual(modules.toSorted(), parts.flatMap((n) => [`${n}_bg.wasm`, `${n}_scalar_bg.wasm`]).toSorted());
});

test("its exported names are these", () => {
  const names = user(`import * as h from "hyperslab"; console.log(JSON.stringify(Object.keys(h).sort()))`);
  const expected = JSON.parse(readFileSync(new URL("exports.json", import.meta.url), "utf8"));
  assert.deepEqual(names, expected);
});

test("everything in one file has the same names and needs no other", () => {
  const alone = path.join(home, "inline.mjs");
  writeFileSync(alone, readFileSync(path.join(home, "node_modules/hyperslab/dist/inline.js")));
  const seen = user(
    `import * as h from "hyperslab/inline";
     const { create } = await import(process.argv[2]);
     const d = create().createDataset("d", { data: [1, 2, 3], compression: "zstd" });
     console.log(JSON.stringify([Object.keys(h).sort(), [...d.read().data]]));`,
    alone,
  );
  assert.deepEqual(seen, [JSON.parse(readFileSync(new URL("exports.json", import.meta.url), "utf8")), [1, 2, 3]]);
});

test("what uses h5wasm goes on with another name", () => {
  const seen = user(
    `import h5wasm, { FS } from "hyperslab/h5wasm";
     import same from "hyperslab/h5wasm/node";
     await h5wasm.ready;
     const f = new h5wasm.File(process.argv[2], "w");
     f.create_dataset({ name: "d", data: [1.5, 2], chunks: [2], compression: 32015, compression_opts: [3] });
     f.close();
     const g = new same.File(process.argv[2]);
     console.log(JSON.stringify([h5wasm === same, FS.stat(process.argv[2]).size > 0, [...g.get("d").value]]));`,
    path.join(home, "h5wasm.h5"),
  );
  assert.deepEqual(seen, [true, true, [1.5, 2]]);
});

test("files are in memory, unless they are h5wasm/node's", () => {
  const seen = user(
    `import { existsSync } from "node:fs";
     import h5wasm from "hyperslab/h5wasm";
     const { FS } = await h5wasm.ready;
     const f = new h5wasm.File("in memory.h5", "w");
     f.create_dataset({ name: "d", data: [1, 2] });
     f.close();
     console.log(JSON.stringify([FS.cwd(), FS.readdir("/").includes("in memory.h5"), existsSync("in memory.h5"), [...new h5wasm.File("in memory.h5").get("d").value]]));`,
  );
  assert.deepEqual(seen, ["/", true, false, [1, 2]]);
});

test("and as a classic script", () => {
  const seen = user(
    `import { readFileSync } from "node:fs";
     import { createRequire } from "node:module";
     import vm from "node:vm";
     vm.runInThisContext(readFileSync(createRequire(import.meta.url).resolve("hyperslab/dist/iife/h5wasm.js"), "utf8"));
     const { FS } = await h5wasm.ready;
     const f = new h5wasm.File("a.h5", "w");
     f.create_dataset({ name: "d", data: [1.5, 2], chunks: [2], compression: 32015, compression_opts: [3] });
     f.close();
     console.log(JSON.stringify([FS.readdir("/"), [...new h5wasm.default.File("a.h5").get("d").value]]));`,
  );
  assert.deepEqual(seen, [[".", "..", "tmp", "home", "a.h5"], [1.5, 2]]);
});

test("a URL: what reads it is found", () => {
  const seen = user(
    `import { createServer } from "node:http";
     import { readFileSync } from "node:fs";
     import { open } from "hyperslab";
     const bytes = readFileSync(process.argv[2]);
     const server = createServer(({ headers: { range } }, response) => {
       const [from, last] = range.slice(6).split("-").map(Number);
       const part = bytes.subarray(from, last + 1);
       response.writeHead(206, { "content-range": \`bytes \${from}-\${from + part.length - 1}/\${bytes.length}\` }).end(part);
     }).listen(0, "127.0.0.1", async () => {
       const f = await open(\`http://127.0.0.1:\${server.address().port}/x.h5\`);
       const paths = await f.paths();
       console.log(JSON.stringify([paths.length > 10, f.stats.requests > 0, f.stats.notices]));
       process.exit();
     });`,
    weather(),
  );
  assert.deepEqual(seen, [true, true, []]);
});

test("conventions are a module of their own", () => {
  const seen = user(
    `import { openSync } from "hyperslab";
     import * as conventions from "hyperslab/conventions";
     const f = openSync(process.argv[2]);
     const { columns } = conventions.interpret(f.get("obs"));
     console.log(JSON.stringify([Object.keys(conventions).sort(), conventions.labels(columns.get("cluster"))]));`,
    path.join(corpus(), "ecosystem/anndata_like.h5ad"),
  );
  assert.deepEqual(seen, [["defaultPlot", "identify", "interpret", "labels", "netcdf"], ["T", "B", "T", null]]);
});

test("Zarr's view is a module of its own", () => {
  const seen = user(
    `import { openSync } from "hyperslab";
     import * as zarr from "hyperslab/zarr";
     const f = openSync(process.argv[2]);
     const { refs } = zarr.references(f, { url: "https://somewhere/weather.hdf5" });
     const chunk = zarr.zarrStore(f).get("/7/temperature/0");
     console.log(JSON.stringify([Object.keys(zarr).sort(), refs["7/temperature/0"], Buffer.from(chunk).toString("base64")]));`,
    weather(),
  );
  assert.deepEqual(seen[0], ["references", "zarrStore"]);
  assert.equal(seen[1], `base64:${seen[2]}`);
});

test("H5Web's data provider needs nothing of H5Web when it runs", () => {
  const seen = user(
    `import { HyperslabApi } from "hyperslab/h5web";
     const api = new HyperslabApi(process.argv[2]);
     const dataset = await api.getEntity("/7/temperature");
     console.log(JSON.stringify([api.filepath, dataset.kind, String(await api.getValue({ dataset }))]));
     await api.close();`,
    weather(),
  );
  assert.deepEqual(seen.slice(0, 2), [weather(), "dataset"]);
  assert.match(seen[2], /^-?\d+$/);
});

test("weather.hdf5: browse, slice, save compressed", () => {
  const out = path.join(home, "weather.hdf5");
  const seen = user(
    `import { writeFileSync } from "node:fs";
     import { open, repack } from "hyperslab";
     const f = await open(process.argv[2]);
     const groups = await f.keys();
     const d = await f.get("/7/temperature");
     const attrs = await d.attrs.toObject();
     const paths = await f.paths();
     console.log(JSON.stringify({
       groups, n: paths.length, text: String(d), attrs,
       temperature: await d.read(), wind: await (await f.get("7/wind_speed")).read(),
     }, (k, v) => (typeof v === "bigint" ? Number(v) : v)));
     f.close();
     writeFileSync(process.argv[3], await repack(process.argv[2], { compression: 4 }));`,
    weather(),
    out,
  );
  const truth = JSON.parse(
    execFileSync(python, ["-c", `import h5py, json, sys
f = h5py.File(sys.argv[1], "r")
print(json.dumps({"groups": list(f), "temperature": int(f["7/temperature"][()]), "wind": int(f["7/wind_speed"][()])}))`, weather()]),
  );
  assert.deepEqual(seen.groups, truth.groups);
  assert.equal(seen.n, 30);
  assert.equal(seen.temperature, truth.temperature);
  assert.equal(seen.wind, truth.wind);
  assert.deepEqual(seen.attrs, { date: 1, month: "Jan", year: 2017 });
  assert.equal(seen.text, '<HDF5 dataset "temperature": shape (), type "<i8">');
  assert.match(same(weather(), out), /equal: 31 objects, 60 attributes/);
  assert.match(dumped(out), /DATASET "wind_speed"/);
});

test("a 64 MiB gzip file: slice it by the chunk, save it compressed anew", () => {
  const out = path.join(home, "repacked.h5");
  const seen = user(
    `import { writeFileSync } from "node:fs";
     import { open, repack, slice } from "hyperslab";
     const f = await open(process.argv[2]);
     const d = await f.get("data");
     const row = await d.read("100, 0:8");
     const stepped = await d.read([slice(null, null, 1024), slice(5, null, 1024)]);
     let last = 0, calls = 0;
     const bytes = await repack(process.argv[2], { compression: 9, onProgress: (done, total) => { last = done / total; calls += 1; } });
     writeFileSync(process.argv[3], bytes);
     console.log(JSON.stringify({
       shape: d.shape, chunks: d.chunks, dtype: d.dtype, filters: d.filters.map((x) => x.id), units: await d.attrs.get("units"),
       row: [...row.data], rowShape: row.shape, stepped: [...stepped.data], steppedShape: stepped.shape, last, calls, size: bytes.length,
     }));
     f.close();`,
    big,
    out,
  );
  assert.deepEqual([seen.shape, seen.chunks, seen.dtype, seen.filters, seen.units], [[4096, 4096], [512, 512], "<f4", [2, 1], "counts"]);
  const truth = JSON.parse(
    execFileSync(python, ["-c", `import h5py, json, sys
d = h5py.File(sys.argv[1], "r")["data"]
print(json.dumps({"row": d[100, 0:8].tolist(), "stepped": d[::1024, 5::1024].ravel().tolist()}))`, big]),
  );
  assert.deepEqual(seen.row, truth.row);
  assert.deepEqual(seen.rowShape, [8]);
  assert.deepEqual(seen.stepped, truth.stepped);
  assert.deepEqual(seen.steppedShape, [4, 4]);
  assert.equal(seen.last, 1);
  assert.ok(seen.calls > 1);
  assert.match(same(big, out), /equal: 2 objects/);
  const head = spawnSync("h5dump", ["-H", "-p", out], { encoding: "utf8" });
  assert.match(head.stdout, /COMPRESSION DEFLATE \{ LEVEL 9 \}/);
});

test("a new file with a group, a gzip dataset and an attribute", () => {
  const out = path.join(home, "new.h5");
  user(
    `import { writeFileSync } from "node:fs";
     import { create } from "hyperslab";
     const f = create();
     const d = f.createDataset("entry/data", { data: Float64Array.from({ length: 1000 }, (_, i) => i / 3), shape: [100, 10], compression: "gzip" });
     d.attrs.set("units", "K");
     writeFileSync(process.argv[2], f.toBytes());
     console.log("{}");`,
    out,
  );
  const seen = JSON.parse(
    execFileSync(python, ["-c", `import h5py, json, sys, numpy as np
f = h5py.File(sys.argv[1], "r"); d = f["entry/data"]
print(json.dumps([bool((d[()] == np.arange(1000).reshape(100, 10) / 3).all()), d.compression, d.attrs["units"]]))`, out]),
  );
  assert.deepEqual(seen, [true, "gzip", "K"]);
  dumped(out);
});

test("its command runs", () => {
  const command = (...args) => spawnSync(path.join(home, "node_modules/.bin/hyperslab"), args, { cwd: home, encoding: "utf8" });
  const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  assert.equal(command("--version").stdout, `${version}\n`);
  const { status, stdout, stderr } = command("cat", "--json", `${weather()}/7/temperature`);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.equal(typeof JSON.parse(stdout), "number");
  assert.match(command("--help").stdout, /usage: hyperslab COMMAND/);
  assert.equal(command("ls", "missing.h5").status, 1);
  assert.equal(command().status, 2);
  // What `serve` shows, with the engines that are there already.
  const app = path.join(home, "node_modules/hyperslab/dist/www");
  assert.ok(readdirSync(app).includes("index.html"));
  assert.ok(!readdirSync(app, { recursive: true }).some((n) => n.endsWith(".wasm") || n.endsWith(".map")));
});

test("its declarations serve a TypeScript user", () => {
  writeFileSync(
    path.join(home, "user.ts"),
    `import { open, openSync, create, HyperslabError, type NdArray } from "hyperslab";
     const f = await open(new Uint8Array());
     const d = await f.get("x");
     if (d?.kind === "dataset") {
       const a: NdArray<Float64Array> = await d.as("float64").read();
       console.log(a.data.length);
     }
     const g = openSync("file.h5").get("x");
     console.log(g?.path, create().keys().length, HyperslabError.name);`,
  );
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom,esnext.disposable", "user.ts"];
  const run = spawnSync(at("node_modules/.bin/tsc"), options, { cwd: home, encoding: "utf8" });
  assert.equal(run.status, 0, run.stdout);
});
