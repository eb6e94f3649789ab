/**
 * `FS`, the file system that h5wasm's users know from Emscripten: in memory in browsers; in Node the machine's own, except below
 * what is mounted. Without devices, and without the tables that Emscripten keeps for itself.
 */

import { argument, HyperslabError } from "../../errors.js";
import { ErrnoError, type FileSystemType, Folder, LazyFile, Link, type Mount, type MountOptions, type Node } from "./nodes.js";
import { streams } from "./streams.js";
import { absolute, enter, existing, exists, fileAt, fileToWrite, find, folder, here, isBelow, memoryFolder, mounts, onDisk, root, split, writable } from "./tree.js";
import { IDBFS, MEMFS, NODEFS, WORKERFS } from "./types.js";

export { absolute, exists, place, useDisk } from "./tree.js";
export type { FSStream } from "./streams.js";

/** What `stat` says. */
export interface Stat {
  /** Number of the device; always the same. */
  dev: number;
  /** Number of the entry. */
  ino: number;
  /** Kind and permissions, as in POSIX. */
  mode: number;
  /** How many names it has. */
  nlink: number;
  /** Number of the user it belongs to. */
  uid: number;
  /** Number of the group it belongs to. */
  gid: number;
  /** Number of a device that it is; 0 for what is none. */
  rdev: number;
  /** Bytes. */
  size: number;
  /** When it was changed. */
  mtime: Date;
  /** When it was read; the same here. */
  atime: Date;
  /** When its entry was changed; the same here. */
  ctime: Date;
  /** Bytes that are best read at a time. */
  blksize: number;
  /** How many pieces of `blksize` bytes that makes. */
  blocks: number;
}

/** What `analyzePath` says. */
export interface Analysis {
  /** Whether it is `/`. */
  isRoot: boolean;
  /** Whether there is something. */
  exists: boolean;
  /** Number of what went wrong, 0 for nothing. */
  error: number;
  /** Last part of the path. */
  name: string | null;
  /** The path in full. */
  path: string | null;
  /** What is there. */
  object: FSNode | null;
  /** Whether the folder above is there. */
  parentExists: boolean;
  /** Its path. */
  parentPath: string | null;
  /** The folder above. */
  parentObject: FSNode | null;
}

/** An entry of a folder, and what is in it if it is one. */
export interface FSNode {
  /** Last part of its path. */
  name: string;
  /** Whether it is a folder. */
  isFolder: boolean;
  /** What is in the folder, or the bytes of the file, where they are in memory. */
  contents?: Record<string, FSNode> | Uint8Array;
}

const DIRECTORY = 0o40000;
const REGULAR = 0o100000;
const LINK = 0o120000;
const BLOCK = 4096;
const encoder = new TextEncoder();

function bytesOf(data: string | ArrayBufferView | ArrayBuffer, mayKeep: boolean): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof ArrayBuffer) return bytesOf(new Uint8Array(data), mayKeep);
  if (!ArrayBuffer.isView(data)) throw argument("a file is written from a string, a typed array or an ArrayBuffer");
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // The program may go on using its array.
  return mayKeep ? bytes : bytes.slice();
}

function readFile(path: string, { encoding = "binary" }: { encoding?: "utf8" | "binary" } = {}): string | Uint8Array {
  if (encoding !== "binary" && encoding !== "utf8") throw argument(`"${String(encoding)}" is no encoding: "utf8" or "binary"`);
  const own = onDisk(path);
  let bytes: Uint8Array;
  if (own) bytes = own.disk.read(own.path);
  else {
    const file = fileAt(path);
    bytes = file.read(0, file.size).slice();
  }
  return encoding === "utf8" ? new TextDecoder().decode(bytes) : bytes;
}

function statOf(path: string, link: boolean): Stat {
  const own = onDisk(path);
  if (own) return own.disk.stat(own.path, link);
  const node = existing(path, link);
  const { size, mtime, atime, permissions, id } = node;
  const kind = node instanceof Folder ? DIRECTORY : node instanceof Link ? LINK : REGULAR;
  return { dev: 1, ino: id, mode: kind | permissions, nlink: 1, uid: 0, gid: 0, rdev: 0, size, mtime, atime, ctime: mtime, blksize: BLOCK, blocks: Math.ceil(size / BLOCK) };
}

/** What is at a path as pages list it; nothing where nothing is. */
function nodeAt(path: string): FSNode | null {
  const own = onDisk(path);
  if (!own) return (find(path).node as FSNode | undefined) ?? null;
  const name = split(path)[1] || "/";
  const isFolder = FS.isDir(own.disk.stat(own.path, false).mode);
  if (!isFolder) return { name, isFolder };
  const entries = own.disk.list(own.path).map((entry): [string, FSNode] => {
    const full = `${own.path === "/" ? "" : own.path}/${entry}`;
    return [entry, { name: entry, isFolder: own.disk.exists(full) && FS.isDir(own.disk.stat(full, false).mode) }];
  });
  return { name, isFolder, contents: Object.fromEntries(entries) };
}

function add(path: string, node: Node): void {
  const [at, name] = writable(path);
  if (at.entries.has(name)) throw new ErrnoError("EEXIST", path);
  at.entries.set(name, node);
}

function renameHere(from: string, to: string): void {
  const node = existing(from, true);
  const [before, old] = writable(from);
  const [after, name] = writable(to);
  if (node instanceof Folder && isBelow(absolute(to), absolute(from))) throw new ErrnoError("EINVAL", to);
  const known = after.entries.get(name);
  if (known instanceof Folder && !(node instanceof Folder)) throw new ErrnoError("EISDIR", to);
  if (known instanceof Folder && known.entries.size > 0) throw new ErrnoError("ENOTEMPTY", to);
  if (known && node instanceof Folder && !(known instanceof Folder)) throw new ErrnoError("ENOTDIR", to);
  if (node instanceof Folder && node.mounted) throw new ErrnoError("EBUSY", from);
  before.entries.delete(old);
  node.name = name;
  after.entries.set(name, node);
}

const kind = (of: number) => (mode: number): boolean => (mode & 0o170000) === of;

/** What Emscripten has and this has not, with what to do instead. */
const missing = (name: string, instead: string) => (): never => {
  throw new HyperslabError("Unsupported", `FS.${name} is not there: ${instead}`);
};
const DEVICES = "there are no devices";
const { pathOf, ...streamCalls } = streams;

/** The file system. What goes wrong throws an error with `errno` and `code`. */
export const FS = {
  ErrnoError,
  filesystems: { MEMFS, WORKERFS, IDBFS, NODEFS },
  ...streamCalls,
  cwd: here,
  chdir(path: string): void {
    const own = onDisk(path);
    if (own) own.disk.chdir(own.path);
    else {
      folder(path);
      enter(absolute(path));
    }
  },
  /** Writes a file, all of it. With `canOwn` bytes are not copied: they must not change afterwards. */
  writeFile(path: string, data: string | ArrayBufferView | ArrayBuffer, options: { canOwn?: boolean; flags?: string } = {}): void {
    const own = onDisk(path);
    if (own) own.disk.write(own.path, bytesOf(data, true), options.flags);
    else if (options.flags?.startsWith("a")) {
      const bytes = bytesOf(data, true);
      const file = fileToWrite(path);
      file.write(file.size, bytes);
    } else {
      const bytes = bytesOf(data, options.canOwn ?? false);
      fileToWrite(path).replace(bytes);
    }
  },
  readFile: readFile as {
    (path: string, options: { encoding: "utf8"; flags?: string }): string;
    (path: string, options?: { encoding?: "binary"; flags?: string }): Uint8Array<ArrayBuffer>;
  },
  mkdir(path: string, _mode?: number): FSNode | null {
    const own = onDisk(path);
    if (own) own.disk.mkdir(own.path);
    else add(path, new Folder(split(path)[1]));
    return nodeAt(path);
  },
  /** Makes a folder and those above it, as far as they are not there. */
  mkdirTree(path: string, mode?: number): void {
    let full = "";
    for (const part of absolute(path).split("/").filter(Boolean)) {
      full += `/${part}`;
      if (!exists(full)) FS.mkdir(full, mode);
    }
  },
  createPath(parent: string, path: string, _canRead?: boolean, _canWrite?: boolean): string {
    FS.mkdirTree(`${parent}/${path}`);
    return absolute(`${parent}/${path}`);
  },
  /** Makes a file; a string's characters are its bytes. */
  createDataFile(parent: string, name: string | null, data: string | ArrayBufferView, _canRead?: boolean, _canWrite?: boolean, canOwn?: boolean): void {
    const path = name ? `${parent}/${name}` : parent;
    if (exists(path)) throw new ErrnoError("EEXIST", path);
    const bytes = typeof data === "string" ? Uint8Array.from(data, (c) => c.charCodeAt(0)) : data;
    FS.writeFile(path, bytes, { canOwn: canOwn ?? false });
  },
  /** Makes an empty file. */
  createFile(parent: string, name: string, _properties?: unknown, _canRead?: boolean, _canWrite?: boolean): FSNode | null {
    FS.createDataFile(parent, name, "");
    return nodeAt(`${parent}/${name}`);
  },
  /** Makes a file of what a server has at `url`, of which is fetched what is read. In a worker. */
  createLazyFile(parent: string, name: string, url: string, _canRead?: boolean, _canWrite?: boolean): FSNode {
    const path = `${parent}/${name}`;
    if (onDisk(path)) throw new HyperslabError("Unsupported", "files are read lazily in a worker of a browser; in Node `hyperslab` opens a URL");
    const file = new LazyFile(name, url);
    add(path, file);
    return file;
  },
  unlink(path: string): void {
    const own = onDisk(path);
    if (own) own.disk.unlink(own.path);
    else {
      if (existing(path, true) instanceof Folder) throw new ErrnoError("EISDIR", path);
      const [at, name] = writable(path);
      at.entries.delete(name);
    }
  },
  rmdir(path: string): void {
    const own = onDisk(path);
    if (own) own.disk.rmdir(own.path);
    else {
      const gone = folder(path);
      if (gone.mounted) throw new ErrnoError("EBUSY", path);
      if (gone.entries.size > 0) throw new ErrnoError("ENOTEMPTY", path);
      const [at, name] = writable(path);
      at.entries.delete(name);
    }
  },
  rename(from: string, to: string): void {
    const [source, target] = [onDisk(from), onDisk(to)];
    if (source && target) source.disk.rename(source.path, target.path);
    else if (source || target) throw new ErrnoError("EINVAL", `${from} -> ${to}`);
    else renameHere(from, to);
  },
  symlink(target: string, path: string): void {
    const own = onDisk(path);
    if (own) own.disk.symlink(target, own.path);
    else add(path, new Link(split(path)[1], target));
  },
  readlink(path: string): string {
    const own = onDisk(path);
    if (own) return own.disk.readlink(own.path);
    const node = existing(path, true);
    if (!(node instanceof Link)) throw new ErrnoError("EINVAL", path);
    return node.target;
  },
  readdir(path: string): string[] {
    const own = onDisk(path);
    return [".", "..", ...(own ? own.disk.list(own.path) : folder(path).entries.keys())];
  },
  stat: (path: string, dontFollow = false): Stat => statOf(path, dontFollow),
  lstat: (path: string): Stat => statOf(path, true),
  fstat: (fd: number): Stat => statOf(pathOf(fd), false),
  isFile: kind(REGULAR),
  isDir: kind(DIRECTORY),
  isLink: kind(LINK),
  isChrdev: kind(0o20000),
  isBlkdev: kind(0o60000),
  isFIFO: kind(0o10000),
  isSocket: kind(0o140000),
  chmod(path: string, mode: number): void {
    const own = onDisk(path);
    if (own) own.disk.chmod(own.path, mode);
    else existing(path).permissions = mode & 0o7777;
  },
  /** Sets the times of a file, in milliseconds. */
  utime(path: string, atime: number, mtime: number): void {
    const own = onDisk(path);
    if (own) own.disk.utime(own.path, atime, mtime);
    else Object.assign(existing(path), { atime: new Date(atime), mtime: new Date(mtime) });
  },
  truncate(path: string, size: number): void {
    if (!(size >= 0)) throw new ErrnoError("EINVAL", path);
    const own = onDisk(path);
    if (own) own.disk.truncate(own.path, size);
    else {
      fileAt(path);
      fileToWrite(path).resize(size);
    }
  },
  /** What is at a path, without an error where nothing is. */
  analyzePath(path: string, _dontResolveLastLink?: boolean): Analysis {
    const [parent, name] = split(path);
    const [there, above] = [exists(path), exists(parent)];
    return {
      isRoot: absolute(path) === "/",
      exists: there,
      error: there ? 0 : new ErrnoError("ENOENT", path).errno,
      name: above ? name || "/" : null,
      path: there ? absolute(path) : null,
      object: there ? nodeAt(path) : null,
      parentExists: above,
      parentPath: above ? parent : null,
      parentObject: above ? nodeAt(parent) : null,
    };
  },
  findObject: (path: string, _dontResolveLastLink?: boolean): FSNode | null => (exists(path) ? nodeAt(path) : null),
  lookupPath(path: string, _options?: unknown): { path: string; node: FSNode } {
    statOf(path, false);
    return { path: absolute(path), node: nodeAt(path)! };
  },
  /** Mounts a file system at a folder that is there; in Node also at one that is not, and `"/"` for everything in memory. */
  mount(type: FileSystemType, opts: MountOptions, mountpoint: string): FSNode {
    if (!Object.values<FileSystemType>(FS.filesystems).includes(type)) throw new HyperslabError("Unsupported", "only the kinds in FS.filesystems can be mounted");
    const full = absolute(mountpoint);
    const own = onDisk(full) ? memoryFolder(full) : folder(full);
    if (own.mounted || (own === root && !onDisk("/"))) throw new ErrnoError("EBUSY", mountpoint);
    if (type === NODEFS && !onDisk("/")) throw new HyperslabError("Unsupported", "NODEFS needs Node");
    own.mounted = { type, opts, mountpoint: full };
    type.mount?.(own, opts);
    mounts.push(own.mounted);
    return own;
  },
  unmount(mountpoint: string): void {
    const full = absolute(mountpoint);
    const at = mounts.findIndex((m: Mount, i) => i > 0 && m.mountpoint === full);
    if (at < 0) throw new ErrnoError("EINVAL", mountpoint);
    const own = memoryFolder(full);
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
  createPreloadedFile: missing("createPreloadedFile", "fetch the file and give it to FS.writeFile"),
  createDevice: missing("createDevice", DEVICES),
  registerDevice: missing("registerDevice", DEVICES),
  mkdev: missing("mkdev", DEVICES),
  mmap: missing("mmap", "FS.read reads into a typed array"),
};
