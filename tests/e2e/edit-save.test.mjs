// What becomes of changes: in place, as a copy, when the page is left, when a worker is ended, and how it all looks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openSync } from "hyperslab";
import { axe } from "./support/axe.mjs";
import { choose, drop, open, ready, setUp, withPage } from "./support/browser.mjs";
import { cell, count, inMenu, saved, set, show, type } from "./support/edit.mjs";
import { ask, differences, file, mustBeEqual } from "./support/files.mjs";
import { choosers, get, put } from "./support/private.mjs";

setUp();

test("a file that others change is shown as it is now, with what was changed here", () =>
  withPage(async (page) => {
    await choosers(page);
    const before = readFileSync(file("edit.h5"));
    await put(page, "here.h5", before);
    await page.getByRole("button", { name: "Open file…" }).click();
    await page.waitForFunction(() => document.title.startsWith("here.h5"));
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 1, 0, "42");
    const other = openSync(before, { mode: "r+" });
    other.get("table/bytes").write("0", 77);
    await put(page, "here.h5", Buffer.from(other.toBytes()));
    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    await cell(page, 0, 0).getByText("77", { exact: true }).waitFor();
    await cell(page, 1, 0).getByText("42", { exact: true }).waitFor();
    assert.ok((await page.title()).startsWith("●"));
  }), { timeout: 60_000 });

test("a file that was opened by its handle is saved in place, again and again", () =>
  withPage(async (page) => {
    await choosers(page);
    await put(page, "here.h5", readFileSync(file("edit.h5")));
    page.on("download", () => assert.fail("downloaded"));
    await page.getByRole("button", { name: "Open file…" }).click();
    await page.waitForFunction(() => document.title.startsWith("here.h5"));
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 0, 0, "99");
    mustBeEqual(file("edit.h5"), await get(page, "here.h5"));
    const save = page.getByRole("button", { name: "Save", exact: true });
    for (const [row, value] of [[0, "99"], [1, "98"], [2, "97"]]) {
      if (row > 0) await set(page, row, 0, value);
      await save.click();
      await page.waitForFunction(() => !document.title.startsWith("●"));
      assert.ok(await save.isDisabled());
      assert.equal(ask(await get(page, "here.h5"), `int(f["table/bytes"][${row}])`), Number(value));
    }
    assert.deepEqual(differences(file("edit.h5"), await get(page, "here.h5")), ["/table/bytes"]);
    // Saving takes along what is being typed.
    await cell(page, 3, 0).dblclick();
    await page.locator(".cell-editor textarea").fill("96");
    await page.keyboard.press("Control+s");
    await cell(page, 3, 0).getByText("96", { exact: true }).waitFor();
    await page.waitForFunction(() => !document.title.startsWith("●"));
    assert.deepEqual(ask(await get(page, "here.h5"), `f["table/bytes"][:5].tolist()`), [99, 98, 97, 96, 4]);
  }), { timeout: 60_000 });

test("where a file cannot be written the user says where, and from then on it is there", () =>
  withPage(async (page) => {
    await choosers(page);
    const downloads = [];
    page.on("download", (d) => downloads.push(d));
    await page.getByRole("button", { name: "New file" }).click();
    await page.waitForFunction(() => document.title.startsWith("untitled.h5"));
    for (const name of ["one", "two"]) {
      await page.getByRole("treeitem", { name: "untitled.h5" }).click();
      await inMenu(page, "New group…");
      await page.getByRole("dialog").getByLabel("Name in /").fill(name);
      await page.keyboard.press("Enter");
      await page.locator(".crumb.here", { hasText: name }).waitFor();
      await page.keyboard.press("Control+s");
      await page.waitForFunction(() => !document.title.startsWith("●"));
    }
    assert.deepEqual(ask(await get(page, "untitled.h5"), `list(f)`), ["one", "two"]);
    // The chooser was closed without a choice: nothing happens, and nothing is lost.
    await page.evaluate(() => (window.showSaveFilePicker = () => Promise.reject(new DOMException("", "AbortError"))));
    await open(page, file("edit.h5"));
    await choose(page, "/table/scalar");
    await page.locator(".big-value").dblclick();
    await page.getByRole("textbox", { name: "Change the value" }).fill("8");
    await page.keyboard.press("Enter");
    await count(page, 1);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForTimeout(200);
    await count(page, 1);
    // It cannot be written: said, and nothing is lost.
    await page.evaluate(() => (window.showSaveFilePicker = async () => ({ createWritable: async () => Promise.reject(new DOMException("the disk is full", "QuotaExceededError")) })));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("alert").getByText(/This could not be saved.*disk is full/).waitFor();
    await count(page, 1);
    assert.deepEqual(downloads, []);
    await page.evaluate(() => delete window.showSaveFilePicker);
    assert.equal(ask(await saved(page), `float(f["table/scalar"][()])`), 8);
    assert.equal(await page.getByRole("alert").count(), 0);
  }), { timeout: 60_000 });

test("a compressed copy has the changes, too", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/grid");
    await show(page, "Table");
    await set(page, 0, 0, "1000");
    await page.getByRole("button", { name: "Save as…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Make the copy" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Save to disk" }).click()]);
    assert.equal(ask(await download.path(), `int(f["table/grid"][0, 0])`), 1000);
    await dialog.getByRole("button", { name: "Close" }).click();
    await count(page, 1);
  }), { timeout: 60_000 });

test("leaving the page with changes is asked for by the browser", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    const asked = [];
    page.on("dialog", (d) => {
      asked.push(d.type());
      void d.dismiss();
    });
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 0, 0, "1");
    await page.reload({ timeout: 1500 }).catch(() => undefined);
    assert.deepEqual(asked, ["beforeunload"]);
    assert.equal(await cell(page, 0, 0).innerText(), "1");
    await page.keyboard.press("Control+z");
    await cell(page, 0, 0).getByText("0", { exact: true }).waitFor();
    await page.reload();
    assert.deepEqual(asked, ["beforeunload"]);
  }), { timeout: 60_000 });

test("changes outlive the worker that made them", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 0, 0, "123");
    // The next question gets the answer of an engine that is done for: the page begins a new one.
    await page.evaluate(() => {
      const post = Worker.prototype.postMessage;
      window.workers = new Set();
      Worker.prototype.postMessage = function (message, ...rest) {
        window.workers.add(this);
        if (message.method !== "single" || window.workers.size > 1) return post.call(this, message, ...rest);
        this.dispatchEvent(new MessageEvent("message", { data: { id: message.id, trouble: { code: "Internal", message: "a trap" } } }));
      };
    });
    await choose(page, "/table/scalar");
    await page.getByRole("alert").getByText("A trap.").waitFor();
    await choose(page, "/table/bytes");
    await cell(page, 0, 0).getByText("123", { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => window.workers.size), 2);
    await set(page, 1, 0, "124");
    assert.deepEqual(ask(await saved(page), `f["table/bytes"][:3].tolist()`), [123, 124, 2]);
  }), { timeout: 60_000 });

test("changes that cannot be made again leave the file as it was", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 0, 0, "123");
    await set(page, 1, 0, "124");
    // Among what is made again there is something that cannot be.
    await page.evaluate(() => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message, ...rest) {
        const impossible = { kind: "delete", path: "/nowhere/at/all" };
        if (message.method === "open") {
          message.ask.changes = [...message.ask.changes, impossible];
          Worker.prototype.postMessage = post;
        }
        return post.call(this, message, ...rest);
      };
    });
    await page.keyboard.press("Control+z");
    await page.getByRole("alert").first().waitFor();
    await count(page, 2);
    assert.deepEqual(ask(await saved(page), `f["table/bytes"][:3].tolist()`), [123, 124, 2]);
  }), { timeout: 60_000 });

test("a damaged chunk is refused with its address, and the others are changed", () =>
  withPage(async (page) => {
    await open(page, file("bad_chunk.h5"));
    await choose(page, "/data");
    await show(page, "Table");
    await set(page, 0, 0, "-1");
    const selection = page.getByRole("textbox", { name: "Selection" });
    await selection.fill("0:5, 500:505");
    await selection.press("Enter");
    await cell(page, 0, 0).getByText("⚠").waitFor();
    await cell(page, 0, 0).dblclick();
    const alert = page.getByRole("alert").filter({ hasText: "Nothing was changed" });
    await alert.waitFor();
    await page.evaluate(() => (navigator.clipboard.writeText = async (text) => void (window.copied = text)));
    await alert.getByRole("button", { name: "Copy details" }).click();
    await alert.getByText("Copied").waitFor();
    assert.match(await page.evaluate(() => window.copied), /code: Malformed\n.*path: \/data\naddress: 0x[0-9a-f]+/s);
    assert.equal(ask(await saved(page), `[float(f["data"][0, 0]), float(f["data"][0, 1]), float(f["data"][999, 999])]`).join(), "-1,1,999999");
  }), { timeout: 60_000 });

test("after one visit files are changed without a network", () =>
  withPage(async (page, context) => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await context.setOffline(true);
    await page.reload();
    await open(page, file("edit.h5"));
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 0, 0, "77");
    await inMenu(page, "Delete…");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await count(page, 2);
    assert.deepEqual(ask(await saved(page), `"bytes" in f["table"]`), false);
  }), { timeout: 60_000 });

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing while editing, ${colorScheme}`, () =>
    withPage(
      async (page) => {
        const clean = async (state) => assert.deepEqual(await axe(page), [], state);
        await open(page, file("edit.h5"));
        await choose(page, "/table/bytes");
        await show(page, "Table");
        await type(page, 0, 0, "256");
        await page.locator(".cell-why").waitFor();
        await clean("cell with a value that does not fit");
        await page.keyboard.press("Escape");
        await set(page, 0, 0, "255");
        await clean("edited table");
        await choose(page, "/table/scalar_record");
        await ready(page);
        await page.getByRole("button", { name: "Change a", exact: true }).click();
        await page.getByRole("textbox", { name: "Change a" }).waitFor();
        await clean("single value");
        await page.keyboard.press("Escape");
        await choose(page, "/objects/grows");
        await page.getByRole("button", { name: "Edit ▾" }).click();
        await page.getByRole("menuitem").first().waitFor();
        await clean("menu");
        await page.keyboard.press("Escape");
        const dialog = page.getByRole("dialog");
        const dialogs = [["/objects/grows", ["Resize…", "Rename or move…", "Duplicate…", "Delete…", "New attribute…"]], ["/objects", ["New group…", "New dataset…", "New link…"]]];
        for (const [path, items] of dialogs) {
          await choose(page, path);
          for (const item of items) {
            await inMenu(page, item);
            await dialog.waitFor();
            await clean(item);
            await page.keyboard.press("Escape");
            await dialog.waitFor({ state: "detached" });
          }
        }
        await page.getByRole("button", { name: "1 change" }).click();
        await dialog.waitFor();
        await clean("changes");
        await page.keyboard.press("Escape");
        await drop(page, file("weather.hdf5"));
        await dialog.waitFor();
        await clean("leaving");
      },
      { colorScheme, bypassCSP: true },
    ), { timeout: 120_000 });
}

test("390 pixels wide: everything is changed and saved by touch", () =>
  withPage(
    async (page) => {
      const fits = async (state) => {
        const wide = await page.evaluate(() => [...document.querySelectorAll("html, main, header, .object, dialog, .menu")].map((e) => e.getBoundingClientRect().right));
        assert.ok(wide.every((w) => w <= 390), `${state}: ${wide}`);
      };
      await drop(page, file("edit.h5"));
      await page.getByRole("banner").getByText("edit.h5").waitFor();
      await page.getByRole("button", { name: "Show the contents of the file" }).click();
      await page.getByRole("treeitem", { name: "table", exact: true }).click();
      await page.getByRole("treeitem", { name: /^bytes/ }).click();
      await show(page, "Table");
      const header = () => page.getByRole("banner").evaluate((e) => e.getBoundingClientRect().height);
      const before = await header();
      await set(page, 0, 0, "200");
      assert.equal(await header(), before, "the header stays as high as it was");
      await fits("edited");
      await page.getByRole("button", { name: "Edit ▾" }).tap();
      await page.getByRole("menuitem").first().waitFor();
      await fits("menu");
      await page.getByRole("menuitem", { name: "New attribute…" }).tap();
      await page.getByRole("dialog").waitFor();
      await fits("attribute");
      await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("by");
      await page.getByRole("dialog").getByLabel("Value", { exact: true }).fill("touch");
      await page.getByRole("button", { name: "Apply" }).tap();
      await count(page, 2);
      await page.getByRole("button", { name: "2 changes" }).tap();
      await page.getByRole("dialog").waitFor();
      await fits("changes");
      await page.getByRole("button", { name: "Close" }).tap();
      const to = await saved(page);
      assert.deepEqual(ask(to, `[int(f["table/bytes"][0]), f["table/bytes"].attrs["by"]]`), [200, "touch"]);
    },
    { viewport: { width: 390, height: 844 }, hasTouch: true },
  ), { timeout: 60_000 });
