// The notebook's steps in a browser, with files of its private file system; h5py reads each one back.
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { seenByH5py } from "./lib/h5py.mjs";

const dir = path.join(local, "notebook-browser");
const file = (name) => path.join(dir, "files", name);
let results;

before(async () => {
  rmSync(dir, { recursive: true, force: true });
  folder(dir, "files");
  symlinkSync(at("dist"), path.join(dir, "dist"));
  writeFileSync(path.join(dir, "index.html"), '<!doctype html><meta charset="utf-8"><title>notebook</title>');
  await build({
    entryPoints: [at("tests/interop/browser/notebook.mjs")],
    outfile: path.join(dir, "notebook.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    alias: { hyperslab: "/dist/index.js" },
    external: ["/dist/*"],
    logLevel: "error",
  });
  const server = await serve(dir);
  const browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const answer = await page.evaluate(async () => {
      const worker = new Worker("/notebook.js", { type: "module" });
      const { error, results, files } = await new Promise((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", (e) => reject(new Error(e.message)));
      });
      if (error) throw new Error(error);
      const text = async (bytes) => {
        const url = await new Promise((resolve) => {
          const reader = new FileReader();
          reader.addEventListener("load", () => resolve(reader.result));
          reader.readAsDataURL(new Blob([bytes]));
        });
        return url.slice(url.indexOf(",") + 1);
      };
      const all = [];
      for (const [name, bytes] of Object.entries(files)) all.push([name, await text(bytes)]);
      return { results, files: all };
    });
    ({ results } = answer);
    for (const [name, text] of answer.files) writeFileSync(file(name), Buffer.from(text, "base64"));
  } finally {
    await browser.close();
    await server.close();
  }
});

after(() => rmSync(path.join(dir, "dist"), { force: true }));

test("stations", () => {
  assert.deepEqual(results.weather, [69, 7, "1-Jan-2017"]);
  const seen = seenByH5py(file("weather.hdf5"), `print(json.dumps([int(f[f"/{i}/temperature"][()]) for i in range(1, 11)] + [len(f["3/wind_speed"].attrs)]))`);
  assert.deepEqual(seen, [21, 24, 3, 39, 17, 0, 69, 31, 8, 12, 3]);
});

test("late storage, and only what is touched", () => {
  const [before, after, value, other] = results.late;
  assert.ok(before <= 1400 && after <= 4_195_704, String(results.late));
  assert.deepEqual([value, other], [2, 0]);
  assert.ok(results.gzip <= 4075, String(results.gzip));
  for (const name of ["late.h5", "gzip.h5"]) seenByH5py(file(name), "a = f['big'][...]\nassert a[2, 2] == 2 and np.count_nonzero(a) == 1");
});

test("modes", () => {
  assert.deepEqual(results.modes, ["Malformed", "Io", "fine", "fine", "fine", "fine", "fine", "Io", "fine", "ReadOnly", "Io"]);
  for (const name of ["modes.h5", "appended.h5"]) seenByH5py(file(name), "assert list(f) == [] and dict(f.attrs) == {}");
});

test("places of one's own, memory, a file cut into many", () => {
  assert.deepEqual(results.places, [1, 2, 3, 4, 5, 6]);
  seenByH5py(file("access.h5"), "assert f['a'][...].tolist() == [1, 2, 3]");
  seenByH5py(file("core.h5"), "assert f['a'][...].tolist() == [4, 5, 6]");
  assert.deepEqual(results.memory, [69, 70, false]);
  seenByH5py(file("saved.h5"), "assert f['seven/temperature'][()] == 70 and '7' not in f");
});

test("arrays are copies; one number into many elements", () => {
  assert.deepEqual(results.arrays, ["<i8", [1, 2, 3, 4, 5], [3, 4], [10, 10, 10, 10, 10]]);
  seenByH5py(file("arr.h5"), "assert (f['arr'][...] == 10).all() and f['arr'].dtype == '<i8' and f['arr'].shape == (1, 5)");
});

test("doubles and floats", () => {
  const [doubles, floats, ...rest] = results.floats;
  assert.ok(doubles <= 82_144 && floats <= 42_144, String(results.floats));
  assert.deepEqual(rest, ["Float32Array", "Float64Array", true]);
  seenByH5py(file("float32.h5"), "import os\nwith h5py.File(f.filename.replace('float32', 'float64'), 'r') as g:\n    assert (f['d'][...] == g['d'][...].astype('f4')).all()");
});

test("fill values, printing, slices", () => {
  assert.deepEqual(results.fills, [["0", "0"], ["0", "0"], ["-1", "-1"], ["NaN", "NaN"]]);
  seenByH5py(file("fills.h5"), "assert [f[d][...].tolist() for d in ('d0', 'd1', 'd2')] == [[[0, 0]], [[0, 0]], [[-1, -1]]] and np.isnan(f['d3'][...]).all()");
  assert.deepEqual(results.printing, ['<HDF5 dataset "arr1": shape (100, 1000), type "<f8">', [10, 1000], [10, 1000]]);
  seenByH5py(file("printing.h5"), "assert (f['arr1'][...] == f['arr2'][...]).all() and f['arr1'].shape == (100, 1000)");
});
