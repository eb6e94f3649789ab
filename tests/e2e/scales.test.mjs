// Dimension scales and labels: names, units and coordinates of axes in tables and plots.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cells, choose, open, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

const table = async (page) => {
  await page.getByRole("group", { name: "View" }).getByRole("button", { name: "Table" }).click();
  return cells(page);
};
async function axesAre(page, expected) {
  for (let tries = 0; ; tries++) {
    const names = await page.locator(".mapper .axis-name").allInnerTexts();
    try {
      return assert.deepEqual(names, expected);
    } catch (e) {
      if (tries === 100) throw e;
    }
    await page.waitForTimeout(100);
  }
}

/** What a plot says under the pointer at a place (parts of its width and height). */
async function pointAt(page, x, y, expected) {
  await ready(page);
  const box = await page.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  await page.locator(".readout", { hasText: expected }).waitFor();
}

test("axes have the names, units and coordinates of their scales", () =>
  withPage(async (page) => {
    await open(page, file("scales.h5"));
    await choose(page, "/field");
    await axesAre(page, ["lat (degrees_north) 4", "station 6"]);
    await pointAt(page, 5.5 / 6, 3.5 / 4, /^row 3 \(45\), column 5 \(F\): 23$/);
    assert.equal((await table(page))[1][2], "8");
    await page.getByRole("rowheader", { name: "1 (-10.25)", exact: true }).waitFor();
    await page.getByRole("columnheader", { name: "2 (Çe)", exact: true }).waitFor();
    await choose(page, "/curve");
    await page.getByRole("button", { name: "Line" }).click();
    await pointAt(page, 1 / 3, 0.5, /^index 1 \(-10.25\): 1$/);
    // A label alone names the axis; places stay indices.
    await choose(page, "/labelled");
    await axesAre(page, ["detector 2", "energy 3"]);
    await table(page);
    await page.getByRole("rowheader", { name: "1", exact: true }).waitFor();
  }), { timeout: 60_000 });

test("NeXus: the default plot has the axes that its group names, and no other dataset has", () =>
  withPage(async (page) => {
    await open(page, file("nexus.h5"));
    await page.locator(".crumb.here", { hasText: "counts" }).waitFor();
    const both = ["Time since start [s] 5", "two_theta (deg) 4"];
    await axesAre(page, both);
    await pointAt(page, 0.5 / 4, 2.5 / 5, /^row 2 \(0.5\), column 0 \(10.5\): 8$/);
    await choose(page, "/entry/data/monitor");
    await axesAre(page, both);
    await choose(page, "/entry/data/other");
    await axesAre(page, ["Axis 0 5", "Axis 1 4"]);
  }), { timeout: 60_000 });

test("netCDF: dimensions with and without values", () =>
  withPage(async (page) => {
    await open(page, file("scales.nc"));
    await choose(page, "/wind");
    await axesAre(page, ["time (hours since 2000-01-01) 3", "pair 2"]);
    await table(page);
    await page.getByRole("rowheader", { name: "2 (12)", exact: true }).waitFor();
    await page.getByRole("columnheader", { name: "1", exact: true }).waitFor();
  }));
