// Files of other kinds that become HDF5: what is saved is read by h5py and compared with what was dropped.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { axe } from "./support/axe.mjs";
import { cells, drop, open, ready, setUp, withPage } from "./support/browser.mjs";
import { count, saved } from "./support/edit.mjs";
import { ask, file, folder, python } from "./support/files.mjs";

setUp();

const given = path.join(folder, "given");

/** What is dropped: made by those programs that make such files. */
function made() {
  mkdirSync(given, { recursive: true });
  writeFileSync(path.join(given, "table.csv"), '\ufeffid;x;name\r\n1;0.5;"a; b"\r\n9007199254740993;;µ\r\n');
  writeFileSync(path.join(given, "bad.csv"), "1,2\n3\n");
  execFileSync(python, ["-c", `
import sys, zlib, struct, numpy as np
at = sys.argv[1]
np.save(at + "/turned.npy", np.asfortranarray(np.arange(60000, dtype=">i4").reshape(200, 300)))
pixels = (np.arange(12) * 5000).reshape(3, 4).astype(">u2")
def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
lines = b"".join(b"\\0" + row.tobytes() for row in pixels)
with open(at + "/gray.png", "wb") as f:
    f.write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 16, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))
`, given]);
  return (name) => path.join(given, name);
}

const dialog = (page) => page.getByRole("dialog", { name: /^Make HDF5 of/ });

test("a table becomes a file of records, that is saved as any other", () =>
  withPage(async (page) => {
    const at = made();
    await drop(page, at("bad.csv"));
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByText(/This could not be read. Line 2 has 1 cells, others have 2 \(bad\.csv\)\./).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Try a sample" }).waitFor();
    await drop(page, at("table.csv"));
    await dialog(page).getByLabel("Name of the dataset").fill("measured");
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Enter");
    await page.locator(".crumb.here", { hasText: "measured" }).waitFor();
    assert.deepEqual(await cells(page), [["1", "0.5", "a; b"], ["9007199254740993", "NaN", "µ"]]);
    await page.waitForFunction(() => document.title.startsWith("● table.h5"));
    const to = await saved(page);
    assert.deepEqual(ask(to, `[f["measured"].dtype.names, [str(x) for x in f["measured"]["id"]], [x.decode() for x in f["measured"]["name"]], f["measured"]["id"].dtype.str]`), [["id", "x", "name"], ["1", "9007199254740993"], ["a; b", "µ"], "<i8"]);
  }, { bypassCSP: true, viewport: { width: 390, height: 844 } }), { timeout: 60_000 });

test("an array and an image go into the open file, with every bit, and can be undone", () =>
  withPage(async (page) => {
    const at = made();
    await open(page, file("edit.h5"));
    await drop(page, at("turned.npy"), at("gray.png"));
    await dialog(page).getByRole("radio", { name: "edit.h5, group /" }).waitFor();
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await page.locator(".crumb.here", { hasText: "turned" }).waitFor();
    await ready(page);
    await count(page, 2);
    await page.getByRole("treeitem", { name: /^gray/ }).click();
    await page.getByRole("img", { name: /Heatmap of \/gray, 3 × 4, lowest 0 .* highest 55000/ }).waitFor();
    const to = await saved(page);
    assert.deepEqual(ask(to, `[bool((f["turned"][()] == np.arange(60000).reshape(200, 300)).all()), f["turned"].dtype.str, f["turned"].compression, f["gray"][()].tolist(), f["gray"].dtype.str, f["gray"].attrs["CLASS"].decode()]`),
      [true, ">i4", "gzip", [0, 1, 2].map((r) => [0, 1, 2, 3].map((c) => (4 * r + c) * 5000)), "<u2", "IMAGE"]);
    await drop(page, at("gray.png"));
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByRole("alert").waitFor();
    await dialog(page).getByLabel("Name of the dataset").fill("again");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await count(page, 1);
    await page.keyboard.press("Control+z");
    await page.getByRole("treeitem", { name: /^again/ }).waitFor({ state: "detached" });
  }), { timeout: 60_000 });
