// Pages that are made of the package by bundlers, without a word of configuration about it.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { consumer, data, ran, started, tool } from "./lib/home.mjs";
import { closeBrowser, hosted, works } from "./lib/pages.mjs";

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

test("Vite, while it is developed", async (t) => {
  const dir = consumer("vite-dev", { "index.html": HTML, "public/README": "" });
  copyFileSync(file, path.join(dir, "public/data.h5"));
  const dev = started([...tool("vite/bin/vite.js"), "--port", "0", "--host", "127.0.0.1"], dir);
  t.after(() => dev.stop());
  const [url] = await dev.says(/http:\/\/127\.0\.0\.1:\d+\//);
  await works(url);
});

test("webpack 5", async (t) => {
  const dir = consumer("webpack", { "dist/index.html": '<!doctype html><title>consumer</title><script src="main.js"></script>' }, "src");
  copyFileSync(path.join(dir, "src/page.js"), path.join(dir, "src/index.js"));
  copyFileSync(file, path.join(dir, "dist/data.h5"));
  await ran([...tool("webpack-cli/bin/cli.js"), "--mode", "production"], dir);
  await works(await served(t, path.join(dir, "dist")));
});
