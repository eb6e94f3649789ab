/** Which paths there are: folders in memory, and what is mounted; the machine's own paths, where it has any. */

import { HyperslabError } from "../../errors.js";
import type { Disk } from "./disk.js";
import { type AnyFile, ErrnoError, Folder, Link, MemoryFile, type Mount, type Node } from "./nodes.js";
import { MEMFS, NODEFS } from "./types.js";

let disk: Disk | undefined;
/** Called by the entry point of a platform that has one. */
export function useDisk(given: Disk): void {
  disk = given;
}

export const root = new Folder("/");
for (const path of ["/tmp", "/home/web_user"]) memoryFolder(path);
export const mounts: Mount[] = [{ type: MEMFS, opts: {}, mountpoint: "/" }];
let inMemory = "/";

/** Makes a folder of the memory the one that relative paths begin at. */
export function enter(path: string): void {
  inMemory = path;
}

/** The machine, and the path there, where a path is one of the machine's. */
export function onDisk(path: string): { disk: Disk; path: string } | undefined {
  if (!disk) return undefined;
  const full = absolute(path);
  const mount = mountOf(full);
  if (!mount) return { disk, path: full };
  if (mount.type !== NODEFS) return undefined;
  return { disk, path: (mount.opts.root ?? disk.cwd()) + full.slice(mount.mountpoint === "/" ? 0 : mount.mountpoint.length) };
}

/** The innermost mount that a path is below. */
function mountOf(full: string): Mount | undefined {
  return mounts.slice(1).filter(({ mountpoint }) => isBelow(full, mountpoint)).toSorted((a, b) => b.mountpoint.length - a.mountpoint.length)[0];
}

export const isBelow = (path: string, folder: string): boolean => folder === "/" || path === folder || path.startsWith(`${folder}/`);
/** The folder that relative paths begin at. */
export const here = (): string => (disk && !mounts.some((m, i) => i > 0 && m.mountpoint === "/") ? disk.cwd() : inMemory);

/** The one spelling of a path. */
export function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${here()}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function split(path: string): [parent: string, name: string] {
  const full = absolute(path);
  const at = full.lastIndexOf("/");
  return [full.slice(0, at) || "/", full.slice(at + 1)];
}

const MOST_LINKS = 40;

/** What is at a path, a link itself only if `link`; the folder's own mount counts for all below it. */
export function find(path: string, link = false, depth = 0): { node: Node | undefined; readOnly: boolean } {
  let node: Node = root;
  let readOnly = false;
  const parts = absolute(path).split("/").filter(Boolean);
  for (const [i, part] of parts.entries()) {
    if (!(node instanceof Folder)) throw new ErrnoError("ENOTDIR", path);
    const next: Node | undefined = node.entries.get(part);
    readOnly ||= node.readOnly;
    if (!next) return { node: undefined, readOnly };
    if (next instanceof Link && !(link && i === parts.length - 1)) {
      if (depth >= MOST_LINKS) throw new ErrnoError("ELOOP", path);
      const from = next.target.startsWith("/") ? "" : `/${parts.slice(0, i).join("/")}/`;
      return find([from + next.target, ...parts.slice(i + 1)].join("/"), link, depth + 1);
    }
    node = next;
  }
  return { node, readOnly: readOnly || (node instanceof Folder && node.readOnly) };
}

export function existing(path: string, link = false): Node {
  const { node } = find(path, link);
  if (!node) throw new ErrnoError("ENOENT", path);
  return node;
}

export function folder(path: string): Folder {
  const node = existing(path);
  if (!(node instanceof Folder)) throw new ErrnoError("ENOTDIR", path);
  return node;
}

export function fileAt(path: string): AnyFile {
  const node = existing(path);
  if (node instanceof Folder) throw new ErrnoError("EISDIR", path);
  return node as AnyFile;
}

/** The folder in which `path` is, to be changed there. */
export function writable(path: string): [Folder, name: string] {
  const [parent, name] = split(path);
  const at = folder(parent);
  if (find(parent).readOnly) throw new ErrnoError("EROFS", path);
  if (!at.writable) throw new ErrnoError("EACCES", path);
  if (name === "") throw new ErrnoError("EEXIST", path);
  return [at, name];
}

/** A file in memory, made if there is none. */
export function fileToWrite(path: string): MemoryFile {
  const known = find(path);
  if (known.node instanceof Folder) throw new ErrnoError("EISDIR", path);
  if (known.node) {
    if (known.readOnly) throw new ErrnoError("EROFS", path);
    if (!known.node.writable || !(known.node instanceof MemoryFile)) throw new ErrnoError("EACCES", path);
    return known.node;
  }
  const [at, name] = writable(path);
  // A link may say where the file is to be.
  const link = at.entries.get(name);
  if (link instanceof Link) return fileToWrite(link.target.startsWith("/") ? link.target : `${split(path)[0]}/${link.target}`);
  const file = new MemoryFile(name);
  at.entries.set(name, file);
  return file;
}

/** Where a file of HDF5 is: a path of the machine, or what is in memory or elsewhere. `make`: it is made if it is not there. */
export function place(path: string, make: boolean): string | AnyFile {
  const own = onDisk(path);
  if (own) return own.path;
  try {
    return make ? fileToWrite(path) : fileAt(path);
  } catch (cause) {
    const code = (cause as ErrnoError).code === "ENOENT" ? "NotFound" : "Io";
    throw new HyperslabError(code, `cannot open ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether there is anything at a path. */
export function exists(path: string): boolean {
  const own = onDisk(path);
  if (own) return own.disk.exists(own.path);
  try {
    return find(path).node !== undefined;
  } catch {
    return false;
  }
}

/** A folder of the memory, made with those above it if need be. */
export function memoryFolder(path: string): Folder {
  let at = root;
  for (const part of path.split("/").filter(Boolean)) {
    let next = at.entries.get(part);
    if (!(next instanceof Folder)) at.entries.set(part, (next = new Folder(part)));
    at = next;
  }
  return at;
}
