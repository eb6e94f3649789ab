/** Bytes into the user's hands. */

import { pickPlace } from "./handles.js";

/** `data.h5` as `data-copy.h5`. */
export function copyName(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-copy${name.slice(dot)}` : `${name}-copy.h5`;
}

/** Lets the user choose where to save, or downloads where the browser cannot ask. Whether it was saved. */
export async function saveToDisk(blob: Blob, name: string): Promise<boolean> {
  const handle = await pickPlace(name);
  if (handle === null) return false;
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
