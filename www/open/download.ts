/** Bytes into the user's hands. */

/** What Chromium offers beyond the standard library's types. */
interface SavePicker {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }): Promise<{ createWritable(): Promise<WritableStream<Blob> & { write(b: Blob): Promise<void>; close(): Promise<void> }> }>;
}

/** `data.h5` as `data-copy.h5`. */
export function copyName(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-copy${name.slice(dot)}` : `${name}-copy.h5`;
}

/** Lets the user choose where to save, or downloads where the browser cannot ask. Whether it was saved. */
export async function saveToDisk(blob: Blob, name: string): Promise<boolean> {
  const picker = window as unknown as SavePicker;
  if (!picker.showSaveFilePicker) {
    download(blob, name);
    return true;
  }
  try {
    const handle = await picker.showSaveFilePicker({
      suggestedName: name,
      types: [{ description: "HDF5", accept: { "application/x-hdf5": [".h5", ".hdf5", ".nxs", ".nc"] } }],
    });
    const out = await handle.createWritable();
    await out.write(blob);
    await out.close();
    return true;
  } catch (e) {
    // The user closed the chooser.
    if (e instanceof DOMException && e.name === "AbortError") return false;
    download(blob, name);
    return true;
  }
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Long enough for the browser to have begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
