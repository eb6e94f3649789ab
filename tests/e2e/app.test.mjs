// The page as a whole: offline, policy, size, accessibility, narrow screens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { axe } from "./support/axe.mjs";
import { choose, drop, open, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

test("the page forbids itself everything but its own files", () =>
  withPage(async (page) => {
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    assert.match(policy, /default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?!;)|https?:/);
    const reached = await page.evaluate(() => fetch("https://example.com/").then(() => "reached", () => "refused"));
    assert.equal(reached, "refused");
    assert.deepEqual(await page.evaluate(() => window.violations.splice(0)), ["connect-src: https://example.com/"]);
  }, { expectedErrors: [/Content Security Policy/] }));

test("after one visit it works without a network", () =>
  withPage(async (page, context) => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    // Ready means activated: everything is in the cache.
    await context.setOffline(true);
    await page.reload();
    await page.getByText("Drop an HDF5 file anywhere on this page").waitFor();
    await open(page, file("weather.hdf5"));
    await choose(page, "/7/temperature");
    await page.locator(".big-value", { hasText: /^69$/ }).waitFor();
    await open(page, file("values.h5"));
    for (const [path, view] of [["/plots/grid", "Heatmap"], ["/plots/steps", "Line"]]) {
      await choose(page, path);
      await page.getByRole("img", { name: new RegExp(view) }).waitFor();
      await ready(page);
    }
    await page.getByRole("button", { name: "Table" }).click();
    await ready(page);
  }), { timeout: 60_000 });

test("the first load is small", () =>
  withPage(async (page, context) => {
    const sizes = new Map();
    const fresh = await context.newPage();
    const count = async (r) => {
      if (!r.url().endsWith("sw.js") && r.ok()) sizes.set(new URL(r.url()).pathname.split("/").at(-1) || "index.html", gzipSync(await r.body(), { level: 9 }).length);
    };
    const pending = [];
    fresh.on("response", (r) => pending.push(count(r)));
    // Without the service worker, which fetches everything there is.
    await fresh.addInitScript(() => Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined }));
    await fresh.goto(page.url(), { waitUntil: "networkidle" });
    await Promise.all(pending);
    // What the page itself names; views and engine come in a quiet moment afterwards.
    const html = await (await fetch(page.url())).text();
    const named = [...html.matchAll(/<(?:script|link rel="modulepreload")[^>]*? (?:src|href)="([^"]+)"/g)].map((m) => m[1].split("/").at(-1));
    assert.ok(named.length > 0);
    const shell = named.reduce((a, name) => a + sizes.get(name), 0);
    assert.ok(shell <= 45_000, `JavaScript before the first drop: ${shell} bytes`);
    await drop(fresh, file("gzip64.h5"));
    await ready(fresh);
    await Promise.all(pending);
    const total = [...sizes.values()].reduce((a, b) => a + b, 0);
    assert.ok(![...sizes.keys()].some((name) => /codecs/.test(name)), "filters that the file does not need");
    console.log(`first load: ${shell} B of JavaScript gz, ${total} B gz in all with engine and heatmap`);
    assert.ok(total <= 400_000, `everything to the first heatmap: ${total} bytes ${JSON.stringify([...sizes])}`);
  }), { timeout: 60_000 });

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}`, () =>
    withPage(
      async (page) => {
        const clean = async (state) => assert.deepEqual(await axe(page), [], state);
        await clean("start");
        await drop(page, file("text.h5"));
        await page.getByRole("alert").waitFor();
        await clean("error");
        await open(page, file("values.h5"));
        await ready(page).catch(() => undefined);
        await clean("group");
        for (const [path, state] of [["/plots/frames", "heatmap"], ["/plots/steps", "line"], ["/table/records", "table"], ["/table/scalar_text", "text"], ["/links/dangling", "dead link"]]) {
          await choose(page, path);
          if (state !== "dead link") await ready(page);
          await clean(state);
        }
        await open(page, file("references.h5"));
        for (const path of ["/refs", "/refs/list"]) {
          await choose(page, path);
          await page.getByRole("button", { name: "→ /data/one" }).waitFor();
          await clean(`references at ${path}`);
        }
        await open(page, file("whole.h5"));
        await choose(page, "/stack");
        await page.getByText(/Not all of it is here/).waitFor();
        await clean("missing files");
        await page.getByRole("button", { name: "Save as…" }).click();
        await page.getByRole("dialog").waitFor();
        await clean("save dialog");
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        await page.keyboard.press("/");
        await page.keyboard.type("stack");
        await page.getByRole("listbox").getByRole("option").first().waitFor();
        await clean("search");
      },
      { colorScheme, bypassCSP: true },
    ), { timeout: 120_000 });
}

test("390 pixels wide: everything is reachable and nothing sticks out", () =>
  withPage(
    async (page) => {
      const fits = async (state) => {
        const wide = await page.evaluate(() => [...document.querySelectorAll("html, main, header, .object")].map((e) => e.scrollWidth));
        assert.ok(wide.every((w) => w <= 390), `${state}: ${wide}`);
      };
      await fits("start");
      await drop(page, file("values.h5"));
      await page.getByRole("banner").getByText("values.h5").waitFor();
      await fits("group");
      await page.getByRole("button", { name: "Show the contents of the file" }).click();
      await page.getByRole("treeitem", { name: "plots" }).click();
      await page.getByRole("treeitem", { name: "frames" }).click();
      await ready(page);
      await fits("heatmap");
      assert.ok((await page.locator(".plot").boundingBox()).width >= 340);
      await page.getByRole("slider", { name: "Index on axis 0" }).fill("5");
      await page.getByRole("img", { name: /lowest 500/ }).waitFor();
      for (const view of ["Line", "Table"]) {
        await page.getByRole("button", { name: view, exact: true }).click();
        await ready(page);
        await fits(view);
      }
      await page.getByRole("button", { name: "Save as…" }).click();
      const box = await page.getByRole("dialog").boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 390);
    },
    { viewport: { width: 390, height: 844 }, hasTouch: true },
  ), { timeout: 60_000 });

test("a sample is made on the spot and looks right", () =>
  withPage(async (page) => {
    await page.getByRole("button", { name: "Try a sample" }).click();
    await page.getByRole("treeitem", { name: "waves", exact: true }).waitFor();
    await choose(page, "/waves/image");
    await page.getByRole("img", { name: /256 × 384/ }).waitFor();
    await choose(page, "/stations/7/temperature");
    await page.locator(".big-value", { hasText: /^20$/ }).waitFor();
  }));
