// Values changed in tables and alone: what is saved is what h5py reads back, and nothing else has changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cells, choose, drop, open, ready, setUp, withPage } from "./support/browser.mjs";
import { cell, count, saved, set, show, type } from "./support/edit.mjs";
import { ask, differences, file, h5dump } from "./support/files.mjs";

setUp();

/** Pastes text into what has the focus. */
const paste = (page, text) =>
  page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);

test("cells of every type are changed where they are, and saved", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/grid");
    await show(page, "Table");
    await set(page, 1, 2, "-77");
    assert.match(await page.title(), /^● edit\.h5/);
    await set(page, 4, 3, "2147483647");
    const changes = [
      ["bytes", [[9, "255"]]],
      ["wide", [[0, "-9223372036854775808"], [1, "9223372036854775807"]]],
      ["float", [[0, "-1e-3", "-0.001"], [1, "nan", "NaN"], [2, "inf"]]],
      ["bool", [[0, "false"]]],
      ["enum", [[1, "ERR"]]],
      ["ascii", [[2, "xyz"]]],
      ["text", [[0, "β \"quoted\""], [2, ""]]],
      ["complex", [[1, "-1.5+1e3j", "-1.5+1000j"]]],
      ["lists", [[0, "[5, -6, 7]"], [1, "[]"]]],
    ];
    for (const [name, list] of changes) {
      await choose(page, `/table/${name}`);
      const table = page.getByRole("button", { name: "Table", exact: true });
      if (await table.count()) await table.click();
      await ready(page);
      for (const [row, text, shown] of list) await set(page, row, 0, text, shown);
    }
    await count(page, 2 + changes.reduce((n, [, list]) => n + list.length, 0));
    const to = await saved(page);
    assert.deepEqual(ask(to, `f["table/grid"][...].tolist()`), [[0, 1, 2, 3], [4, 5, -77, 7], [8, 9, 10, 11], [12, 13, 14, 15], [16, 17, 18, 2147483647]]);
    assert.deepEqual(ask(to, `[f["table/grid"].chunks, f["table/grid"].compression, str(f["table/float"].dtype)]`), [[2, 3], "gzip", ">f4"]);
    assert.equal(ask(to, `f["table/bytes"][...].tolist()`).at(-1), 255);
    assert.deepEqual(ask(to, `[str(x) for x in f["table/wide"]]`), ["-9223372036854775808", "9223372036854775807"]);
    assert.deepEqual(ask(to, `[str(x) for x in f["table/float"]]`), ["-0.001", "nan", "inf"]);
    assert.deepEqual(ask(to, `f["table/bool"][...].tolist()`), [false, false, true]);
    assert.deepEqual(ask(to, `f["table/enum"][...].tolist()`), [2, 2, 1]);
    assert.deepEqual(ask(to, `[x.decode() for x in f["table/ascii"]]`), ["abc", "de", "xyz"]);
    assert.deepEqual(ask(to, `list(f["table/text"].asstr()[...])`), ['β "quoted"', "two\nlines", ""]);
    assert.deepEqual(ask(to, `[str(x) for x in f["table/complex"]]`), ["(1+2j)", "(-1.5+1000j)"]);
    assert.deepEqual(ask(to, `[x.tolist() for x in f["table/lists"]]`), [[5, -6, 7], []]);
    assert.deepEqual(differences(file("edit.h5"), to), ["grid", ...changes.map(([name]) => name)].map((name) => `/table/${name}`).toSorted());
    h5dump(to);
  }), { timeout: 120_000 });

test("fields of records, also nested ones and lists", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/records");
    await ready(page);
    const row = ["-5", "0.125", "middle", "[1, nan, 2.5]", "true", "65535", "2-1j"];
    const shown = ["-5", "0.125", "middle", "[1, NaN, 2.5]", "true", "65535", "2-1j"];
    for (const [col, text] of row.entries()) await set(page, 3, col, text, shown[col]);
    const to = await saved(page);
    assert.equal(ask(to, `str(f["table/records"][3])`), ask(to, `str(np.array((-5, 0.125, b"middle", [1, np.nan, 2.5], True, (65535, 2-1j)), f["table/records"].dtype)[()])`));
    const others = `[f["table/records"][k].tobytes().hex() for k in range(300) if k != 3]`;
    assert.deepEqual(ask(to, others), ask(file("edit.h5"), others));
  }), { timeout: 60_000 });

test("what does not fit is refused in words, and changes nothing", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    const refuse = async (name, row, text, why) => {
      await choose(page, `/table/${name}`);
      const table = page.getByRole("button", { name: "Table", exact: true });
      if (await table.count()) await table.click();
      await ready(page);
      const before = await cells(page);
      await type(page, row, 0, text);
      await page.getByRole("alert").getByText(why).waitFor();
      const box = page.locator(".cell-editor textarea");
      assert.equal(await box.getAttribute("aria-invalid"), "true");
      assert.ok(await box.evaluate((e) => e === document.activeElement));
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
      assert.deepEqual(await cells(page), before);
    };
    await refuse("bytes", 1, "256", /“256” is out of range: 0 to 255\./);
    await refuse("bytes", 1, "1.5", /not a whole number/);
    await refuse("float", 0, "1e39", /too large for 32 bits/);
    await refuse("enum", 0, "BROKEN", /is not one of ERR, OFF, ON/);
    await refuse("ascii", 0, "too long", /takes 8 bytes, and there is room for 5/);
    await refuse("ascii", 0, "µ", /ASCII/);
    await refuse("lists", 0, "[1, 99999]", /out of range/);
    assert.doesNotMatch(await page.title(), /●/);
    // One field of a record, where another one would not survive: refused with its reason, and nothing is edited.
    await choose(page, "/table/broken_text");
    await ready(page);
    await type(page, 0, 1, "2");
    const alert = page.getByRole("alert").filter({ hasText: "Nothing was changed" });
    await alert.getByText(/“name” has bytes that are no text/).waitFor();
    await page.evaluate(() => (navigator.clipboard.writeText = async (text) => void (window.copied = text)));
    await alert.getByRole("button", { name: "Copy details" }).click();
    await alert.getByText("Copied").waitFor();
    assert.match(await page.evaluate(() => window.copied), /code: Unsupported\n.*\npath: \/table\/broken_text/s);
    await alert.getByRole("button", { name: "Dismiss" }).click();
    assert.doesNotMatch(await page.title(), /●/);
  }), { timeout: 90_000 });

test("by keyboard: Enter and F2 begin, Enter goes down, Tab right, Escape leaves it as it was", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/grid");
    await show(page, "Table");
    const grid = page.getByRole("grid");
    await grid.focus();
    await page.keyboard.press("Enter");
    await page.locator(".cell-editor textarea").waitFor();
    await page.keyboard.type("100");
    await page.keyboard.press("Enter");
    await cell(page, 0, 0).getByText("100", { exact: true }).waitFor();
    assert.equal(await grid.getAttribute("aria-activedescendant"), "cell-1-0");
    await page.keyboard.press("F2");
    await page.locator(".cell-editor textarea").waitFor();
    await page.keyboard.type("101");
    await page.keyboard.press("Tab");
    await cell(page, 1, 0).getByText("101", { exact: true }).waitFor();
    assert.equal(await grid.getAttribute("aria-activedescendant"), "cell-1-1");
    await page.keyboard.press("F2");
    await page.locator(".cell-editor textarea").waitFor();
    await page.keyboard.type("102");
    await page.keyboard.press("Escape");
    await page.locator(".cell-editor").waitFor({ state: "detached" });
    assert.equal(await cell(page, 1, 1).innerText(), "5");
    assert.ok(await grid.evaluate((e) => e === document.activeElement));
    // Leaving by the pointer keeps what was typed.
    await page.keyboard.press("F2");
    await page.locator(".cell-editor textarea").fill("103");
    await cell(page, 3, 3).click();
    await cell(page, 1, 1).getByText("103", { exact: true }).waitFor();
    await count(page, 3);
    // Undo and redo, as everywhere.
    await grid.focus();
    await page.keyboard.press("Control+z");
    await cell(page, 1, 1).getByText("5", { exact: true }).waitFor();
    await page.keyboard.press("Control+z");
    await cell(page, 1, 0).getByText("4", { exact: true }).waitFor();
    await page.keyboard.press("Control+Shift+z");
    await cell(page, 1, 0).getByText("101", { exact: true }).waitFor();
    await count(page, 2);
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Control+s")]);
    assert.deepEqual(ask(await download.path(), `f["table/grid"][:2].tolist()`), [[100, 1, 2, 3], [101, 5, 6, 7]]);
  }), { timeout: 60_000 });

test("a block from a spreadsheet is pasted as a whole, or not at all", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/grid");
    await show(page, "Table");
    await cell(page, 3, 1).click();
    await page.getByRole("grid").focus();
    await paste(page, "-1\t-2\r\n-3\t-4\r\n");
    await cell(page, 4, 2).getByText("-4", { exact: true }).waitFor();
    await count(page, 1);
    const refuse = async (text, why) => {
      await page.getByRole("grid").focus();
      await paste(page, text);
      const alert = page.getByRole("alert").filter({ hasText: why });
      await alert.waitFor();
      await alert.getByRole("button", { name: "Dismiss" }).click();
    };
    await refuse("1\t2\n3\tx", /Row 2, column 2: “x” is not a number/);
    await refuse("1\n2\n3", /3 × 1 values do not fit: there are 2 rows and 3 columns from here/);
    await refuse("1\t2\n3", /not all of one length/);
    await choose(page, "/table/records");
    await ready(page);
    await cell(page, 1, 1).click();
    await page.getByRole("grid").focus();
    await paste(page, "0.5\tone\n0.75\ttwo");
    await cell(page, 2, 2).getByText("two", { exact: true }).waitFor();
    const to = await saved(page);
    assert.deepEqual(ask(to, `f["table/grid"][3:].tolist()`), [[12, -1, -2, 15], [16, -3, -4, 19]]);
    assert.deepEqual(ask(to, `[[float(r["x"]), r["name"].decode(), int(r["id"]) - 2**60] for r in f["table/records"][:4]]`), [
      [0, "row0", 0], [0.5, "one", 1], [0.75, "two", 2], [0.375, "row3", 3],
    ]);
  }), { timeout: 60_000 });

test("slices and turned tables: the element that is seen is the one that changes", () =>
  withPage(async (page) => {
    await open(page, file("values.h5"));
    await choose(page, "/plots/frames");
    await show(page, "Table");
    const selection = page.getByRole("textbox", { name: "Selection" });
    await selection.fill("4, 5::3, 2::4");
    await selection.press("Enter");
    await ready(page);
    const before = (await cells(page))[2][1];
    await set(page, 2, 1, "65535");
    const to = await saved(page);
    assert.deepEqual(ask(to, `[int(f["plots/frames"][4, 11, 6]), int((f["plots/frames"][...] == 65535).sum())]`), [65535, 1]);
    assert.equal(ask(file("values.h5"), `str(f["plots/frames"][4, 11, 6])`), before);
  }), { timeout: 60_000 });

test("single values: text with its lines, numbers, fields of a record", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/scalar_text");
    await ready(page);
    await page.getByRole("button", { name: "Change the value" }).click();
    const box = page.getByRole("textbox", { name: "Change the value" });
    assert.equal(await box.inputValue(), "hello µ\nsecond line");
    await box.fill("new\n\nthree lines");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.locator("pre", { hasText: "three lines" }).waitFor();
    await choose(page, "/table/scalar");
    await ready(page);
    await page.locator(".big-value").dblclick();
    await box.fill("one");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("“one” is not a number").waitFor();
    await box.fill("1e-3");
    await page.keyboard.press("Enter");
    await page.locator(".big-value", { hasText: "0.001" }).waitFor();
    await choose(page, "/table/scalar_record");
    await ready(page);
    for (const [name, text] of [["a", "-8"], ["b", "2.5"], ["c", "false"]]) {
      await page.getByRole("button", { name: `Change ${name}` }).click();
      await page.getByRole("textbox", { name: `Change ${name}` }).fill(text);
      await page.keyboard.press("Enter");
      await page.locator(".record dd", { hasText: text }).waitFor();
    }
    const to = await saved(page);
    assert.equal(ask(to, `f["table/scalar_text"].asstr()[()]`), "new\n\nthree lines");
    assert.equal(ask(to, `str(f["table/scalar"][()])`), "0.001");
    assert.deepEqual(ask(to, `[x.item() for x in f["table/scalar_record"][()]]`), [-8, 2.5, false]);
  }), { timeout: 60_000 });

test("elements behind every filter, also those that load themselves; undo keeps the others", () =>
  withPage(async (page) => {
    await open(page, file("filters.h5"));
    const names = ["blosc", "zstd", "bitshuffle", "gzip", "lzf"];
    for (const name of names) {
      await choose(page, `/${name}`);
      await show(page, "Table");
      await set(page, 1, 1, "-0.5");
    }
    await page.getByRole("grid").focus();
    await page.keyboard.press("Control+z");
    await cell(page, 1, 1).getByText("101", { exact: true }).waitFor();
    await count(page, 4);
    const to = await saved(page);
    assert.deepEqual(differences(file("filters.h5"), to), names.slice(0, 4).map((name) => `/${name}`).toSorted());
    const python = "(__import__('hdf5plugin'), [float(f[n][1, 1]) for n in ('blosc', 'zstd', 'bitshuffle', 'gzip', 'lzf')])[1]";
    assert.deepEqual(ask(to, python), [-0.5, -0.5, -0.5, -0.5, 101]);
  }), { timeout: 90_000 });

test("references are changed by paths", () =>
  withPage(async (page) => {
    await open(page, file("references.h5"));
    await choose(page, "/refs/list");
    await ready(page);
    await set(page, 3, 0, "/data/two", "→ /data/two");
    // A click on a reference goes where it leads: it is changed by the keyboard.
    await page.getByRole("grid").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("F2");
    await page.locator(".cell-editor textarea").fill("/data/none");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/Nothing is there/).first().waitFor();
    const to = await saved(page);
    assert.deepEqual(ask(to, `[f[r].name for r in f["refs/list"][...]]`), ["/data/one", "/data", "/", "/data/two"]);
  }), { timeout: 60_000 });

test("another file is opened only when the changes are saved or given up", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/table/bytes");
    await show(page, "Table");
    await set(page, 0, 0, "99");
    const asked = page.getByRole("dialog", { name: "Save the changes?" });
    await drop(page, file("weather.hdf5"));
    await asked.getByText("edit.h5 has 1 change that is not saved.").waitFor();
    await asked.getByRole("button", { name: "Go back" }).click();
    await asked.waitFor({ state: "detached" });
    assert.equal(await cell(page, 0, 0).innerText(), "99");
    await drop(page, file("weather.hdf5"));
    const [download] = await Promise.all([page.waitForEvent("download"), asked.getByRole("button", { name: "Save" }).click()]);
    assert.equal(ask(await download.path(), `int(f["table/bytes"][0])`), 99);
    await page.waitForFunction(() => document.title.startsWith("weather.hdf5"));
    await choose(page, "/7/temperature");
    await page.locator(".big-value").dblclick();
    await page.getByRole("textbox", { name: "Change the value" }).fill("70");
    await page.keyboard.press("Enter");
    await page.locator(".big-value", { hasText: /^70$/ }).waitFor();
    await drop(page, file("edit.h5"));
    await asked.getByRole("button", { name: "Discard" }).click();
    await page.waitForFunction(() => document.title.startsWith("edit.h5"));
    assert.equal(await asked.count(), 0);
  }), { timeout: 60_000 });
