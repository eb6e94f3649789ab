// Changing a file in the page as a person does, and getting at what was saved.
import path from "node:path";
import { ready } from "./browser.mjs";
import { folder } from "./files.mjs";

/** Selects a dataset's view by name. */
export async function show(page, view) {
  await page.getByRole("button", { name: view, exact: true }).click();
  await ready(page);
}

/** The cell of a table in that row and column. */
export const cell = (page, row, col) => page.locator(`#cell-${row}-${col}`);

/** Double-clicks a cell, types into it, and ends with a key. */
export async function type(page, row, col, text, key = "Enter") {
  await cell(page, row, col).dblclick();
  await page.locator(".cell-editor textarea").fill(text);
  await page.keyboard.press(key);
}

/** The same, until the cell shows the new text. */
export async function set(page, row, col, text, shown = text) {
  await type(page, row, col, text);
  await page.locator(`#cell-${row}-${col}`).getByText(shown, { exact: true }).waitFor();
}

/** Saves by the button; resolves to the path of what was downloaded. */
export async function saved(page, name = "saved.h5") {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save", exact: true }).click()]);
  const to = path.join(folder, "saved", name);
  await download.saveAs(to);
  await page.waitForFunction(() => !document.title.startsWith("●"));
  return to;
}

/** How many changes the page says there are. */
export const count = (page, n) => page.getByRole("banner").getByRole("button", { name: n === 1 ? "1 change" : `${n} changes` }).waitFor();

/** Chooses from the menu of the selected object. */
export async function inMenu(page, item) {
  await page.getByRole("button", { name: "Edit ▾" }).click();
  await page.getByRole("menuitem", { name: item }).click();
  await page.getByRole("menu").waitFor({ state: "detached" });
}
