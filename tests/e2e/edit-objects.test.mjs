// Objects and attributes changed in the page: what is saved is what h5py finds, and nothing else has changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes, choose, fact, open, setUp, withPage } from "./support/browser.mjs";
import { count, inMenu, saved } from "./support/edit.mjs";
import { ask, differences, file, h5dump } from "./support/files.mjs";

setUp();

test("attributes are added, changed in value, type and name, and deleted", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await choose(page, "/attributes");
    const dialog = page.getByRole("dialog");
    const change = async (name, fill) => {
      await page.getByRole("button", { name: name ? `Change attribute ${name}` : "Add an attribute" }).click();
      await dialog.waitFor();
      await fill(dialog);
      await dialog.waitFor({ state: "detached" });
    };
    const apply = () => dialog.getByRole("button", { name: "Apply" }).click();
    const field = (label) => dialog.getByLabel(label, { exact: true });
    await change("units", async () => {
      assert.equal(await field("Value").inputValue(), "K");
      await field("Value").fill("mK\nµ");
      await apply();
    });
    await change("count", async () => {
      await field("Value").fill("256");
      await apply();
      await dialog.getByRole("alert").getByText("“256” is out of range: 0 to 255.").waitFor();
      await field("Value").fill("255");
      await apply();
    });
    await change("limits", async () => {
      assert.equal(await field("Value").inputValue(), "[1.5, 2.5]");
      await field("Value").fill("[[1, nan], [3, inf]]");
      await apply();
    });
    await change("names", async () => {
      await field("Value").fill('["x, y", "", "ß"]');
      await apply();
    });
    await change("fixed", async () => {
      await field("Name").fill("renamed");
      await dialog.getByRole("combobox", { name: "Type", exact: true }).selectOption("text");
      await field("Value").fill("longer than it was");
      await apply();
    });
    await change("short", async () => {
      // Its type is for two bytes: it becomes as long as the text.
      await field("Value").fill("longer");
      await apply();
    });
    await change("flag", () => dialog.getByRole("button", { name: "Delete" }).click());
    await change(null, async () => {
      await field("Name").fill("count");
      await field("Value").fill("again");
      await apply();
      await dialog.getByRole("alert").getByText("There is an attribute “count” already").waitFor();
      await field("Name").fill("big");
      await dialog.getByRole("combobox", { name: "Type", exact: true }).selectOption("int64");
      await field("Value").fill("9223372036854775807");
      await apply();
    });
    await change(null, async () => {
      await field("Name").fill("grid");
      await dialog.getByRole("combobox", { name: "Type", exact: true }).selectOption("int16");
      await dialog.getByRole("checkbox", { name: /list of values/ }).check();
      await field("Value").fill("[[1, 2, 3], [-4, 5, 6]]");
      await apply();
    });
    await count(page, 9);
    assert.deepEqual(await attributes(page), {
      big: "9223372036854775807", count: "255", grid: "[[1, 2, 3], [-4, 5, 6]]", limits: "[[1, NaN], [3, inf]]", names: "[x, y, , ß]", renamed: "longer than it was", short: "longer", units: "mK\\nµ",
    });
    const to = await saved(page);
    const all = `{k: [str(v.dtype) if hasattr(v, "dtype") else "text", np.asarray(v).tolist() if np.asarray(v).dtype.kind != "f" else str(np.asarray(v).tolist())] for k, v in f["attributes"].attrs.items() if k != "short"}`;
    assert.deepEqual(ask(to, all), {
      big: ["int64", "BIG"].with(1, Number(9223372036854775807n)), count: ["uint8", 255], grid: ["int16", [[1, 2, 3], [-4, 5, 6]]], limits: ["float32", "[[1.0, nan], [3.0, inf]]"],
      names: ["object", ["x, y", "", "ß"]], renamed: ["text", "longer than it was"], units: ["text", "mK\nµ"],
    });
    assert.deepEqual(ask(to, `[str(f["attributes"].attrs["short"].dtype), f["attributes"].attrs["short"].decode()]`), ["|S6", "longer"]);
    assert.equal(ask(to, `str(f["attributes"].attrs["big"])`), "9223372036854775807");
    assert.deepEqual(differences(file("edit.h5"), to), ["/attributes"]);
    h5dump(to, "-A");
  }), { timeout: 60_000 });

test("groups, datasets and links are made in a new file, which begins empty", () =>
  withPage(async (page) => {
    await page.getByRole("button", { name: "New file" }).click();
    await page.waitForFunction(() => document.title.startsWith("untitled.h5"));
    const dialog = page.getByRole("dialog");
    const field = (label) => dialog.getByLabel(label, { exact: true });
    const create = async () => {
      await dialog.getByRole("button", { name: "Create" }).click();
      await dialog.waitFor({ state: "detached" });
    };
    await inMenu(page, "New group…");
    await field("Name in /").fill("run/raw");
    await create();
    await page.locator(".crumb.here", { hasText: "raw" }).waitFor();
    await page.getByRole("treeitem", { name: "raw" }).waitFor();
    await inMenu(page, "New dataset…");
    await field("Name in /run/raw").fill("counts");
    await dialog.getByRole("combobox", { name: "Type", exact: true }).selectOption("uint16");
    await field("Shape").fill("20, 30");
    await field("Largest shape (∞: no end)").fill("∞, 30");
    await field("Chunks").fill("10, 30");
    await dialog.getByRole("combobox", { name: "Compression", exact: true }).selectOption("gzip 6");
    await create();
    await page.locator(".crumb.here", { hasText: "counts" }).waitFor();
    assert.equal(await fact(page, "Largest shape"), "∞ × 30");
    await choose(page, "/run/raw");
    await inMenu(page, "New dataset…");
    await field("Name in /run/raw").fill("name");
    await dialog.getByRole("combobox", { name: "Type", exact: true }).selectOption("text of fixed length");
    await field("Bytes").fill("12");
    await field("Shape").fill("five");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByRole("alert").getByText("“five” is no extent").waitFor();
    await field("Shape").fill("");
    await create();
    await choose(page, "/run");
    for (const [kind, name, target, other] of [["Soft", "latest", "raw/counts"], ["Hard", "alias", "/run/raw/counts"], ["External", "else", "/data", "other.h5"]]) {
      await choose(page, "/run");
      await inMenu(page, "New link…");
      await field("Name in /run").fill(name);
      await dialog.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();
      if (other) await field("File").fill(other);
      await field("Path of the target").fill(target);
      await create();
    }
    await choose(page, "/run");
    await inMenu(page, "New group…");
    await field("Name in /run").fill("raw");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByRole("alert").getByText(/Nothing was changed.*The name is taken/).waitFor();
    await page.keyboard.press("Escape");
    await count(page, 6);
    const to = await saved(page, "made.h5");
    assert.deepEqual(ask(to, `[list(f["run"]), list(f["run/raw"])]`), [["alias", "else", "latest", "raw"], ["counts", "name"]]);
    const facts = `[list(d.shape), list(d.maxshape), list(d.chunks), d.compression, d.compression_opts, str(d.dtype)]`;
    assert.deepEqual(ask(to, `[(lambda d: ${facts})(f["run/raw/counts"])][0]`), [[20, 30], [null, 30], [10, 30], "gzip", 6, "uint16"]);
    assert.deepEqual(ask(to, `[str(f["run/raw/name"].dtype), list(f["run/raw/name"].shape)]`), ["|S12", []]);
    assert.deepEqual(ask(to, `[f["run/alias"] == f["run/raw/counts"], f["run"].get("latest", getlink=True).path, f["run"].get("else", getlink=True).filename]`), [true, "raw/counts", "other.h5"]);
    h5dump(to);
  }), { timeout: 90_000 });

test("objects are renamed, moved, copied and deleted, with the menu and with keys", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    const dialog = page.getByRole("dialog");
    await choose(page, "/objects/deep");
    // By keys in the tree.
    await page.getByRole("tree").focus();
    await page.keyboard.press("F2");
    const path = dialog.getByLabel("New path");
    assert.equal(await path.evaluate((i) => i.value.slice(i.selectionStart, i.selectionEnd)), "deep");
    await page.keyboard.type("shallow");
    await page.keyboard.press("Enter");
    await page.locator(".crumb.here", { hasText: "shallow" }).waitFor();
    await page.getByRole("treeitem", { name: "shallow" }).waitFor();
    assert.equal(await page.getByRole("treeitem", { name: "deep", exact: true }).count(), 0);
    // By the menu: a copy, elsewhere.
    await inMenu(page, "Duplicate…");
    await dialog.getByLabel("Path of the copy").fill("/copies/one");
    await dialog.getByRole("button", { name: "Duplicate" }).click();
    await page.locator(".crumb.here", { hasText: "one" }).waitFor();
    // Deleting says what goes.
    await choose(page, "/objects/shallow");
    await page.getByRole("tree").focus();
    await page.keyboard.press("Delete");
    await dialog.getByRole("heading", { name: "Delete /objects/shallow?" }).waitFor();
    await dialog.getByText("with 3 objects in it").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.getByRole("treeitem", { name: "shallow" }).count(), 1);
    await page.getByRole("treeitem", { name: "shallow" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.locator(".crumb.here", { hasText: "objects" }).waitFor();
    await choose(page, "/objects/soft");
    await inMenu(page, "Delete…");
    await dialog.getByText("Only the link is deleted").waitFor();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await dialog.waitFor({ state: "detached" });
    await choose(page, "/objects/again");
    await inMenu(page, "Rename or move…");
    await path.fill("/objects/fixed");
    await dialog.getByRole("button", { name: "Rename" }).click();
    await dialog.getByRole("alert").getByText(/taken/).waitFor();
    await path.fill("/moved");
    await dialog.getByRole("button", { name: "Rename" }).click();
    await page.locator(".crumb.here", { hasText: "moved" }).waitFor();
    await count(page, 5);
    const to = await saved(page);
    assert.deepEqual(ask(to, `[sorted(f), sorted(f["objects"]), sorted(f["copies/one"])]`), [
      ["attributes", "copies", "moved", "objects", "table", "to"], ["fixed", "grows"], ["deeper", "other"],
    ]);
    assert.deepEqual(ask(to, `[int(f["copies/one/deeper/leaf"][()]), f["moved"] == f["objects/fixed"], f["moved"][...].tolist()]`), [1, true, [0, 1, 2, 3]]);
    h5dump(to);
  }), { timeout: 90_000 });

test("a dataset grows and shrinks, up to its largest shape; undo, redo and discard", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    const dialog = page.getByRole("dialog");
    const resize = async (to) => {
      await inMenu(page, "Resize…");
      await dialog.getByRole("spinbutton", { name: "Axis 0, without an end" }).fill(to);
    };
    await choose(page, "/objects/fixed");
    await page.getByRole("button", { name: "Edit ▾" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).waitFor();
    assert.equal(await page.getByRole("menuitem", { name: "Resize…" }).count(), 0);
    await page.keyboard.press("Escape");
    await choose(page, "/objects/grows");
    await resize("8");
    await dialog.getByText("New elements read as the fill value").waitFor();
    await dialog.getByRole("button", { name: "Resize" }).click();
    await page.locator("aside .facts dd", { hasText: /^8$/ }).first().waitFor();
    await resize("3");
    await dialog.getByText("What lies outside of the new shape is lost").waitFor();
    await dialog.getByRole("button", { name: "Resize" }).click();
    await page.locator("aside .facts dd", { hasText: /^3$/ }).first().waitFor();
    await resize("");
    await dialog.getByRole("button", { name: "Resize" }).click();
    await dialog.getByRole("alert").getByText("Axis 0 takes a whole number from 0 on.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "2 changes" }).click();
    await dialog.getByRole("heading", { name: "Changes" }).waitFor();
    assert.deepEqual(await dialog.getByRole("listitem").allInnerTexts(), ["grows: shape is 8", "grows: shape is 3"]);
    await dialog.getByRole("button", { name: "Undo" }).click();
    await dialog.getByText("1 change is undone.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    assert.equal(await fact(page, "Shape"), "8");
    const to = await saved(page);
    assert.deepEqual(ask(to, `f["objects/grows"][...].tolist()`), [0, 1, 2, 3, 4, 5, -1, -1]);
    assert.deepEqual(differences(file("edit.h5"), to), ["/objects/grows"]);
    // What was saved is the beginning of what comes next.
    await inMenu(page, "Delete…");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.locator(".crumb.here", { hasText: "objects" }).waitFor();
    await page.getByRole("button", { name: "1 change" }).click();
    await dialog.getByRole("button", { name: "Discard all" }).click();
    await dialog.getByText("There are no changes.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await choose(page, "/objects/grows");
    assert.equal(await fact(page, "Shape"), "8");
    assert.doesNotMatch(await page.title(), /●/);
  }), { timeout: 60_000 });

test("what is in another file is not changed", () =>
  withPage(async (page) => {
    await open(page, file("edit.h5"));
    await page.setInputFiles("header input[type=file]", [file("edit.h5"), file("values.h5")]);
    await page.waitForFunction(() => document.title.startsWith("edit.h5"));
    await choose(page, "/to");
    await page.getByRole("listitem").filter({ hasText: "int64" }).first().waitFor();
    await page.getByRole("button", { name: "Add an attribute" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("x");
    await dialog.getByRole("button", { name: "Apply" }).click();
    await dialog.getByRole("alert").getByText(/in another file, which is only read/).waitFor();
    await page.keyboard.press("Escape");
    assert.doesNotMatch(await page.title(), /●/);
  }), { timeout: 60_000 });
