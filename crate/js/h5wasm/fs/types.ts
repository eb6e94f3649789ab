/** The kinds of file systems that can be mounted. */

import { argument } from "../../errors.js";
import { BlobFile, ErrnoError, type FileSystemType, Folder, MemoryFile, type Node } from "./nodes.js";

/** Files in memory. */
export const MEMFS: FileSystemType = { name: "MEMFS" };

/** Where files can be added after it is mounted. */
export interface WorkerFileSystem extends FileSystemType {
  readonly FILE_MODE: number;
  readonly DIR_MODE: number;
  /** Adds a file, or a folder, to a folder: the first is what `FS.mount` gave. */
  createNode(parent: unknown, name: string, mode: number, device: number, contents?: Blob): object;
}

/** Files and Blobs of the browser, read where they are. In a worker: elsewhere they cannot be read at once. */
export const WORKERFS: WorkerFileSystem = {
  name: "WORKERFS",
  readOnly: true,
  FILE_MODE: 0o100777,
  DIR_MODE: 0o40777,
  createNode(parent, name, mode, _device, contents) {
    if (!(parent instanceof Folder)) throw argument("a node is made in a folder, such as the one that FS.mount gave");
    const node = contents && mode !== this.DIR_MODE ? new BlobFile(name, contents) : new Folder(name);
    parent.entries.set(name, node);
    return node;
  },
  mount(folder, { files, blobs, packages }) {
    const all = [...Array.from(files ?? [], (data) => ({ name: data.name, data: data as Blob })), ...(blobs ?? [])];
    for (const { metadata, blob } of packages ?? []) {
      for (const { filename, start, end } of metadata.files) all.push({ name: filename, data: blob.slice(start, end) });
    }
    for (const { name, data } of all) {
      const parts = name.split("/").filter((part) => part !== "");
      const last = parts.pop() ?? "";
      let at = folder;
      for (const part of parts) {
        const next = at.entries.get(part) ?? new Folder(part);
        at.entries.set(part, next);
        at = next as Folder;
      }
      at.entries.set(last, new BlobFile(last, data));
    }
  },
};

/** Folders of the machine, in Node, at another place. */
export const NODEFS: FileSystemType = { name: "NODEFS" };

/** What IDBFS keeps of a file or a folder, as h5wasm and Emscripten keep it. */
interface Kept {
  timestamp: Date;
  mode: number;
  contents?: Uint8Array;
}

const STORE = "FILE_DATA";
const FOLDER_MODE = 0o40777;
const FILE_MODE = 0o100666;

/** Files in memory that `FS.syncfs` keeps in the browser's IndexedDB. Files that h5wasm kept there are found. */
export const IDBFS: FileSystemType = {
  name: "IDBFS",
  async sync(folder, mountpoint, populate) {
    const db = await database(mountpoint);
    try {
      const transaction = db.transaction([STORE], populate ? "readonly" : "readwrite");
      const store = transaction.objectStore(STORE);
      if (populate) {
        const [keys, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
        folder.entries.clear();
        keys.forEach((key, i) => restore(folder, String(key).slice(mountpoint.length), values[i] as Kept));
        return;
      }
      store.clear();
      for (const [path, node] of below(folder, mountpoint)) {
        const kept: Kept = { timestamp: node.mtime, mode: node.isFolder ? FOLDER_MODE : FILE_MODE };
        if (!(node instanceof MemoryFile || node.isFolder)) throw new ErrnoError("EINVAL", `${path} (IDBFS keeps files and folders)`);
        if (node instanceof MemoryFile) kept.contents = node.bytes.slice();
        store.put(kept, path);
      }
      await new Promise<void>((resolve, reject) => {
        transaction.addEventListener("complete", () => resolve());
        transaction.addEventListener("abort", () => reject(transaction.error));
      });
    } finally {
      db.close();
    }
  },
};

function database(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 21);
  request.addEventListener("upgradeneeded", () => {
    const { result, transaction } = request;
    const store = result.objectStoreNames.contains(STORE) ? transaction!.objectStore(STORE) : result.createObjectStore(STORE);
    if (!store.indexNames.contains("timestamp")) store.createIndex("timestamp", "timestamp", { unique: false });
  });
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

function* below(folder: Folder, path: string): Generator<[string, Node]> {
  for (const [name, node] of folder.entries) {
    const full = `${path}/${name}`;
    yield [full, node];
    if (node instanceof Folder) yield* below(node, full);
  }
}

function restore(root: Folder, path: string, { timestamp, mode, contents }: Kept): void {
  const parts = path.split("/").filter((part) => part !== "");
  const name = parts.pop();
  if (name === undefined) return;
  let at = root;
  for (const part of parts) {
    let next = at.entries.get(part);
    if (!(next instanceof Folder)) at.entries.set(part, (next = new Folder(part)));
    at = next;
  }
  let node = at.entries.get(name);
  if ((mode & 0o170000) === 0o40000) node ??= new Folder(name);
  else {
    const file = new MemoryFile(name);
    file.replace(contents ?? new Uint8Array());
    node = file;
  }
  node.mtime = timestamp;
  at.entries.set(name, node);
}
