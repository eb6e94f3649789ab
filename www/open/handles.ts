/** Places on disk that files came from, as far as the browser tells: what is needed to save them there. */

/** What Chromium offers beyond the standard library's types. */
export interface FileHandle {
  readonly kind?: string;
  readonly name: string;
  getFile(): Promise<File>;
  createWritable(): Promise<{ write(b: Blob): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
  queryPermission?(options: { mode: "read" | "readwrite" }): Promise<PermissionState>;
  requestPermission?(options: { mode: "read" | "readwrite" }): Promise<PermissionState>;
  isSameEntry?(other: FileHandle): Promise<boolean>;
}

interface Pickers {
  showOpenFilePicker?(options: { multiple: boolean }): Promise<FileHandle[]>;
  showSaveFilePicker?(options: { suggestedName: string; types: FileType[] }): Promise<FileHandle>;
}

/** What a chooser offers to call a file. */
export interface FileType {
  description: string;
  accept: Record<string, string[]>;
}

const TYPES: FileType[] = [{ description: "HDF5", accept: { "application/x-hdf5": [".h5", ".hdf5", ".nxs", ".nc"] } }];

const pickers = (): Pickers => window as unknown as Pickers;

const handles = new WeakMap<File, Promise<FileHandle | null | undefined>>();

export function rememberHandle(file: File, handle: FileHandle | Promise<FileHandle | null | undefined>): void {
  handles.set(file, Promise.resolve(handle).catch(() => undefined));
}

/** Where a file is, if that is known. */
export async function handleOf(file: File): Promise<FileHandle | undefined> {
  return (await handles.get(file)) ?? undefined;
}

/** The files of a drop, with their places where the browser tells them. Has to be called while the drop is handled. */
export function droppedFiles(data: DataTransfer | null): File[] {
  const files: File[] = [];
  for (const item of data?.items ?? []) {
    const file = item.kind === "file" ? item.getAsFile() : null;
    if (!file) continue;
    files.push(file);
    const handle = (item as { getAsFileSystemHandle?(): Promise<FileHandle | null> }).getAsFileSystemHandle?.();
    if (handle) rememberHandle(file, handle.then((h) => (h?.kind === "file" ? h : null)));
  }
  return files;
}

/** Files that the user chooses, with their places; undefined where the browser cannot ask so. */
export async function pickFiles(): Promise<File[] | undefined> {
  let chosen: FileHandle[] | undefined;
  try {
    chosen = await pickers().showOpenFilePicker?.({ multiple: true });
  } catch (e) {
    return e instanceof DOMException && e.name === "AbortError" ? [] : undefined;
  }
  return chosen && Promise.all(chosen.map(opened));
}

/** The file that is there now. */
export async function opened(handle: FileHandle): Promise<File> {
  const file = await handle.getFile();
  rememberHandle(file, handle);
  return file;
}

/** A place that the user chooses: null if there is none after all, undefined where the browser cannot ask. */
export async function pickPlace(suggestedName: string, types = TYPES): Promise<FileHandle | null | undefined> {
  const picker = pickers();
  if (!picker.showSaveFilePicker) return undefined;
  try {
    return await picker.showSaveFilePicker({ suggestedName, types });
  } catch (e) {
    return e instanceof DOMException && e.name === "AbortError" ? null : undefined;
  }
}
