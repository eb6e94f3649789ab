/** The whole page takes dropped files, and a chooser offers the same. */

import { signal } from "@preact/signals";
import { droppedFiles, opened, type FileHandle } from "./handles.js";
import { addFiles, client, files, importing, isSame, openFile, trouble, wanted } from "../ui/state.js";

/** Whether files are being dragged over the page. */
export const dragging = signal(false);

/** Files of other kinds, of which datasets can be made. */
const OTHERS = /\.(csv|tsv|npy|png)$/i;

const carriesFiles = (e: DragEvent): boolean => e.dataTransfer?.types.includes("Files") ?? false;

export function watchDrops(): void {
  let depth = 0;
  addEventListener("dragenter", (e) => {
    if (!carriesFiles(e)) return;
    depth++;
    dragging.value = true;
  });
  addEventListener("dragleave", (e) => {
    if (!carriesFiles(e)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) dragging.value = false;
  });
  addEventListener("dragover", (e) => {
    if (!carriesFiles(e)) return;
    e.preventDefault();
    if (e.dataTransfer) e.dataTransfer.dropEffect = "copy";
  });
  addEventListener("drop", (e) => {
    depth = 0;
    dragging.value = false;
    if (!carriesFiles(e)) return;
    e.preventDefault();
    void take(droppedFiles(e.dataTransfer));
  });
}

/** What the desktop opens with the installed app. */
export function watchLaunches(): void {
  const queue = (window as { launchQueue?: { setConsumer(consumer: (given: { files: readonly FileHandle[] }) => void): void } }).launchQueue;
  queue?.setConsumer(({ files: handles }) => {
    void Promise.allSettled(handles.map(opened)).then(async (all) => {
      await take(all.flatMap((r) => (r.status === "fulfilled" ? [r.value] : [])));
      const lost = all.findIndex((r) => r.status === "rejected");
      if (lost >= 0) trouble.value = { name: handles[lost]?.name ?? "", trouble: { code: "Io", message: "the browser could not read it" } };
    });
  });
}

/**
 * Opens one of several files, that which leads to the others; those are at hand in the list of open files. Files that what
 * is shown asks for are added to it instead, and of those of other kinds datasets are made.
 */
export async function take(given: readonly File[]): Promise<void> {
  if (given.length === 0) return;
  if (given.every((f) => wanted.value.has(f.name))) return addFiles(given);
  if (given.every((f) => OTHERS.test(f.name))) {
    importing.value = given;
    return;
  }
  const first = given.length === 1 ? 0 : await client.call("first", { files: given });
  const others = given.filter((_, i) => i !== first);
  const known = files.value.filter((f) => !others.some((o) => isSame(o, f)));
  files.value = [...known, ...others];
  await openFile(given[first] as File);
}
