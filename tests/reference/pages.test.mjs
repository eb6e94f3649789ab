// The pages of the API reference: all exports have one, all links lead somewhere, nothing is asked of others, and what was looked at is there
// without a network.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { at } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";

const home = at("www/dist/reference");
const pages = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".html"));
const text = new Map(pages.map((page) => [path.join(home, page), readFileSync(path.join(home, page), "utf8")]));
const ids = new Map([...text].map(([file, html]) => [file, new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))]));

test("all links lead somewhere, and none to another place", () => {
  const wrong = [];
  for (const [file, html] of text) {
    for (const [, address] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (address === "#" || address === "") continue;
      if (/^[a-z]+:|^\//i.test(address)) wrong.push(`${path.relative(home, file)}: ${address}`);
      else {
        const [to, anchor] = address.replaceAll("&amp;", "&").split("#");
        const target = to === "" ? file : path.join(path.dirname(file), decodeURIComponent(to));
        if (!statSync(target, { throwIfNoEntry: false })?.isFile()) wrong.push(`${path.relative(home, file)}: ${address}`);
        else if (anchor !== undefined && ids.has(target) && !ids.get(target).has(decodeURIComponent(anchor))) wrong.push(`${path.relative(home, file)}: ${address}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("whatever the package exports has a page", async () => {
  const { exports } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const kinds = ["functions", "classes", "variables"];
  const missing = [];
  for (const entry of Object.keys(exports).filter((name) => !/package.json|h5wasm.node|^.\/dist\//.test(name))) {
    const name = `hyperslab${entry.slice(1)}`;
    // What is the same in both is described once.
    const described = name === "hyperslab/inline" ? "hyperslab" : name;
    if (!pages.includes(`modules/${name.replaceAll("/", "_")}.html`)) missing.push(name);
    for (const exported of Object.keys(await import(name))) {
      if (exported === "default") continue;
      if (!kinds.some((kind) => pages.includes(`${kind}/${described.replaceAll("/", "_")}.${exported}.html`))) missing.push(`${name}: ${exported}`);
    }
  }
  assert.deepEqual(missing, []);
});

let site;
let server;
let browser;
before(async () => {
  site = mkdtempSync(path.join(os.tmpdir(), "hyperslab-reference-"));
  cpSync(at("www/dist"), path.join(site, "some/where"), { recursive: true });
  server = await serve(site);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(site, { recursive: true, force: true });
});

test("from the app to a page, by the search, and again without a network", async () => {
  const context = await browser.newContext();
  context.setDefaultTimeout(30_000);
  const wrong = [];
  context.on("request", (r) => {
    if (!r.url().startsWith(server.url) && !/^(blob|data):/.test(r.url())) wrong.push(`request to ${r.url()}`);
  });
  const page = await context.newPage();
  page.on("console", (m) => {
    if (m.type() === "error") wrong.push(m.text());
  });
  page.on("pageerror", (e) => wrong.push(String(e)));
  await page.goto(`${server.url}some/where/`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByRole("link", { name: "API reference" }).click();
  await page.getByRole("heading", { name: "Types of elements and of arrays" }).waitFor();
  assert.equal(page.url(), `${server.url}some/where/reference/index.html`);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("combobox").fill("openSync");
  await page.getByRole("option", { name: /openSync/ }).first().locator("a").click();
  await page.getByRole("heading", { name: "Function openSync" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Function openSync" }).waitFor();
  assert.deepEqual(wrong, []);

  await context.setOffline(true);
  await page.reload();
  await page.getByRole("heading", { name: "Function openSync" }).waitFor();
  await page.goto(`${server.url}some/where/`);
  await page.getByRole("link", { name: "API reference" }).waitFor();
  await context.close();
});
