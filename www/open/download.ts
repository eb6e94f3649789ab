/** Bytes into the user's hands. */

import { pickPlace, type FileType } from "./handles.js";

/** `data.h5` as `data-copy.h5`. */
export function copyName(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-copy${name.slice(dot)}` : `${name}-copy.h5`;
}

/**
 * Lets the user choose where to save, or downloads where the browser cannot ask. Whether it was saved. What is still to be made is
 * made when the place is known: browsers ask only right after a click.
 */
export async function saveToDisk(made: Blob | (() => Promise<Blob>), name: string, types?: FileType[]): Promise<boolean> {
  const handle = await pickPlace(name, types);
  if (handle === null) return false;
  const blob = made instanceof Blob ? made : await made();
  if (handle) {
    try {
      const out = await handle.createWritable();
      await out.write(blob);
      await out.close();
      return true;
    } catch {
      // It cannot be written there: the browser finds a place.
    }
  }
  download(blob, name);
  return true;
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Long enough for the browser to have begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
