// References: shown as the paths they lead to, and followed with a click or a key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes, cells, choose, open, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

const here = (page, name) => page.locator(".crumb.here", { hasText: name }).waitFor();

test("references in attributes are paths to go to", () =>
  withPage(async (page) => {
    await open(page, file("references.h5"));
    await choose(page, "/refs");
    assert.deepEqual(await attributes(page), { all: "[→ /data/one, → /data/two]", signal: "→ /data/two" });
    await page.getByRole("button", { name: "→ /data/one" }).click();
    await here(page, "one");
    await page.getByRole("img", { name: /10 elements, lowest 0 at \[0\], highest 9 at \[9\]/ }).waitFor();
    // Those that libraries write for themselves are no different.
    await choose(page, "/data/two");
    assert.deepEqual(await attributes(page), { DIMENSION_LIST: "[[], [→ /scale]]" });
    await page.getByRole("button", { name: "→ /scale" }).click();
    await here(page, "scale");
    assert.equal((await attributes(page)).REFERENCE_LIST, "[{dataset: → /data/two, dimension: 1}]");
  }));

test("references in tables, records and alone", () =>
  withPage(async (page) => {
    await open(page, file("references.h5"));
    await choose(page, "/refs/list");
    assert.deepEqual((await cells(page)).map((r) => r[0]), ["→ /data/one", "→ /data", "→ /", "null reference"]);
    await page.getByRole("button", { name: "→ /data", exact: true }).click();
    await here(page, "data");
    await choose(page, "/refs/records");
    assert.deepEqual(await cells(page), [["first", "→ /data/one"], ["second", "→ /data/two"]]);
    await page.getByRole("grid").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await here(page, "two");
    await choose(page, "/refs/regions");
    assert.deepEqual(await cells(page), [["→ part of /data/two"]]);
    await page.getByRole("button", { name: "→ part of /data/two" }).click();
    await here(page, "two");
    await choose(page, "/refs/single");
    await ready(page);
    await page.locator(".big-value").getByRole("button", { name: "→ /data/two" }).click();
    await here(page, "two");
  }), { timeout: 60_000 });
