// Pages that are made of the package by bundlers, without a word of configuration about it.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
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

// Up to 7 it bundles packages for that in another way, and Angular's server, which is Vite's, has them elsewhere.
const ANGULAR = 'export default { cacheDir: "../.angular/cache/20.3.0/app/vite" };';
for (const [name, vite, config] of [["vite", "vite"], ["vite7", "vite7"], ["vite7, as Angular has it", "vite7", ANGULAR]]) test(`${name}, while it is developed`, async (t) => {
  const dir = consumer(`${vite}-dev`, { "index.html": HTML, "public/README": "", ...(config && { "vite.config.js": config }) });
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

// These leave files alone that are named by `new URL`: with them the package is one file, unless they are told to take the others.
const LEAVING = {
  esbuild: { argv: [...tool("esbuild/bin/esbuild"), "page.js", "--bundle", "--format=esm", "--outdir=www"], files: ["--conditions=production"] },
  Rollup: { argv: [...tool("rollup/dist/bin/rollup"), "page.js", "-d", "www", "-p"], plain: ["@rollup/plugin-node-resolve"], files: ["@rollup/plugin-node-resolve={browser: true}"] },
};
const BUNDLE = { "www/index.html": HTML };

for (const [name, { argv, plain = [], files }] of Object.entries(LEAVING)) {
  // Of one file's workers one is made to see whether any can be made.
  for (const entry of ["hyperslab", "hyperslab/inline"]) test(`${name}, ${entry}`, async (t) => {
    const dir = consumer(`${name}-${path.basename(entry)}`, BUNDLE, { entry });
    await ran([...argv, ...plain], dir);
    copyFileSync(file, path.join(dir, "www/data.h5"));
    await works(await served(t, path.join(dir, "www")), { workers: 3 });
  });

  test(`${name}, with the files beside the bundle`, async (t) => {
    const dir = consumer(`${name}-files`, BUNDLE);
    await ran([...argv, ...files], dir);
    copyFiles(path.join(dir, "www"));
    copyFileSync(file, path.join(dir, "www/data.h5"));
    await works(await served(t, path.join(dir, "www")));
  });

  test(`${name}, without them: it is said what helps`, async (t) => {
    const dir = consumer(`${name}-bare`, BUNDLE);
    await ran([...argv, ...files], dir);
    copyFileSync(file, path.join(dir, "www/data.h5"));
    const url = await served(t, path.join(dir, "www"));
    const { answer } = await shown(url);
    assert.match(answer.failed, new RegExp(`^HyperslabError: no WebAssembly at ${url}hyperslab_bg.wasm \\(404\\): copy .*hyperslab/inline`));
  });
}

for (const [how, more, check] of [
  ["", [], (url) => works(url, { workers: 3 })],
  [" with the files: it is said what helps", LEAVING.esbuild.files, async (url) => assert.match((await shown(url)).answer.failed, /^HyperslabError: no WebAssembly next to the script \(.*Invalid URL.*\): copy .*hyperslab\/inline/)],
]) test(`esbuild, as a classic script${how}`, async (t) => {
  const dir = consumer("esbuild-classic", BUNDLE);
  await ran([...LEAVING.esbuild.argv.filter((arg) => arg !== "--format=esm"), ...more], dir);
  copyFileSync(file, path.join(dir, "www/data.h5"));
  await check(await served(t, path.join(dir, "www")));
});

// It says which mode it is, as those do that take files along, but is none of them; and it lets esbuild make older JavaScript.
test("esbuild, as Angular's builder asks for it", async (t) => {
  const dir = consumer("esbuild-angular", BUNDLE);
  const options = ["--conditions=es2015,es2020,module,production", "--supported:async-await=false", "--supported:object-rest-spread=false", "--minify"];
  await ran([...LEAVING.esbuild.argv, ...options], dir);
  copyFileSync(file, path.join(dir, "www/data.h5"));
  await works(await served(t, path.join(dir, "www")), { workers: 3 });
});

// What else needs an engine has that of the main entry, of which there is one in a program.
const OTHERS = `
import { HyperslabError, isHyperslabError, open } from "hyperslab";
import { interpret } from "hyperslab/conventions";
import { File, ready } from "hyperslab/h5wasm";
import { HyperslabApi } from "hyperslab/h5web";
import { zarrStore } from "hyperslab/zarr";

async function main() {
  const bytes = new Uint8Array(await (await fetch("data.h5")).arrayBuffer());
  const { FS } = await ready;
  FS.writeFile("data.h5", bytes);
  const dropIn = new File("data.h5", "r").get("entry/data").slice([[7, 8], [0, 2]]);
  const file = await open(bytes);
  const shapes = [];
  for (const source of [file, new Blob([bytes])]) shapes.push((await new HyperslabApi(source).getEntity("/entry/data")).shape);
  const missing = await new HyperslabApi(file).getEntity("/none").catch((e) => [e instanceof HyperslabError, isHyperslabError(e, "NotFound"), isHyperslabError(e, "Io")]);
  const chunk = await zarrStore(file).get("/entry/data/0.0");
  const meaning = await interpret(await file.get("entry/data"));
  return { dropIn: [...dropIn], shapes, missing, chunk: chunk.length > 0, meaning: Object.keys(meaning).length > 0 };
}

main().then((answer) => (document.title = JSON.stringify(answer)), (e) => (document.title = JSON.stringify({ failed: String(e?.stack ?? e) })));
`;

test("esbuild, all entry points", async (t) => {
  const dir = consumer("esbuild-others", { ...BUNDLE, "page.js": OTHERS });
  await ran([...LEAVING.esbuild.argv, "--metafile=meta.json"], dir);
  copyFileSync(file, path.join(dir, "www/data.h5"));
  const { answer } = await shown(await served(t, path.join(dir, "www")));
  const shape = { class: "Array", dims: [700, 2048] };
  assert.deepEqual(answer, { dropIn: [14336, 14337], shapes: [shape, shape], missing: [true, true, false], chunk: true, meaning: true });
  const engines = Object.keys(JSON.parse(readFileSync(path.join(dir, "meta.json"), "utf8")).inputs).filter((name) => /hyperslab\/dist\/(index|inline)\.js$/.test(name));
  assert.equal(engines.length, 1, engines.join());
});
