/** Files that come from a page's input, and go to the user's downloads. */

import type { File as H5File } from "./group.js";
import { FS, type FSNode } from "./fs/index.js";
import { ready } from "./module.js";

/** Names of the files that `uploader` has put into `FS`. */
export const UPLOADED_FILES: string[] = [];

/** Puts the file of an input's event into `FS`, under its own name. */
export async function uploader(event: Event): Promise<void> {
  await ready;
  const target = event.target as HTMLInputElement;
  const file = target.files?.[0];
  if (!file) return;
  FS.writeFile(file.name, new Uint8Array(await file.arrayBuffer()), { canOwn: true });
  if (!UPLOADED_FILES.includes(file.name)) UPLOADED_FILES.push(file.name);
  target.value = "";
}

/** Gives the user a file of these bytes. */
export function downloader(data: Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer> | string, fileName: string): void {
  const blob = data instanceof Blob ? data : new Blob([data], { type: "application/x-hdf5" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  // The browser has to have begun before the address ends.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** An open file as it is now. */
export async function to_blob(hdf5_file: H5File): Promise<Blob> {
  await ready;
  if (hdf5_file.mode !== "r" && hdf5_file.mode !== "Sr") hdf5_file.flush();
  return new Blob([FS.readFile(hdf5_file.filename)], { type: "application/x-hdf5" });
}

/** Gives the user an open file as it is now, under its name. */
export async function download(hdf5_file: H5File): Promise<void> {
  downloader(await to_blob(hdf5_file), hdf5_file.filename.replace(/^.*\//, ""));
}

/** What is in a folder of `FS`. */
export interface Listing {
  /** Names of files. */
  files: string[];
  /** Names of folders. */
  subfolders: string[];
}

/** What is in a folder of `FS`; nothing for what is none. */
export function dirlisting(path: string, fs: Pick<typeof FS, "analyzePath"> = FS): Listing | Record<string, never> {
  const node = fs.analyzePath(path).object;
  if (!node?.isFolder) return {};
  const all = Object.values(node.contents as Record<string, FSNode>);
  return { files: all.filter((n) => !n.isFolder).map((n) => n.name), subfolders: all.filter((n) => n.isFolder).map((n) => n.name) };
}
