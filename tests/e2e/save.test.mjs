// Saving a compressed copy: what is downloaded says the same as the original, to h5py and to h5dump.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { choose, open, setUp, withPage } from "./support/browser.mjs";
import { ask, file, folder, h5dump, mustBeEqual } from "./support/files.mjs";

setUp();

/** Saves a copy by the dialog; resolves to the path of what was downloaded. */
async function save(page, { level, subtree = false, name, storing = {} }) {
  await page.getByRole("button", { name: "Save as…" }).click();
  const dialog = page.getByRole("dialog", { name: "Save a compressed copy" });
  if (subtree) await dialog.getByRole("radio", { name: /^Only/ }).check();
  for (const [label, option] of Object.entries(storing)) await dialog.getByLabel(label).selectOption(option);
  if (level !== undefined) await dialog.getByRole("slider", { name: /gzip level/ }).fill(String(level));
  if (name) await dialog.getByLabel("File name").fill(name);
  await dialog.getByRole("button", { name: "Make the copy" }).click();
  await dialog.getByRole("button", { name: "Save to disk" }).waitFor({ timeout: 60_000 });
  const sizes = await dialog.getByRole("status").innerText();
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Save to disk" }).click()]);
  const to = path.join(folder, "saved", download.suggestedFilename());
  await download.saveAs(to);
  await dialog.getByText("is saved").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  return { to, sizes };
}

test("the weather stations, gzip level 9", () =>
  withPage(async (page) => {
    await open(page, file("weather.hdf5"));
    const { to, sizes } = await save(page, { level: 9, name: "weather-9.hdf5" });
    assert.match(sizes, /Before .* kB\s+After .* (bytes|kB)/s);
    mustBeEqual(file("weather.hdf5"), to);
    assert.equal(ask(to, `int(f["/7/temperature"][()])`), 69);
    assert.match(h5dump(to), /DATASET "wind_speed"/);
  }), { timeout: 60_000 });

test("64 MiB of floats, gzip level 4, and again level 1", () =>
  withPage(async (page) => {
    await open(page, file("gzip64.h5"));
    for (const level of [4, 1]) {
      const { to } = await save(page, { level, name: `gzip64-${level}.h5` });
      mustBeEqual(file("gzip64.h5"), to);
      assert.equal(ask(to, `[f["data"].compression, f["data"].compression_opts]`).join(" "), `gzip ${level}`);
      assert.match(h5dump(to, "-H", "-p"), /COMPRESSION DEFLATE/);
      if (level === 4) assert.ok(statSync(to).size < 1.03 * statSync(file("gzip64.h5")).size);
    }
  }), { timeout: 240_000 });

test("only one group", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots");
    const { to } = await save(page, { level: 6, subtree: true, name: "plots.h5" });
    mustBeEqual(file("values.h5"), to, "/plots");
    assert.match(h5dump(to, "-n"), /dataset\s+\/steps/);
    await open(page, to);
    await choose(page, "/steps");
    await page.getByRole("img", { name: /highest 40 at \[12345\]/ }).waitFor();
  }), { timeout: 60_000 });

test("with another compression, other chunks, for newer programs", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    const storing = { Compression: "lzf", Chunks: "Chosen anew", "Readable from": "HDF5 1.10" };
    const { to } = await save(page, { name: "values-lzf.h5", storing });
    mustBeEqual(file("values.h5"), to);
    assert.equal(ask(to, `f["plots/steps"].compression`), "lzf");
    assert.equal(readFileSync(to)[8], 3, "version of the superblock");
    const plain = await save(page, { name: "values-plain.h5", storing: { Compression: "None", Chunks: "None" } });
    mustBeEqual(file("values.h5"), plain.to);
    assert.equal(ask(plain.to, `f["plots/steps"].chunks`), null);
  }), { timeout: 60_000 });

test("making the copy can be stopped, and begun again", () =>
  withPage(async (page) => {
    await open(page, file("gzip64.h5"));
    await page.getByRole("button", { name: "Save as…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("slider", { name: /gzip level/ }).fill("9");
    await dialog.getByRole("button", { name: "Make the copy" }).click();
    await dialog.getByRole("progressbar").waitFor();
    await page.waitForTimeout(300);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.getByRole("button", { name: "Make the copy" }).waitFor();
    assert.match(await dialog.getByRole("status").innerText(), /After –/);
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("img", { name: /Heatmap/ }).waitFor();
  }), { timeout: 60_000 });

test("where the browser can ask where to save, it is written there", () =>
  withPage(async (page) => {
    await open(page, file("weather.hdf5"));
    await page.evaluate(() => {
      window.showSaveFilePicker = async ({ suggestedName }) => (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
    });
    await page.getByRole("button", { name: "Save as…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Make the copy" }).click();
    await dialog.getByRole("button", { name: "Save to disk" }).click();
    await dialog.getByText("weather-copy.hdf5 is saved.").waitFor();
    const head = await page.evaluate(async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle("weather-copy.hdf5");
      return [...new Uint8Array(await (await handle.getFile()).slice(0, 8).arrayBuffer())];
    });
    assert.deepEqual(head, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  }), { timeout: 60_000 });
