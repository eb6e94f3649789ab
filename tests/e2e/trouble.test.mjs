// Files that are damaged, or none of ours: a plain sentence each, and the next good one works.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes, choose, drop, open, pixels, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

const BAD = {
  "text.h5": /This is not an HDF5 file: it is text and starts with “this is not hdf5”/,
  "empty.h5": /The file is empty: it has 0 bytes/,
  "netcdf3.nc": /This is not an HDF5 file but a NetCDF-3 \(classic\) file/,
  "truncated.h5": /The end of the file is missing/,
};

for (const [name, message] of Object.entries(BAD)) {
  test(`${name} says what is wrong, and the next good file opens`, () =>
    withPage(async (page) => {
      await drop(page, file(name));
      const alert = page.getByRole("alert");
      await alert.getByText(message).waitFor();
      assert.match(await alert.innerText(), new RegExp(`^${name.replace(".", "\\.")} could not be opened`));
      await page.evaluate(() => {
        navigator.clipboard.writeText = async (text) => {
          window.copied = text;
        };
      });
      await alert.getByRole("button", { name: "Copy details" }).click();
      await alert.getByText("Copied").waitFor();
      assert.match(await page.evaluate(() => window.copied), new RegExp(`^file: ${name}\nsize: \\d+\ncode: \\w+\nmessage: .+`));
      await open(page, file("weather.hdf5"));
      assert.equal(await page.getByRole("alert").count(), 0);
      // With a file open, a bad one changes nothing.
      await drop(page, file(name));
      await page.getByRole("alert").getByText(message).waitFor();
      await choose(page, "/7/temperature");
      await page.locator(".big-value", { hasText: /^69$/ }).waitFor();
      await page.getByRole("button", { name: "Dismiss" }).click();
      assert.equal(await page.getByRole("alert").count(), 0);
    }));
}

test("one broken chunk of a hundred: it is left out and named, the others are drawn", () =>
  withPage(async (page) => {
    await open(page, file("bad_chunk.h5"));
    await choose(page, "/data");
    await page.getByText(/1 chunk could not be read and is left out: .+/).waitFor();
    await ready(page);
    assert.deepEqual(await attributes(page), { units: "counts" });
    const p = await pixels(page);
    const alpha = (r, c) => p.data[4 * (Math.floor(((r + 0.5) / 10) * p.height) * p.width + Math.floor(((c + 0.5) / 10) * p.width)) + 3];
    for (let r = 0; r < 10; r++) for (let c = 0; c < 10; c++) assert.equal(alpha(r, c), r === 0 && c === 5 ? 0 : 255, `chunk ${r}, ${c}`);
    await choose(page, "/ok");
    await page.getByRole("img", { name: /10 elements, lowest 0 at \[0\], highest 9 at \[9\]/ }).waitFor();
  }));

test("a filter that nobody has: its number, with everything else in sight", () =>
  withPage(async (page) => {
    await open(page, file("unknown_filter.h5"));
    await page.getByRole("alert").getByText(/511/).waitFor();
    assert.match(await page.getByRole("alert").innerText(), /^This compression is not supported/);
    assert.deepEqual(await attributes(page), { units: "m" });
    await page.locator(".chips", { hasText: "100 × 100" }).waitFor();
    await open(page, file("weather.hdf5"));
  }));
