// Heatmaps and lines: what the pixels show is what is in the file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { interpolateViridis } from "d3-scale-chromatic";
import { choose, fact, open, pixels, ready, setUp, withPage } from "./support/browser.mjs";
import { ask, file } from "./support/files.mjs";

setUp();

/** The colour of a value between limits. */
function viridis(value, low, high) {
  const k = Math.min(255, Math.max(0, Math.floor(((value - low) / (high - low)) * 256)));
  const hex = interpolateViridis(k / 255);
  const [r, g, b] = hex.startsWith("#") ? [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) : hex.match(/\d+/g).map(Number);
  return [r, g, b];
}

const at = (p, x, y) => p.data.slice(4 * (y * p.width + x), 4 * (y * p.width + x) + 4);

function near(actual, expected, what) {
  for (let c = 0; c < 3; c++) assert.ok(Math.abs(actual[c] - expected[c]) <= 2, `${what}: ${actual} is not ${expected}`);
}

test("each element of a small grid has its colour; NaN has none", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/grid");
    const p = await pixels(page);
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 6; c++) {
        const pixel = at(p, Math.floor(((c + 0.5) / 6) * p.width), Math.floor(((r + 0.5) / 4) * p.height));
        if (r === 1 && c === 2) assert.equal(pixel[3], 0, "transparent");
        else near(pixel, viridis(r * 6 + c, 0, 23), `[${r}, ${c}]`);
      }
    }
    const name = await page.getByRole("img", { name: /Heatmap/ }).getAttribute("aria-label");
    assert.match(name, /Heatmap of \/plots\/grid, 4 × 6, lowest 0 at \(0, 0\), highest 23 at \(3, 5\), 1 not finite/);
    // Turned around, and in other colours.
    await page.getByRole("button", { name: "Use axis 0 as x" }).click();
    await page.getByLabel("Reverse").check();
    await page.waitForFunction(() => /Axis 0/.test(document.querySelector(".uplot")?.textContent ?? "") || true);
    await ready(page);
    const q = await pixels(page);
    near(at(q, Math.floor((3.5 / 4) * q.width), Math.floor((0.5 / 6) * q.height)), viridis(23 - 18, 0, 23), "[3, 0] turned and reversed");
    await page.getByLabel("Reverse").uncheck();
  }));

test("64 MiB of gzipped floats: every pixel is the highest element it covers", () =>
  withPage(async (page) => {
    await open(page, file("gzip64.h5"));
    assert.equal(await fact(page, "Filters"), "shuffle + gzip 4");
    assert.equal(await fact(page, "Chunks"), "512 × 512");
    assert.match(await fact(page, "Stored"), /^41\.0 MB of 67\.1 MB$/);
    assert.equal(await fact(page, "Compression"), "1.6×");
    const p = await pixels(page);
    const raw = readFileSync(file("gzip64.f32"));
    const data = new Float32Array(raw.buffer, raw.byteOffset, raw.length / 4);
    let [low, high] = [Infinity, -Infinity];
    for (const v of data) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
    for (let k = 0; k < 200; k++) {
      // Not the outermost pixels: half a pixel of the axes' ticks lies on them.
      const [x, y] = [1 + ((k * 37) % (p.width - 2)), 1 + ((k * 101) % (p.height - 2))];
      const [c0, c1] = [Math.floor((x * 4096) / p.width), Math.ceil(((x + 1) * 4096) / p.width)];
      const [r0, r1] = [Math.floor((y * 4096) / p.height), Math.ceil(((y + 1) * 4096) / p.height)];
      let best = -Infinity;
      for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) best = Math.max(best, data[r * 4096 + c]);
      near(at(p, x, y), viridis(best, low, high), `pixel ${x}, ${y}`);
    }
    // Zoomed in by keys, a pixel is a single element.
    await page.getByRole("img", { name: /Heatmap/ }).focus();
    for (let k = 0; k < 10; k++) {
      await page.keyboard.press("+");
      await ready(page);
    }
    const q = await pixels(page);
    const centre = [0.25, 0.75].map((part) => 2047.5 + (part - 0.5) * (4096 / 1024));
    const [row, col] = centre.map(Math.round);
    near(at(q, Math.floor(0.75 * q.width), Math.floor(0.25 * q.height)), viridis(data[row * 4096 + col], low, high), `element ${row}, ${col}`);
  }), { timeout: 120_000 });

test("moving along an axis shows the next frame", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/frames");
    const summary = () => page.getByRole("img", { name: /Heatmap/ }).getAttribute("aria-label");
    await ready(page);
    assert.match(await summary(), /lowest 0 at \(0, 0\), highest 39/);
    await page.getByRole("slider", { name: "Index on axis 0" }).focus();
    for (let k = 0; k < 7; k++) await page.keyboard.press("ArrowRight");
    await page.getByRole("img", { name: /lowest 700 .* highest 739/ }).waitFor();
    assert.equal(await page.getByLabel("Selection", { exact: true }).inputValue(), "7, :, :");
    await page.getByLabel("Selection", { exact: true }).fill("3, 10:20, ::4");
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: /10 × 8, lowest 310 at \(10, 0\), highest 319 at \(19, 0\)/ }).waitFor();
    await page.getByLabel("Selection", { exact: true }).fill("3, 99");
    await page.keyboard.press("Enter");
    await page.getByText("index 99 is outside axis 1, which has 40 elements").waitFor();
  }));

test("the value under the pointer is the one in the file", () =>
  withPage(async (page) => {
    await open(page, file("gzip64.h5"));
    await ready(page);
    const over = await page.locator(".u-over").boundingBox();
    await page.mouse.move(over.x + over.width * 0.3, over.y + over.height * 0.6);
    await page.locator("footer output", { hasText: /row .*column .*: / }).waitFor();
    const text = await page.locator("footer output").innerText();
    const [, row, col, value] = /row ([\d,]+), column ([\d,]+): (.+)$/.exec(text);
    const [r, c] = [row, col].map((s) => Number(s.replaceAll(",", "")));
    assert.ok(Math.abs(c - 0.3 * 4096) < 12 && Math.abs(r - 0.6 * 4096) < 12, text);
    assert.equal(Math.fround(Number(value)), ask(file("gzip64.h5"), `float(f["data"][${r}, ${c}])`));
  }));

/** Rows of the plot that are drawn in a column: [first, last]. */
function drawn(p, x) {
  const rows = [];
  for (let y = 0; y < p.height; y++) {
    const [r, g, b, a] = at(p, x, y);
    if (a > 120 && g > r + 40 && b > r + 40) rows.push(y);
  }
  return rows.length ? [rows[0], rows.at(-1)] : undefined;
}

test("a line: steps, a spike of one element and a gap are where they are in the file", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/steps");
    const p = await pixels(page);
    // 0 … 40 with 4 % of air on both sides.
    const y = (v) => ((41.6 - v) / 43.2) * p.height;
    const x = (i) => Math.round((i / 99_999) * p.width);
    const close = (a, b) => Math.abs(a - b) <= 3;
    const low = drawn(p, x(30_000));
    assert.ok(low && close(low[0], y(0)) && close(low[1], y(0)), `${low} is not at ${y(0)}`);
    const high = drawn(p, x(60_000));
    assert.ok(high && close(high[0], y(10)) && close(high[1], y(10)), `${high} is not at ${y(10)}`);
    const spike = drawn(p, x(12_345)) ?? drawn(p, x(12_345) - 1);
    assert.ok(spike && close(spike[0], y(40)) && close(spike[1], y(0)), `${spike} is no spike`);
    assert.equal(drawn(p, x(70_500)), undefined, "a gap where NaN is");
    const name = await page.getByRole("img", { name: /Line/ }).getAttribute("aria-label");
    assert.match(name, /Line of \/plots\/steps, 100,000 elements, lowest 0 at \[0\], highest 40 at \[12345\], 1,000 not finite/);
  }));

test("ten million points, with one spike", () =>
  withPage(async (page) => {
    await open(page, file("line10m.h5"));
    await page.getByRole("img", { name: /10,000,000 elements.*highest .* at \[7654321\]/ }).waitFor();
    const p = await pixels(page);
    const spike = [0, -1, 1].map((d) => drawn(p, Math.round(0.7654321 * p.width) + d)).find((s) => s && s[0] < 0.06 * p.height);
    assert.ok(spike, "the spike reaches the top");
  }), { timeout: 60_000 });

test("what is too big to be read whole is an overview, exact when zoomed", () =>
  withPage(async (page) => {
    await open(page, file("huge.h5"));
    await page.getByText(/Overview: .* of 3,600,000,000 elements read/).waitFor({ timeout: 30_000 });
    await ready(page);
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByLabel("Go to row").fill("59999");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "59,999", exact: true }).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll("[role=gridcell]")].some((c) => c.textContent === "1"));
  }), { timeout: 90_000 });
