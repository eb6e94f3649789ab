// The page's private file system, which stands for a disk: its handles are of the same kind, and nobody has to choose.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { folder } from "./files.mjs";

/** Makes the browser's choosers answer with files of the private file system: `name` is the one that is opened. */
export const choosers = (page, name = "here.h5") =>
  page.evaluate((name) => {
    const root = navigator.storage.getDirectory();
    window.showOpenFilePicker = async () => [await (await root).getFileHandle(name)];
    window.showSaveFilePicker = async ({ suggestedName }) => (await root).getFileHandle(suggestedName, { create: true });
  }, name);

/** Puts a file into the private file system. */
export async function put(page, name, bytes) {
  await page.evaluate(
    async ([name, text]) => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
      const out = await handle.createWritable();
      await out.write(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
      await out.close();
    },
    [name, bytes.toString("base64")],
  );
}

/** Gets one out; resolves to the path of a copy. */
export async function get(page, name) {
  const bytes = await page.evaluate(async (name) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(name);
    return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
  }, name);
  const to = path.join(folder, "saved", `from-browser-${name}`);
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(to, Uint8Array.from(bytes));
  return to;
}

export const remove = (page, name) => page.evaluate(async (name) => (await navigator.storage.getDirectory()).removeEntry(name), name);
