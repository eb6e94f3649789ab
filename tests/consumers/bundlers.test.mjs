// Pages that are made of the package by bundlers, without a word of configuration about it.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { consumer, copyFiles, data, ran, started, tool } from "./lib/home.mjs";
import { closeBrowser, hosted, shown, works } from "./lib/pages.mjs";

const HTML = '<!doctype html><meta charset="utf-8"><title>consumer</title><script type="module" src="/page.js"></script>';
const file = data();

after(closeBrowser);

async function served(t, dir) {
  const host = await hosted(dir);
  t.after(() => host.close());
  return host.url;
}

test("Vite, built", async (t) => {
  const dir = consumer("vite", { "index.html": HTML, "public/README": "" });
  copyFileSync(file, path.join(dir, "public/data.h5"));
  await ran([...tool("vite/bin/vite.js"), "build"], dir);
  await works(await served(t, path.join(dir, "dist")));
});

// Up to 7 it bundles packages for that in another way.
for (const vite of ["vite", "vite7"]) test(`${vite}, while it is developed`, async (t) => {
  const dir = consumer(`${vite}-dev`, { "index.html": HTML, "public/README": "" });
  copyFileSync(file, path.join(dir, "public/data.h5"));
  const dev = started([...tool(`${vite}/bin/vite.js`), "--port", "0", "--host", "127.0.0.1"], dir);
  t.after(() => dev.stop());
  const [url] = await dev.says(/http:\/\/127\.0\.0\.1:\d+\//);
  await works(url);
});

test("webpack 5", async (t) => {
  const dir = consumer("webpack", { "dist/index.html": '<!doctype html><title>consumer</title><script src="main.js"></script>' }, { sources: "src" });
  copyFileSync(path.join(dir, "src/page.js"), path.join(dir, "src/index.js"));
  copyFileSync(file, path.join(dir, "dist/data.h5"));
  await ran([...tool("webpack-cli/bin/cli.js"), "--mode", "production"], dir);
  await works(await served(t, path.join(dir, "dist")));
});

// These leave files alone that are named by `new URL`.
const LEAVING = {
  esbuild: [...tool("esbuild/bin/esbuild"), "page.js", "--bundle", "--outdir=www"],
  Rollup: [...tool("rollup/dist/bin/rollup"), "page.js", "-p", "@rollup/plugin-node-resolve", "-d", "www"],
};
const BUNDLE = { "www/index.html": HTML };

for (const [name, argv] of Object.entries(LEAVING)) {
  const esm = name === "esbuild" ? [...argv, "--format=esm"] : argv;

  test(`${name}, everything in one file`, async (t) => {
    const dir = consumer(`${name}-inline`, BUNDLE, { entry: "hyperslab/inline" });
    await ran(argv, dir);
    copyFileSync(file, path.join(dir, "www/data.h5"));
    // One is made to see whether any can be made.
    await works(await served(t, path.join(dir, "www")), { workers: 3 });
  });

  test(`${name}, with the files beside the bundle`, async (t) => {
    const dir = consumer(`${name}-files`, BUNDLE);
    await ran(esm, dir);
    copyFiles(path.join(dir, "www"));
    copyFileSync(file, path.join(dir, "www/data.h5"));
    await works(await served(t, path.join(dir, "www")));
  });

  test(`${name}, without them: it is said what helps`, async (t) => {
    const dir = consumer(`${name}-bare`, BUNDLE);
    await ran(esm, dir);
    copyFileSync(file, path.join(dir, "www/data.h5"));
    const url = await served(t, path.join(dir, "www"));
    const { answer } = await shown(url);
    assert.match(answer.failed, new RegExp(`^HyperslabError: no WebAssembly at ${url}hyperslab_bg.wasm \\(404\\): copy .*hyperslab/inline`));
  });
}

test("esbuild, as a classic script: it is said what helps", async (t) => {
  const dir = consumer("esbuild-classic", BUNDLE);
  await ran(LEAVING.esbuild, dir);
  copyFileSync(file, path.join(dir, "www/data.h5"));
  const { answer } = await shown(await served(t, path.join(dir, "www")));
  assert.match(answer.failed, /^HyperslabError: no WebAssembly next to the script \(.*Invalid URL.*\): copy .*hyperslab\/inline/);
});
