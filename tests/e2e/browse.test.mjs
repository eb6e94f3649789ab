// Looking around: tree, links, attributes, facts, exact values, the address.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./support/axe.mjs";
import { attributes, cells, choose, drop, fact, open, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

test("the notebook's weather stations: 69 degrees and wind 7 at station 7", () =>
  withPage(async (page) => {
    await open(page, file("weather.hdf5"));
    const names = await page.getByRole("treeitem").locator(".name").allInnerTexts();
    assert.deepEqual(names, ["weather.hdf5", ...Array.from({ length: 10 }, (_, i) => String(i + 1))]);
    await choose(page, "/7/temperature");
    await ready(page);
    assert.equal(await page.locator(".big-value").innerText(), "69");
    assert.deepEqual(await attributes(page), { date: "1", month: "Jan", year: "2017" });
    assert.equal(await fact(page, "Type"), "int64");
    await choose(page, "/7/wind_speed");
    await page.locator(".big-value", { hasText: /^7$/ }).waitFor();
  }));

test("one drop after another, and several at once", () =>
  withPage(async (page) => {
    await open(page, file("weather.hdf5"));
    await open(page, file("values.h5"));
    await page.getByRole("treeitem", { name: "plots" }).waitFor();
    await drop(page, file("gzip64.h5"), file("weather.hdf5"));
    await page.locator(".crumb.here", { hasText: "data" }).waitFor();
    const list = page.getByRole("combobox", { name: "Open files" });
    assert.deepEqual((await list.locator("option").allInnerTexts()).toSorted(), ["gzip64.h5", "values.h5", "weather.hdf5"]);
    await list.selectOption({ label: "weather.hdf5" });
    await page.getByRole("treeitem", { name: "10" }).waitFor();
  }));

test("the tree by keyboard", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    const tree = page.getByRole("tree");
    await tree.focus();
    // What is drawn follows a key a moment later.
    const active = (name) => page.locator(".node.active .name").and(page.getByText(name, { exact: true })).waitFor();
    await page.keyboard.press("Home");
    await active("values.h5");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("treeitem", { name: "scan_0000" }).or(page.getByRole("treeitem", { name: "cycle" })).first().waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("End");
    await active("table");
    await page.keyboard.type("pl");
    await active("plots");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("treeitem", { name: "grid" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await active("frames");
    await page.keyboard.press("Enter");
    await page.locator('.object[data-path="/plots/frames"]').waitFor();
    await page.keyboard.press("ArrowLeft");
    await active("plots");
  }));

test("five thousand members: few rows in the document, the last one reachable", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/many");
    await page.getByRole("treeitem", { name: "scan_0000" }).waitFor();
    assert.ok((await page.getByRole("treeitem").count()) <= 120);
    await page.getByRole("tree").focus();
    await page.keyboard.type("scan_4999");
    const last = page.getByRole("treeitem", { name: "scan_4999" });
    await last.waitFor();
    assert.equal(await last.getAttribute("aria-setsize"), "5000");
    await page.keyboard.press("Enter");
    await page.locator(".big-value", { hasText: /^4999$/ }).waitFor();
  }));

test("a dataset by keys alone, and the list of them", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/frames");
    await ready(page);
    const slice = (text) => page.waitForFunction((t) => document.querySelector("#selection").value === t, text);
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await page.locator(".canvas").focus();
    await press("]", "]", "[");
    await slice("1, :, :");
    await press("}");
    await slice("9, :, :");
    await press("c", "l");
    assert.deepEqual([await page.getByLabel("Colours", { exact: true }).inputValue(), await page.getByLabel("Scale", { exact: true }).inputValue()], ["magma", "log"]);
    await press("x");
    await slice(":, :, 0");
    await press("2");
    await page.getByRole("img", { name: /^Line of/ }).waitFor();
    await press("3", "g");
    await page.getByRole("spinbutton", { name: "Go to row" }).and(page.locator(":focus")).waitFor();
    // Where something is typed, keys are text.
    await press("1", "e");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.getByRole("grid").focus();
    await page.evaluate(() => (navigator.clipboard.writeText = async (text) => void (window.copied = text)));
    await press("p");
    await page.getByRole("status").getByText(/Python .* is copied/).waitFor();
    assert.match(await page.evaluate(() => window.copied), /f\["\/plots\/frames"\]\[/);
    await press("e");
    await page.getByRole("dialog", { name: "Export /plots/frames" }).waitFor();
    await press("Escape", "F6", "?");
    const help = page.getByRole("dialog", { name: "Keyboard" });
    await help.getByText("unfold all beside it").waitFor();
    assert.deepEqual(await axe(page), []);
    await press("Escape");
    await help.waitFor({ state: "detached" });
  }, { bypassCSP: true }), { timeout: 60_000 });

test("links are shown as what they are", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/links");
    const what = (name) => page.getByRole("treeitem").filter({ has: page.getByText(name, { exact: true }) }).first().locator(".what").innerText();
    await page.getByRole("treeitem", { name: /does\/not\/exist/ }).waitFor();
    assert.match(await what("soft"), /→ \/links\/target/);
    assert.match(await what("dangling"), /⇢ \/does\/not\/exist/);
    assert.match(await what("external"), /⇢ other\.h5 : \/data/);
    await choose(page, "/links/dangling");
    await page.getByText("The soft link points to /does/not/exist, but there is nothing at that path.").waitFor();
    await choose(page, "/links/external");
    await page.getByText("The external link points to other.h5 : /data").waitFor();
    await choose(page, "/links/cycle");
    await page.getByText("This link leads nowhere").waitFor();
    await choose(page, "/links/soft");
    await page.locator(".big-value", { hasText: /^5$/ }).waitFor();
  }), { timeout: 60_000 });

test("finding a path", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    // The place to type is there before the next frame: the first letters of a fast typist on a slow machine belong to it.
    const focused = await page.evaluate(() => {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true }));
      return document.activeElement?.getAttribute("type");
    });
    assert.equal(focused, "search");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("/");
    await page.keyboard.type("steps");
    await page.getByRole("option", { name: "/plots/steps" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".crumb.here", { hasText: "steps" }).waitFor();
    await page.getByRole("tree").waitFor();
  }));

const EXACT = {
  int64: ["9007199254740993", "-9223372036854775808", "9223372036854775807", "0", "1"],
  uint64: ["18446744073709551615", "0"],
  float64: ["1", "NaN", "inf", "-inf", "0", "-0", "1e-300", "1e300", "0.1"],
  float32: ["0.1", "16777216", "3.4028235e38"],
  big_endian: ["-3", "-2", "-1", "0", "1", "2"],
  text: ["alpha", "µ", "日本語", "", "a longer text that has to end in an ellipsis ".repeat(8)],
  ascii: ["abc", "de", ""],
  enum: ["ERR", "OFF", "ON"],
  bool: ["true", "false", "true"],
};

test("tables show every value exactly, and none is cut without a sign", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/table");
    for (const [name, expected] of Object.entries(EXACT)) {
      await choose(page, `/table/${name}`.replace("/table/", "/table/"));
      const table = page.getByRole("group", { name: "View" }).getByRole("button", { name: "Table" });
      await table.click();
      await page.getByRole("grid", { name: `Values of /table/${name}` }).waitFor();
      assert.deepEqual((await cells(page)).map((r) => r[0]), expected, name);
      const cut = await page.locator(".grid-cell").evaluateAll((all) =>
        all.filter((c) => c.scrollWidth > c.clientWidth && !(getComputedStyle(c).textOverflow === "ellipsis" && c.title === c.textContent)).map((c) => c.textContent),
      );
      assert.deepEqual(cut, [], name);
    }
  }), { timeout: 90_000 });

test("records are columns, also far down", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/table/records");
    await ready(page);
    assert.deepEqual(await page.getByRole("columnheader").locator("visible=true").allInnerTexts().then((t) => t.filter((x) => x && !x.startsWith("Values"))), ["id", "x", "name", "pos", "ok"]);
    assert.deepEqual((await cells(page))[3], ["1152921504606846979", "0.375", "row3", "[4.5, 5, 5.5]", "true"]);
    await page.getByLabel("Go to row").fill("900");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "900", exact: true }).waitFor();
    await page.getByRole("gridcell", { name: "1152921504606847876" }).waitFor();
  }));

test("single values, and datasets without any", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/table/scalar_text");
    await ready(page);
    assert.equal(await page.locator(".single pre").innerText(), "hello µ\nsecond line");
    await choose(page, "/table/scalar_record");
    await page.locator(".record dd", { hasText: /^0.5$/ }).waitFor();
    await choose(page, "/table/empty");
    await page.getByText("There are no elements: the shape is 0 × 5.").waitFor();
    await choose(page, "/table/null");
    await page.getByText("There is no value: the dataspace is null.").waitFor();
  }));

test("the address keeps path, slice and view over a reload", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/frames");
    await ready(page);
    await page.getByLabel("Selection", { exact: true }).fill("7, 10:20, ::4");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Table" }).click();
    assert.match(page.url(), /#f=values\.h5&p=\/plots\/frames&s=7,10:20,::4&v=table/);
    await page.reload();
    await open(page, file("values.h5"));
    await page.locator(".crumb.here", { hasText: "frames" }).waitFor();
    assert.equal(await page.getByLabel("Selection", { exact: true }).inputValue(), "7, 10:20, ::4");
    const shown = await cells(page);
    assert.equal(shown.length, 10);
    assert.deepEqual(shown[0].slice(0, 3), ["710", "710", "710"]);
    assert.equal(shown[9][7], "719");
  }));
