/**
 * `FS`, the file system that h5wasm's users know from Emscripten: in memory in browsers; in Node the machine's own, except below
 * what is mounted.
 */

import { HyperslabError } from "../../errors.js";
import type { Disk } from "./disk.js";
import { BlobFile, ErrnoError, type FileSystemType, Folder, MemoryFile, type Mount, type MountOptions, type Node } from "./nodes.js";
import { IDBFS, MEMFS, WORKERFS } from "./types.js";

/** What `stat` says. */
export interface Stat {
  mode: number;
  size: number;
  mtime: Date;
  atime: Date;
  ctime: Date;
}

/** What `analyzePath` says. */
export interface Analysis {
  isRoot: boolean;
  exists: boolean;
  error: number;
  name: string | null;
  path: string | null;
  object: FSNode | null;
  parentExists: boolean;
  parentPath: string | null;
  parentObject: FSNode | null;
}

/** An entry of a folder, and what is in it if it is one. */
export interface FSNode {
  name: string;
  isFolder: boolean;
  contents?: Record<string, FSNode> | Uint8Array;
}

let disk: Disk | undefined;
/** Called by the entry point of a platform that has one. */
export function useDisk(given: Disk): void {
  disk = given;
}

const root = new Folder("/");
for (const path of [["tmp"], ["home", "web_user"]]) {
  let at = root;
  for (const part of path) {
    const next = new Folder(part);
    at.entries.set(part, next);
    at = next;
  }
}
const mounts: Mount[] = [{ type: MEMFS, opts: {}, mountpoint: "/" }];
let inMemory = "/";

/** Whether a path is one of the machine's. */
function onDisk(path: string): Disk | undefined {
  if (!disk || mounts.some(({ mountpoint }, i) => i > 0 && isBelow(path, mountpoint))) return undefined;
  return disk;
}

const isBelow = (path: string, folder: string): boolean => folder === "/" || path === folder || path.startsWith(`${folder}/`);
const here = (): string => (disk && !mounts.some((m, i) => i > 0 && m.mountpoint === "/") ? disk.cwd() : inMemory);

/** The one spelling of a path. */
export function absolute(path: string): string {
  const parts: string[] = [];
  const full = path.startsWith("/") ? path : onDisk("/") || here() !== "/" ? `${here()}/${path}` : path;
  for (const part of full.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function split(path: string): [parent: string, name: string] {
  const full = absolute(path);
  const at = full.lastIndexOf("/");
  return [full.slice(0, at) || "/", full.slice(at + 1)];
}

/** What is at a path; the folder's own mount counts for all below it. */
function find(path: string): { node: Node | undefined; readOnly: boolean } {
  let node: Node = root;
  let readOnly = false;
  for (const part of absolute(path).split("/").filter(Boolean)) {
    if (!(node instanceof Folder)) throw new ErrnoError("ENOTDIR", path);
    const next: Node | undefined = node.entries.get(part);
    if (!next) return { node: undefined, readOnly: readOnly || node.readOnly };
    readOnly ||= node.readOnly;
    node = next;
  }
  return { node, readOnly: readOnly || (node instanceof Folder && node.readOnly) };
}

function existing(path: string): Node {
  const { node } = find(path);
  if (!node) throw new ErrnoError("ENOENT", path);
  return node;
}

function folder(path: string): Folder {
  const node = existing(path);
  if (!(node instanceof Folder)) throw new ErrnoError("ENOTDIR", path);
  return node;
}

function fileAt(path: string): MemoryFile | BlobFile {
  const node = existing(path);
  if (node instanceof Folder) throw new ErrnoError("EISDIR", path);
  return node;
}

/** The folder in which `path` is, to be changed there. */
function writable(path: string): [Folder, name: string] {
  const [parent, name] = split(path);
  const at = folder(parent);
  if (find(parent).readOnly) throw new ErrnoError("EROFS", path);
  if (name === "") throw new ErrnoError("EEXIST", path);
  return [at, name];
}

/** A file in memory, made if there is none. */
function fileToWrite(path: string): MemoryFile {
  const [at, name] = writable(path);
  const known = at.entries.get(name);
  if (known instanceof Folder) throw new ErrnoError("EISDIR", path);
  if (known instanceof MemoryFile) return known;
  const file = new MemoryFile(name);
  at.entries.set(name, file);
  return file;
}

/** Where a file of HDF5 is: a path of the machine, or what is in memory or a Blob. `make`: it is made if it is not there. */
export function place(path: string, make: boolean): string | MemoryFile | BlobFile {
  const full = absolute(path);
  if (onDisk(full)) return full;
  try {
    return make ? fileToWrite(path) : fileAt(path);
  } catch (cause) {
    const code = (cause as ErrnoError).code === "ENOENT" ? "NotFound" : "Io";
    throw new HyperslabError(code, `cannot open ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether there is anything at a path. */
export function exists(path: string): boolean {
  const own = onDisk(absolute(path));
  if (own) return own.exists(absolute(path));
  try {
    return find(path).node !== undefined;
  } catch {
    return false;
  }
}

const DIRECTORY = 0o40000;
const REGULAR = 0o100000;
const encoder = new TextEncoder();

function bytesOf(data: string | ArrayBufferView, mayKeep: boolean): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // The program may go on using its array.
  return mayKeep ? bytes : bytes.slice();
}

function bytesAt(path: string): Uint8Array {
  const own = onDisk(absolute(path));
  if (own) return own.read(absolute(path));
  const file = fileAt(path);
  if (file instanceof MemoryFile) return file.bytes.slice();
  if (typeof FileReaderSync === "undefined") throw new ErrnoError("EACCES", `${path} (a Blob is read at once in a worker only)`);
  return new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.blob));
}

declare const FileReaderSync: { new (): { readAsArrayBuffer(blob: Blob): ArrayBuffer } };

const view = (node: Node | undefined): FSNode | null => (node as FSNode | undefined) ?? null;

/** The file system. What goes wrong throws an error with `errno` and `code`. */
export const FS = {
  ErrnoError,
  filesystems: { MEMFS, WORKERFS, IDBFS } as { MEMFS: FileSystemType; WORKERFS: FileSystemType; IDBFS: FileSystemType },
  cwd: here,
  chdir(path: string): void {
    const own = onDisk(absolute(path));
    if (own) own.chdir(absolute(path));
    else {
      folder(path);
      inMemory = absolute(path);
    }
  },
  /** Writes a file, all of it. With `canOwn` bytes are not copied: they must not change afterwards. */
  writeFile(path: string, data: string | ArrayBufferView, options: { canOwn?: boolean; flags?: string } = {}): void {
    const own = onDisk(absolute(path));
    if (own) own.write(absolute(path), bytesOf(data, true), options.flags);
    else if (options.flags?.startsWith("a")) {
      const file = fileToWrite(path);
      file.write(file.size, bytesOf(data, true));
    } else fileToWrite(path).replace(bytesOf(data, options.canOwn ?? false));
  },
  readFile: readFile as {
    (path: string, options: { encoding: "utf8"; flags?: string }): string;
    (path: string, options?: { encoding?: "binary"; flags?: string }): Uint8Array<ArrayBuffer>;
  },
  mkdir(path: string, _mode?: number): void {
    const own = onDisk(absolute(path));
    if (own) own.mkdir(absolute(path));
    else {
      const [at, name] = writable(path);
      if (at.entries.has(name)) throw new ErrnoError("EEXIST", path);
      at.entries.set(name, new Folder(name));
    }
  },
  /** Makes a folder and those above it, as far as they are not there. */
  mkdirTree(path: string, mode?: number): void {
    let full = "";
    for (const part of absolute(path).split("/").filter(Boolean)) {
      full += `/${part}`;
      if (!exists(full)) FS.mkdir(full, mode);
    }
  },
  createPath(parent: string, path: string): string {
    FS.mkdirTree(`${parent}/${path}`);
    return absolute(`${parent}/${path}`);
  },
  createDataFile(parent: string, name: string | null, data: string | ArrayBufferView, _canRead?: boolean, _canWrite?: boolean, canOwn?: boolean): void {
    FS.writeFile(name ? `${parent}/${name}` : parent, data, { canOwn: canOwn ?? false });
  },
  unlink(path: string): void {
    const own = onDisk(absolute(path));
    if (own) own.unlink(absolute(path));
    else {
      fileAt(path);
      const [at, name] = writable(path);
      at.entries.delete(name);
    }
  },
  rmdir(path: string): void {
    const own = onDisk(absolute(path));
    if (own) own.rmdir(absolute(path));
    else {
      const gone = folder(path);
      if (gone.mounted) throw new ErrnoError("EBUSY", path);
      if (gone.entries.size > 0) throw new ErrnoError("ENOTEMPTY", path);
      const [at, name] = writable(path);
      at.entries.delete(name);
    }
  },
  rename(from: string, to: string): void {
    const [source, target] = [onDisk(absolute(from)), onDisk(absolute(to))];
    if (source && target) source.rename(absolute(from), absolute(to));
    else if (source || target) throw new ErrnoError("EINVAL", `${from} -> ${to}`);
    else {
      const node = existing(from);
      const [before, old] = writable(from);
      const [after, name] = writable(to);
      if (node instanceof Folder && isBelow(absolute(to), absolute(from))) throw new ErrnoError("EINVAL", to);
      if (after.entries.get(name) instanceof Folder) throw new ErrnoError("EEXIST", to);
      before.entries.delete(old);
      node.name = name;
      after.entries.set(name, node);
    }
  },
  readdir(path: string): string[] {
    const own = onDisk(absolute(path));
    return [".", "..", ...(own ? own.list(absolute(path)) : folder(path).entries.keys())];
  },
  stat(path: string): Stat {
    const own = onDisk(absolute(path));
    if (own) return own.stat(absolute(path));
    const { isFolder, size, mtime } = existing(path);
    return { mode: isFolder ? DIRECTORY | 0o777 : REGULAR | 0o666, size, mtime, atime: mtime, ctime: mtime };
  },
  lstat: (path: string): Stat => FS.stat(path),
  isFile: (mode: number): boolean => (mode & 0o170000) === REGULAR,
  isDir: (mode: number): boolean => (mode & 0o170000) === DIRECTORY,
  truncate(path: string, size: number): void {
    const own = onDisk(absolute(path));
    if (own) own.truncate(absolute(path), size);
    else {
      fileAt(path);
      fileToWrite(path).resize(size);
    }
  },
  /** What is at a path, without an error where nothing is. */
  analyzePath(path: string, _dontResolveLastLink?: boolean): Analysis {
    const [parent, name] = split(path);
    const isRoot = absolute(path) === "/";
    const [there, above] = [exists(path), exists(parent)];
    const object = (at: string): FSNode | null => (onDisk(at) ? nodeOnDisk(at) : view(find(at).node));
    return {
      isRoot,
      exists: there,
      error: there ? 0 : new ErrnoError("ENOENT", path).errno,
      name: there ? name || "/" : null,
      path: there ? absolute(path) : null,
      object: there ? object(absolute(path)) : null,
      parentExists: above,
      parentPath: above ? parent : null,
      parentObject: above ? object(parent) : null,
    };
  },
  lookupPath(path: string): { path: string; node: FSNode } {
    const own = onDisk(absolute(path));
    if (own) own.stat(absolute(path));
    return { path: absolute(path), node: own ? nodeOnDisk(absolute(path)) : existing(path) as FSNode };
  },
  /** Mounts a file system at a folder that is there; in Node also at one that is not, and `"/"` for everything in memory. */
  mount(type: FileSystemType, opts: MountOptions, mountpoint: string): Mount {
    const full = absolute(mountpoint);
    if (onDisk(full)) {
      const mount = { type, opts, mountpoint: full };
      mounts.push(mount);
      FS.mkdirTree(full);
      mounts.pop();
    }
    const mount: Mount = { type, opts, mountpoint: full };
    const own = disk && onDisk(full) ? memoryFolder(full) : folder(full);
    if (own.mounted) throw new ErrnoError("EBUSY", mountpoint);
    own.mounted = mount;
    type.mount?.(own, opts);
    mounts.push(mount);
    return mount;
  },
  unmount(mountpoint: string): void {
    const full = absolute(mountpoint);
    const at = mounts.findIndex((m, i) => i > 0 && m.mountpoint === full);
    if (at < 0) throw new ErrnoError("EINVAL", mountpoint);
    const own = folder(full);
    own.mounted = undefined;
    own.entries.clear();
    mounts.splice(at, 1);
  },
  /** Loads what is kept elsewhere (`populate`), or keeps there what is here; then calls back, with what went wrong. */
  syncfs(populate: boolean | ((error: unknown) => void), callback?: (error: unknown) => void): void {
    const [load, done] = typeof populate === "function" ? [false, populate] : [populate, callback];
    const all = mounts.map(({ type, mountpoint }) => type.sync?.(memoryFolder(mountpoint), mountpoint, load));
    Promise.all(all).then(() => done?.(null), (error: unknown) => done?.(error));
  },
};

/** A folder of the memory, made with those above it if need be. */
function memoryFolder(path: string): Folder {
  let at = root;
  for (const part of path.split("/").filter(Boolean)) {
    let next = at.entries.get(part);
    if (!(next instanceof Folder)) at.entries.set(part, (next = new Folder(part)));
    at = next;
  }
  return at;
}

function nodeOnDisk(path: string): FSNode {
  const name = split(path)[1] || "/";
  const isFolder = FS.isDir(disk!.stat(path).mode);
  if (!isFolder) return { name, isFolder };
  const entries = disk!.list(path).map((entry): [string, FSNode] => {
    const full = `${path === "/" ? "" : path}/${entry}`;
    return [entry, { name: entry, isFolder: disk!.exists(full) && FS.isDir(disk!.stat(full).mode) }];
  });
  return { name, isFolder, contents: Object.fromEntries(entries) };
}

function readFile(path: string, { encoding = "binary" }: { encoding?: "utf8" | "binary" } = {}): string | Uint8Array {
  const bytes = bytesAt(path);
  return encoding === "utf8" ? new TextDecoder().decode(bytes) : bytes;
}
