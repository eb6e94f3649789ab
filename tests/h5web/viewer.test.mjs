// The real viewer in a browser shows every dataset of the corpus, and says nothing of errors but where the file has one.
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { openSync } from "hyperslab";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { corpus } from "../interop/lib/corpus.mjs";
import { corpusFiles } from "../zarr/files.mjs";

const dir = path.join(local, "h5web");
let server;
let browser;
let page;

before(async () => {
  rmSync(dir, { recursive: true, force: true });
  folder(dir);
  symlinkSync(corpus(), path.join(dir, "corpus"));
  writeFileSync(path.join(dir, "index.html"), '<!doctype html><meta charset="utf-8"><title>viewer</title><link rel="stylesheet" href="page.css"><div id="root" style="height: 100vh"></div><script type="module" src="page.js"></script>');
  await build({
    entryPoints: [at("tests/h5web/page.jsx")],
    outdir: dir,
    bundle: true,
    format: "esm",
    platform: "browser",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  // The engine's files are beside the script that asks for them.
  for (const name of ["hyperslab", "hyperslab_codecs"]) symlinkSync(at("dist", `${name}_bg.wasm`), path.join(dir, `${name}_bg.wasm`));
  server = await serve(dir);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  page = await browser.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => "show" in window);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Classes of a type and of what is in it. */
function classes(dtype) {
  if (typeof dtype === "string") return dtype.replaceAll(/\d+/g, "");
  const inner = dtype.base ?? dtype.members?.map((m) => m.dtype ?? "");
  return dtype.class + (inner && dtype.class !== "enum" ? `(${[inner].flat().map(classes)})` : "");
}

/** What of a dataset makes a difference to the viewer and to reading it. */
const kindOf = (d, problem) => JSON.stringify([classes(d.dtype), d.shape === null ? null : Math.min(d.ndim, 4), d.size === 0, !problem && [d.layout, d.filters.map((f) => f.id)], problem]);
const shownBefore = new Set();

/** The datasets of a file, by path, with what reading them says; without ALL in the environment one of each kind in all files. */
function datasetsOf(file) {
  const f = openSync(file);
  const found = new Map();
  f.visit((where, object) => {
    if (object.kind !== "dataset" || object.size > 1e6) return;
    let problem;
    try {
      object.read();
    } catch (e) {
      problem = e.message;
    }
    const kind = kindOf(object, problem);
    if (shownBefore.has(kind) && !process.env.ALL) return;
    shownBefore.add(kind);
    found.set(`/${where}`, { problem, empty: object.size === 0 });
  });
  f.close();
  return found;
}

/** Shows all datasets of a file in one go; `[path, what the viewer says]` of each. */
async function show(name, paths) {
  return await page.evaluate(
    async ([name, paths]) => {
      await window.openFile(name);
      const all = [];
      for (const where of paths) all.push([where, await window.show(where)]);
      return all;
    },
    [name, paths],
  );
}

test("every dataset of the corpus is shown", async () => {
  let [shown, refused] = [0, 0];
  const wrong = [];
  for (const [name, file] of corpusFiles()) {
    let datasets;
    try {
      datasets = datasetsOf(file);
    } catch {
      continue; // objects of it are broken
    }
    if (datasets.size === 0) continue;
    for (const [where, says] of await show(name, [...datasets.keys()])) {
      const error = says.startsWith("error: ");
      const { problem, empty } = datasets.get(where);
      // Its line plot shows no line without points.
      if (error === (problem !== undefined) || (empty && says === "error: Abscissas have undefined domain")) shown += 1;
      else wrong.push(`${name} ${where}: ${says} (${problem ?? "can be read"})`);
      refused += error;
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(shown > (process.env.ALL ? 4000 : 200) && refused < 50, `${shown} shown, ${refused} of them as errors`);
});
