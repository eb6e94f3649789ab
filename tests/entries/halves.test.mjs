// Half floats in all entry points, where a platform has a Float16Array and where it has none: Node, pages, a page's worker.
import assert from "node:assert/strict";
import { copyFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { halves } from "./halves/checks.mjs";

const dir = path.join(local, "halves");
const CHECK = `
const [hyperslab, zarr, h5web, h5wasm, { halves }] = await Promise.all(["/dist/index.js", "/dist/zarr.js", "/dist/h5web.js", "/dist/h5wasm.js", "/checks.mjs"].map((url) => import(url)));
await hyperslab.ready({ codecs: true });
const answer = await halves(hyperslab, { zarr, h5web, h5wasm });
`;
let server;
let browser;

before(async () => {
  rmSync(dir, { recursive: true, force: true });
  folder(dir);
  symlinkSync(at("dist"), path.join(dir, "dist"));
  copyFileSync(at("tests/entries/halves/checks.mjs"), path.join(dir, "checks.mjs"));
  writeFileSync(path.join(dir, "index.html"), '<!doctype html><meta charset="utf-8"><title>halves</title>');
  writeFileSync(path.join(dir, "page.js"), `${CHECK}\nexport { answer };`);
  writeFileSync(path.join(dir, "worker.js"), `try {\n${CHECK}\npostMessage(answer);\n} catch (e) { postMessage(String(e?.stack ?? e)); }`);
  server = await serve(dir);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(path.join(dir, "dist"), { force: true });
});

/** Opens a page, which runs `begin` before anything else, and says what `program` does there. */
async function inPage(program, begin) {
  const page = await browser.newPage();
  if (begin) await page.addInitScript(begin);
  await page.goto(server.url);
  try {
    return await page.evaluate(program);
  } finally {
    await page.close();
  }
}

const found = (answer, name) => {
  assert.equal(answer.halves, name, String(answer));
  assert.ok(answer.checked > 450, `${answer.checked} checks`);
};

test("in Node", async () => {
  const [hyperslab, zarr, h5web, h5wasm] = await Promise.all(["hyperslab", "hyperslab/zarr", "hyperslab/h5web", "hyperslab/h5wasm"].map((name) => import(name)));
  found(await halves(hyperslab, { zarr, h5web, h5wasm }), "Float16Array" in globalThis ? "Float16Array" : "Float32Array");
});

test("in a page", async () => {
  found(await inPage(async () => (await import("/page.js")).answer), "Float16Array");
});

test("in a page of a browser that has no Float16Array", async () => {
  found(await inPage(async () => (await import("/page.js")).answer, () => delete globalThis.Float16Array), "Float32Array");
});

test("in a worker", async () => {
  const program = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker("/worker.js", { type: "module" });
      worker.addEventListener("message", ({ data }) => resolve(data));
      worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    });
  found(await inPage(program), "Float16Array");
});
