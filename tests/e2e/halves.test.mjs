// Half floats, which browsers have an array of: drawn, as text, changed and exported.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cells, choose, open, pixels, ready, setUp, withPage } from "./support/browser.mjs";
import { exported, sameInNumPy } from "./support/export.mjs";
import { saved, set, show } from "./support/edit.mjs";
import { ask, differences, file } from "./support/files.mjs";

setUp();

test("half floats are drawn, written in the fewest digits, changed and exported", () =>
  withPage(async (page) => {
    assert.equal(await page.evaluate(() => typeof Float16Array), "function");
    await open(page, file("halves.h5"));
    await choose(page, "/wave");
    await ready(page);
    const { data } = await pixels(page);
    assert.ok(data.some((v, i) => i % 4 === 0 && v !== data[0]), "something is drawn");
    assert.deepEqual(sameInNumPy(await exported(page, "npy"), file("halves.h5"), `f["wave"][()]`), [true, true]);
    await choose(page, "/odd");
    await show(page, "Table");
    const texts = ["0.1", "-0", "NaN", "inf", "65504", "6e-8"];
    assert.deepEqual((await cells(page)).flat(), texts);
    const csv = readFileSync(await exported(page, "csv"), "utf8").trim().split("\n");
    assert.deepEqual(csv, texts);
    await set(page, 1, 0, "0.3");
    await choose(page, "/grid");
    await show(page, "Table");
    await set(page, 3, 2, "-2.5");
    const to = await saved(page);
    assert.deepEqual(ask(to, `[str(f["odd"][1]), str(f["grid"][3, 2]), str(f["grid"].dtype), f["grid"].compression]`), ["0.3", "-2.5", "float16", "gzip"]);
    assert.deepEqual(differences(file("halves.h5"), to), ["/grid", "/odd"]);
  }), { timeout: 60_000 });
