/** The whole page takes dropped files, and a chooser offers the same. */

import { signal } from "@preact/signals";
import { files, openFile } from "../ui/state.js";

/** Whether files are being dragged over the page. */
export const dragging = signal(false);

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
    take([...(e.dataTransfer?.files ?? [])]);
  });
}

/** Opens the first of several files; the others are at hand in the list of open files. */
export function take(given: readonly File[]): void {
  const [first, ...others] = given;
  if (!first) return;
  const known = files.value.filter((f) => !others.some((o) => o.name === f.name && o.size === f.size));
  files.value = [...known, ...others];
  void openFile(first);
}
