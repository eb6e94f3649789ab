// The real viewer in a browser shows every dataset of the corpus, with its values, and says nothing of errors but where the file has one.
import assert from "node:assert/strict";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { openSync } from "hyperslab";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { corpus } from "../interop/lib/corpus.mjs";
import { sourceOf } from "../interop/lib/sets.mjs";
import { compare, firstOf } from "./texts.mjs";

const dir = path.join(local, "h5web");
/** Pages that show datasets at the same time. */
const PAGES = 2;
let server;
let browser;

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
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** A page whose viewer shows numbers as text, with all their digits. */
async function viewer() {
  const context = await browser.newContext({ viewport: { width: 640, height: 400 } });
  await context.addInitScript(() => {
    localStorage.setItem("h5web:preferredVis", '"Matrix"');
    localStorage.setItem("h5web:matrix", JSON.stringify({ state: { notation: "Exact" }, version: 4 }));
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => "showAll" in window);
  return page;
}

/** Classes of a type and of what is in it. */
function classes(dtype) {
  if (typeof dtype === "string") return dtype.replaceAll(/\d+/g, "");
  const inner = dtype.base ?? dtype.members?.map((m) => m.dtype ?? "");
  return dtype.class + (inner && dtype.class !== "enum" ? `(${[inner].flat().map(classes)})` : "");
}

/** What of a dataset makes a difference to the viewer's plots. */
const kindOf = (d) => JSON.stringify([classes(d.dtype), d.shape === null ? null : Math.min(d.ndim, 4), d.size === 0]);
const plotted = new Set();

/** The datasets that libhdf5 finds in a file: what has to be seen of each, or why it cannot be read; those whose plots are wanted. */
function datasetsOf({ name, driver, objects }) {
  const f = openSync(sourceOf(path.join(corpus(), name), driver));
  const found = objects.filter((o) => o.kind === "dataset").map(({ path: where }) => {
    const d = f.get(where);
    const kind = kindOf(d);
    const plots = !plotted.has(kind) && d.size < 1e6;
    plotted.add(kind);
    try {
      return { where, plots, size: d.size, shape: d.shape, want: firstOf(d) };
    } catch (e) {
      return { where, plots: false, size: d.size, shape: d.shape, problem: e.message };
    }
  });
  f.close();
  return found;
}

/** Elements of which it is clear that they fit nowhere. Fewer, but many GB, are really tried by browsers, for minutes: one dataset of the corpus. */
const MOST = 1e10;
const isTried = ({ size }) => size > 1e8 && size <= MOST;

/** What the viewer says of datasets without elements. */
const EMPTY = /^(Abscissas have undefined domain|Expected non-empty dimension)$/;

/** What is to be said of one dataset, if something is wrong; counts what was seen. */
function judge({ where, size, shape, want, problem }, shown, counts) {
  const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);
  if (shown.path !== where) return `${shown.path} is shown`;
  if (problem !== undefined) {
    count(`refused (${problem})`);
    return shown.error === undefined ? `shown although it cannot be read (${problem})` : undefined;
  }
  // Of up to two dimensions it asks for all elements at once.
  if (size > MOST) return /do not fit into one array/.test(shown.error) ? void count("too big for the viewer") : `${JSON.stringify(shown)} for ${size} elements`;
  if (shown.error !== undefined && size === 0 && EMPTY.test(shown.error)) return void count("empty, which the viewer says");
  if (shown.error !== undefined) return shown.error;
  if (shape === null) {
    count("without values");
    return /Nothing to display/.test(shown.text) ? undefined : `a null dataspace shows ${JSON.stringify(shown)}`;
  }
  for (const other of shown.others) {
    count("plots");
    if (other.error !== undefined && !(size === 0 && EMPTY.test(other.error))) return `${other.vis}: ${other.error}`;
  }
  count(shown.vis);
  const { compared, wrong } = compare(want, shown);
  counts.texts = (counts.texts ?? 0) + compared;
  if (wrong.length > 0) return wrong[0];
  return compared === 0 && size > 0 ? `nothing of it could be compared: ${JSON.stringify(shown).slice(0, 200)}` : undefined;
}

test("every dataset of the corpus is shown, with its values", async () => {
  const { files } = JSON.parse(readFileSync(path.join(corpus(), "truth.json"), "utf8"));
  const todo = files.filter((file) => file.opens && file.objects.some((o) => o.kind === "dataset") && (!process.env.ONLY || file.name.includes(process.env.ONLY)));
  const all = todo.reduce((n, file) => n + file.objects.filter((o) => o.kind === "dataset").length, 0);
  const counts = {};
  const wrong = [];
  let seen = 0;
  const work = async () => {
    const page = await viewer();
    for (let file = todo.shift(); file; file = todo.shift()) {
      const found = datasetsOf(file);
      const datasets = found.filter((d) => !isTried(d));
      seen += found.length - datasets.length;
      if (found.length > datasets.length) counts["too big for the viewer"] = (counts["too big for the viewer"] ?? 0) + found.length - datasets.length;
      const { name, driver, members } = file;
      const shown = await page.evaluate(([set, objects]) => window.showAll(set, objects), [{ name, driver, members }, datasets.map(({ where, plots }) => [where, plots])]);
      datasets.forEach((d, i) => {
        seen += 1;
        const why = judge(d, shown[i], counts);
        if (why !== undefined) wrong.push(`${name} ${d.where}: ${why}`);
      });
    }
  };
  await Promise.all(Array.from({ length: PAGES }, work));
  console.log(`${seen} datasets shown: ${Object.entries(counts).map(([what, n]) => `${n} ${what}`).join(", ")}`);
  assert.deepEqual(wrong, []);
  assert.equal(seen, all);
});
