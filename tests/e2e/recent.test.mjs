// Files of earlier visits: reopened from the start, with permission, and forgotten.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { axe } from "./support/axe.mjs";
import { address, choose, open, setUp, withPage } from "./support/browser.mjs";
import { set, show } from "./support/edit.mjs";
import { file } from "./support/files.mjs";
import { choosers, put, remove } from "./support/private.mjs";
import { web } from "./support/web.mjs";

setUp();

const isOpen = (page, name) => page.waitForFunction((n) => document.title.startsWith(n), name);
const entry = (page, name) => page.getByRole("button", { name: new RegExp(`^Reopen ${name}`) });
const list = (page) => page.getByRole("region", { name: "Recent files" });
const names = (page) => list(page).locator(".name").allInnerTexts();

/** Opens a file by its handle, as if it were on a disk. */
async function openByHandle(page, name, of) {
  await put(page, name, readFileSync(file(of)));
  await choosers(page, name);
  await page.getByRole("button", { name: /^Open( file…)?$/ }).click();
  await isOpen(page, name);
}

/** Everything that the page keeps about files. */
const kept = (page) =>
  page.evaluate(async () => {
    if (!(await indexedDB.databases()).some((d) => d.name === "hyperslab")) return [];
    const opening = indexedDB.open("hyperslab");
    const db = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
    const asking = db.transaction("files").objectStore("files").getAll();
    const all = await new Promise((done) => (asking.onsuccess = () => done(asking.result.flat())));
    db.close();
    return all.map((r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, v instanceof FileSystemHandle ? "a handle" : v])));
  });

/** Waits until these files are kept: they are noted after they are shown. */
async function keeps(page, ...names) {
  for (let left = 100; ; left--) {
    const now = (await kept(page)).map((r) => r.name);
    if (left === 0 || String(now) === String(names)) return assert.deepEqual(now, names);
    await page.waitForTimeout(50);
  }
}

test("a file is reopened after a reload, where one was, when the user allows it", () =>
  withPage(async (page) => {
    assert.equal(await list(page).count(), 0);
    await openByHandle(page, "here.h5", "edit.h5");
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await keeps(page, "here.h5");
    await page.reload();
    assert.match(await entry(page, "here.h5").innerText(), /here\.h5\s+[\d.]+ kB · \d+ \w+ \d{4}, \d\d:\d\d/);
    // The user says no, then yes.
    await page.evaluate(() => {
      window.asked = [];
      window.answer = "denied";
      FileSystemHandle.prototype.requestPermission = async function (options) {
        window.asked.push([this.name, options.mode]);
        return window.answer;
      };
    });
    await entry(page, "here.h5").click();
    await list(page).getByText("The browser does not let this page read it.").waitFor();
    await page.evaluate(() => (window.answer = "granted"));
    await entry(page, "here.h5").focus();
    await page.keyboard.press("Enter");
    await isOpen(page, "here.h5");
    await page.locator(".crumb.here", { hasText: "bytes" }).waitFor();
    assert.deepEqual(await page.evaluate(() => window.asked), [["here.h5", "read"], ["here.h5", "read"]]);
    assert.equal(await page.getByText("has changed since").count(), 0);
    // It is saved where it is, and that is no change by others.
    await show(page, "Table");
    await set(page, 0, 0, "99");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForFunction(() => !document.title.startsWith("●"));
    await page.waitForTimeout(200);
    await page.reload();
    await entry(page, "here.h5").click();
    await isOpen(page, "here.h5");
    assert.equal(await page.getByText("has changed since").count(), 0);
  }), { timeout: 60_000 });

test("a file that the desktop opens with the installed app is one of them", () =>
  withPage(async (page) => {
    const manifest = await (await fetch(`${address()}app.webmanifest`)).json();
    assert.ok(manifest.file_handlers[0].accept["application/x-hdf5"].includes(".h5"));
    await page.addInitScript(() => Object.defineProperty(window, "launchQueue", { value: { setConsumer: (f) => (window.launch = f) } }));
    await page.reload();
    await put(page, "given.h5", readFileSync(file("weather.hdf5")));
    await page.evaluate(async () => window.launch({ files: [await (await navigator.storage.getDirectory()).getFileHandle("given.h5")] }));
    await isOpen(page, "given.h5");
    await keeps(page, "given.h5");
  }));

test("a file that has changed, and one that is gone", () =>
  withPage(async (page) => {
    await openByHandle(page, "moved.h5", "edit.h5");
    await keeps(page, "moved.h5");
    await openByHandle(page, "other.h5", "weather.hdf5");
    await keeps(page, "other.h5", "moved.h5");
    await openByHandle(page, "other.h5", "scales.h5");
    await page.getByRole("treeitem", { name: "field" }).waitFor();
    await page.reload();
    await entry(page, "moved.h5").waitFor();
    assert.deepEqual(await names(page), ["other.h5", "moved.h5"]);
    await remove(page, "moved.h5");
    await put(page, "other.h5", readFileSync(file("values.h5")));
    // It is seen at once where the page may look, and when one tries where it may not.
    await page.reload();
    await list(page).getByText("It is not where it was").waitFor();
    await list(page).getByText("It has changed since it was opened.").waitFor();
    await page.addInitScript(() => (FileSystemHandle.prototype.queryPermission = async () => "prompt"));
    await page.reload();
    await entry(page, "moved.h5").waitFor();
    assert.equal(await list(page).getByText("It is not where it was").count(), 0);
    await entry(page, "moved.h5").click();
    await list(page).getByText("It is not where it was").waitFor();
    await entry(page, "other.h5").click();
    await isOpen(page, "other.h5");
    await page.getByText(/^other\.h5 has changed since it was opened last: it was [\d.]+ kB of .*, and is now [\d.]+ [kM]B of/).waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByText(/has changed since/).waitFor({ state: "detached" });
  }), { timeout: 60_000 });

test("one is forgotten, then all; and nothing is kept but names and places", () =>
  withPage(async (page) => {
    const known = [];
    for (const [name, of] of [["one.h5", "edit.h5"], ["two.h5", "weather.hdf5"], ["three.h5", "scales.h5"]]) {
      await openByHandle(page, name, of);
      known.unshift(name);
      await keeps(page, ...known);
    }
    // There is no way back to a file of which only its bytes were given.
    await open(page, file("references.h5"));
    await page.waitForTimeout(200);
    assert.deepEqual((await kept(page)).map(({ name, handle, ...more }) => [name, handle, Object.keys(more).toSorted().join()]), known.map((name) => [name, "a handle", "key,modified,size"]));
    await page.goto("about:blank");
    await page.goto(address());
    await entry(page, "three.h5").waitFor();
    await page.getByRole("button", { name: "Forget three.h5" }).focus();
    await page.keyboard.press("Enter");
    await entry(page, "three.h5").waitFor({ state: "detached" });
    const focused = () => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent);
    assert.equal(await focused(), "Forget two.h5");
    await page.reload();
    await entry(page, "two.h5").waitFor();
    assert.deepEqual(await names(page), ["two.h5", "one.h5"]);
    await page.getByRole("button", { name: "Forget all" }).focus();
    await page.keyboard.press("Enter");
    await list(page).waitFor({ state: "detached" });
    assert.equal(await focused(), "Open file…");
    assert.deepEqual(await kept(page), []);
  }), { timeout: 60_000 });

test("files on the web are reopened by their addresses, and those that are gone are said to be", async () => {
  let there = true;
  const server = await web(["values.h5", "scales.h5"], {
    answer(request, response, n, send) {
      if (there || request.method === "OPTIONS") return false;
      send(404, {}, "no");
      return true;
    },
  });
  try {
    await withPage(async (page) => {
      for (const name of ["values.h5", "scales.h5"]) {
        await page.goto("about:blank");
        await page.goto(`${address()}?open=${encodeURIComponent(server.url(name))}`);
        await isOpen(page, name);
        await keeps(page, ...(name === "values.h5" ? [name] : [name, "values.h5"]));
      }
      await page.goto("about:blank");
      await page.goto(address());
      await entry(page, "scales.h5").waitFor();
      assert.deepEqual(await names(page), ["scales.h5", "values.h5"]);
      assert.match(await entry(page, "values.h5").innerText(), new RegExp(`[kM]B · ${new URL(server.all).host}`));
      await entry(page, "values.h5").click();
      await keeps(page, "values.h5", "scales.h5");
      await page.goto("about:blank");
      await page.goto(address());
      there = false;
      await entry(page, "scales.h5").waitFor();
      await entry(page, "scales.h5").click();
      await page.getByRole("alert").getByText(/There is nothing at .*scales\.h5 \(404\)/).waitFor();
    }, { servers: [server.all], expectedErrors: [/404/] });
  } finally {
    await server.close();
  }
});

for (const [colorScheme, viewport] of [["light", { width: 390, height: 844 }], ["dark", { width: 1280, height: 800 }]]) {
  test(`axe finds nothing in the list and nothing sticks out, ${colorScheme}, ${viewport.width} pixels wide`, () =>
    withPage(async (page) => {
      const long = `a-name-that-is-longer-than-a-telephone-is-wide-${"x".repeat(60)}.h5`;
      await openByHandle(page, long, "edit.h5");
      await keeps(page, long);
      await remove(page, long);
      await page.reload();
      await list(page).getByText("It is not where it was").waitFor();
      assert.deepEqual(await axe(page), []);
      const wide = await page.evaluate(() => [...document.querySelectorAll("html, main, .recent, .recent *")].map((e) => Math.max(e.getBoundingClientRect().right, e.tagName === "MAIN" ? e.scrollWidth : 0)));
      assert.ok(wide.every((w) => w <= viewport.width), String(wide));
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/recent-${colorScheme}.png` });
    }, { colorScheme, viewport, bypassCSP: true }), { timeout: 60_000 });
}
