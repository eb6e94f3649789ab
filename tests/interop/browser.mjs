#!/usr/bin/env node
// The corpus in a real browser: every file read through the package there, from memory and from a File, and judged as in Node.
//   node tests/interop/browser.mjs [--only SUBSTRING] [-v]
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { corpus, python } from "./lib/corpus.mjs";

const SECONDS = 60; // for one file
const args = process.argv.slice(2);
const only = args.includes("--only") ? args.splice(args.indexOf("--only"), 2)[1] : undefined;

/** A folder to serve: the page, the package as it is built, the corpus. */
async function site(dir) {
  rmSync(dir, { recursive: true, force: true });
  folder(dir);
  symlinkSync(at("dist"), path.join(dir, "dist"));
  symlinkSync(corpus(), path.join(dir, "corpus"));
  writeFileSync(path.join(dir, "index.html"), '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>');
  const node = at("tests/interop/browser/node.mjs");
  await build({
    entryPoints: [at("tests/interop/browser/page.mjs")],
    outfile: path.join(dir, "page.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    alias: { hyperslab: "/dist/index.js", "node:crypto": node, "node:child_process": node, "node:fs": node, "node:path": node },
    external: ["/dist/*"],
    logLevel: "error",
  });
  return dir;
}

/** A page that is ready to read; `names`: the files it keeps at hand. */
async function ready(browser, url, names) {
  const page = await browser.newPage();
  page.on("pageerror", (e) => {
    wrong += 1;
    console.log(`FAILED uncaught: ${e.stack}`);
  });
  await page.goto(url);
  await page.waitForFunction("window.judge");
  await page.evaluate((list) => window.judge.begin(list), names);
  return page;
}

/** The answer, or how it failed to come. */
function within(promise, seconds) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("timeout")), seconds * 1000); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const dir = await site(path.join(local, "browser"));
const manifest = JSON.parse(readFileSync(path.join(corpus(), "manifest.json"), "utf8"));
const all = [...manifest.files, ...manifest.companions].map((f) => f.name);
const wanted = [...manifest.files, ...manifest.sets].filter((f) => !only || f.name.includes(only));
const server = await serve(dir);
const browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const files = [];
let wrong = 0;
let compared = 0;
try {
  let page;
  for (const { name, driver = "sec2", members } of wanted) {
    page ??= await ready(browser, server.url, all);
    try {
      const answer = await within(page.evaluate((file) => window.judge.read(file), { name, driver, members }), SECONDS);
      files.push({ name, driver, ...JSON.parse(answer.text) });
      compared += answer.compared;
      wrong += answer.wrong.length;
      for (const object of answer.wrong) console.log(`FAILED ${name} ${object}: other values from a File than from memory`);
    } catch (e) {
      files.push({ name, driver, opens: false, crash: String(e.message).slice(0, 300) });
      await within(page.close(), 5).catch(() => {});
      page = undefined;
    }
  }
} finally {
  await browser.close();
  await server.close();
}

const theirs = path.join(folder(local, "results"), "corpus-browser.json");
writeFileSync(theirs, JSON.stringify({ canon: 1, engine: { name: "hyperslab in a browser" }, files }));
console.log(`note: ${compared} datasets read from a File, too`);
const truth = path.join(corpus(), "truth.json");
const judge = only
  ? [at("tests/fixtures/corpus/compare.py"), truth, theirs, "--files", "--level", "full", "--only", only]
  : [at("tests/interop/verdict.py"), truth, theirs, at("tests/interop/expected.json"), ...args];
const { status } = spawnSync(python, judge, { stdio: "inherit" });
if (wrong) console.log(`0 passed, ${wrong} failed`);
process.exitCode = status || (wrong ? 1 : 0);
