// Files that are made of other files: dropped together, or one after another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cells, choose, drop, open, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

const PARTS = ["part0.h5", "part1.h5", "part2.h5", "part3.h5"];
const STACK = /Heatmap of \/stack, 4 × 50, lowest 0 at \(0, 0\), highest 349 at \(3, 49\)/;

/** Drops files and waits for the tree of one of them. */
async function dropAll(page, names, opens) {
  await drop(page, ...names.map(file));
  await page.getByRole("treeitem", { name: opens }).waitFor();
}

const shown = async (page, name) => {
  await page.getByRole("button", { name: "Table" }).click();
  await page.getByRole("grid", { name: `Values of ${name}` }).waitFor();
  return cells(page);
};

test("several files at once: the one that is made of the others opens, and is whole", () =>
  withPage(async (page) => {
    await dropAll(page, [...PARTS, "numbers.raw", "whole.h5"], "whole.h5");
    await choose(page, "/stack");
    await page.getByRole("img", { name: STACK }).waitFor();
    assert.equal(await page.getByText(/missing/).count(), 0);
    assert.deepEqual((await shown(page, "/stack")).map((r) => r[1]), ["1", "101", "201", "301"]);
    await choose(page, "/raw");
    await page.getByRole("img", { name: /10 elements, lowest 0 at \[0\], highest 2.25 at \[9\]/ }).waitFor();
    // Links lead into the other files, and on from there.
    await choose(page, "/one");
    await page.getByRole("img", { name: /50 elements, lowest 100 at \[0\], highest 149 at \[49\]/ }).waitFor();
    await choose(page, "/inside/deep");
    await page.locator(".big-value", { hasText: /^9.5$/ }).waitFor();
    await choose(page, "/gone");
    await page.getByText("The external link points to nowhere.h5 : /data").waitFor();
  }), { timeout: 90_000 });

test("what is missing is named, and filled in when it is dropped", () =>
  withPage(async (page) => {
    await dropAll(page, ["whole.h5", "part0.h5", "part1.h5"], "whole.h5");
    await choose(page, "/stack");
    await ready(page);
    const note = page.getByText(/Not all of it is here: .*missing/);
    assert.match(await note.innerText(), /part2\.h5, part3\.h5 are missing, and the fill value stands in their place/);
    assert.deepEqual((await shown(page, "/stack")).map((r) => r[1]), ["1", "101", "-1", "-1"]);
    await note.waitFor();
    await drop(page, file("part3.h5"));
    await page.getByText(/Not all of it is here: part2\.h5 is missing/).waitFor();
    assert.deepEqual((await shown(page, "/stack")).map((r) => r[1]), ["1", "101", "-1", "301"]);
    await drop(page, file("part2.h5"));
    await note.waitFor({ state: "detached" });
    assert.deepEqual((await shown(page, "/stack")).map((r) => r[1]), ["1", "101", "201", "301"]);
    await page.getByRole("button", { name: "Heatmap" }).click();
    await page.getByRole("img", { name: STACK }).waitFor();
  }), { timeout: 90_000 });

test("elements in a file that is not there: said, with its name; then they are", () =>
  withPage(async (page) => {
    await open(page, file("whole.h5"));
    await choose(page, "/raw");
    await page.getByRole("alert").getByText(/numbers\.raw/).waitFor();
    await page.locator("aside").getByText(/numbers\.raw: missing/).waitFor();
    await drop(page, file("numbers.raw"));
    await page.getByRole("img", { name: /10 elements, lowest 0 at \[0\], highest 2.25 at \[9\]/ }).waitFor();
    await choose(page, "/one");
    await page.getByText("The external link points to part1.h5 : /data").waitFor();
    await drop(page, file("part1.h5"));
    await page.getByRole("img", { name: /50 elements, lowest 100 at \[0\]/ }).waitFor();
  }), { timeout: 90_000 });
