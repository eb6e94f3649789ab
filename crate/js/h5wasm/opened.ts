/** Open files by the numbers under which h5wasm's objects know them. */

import { argument, HyperslabError, isHyperslabError } from "../errors.js";
import { openSync } from "../open.js";
import type { Dataset, Entity, FileSync, OpenOptions, Source } from "../types.js";
import { ACCESS_MODES, type ACCESS_MODESTRING, LIBVER_BOUNDS_MAP, type LIBVER_BOUND } from "./constants.js";
import { absolute, exists, place } from "./fs/index.js";
import { type AnyFile, BlobFile, LazyFile, MemoryFile } from "./fs/nodes.js";

/** How a file is opened. */
export interface Opening {
  track_order: boolean;
  bounds: [low: LIBVER_BOUND, high: LIBVER_BOUND] | undefined;
}

/** An open file. */
export class Opened {
  /** What paths lead to, in files that do not change. */
  private readonly found = new Map<string, Entity<"sync"> | undefined>();

  constructor(
    readonly file: FileSync,
    readonly bounds: [low: LIBVER_BOUND, high: LIBVER_BOUND],
    /** Whether it stays what it is. */
    private readonly fixed: boolean,
  ) {}

  /** What a path leads to. */
  get(path: string): Entity<"sync"> | undefined {
    if (this.found.has(path)) return this.found.get(path);
    const object = this.lookUp(path);
    if (this.fixed) {
      if (this.found.size >= MOST_KEPT) this.found.clear();
      this.found.set(path, object);
    }
    return object;
  }

  private lookUp(path: string): Entity<"sync"> | undefined {
    const { file } = this;
    if (isNameless(path)) {
      const [start = "", ...rest] = path.split("/");
      const object = file.get({ kind: "object", address: Number(start.slice(1)) });
      return rest.length > 0 && object?.kind === "group" ? object.get(rest.join("/")) : object;
    }
    try {
      return file.get(path);
    } catch (e) {
      // Soft links in a circle lead nowhere, and nobody knows where those of a user's own class lead.
      const kind = isHyperslabError(e) ? this.link(path)?.kind : undefined;
      if (isHyperslabError(e, kind === "soft" ? "Limit" : "Unsupported") && (kind === "soft" || kind === "user")) return undefined;
      // Below a link into a file that is not there nothing is.
      if (isHyperslabError(e, "Unsupported") && this.leaves(path)) return undefined;
      throw e;
    }
  }

  /** Whether a path goes through a link into another file. */
  private leaves(path: string): boolean {
    const parts = path.split("/").filter(Boolean);
    return parts.some((_, i) => i > 0 && this.link(parts.slice(0, i).join("/"))?.kind === "external");
  }

  /** The link at a path itself. */
  link(path: string): ReturnType<FileSync["getLink"]> {
    try {
      return path === "/" || isNameless(path) ? undefined : this.file.getLink(path);
    } catch (e) {
      if (isHyperslabError(e, "NotFound") || isHyperslabError(e, "Argument")) return undefined;
      if (isHyperslabError(e, "Unsupported") && this.leaves(path)) return undefined;
      throw e;
    }
  }

  /** The object at a path, which has to be there. */
  existing(path: string): Entity<"sync"> {
    const object = this.get(path);
    if (!object) throw new HyperslabError("NotFound", "there is no such object", { path });
    return object;
  }

  dataset(path: string): Dataset<"sync"> {
    const object = this.existing(path);
    if (object.kind !== "dataset") throw argument(`a ${object.kind} is no dataset`, { path });
    return object;
  }

  /** Forgets what may have changed. */
  forget(): void {
    this.found.clear();
  }
}

/** Whether a path begins at an object that has no name: groups may be called `#refs#`. */
export function isNameless(path: string): boolean {
  return /^#0x[0-9a-f]+(?:\/|$)/.test(path);
}

/** Objects of a file that are remembered. */
const MOST_KEPT = 512;

/** The numbers begin where HDF5's begin. */
let next = 1n << 56n;
const files = new Map<bigint, Opened>();

/** The open file of that number. */
export function opened(file_id: bigint): Opened {
  const file = files.get(file_id);
  if (!file) throw new HyperslabError("Closed", "the file was closed");
  return file;
}

/** Opens a file of the file system; its number. */
export function open(filename: string, mode: ACCESS_MODESTRING, { track_order, bounds }: Opening): bigint {
  if (!(mode in ACCESS_MODES)) throw argument(`there is no mode "${String(mode)}": ${Object.keys(ACCESS_MODES).join(", ")}`);
  const options: OpenOptions = { mode: MODES[mode], trackOrder: track_order, libver: bounds, swmr: mode === "Sa" };
  const file = openSync(...sourceOf(filename, mode, options));
  next += 1n;
  const low = (["earliest", "earliest", "v108", "v110"] as const)[file.info.superblock] ?? "latest";
  files.set(next, new Opened(file, bounds ?? [low, "v200"], mode === "r"));
  return next;
}

const MODES = { r: "r", Sr: "r", a: "r+", Sa: "r+", w: "w", x: "x" } as const;

function sourceOf(filename: string, mode: ACCESS_MODESTRING, options: OpenOptions): [Source, OpenOptions] {
  const isNew = mode === "w" || mode === "x";
  if (mode === "x" && exists(filename)) throw new HyperslabError("Io", `${filename} exists already`);
  const at = place(filename, isNew);
  // What others find beside a file on disk is settled where paths are.
  if (typeof at === "string") return [at, options];
  const more: OpenOptions = { ...options, resolve: (name, from) => beside(filename, name, from) };
  if (at instanceof BlobFile) {
    if (MODES[mode] !== "r") throw new HyperslabError("ReadOnly", `${filename} is a Blob, which can only be read`);
    return [at.blob, more];
  }
  if (at instanceof LazyFile) {
    if (MODES[mode] !== "r") throw new HyperslabError("ReadOnly", `${filename} is a server's, and can only be read`);
    return [served(at), more];
  }
  return [mode === "r" ? sourceFrom(at) : access(at), more];
}

/** A server's file as a place that is read. */
const served = (file: LazyFile): Source => ({ size: file.size, read: (offset: number, length: number) => file.read(offset, length) });

/** A file in memory as a place that is read and written as it is at that moment. */
function access(file: MemoryFile): Source {
  return {
    get size(): number {
      return file.size;
    },
    read: (offset: number, length: number) => file.read(offset, length),
    write: (offset: number, bytes: Uint8Array) => file.write(offset, bytes),
    truncate: (size: number) => file.resize(size),
  };
}

/** A file that another one names: next to that, next to the one that was opened, or where the program is. */
function beside(home: string, name: string, from: string | undefined): Source | undefined {
  const folder = (path: string): string => absolute(path).replace(/\/[^/]*$/, "");
  const names = name.startsWith("/") ? [name] : [...(from === undefined ? [] : [`${folder(from)}/${name}`]), `${folder(home)}/${name}`, absolute(name)];
  const found = names.find(exists);
  if (found === undefined) return undefined;
  const at = place(found, false);
  if (typeof at === "string") return at;
  return sourceFrom(at);
}

function sourceFrom(file: AnyFile): Source {
  if (file instanceof BlobFile) return file.blob;
  return file instanceof LazyFile ? served(file) : file.share();
}

/** Closes a file, whose number then stands for none. */
export function close(file_id: bigint): number {
  const { file } = opened(file_id);
  files.delete(file_id);
  file.close();
  return 0;
}

/** Closes all files: when the program ends, what it did not write yet would be lost. */
export function closeAll(): void {
  for (const file_id of files.keys()) close(file_id);
}

/** The lower and the upper bound that options say. */
export function boundsOf(libver: LIBVER_BOUND | readonly [LIBVER_BOUND, LIBVER_BOUND] | undefined): Opening["bounds"] {
  if (!libver) return undefined;
  const [low, high = low] = ([libver].flat() as string[]).map((name) => {
    const known = name.trim().toLowerCase();
    if (known in LIBVER_BOUNDS_MAP) return known as LIBVER_BOUND;
    throw argument(`there is no release "${name}": ${Object.keys(LIBVER_BOUNDS_MAP).join(", ")}`);
  });
  return [low!, high!];
}
