// Values as files for other programs: read by NumPy, csv and json, and compared with what h5py reads.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { axe } from "./support/axe.mjs";
import { choose, drop, open, ready, setUp, withPage } from "./support/browser.mjs";
import { show } from "./support/edit.mjs";
import { dialog, exported, sameInNumPy } from "./support/export.mjs";
import { ask, file, folder, python } from "./support/files.mjs";
import { choosers, get } from "./support/private.mjs";

setUp();

const slice = async (page, text) => {
  await page.getByLabel("Selection", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
  await ready(page);
};

const same = (npy, expression) => sameInNumPy(npy, file("values.h5"), expression);

test("NPY: slices and whole datasets, as NumPy reads them", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/frames");
    await slice(page, "7, 10:20, ::4");
    const part = await exported(page, "npy");
    assert.equal(path.basename(part), "frames.npy");
    assert.deepEqual(same(part, `f["plots/frames"][7, 10:20, ::4]`), [true, true]);
    assert.deepEqual(same(await exported(page, "npy", { whole: true }), `f["plots/frames"][()]`), [true, true]);
    await choose(page, "/table/uint64");
    assert.deepEqual(same(await exported(page, "npy"), `f["table/uint64"][()]`), [true, true]);
  }), { timeout: 90_000 });

test("CSV and JSON: every value exactly, also text, records, and a table that is turned", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    const rows = (csv) => JSON.parse(execFileSync(python, ["-c", "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf8', newline='')))))", csv]));
    await choose(page, "/table/text");
    assert.deepEqual(rows(await exported(page, "csv")).map((r) => r[0] ?? ""), ["alpha", "µ", "日本語", "", "a longer text that has to end in an ellipsis ".repeat(8)]);
    await choose(page, "/table/records");
    const records = rows(await exported(page, "csv"));
    assert.equal(records.length, 1001);
    assert.deepEqual(records[0], ["id", "x", "name", "pos", "ok"]);
    assert.deepEqual(records[1000], ["1152921504606847975", "124.875", "row999", "[1498.5,1499,1499.5]", "true"]);
    await choose(page, "/table/float64");
    assert.equal(readFileSync(await exported(page, "csv"), "utf8"), "1\nNaN\ninf\n-inf\n0\n-0\n1e-300\n1e300\n0.1\n");
    await choose(page, "/table/enum");
    assert.equal(readFileSync(await exported(page, "json"), "utf8"), '["ERR","OFF","ON"]\n');
    await choose(page, "/plots/grid");
    await show(page, "Table");
    const grid = readFileSync(await exported(page, "csv"), "utf8");
    assert.equal(grid, "0,1,2,3,4,5\n6,7,NaN,9,10,11\n12,13,14,15,16,17\n18,19,20,21,22,23\n");
    await page.getByRole("button", { name: "Use axis 0 as columns" }).click();
    await ready(page);
    assert.equal(readFileSync(await exported(page, "csv"), "utf8").split("\n")[2], "2,NaN,14,20");
    await choose(page, "/plots/frames");
    const frames = ask(file("values.h5"), `(lambda a: [bool((a == f["plots/frames"][()].reshape(400, 30)).all()), list(a.shape)])(np.loadtxt(${JSON.stringify(await exported(page, "csv", { whole: true }))}, delimiter=","))`);
    assert.deepEqual(frames, [true, [400, 30]]);
  }), { timeout: 90_000 });

test("a plot as a picture, and a chosen place to save it", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/frames");
    await ready(page);
    const png = readFileSync(await exported(page, "png"));
    assert.equal(png.toString("latin1", 1, 4), "PNG");
    const box = await page.locator(".plot").boundingBox();
    assert.ok(Math.abs(png.readUInt32BE(16) - box.width) <= 1 && Math.abs(png.readUInt32BE(20) - box.height - 28) <= 1);
    // It has the colours of the plot in it, and those of the colour bar.
    const colours = await page.evaluate(async (base64) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
      const ctx = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      ctx.drawImage(bitmap, 0, 0);
      const at = (x, y) => ctx.getImageData(Math.round(bitmap.width * x), Math.round(bitmap.height * y), 1, 1).data.join();
      return [at(0.3, 0.2), at(0.3, 0.8), at(0.001, 0.5)];
    }, png.toString("base64"));
    assert.equal(new Set(colours).size, 3);
    assert.equal(colours[2], "255,255,255,255");
    await choosers(page);
    await page.getByRole("button", { name: "Export…" }).click();
    await dialog(page).getByLabel("Format").selectOption("json");
    await dialog(page).getByLabel("File name").fill("frame.json");
    await dialog(page).getByRole("button", { name: "Export", exact: true }).click();
    await dialog(page).getByText("frame.json is saved.").waitFor();
    assert.equal(JSON.parse(readFileSync(await get(page, "frame.json"), "utf8")).length, 40);
  }), { timeout: 60_000 });

test("what is too big is said to be, exporting can be stopped, and missing files are told", () =>
  withPage(async (page) => {
    await open(page, file("huge.h5"));
    await page.getByRole("button", { name: "Export…" }).click();
    await dialog(page).getByLabel("Format").selectOption("npy");
    await dialog(page).getByRole("button", { name: "Export", exact: true }).click();
    await dialog(page).getByRole("alert").getByText(/more than 2 GB/).waitFor();
    await page.keyboard.press("Escape");
    await open(page, file("gzip64.h5"));
    await ready(page);
    await page.getByRole("button", { name: "Export…" }).click();
    await dialog(page).getByRole("button", { name: "Export", exact: true }).click();
    await dialog(page).getByRole("progressbar").waitFor();
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await dialog(page).getByRole("button", { name: "Export", exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await open(page, file("whole.h5"));
    await choose(page, "/stack");
    await page.getByRole("button", { name: "Export…" }).click();
    await Promise.all([page.waitForEvent("download"), dialog(page).getByRole("button", { name: "Export", exact: true }).click()]);
    await dialog(page).getByText(/Not all of it was here: part0\.h5, .* are missing/).waitFor();
  }), { timeout: 90_000 });

test("programs for what is shown, on a telephone; axe finds nothing", () =>
  withPage(async (page) => {
    await page.evaluate(() => (navigator.clipboard.writeText = async (text) => void (window.copied = text)));
    await drop(page, file("values.h5"));
    await page.getByRole("button", { name: "Show the contents of the file" }).click();
    await page.getByRole("treeitem", { name: "plots" }).click();
    await page.getByRole("treeitem", { name: "frames" }).click();
    await slice(page, "7, 10:20, ::4");
    await page.getByRole("button", { name: "Export…" }).click();
    assert.deepEqual(await axe(page), []);
    const { x, width } = await dialog(page).boundingBox();
    assert.ok(x >= 0 && x + width <= 390);
    await dialog(page).getByRole("button", { name: "Copy Python" }).click();
    await dialog(page).getByRole("button", { name: "Copied" }).waitFor();
    const program = await page.evaluate(() => window.copied);
    const printed = execFileSync(python, ["-c", `${program}\nprint(data.shape, int(data.sum()))`], { cwd: folder, encoding: "utf8" });
    assert.equal(printed.trim(), ask(file("values.h5"), `(lambda a: f"{a.shape} {int(a.sum())}")(f["plots/frames"][7, 10:20, ::4])`));
  }, { viewport: { width: 390, height: 844 }, hasTouch: true, bypassCSP: true }), { timeout: 60_000 });
