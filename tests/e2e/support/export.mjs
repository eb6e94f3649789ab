// Exporting from the page as a person does, and getting at what was downloaded.
import path from "node:path";
import { ask, folder } from "./files.mjs";

/** The dialog. */
export const dialog = (page) => page.getByRole("dialog", { name: /^Export/ });

/** Exports the selected dataset; resolves to the path of what was downloaded. */
export async function exported(page, format, { whole = false } = {}) {
  await page.getByRole("button", { name: "Export…" }).click();
  if (whole) await dialog(page).getByRole("radio", { name: /The whole dataset/ }).check();
  await dialog(page).getByLabel("Format").selectOption(format);
  const [download] = await Promise.all([page.waitForEvent("download"), dialog(page).getByRole("button", { name: "Export", exact: true }).click()]);
  const to = path.join(folder, "saved", download.suggestedFilename());
  await download.saveAs(to);
  await dialog(page).getByText("is saved.").waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  return to;
}

/** Whether NumPy reads the same from a file as h5py does from another one: values and type. */
export const sameInNumPy = (npy, of, expression) =>
  ask(of, `(lambda a, b: [bool(np.array_equal(a, b, equal_nan=True)), a.dtype.str == b.dtype.newbyteorder("=").str])(np.load(${JSON.stringify(npy)}), ${expression})`);
