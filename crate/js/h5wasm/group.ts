/** Groups, files, and links that lead nowhere. */

import type { DatasetOptions, Group as OwnGroup } from "../types.js";
import { argument, HyperslabError } from "../errors.js";
import { externalLink, softLink } from "../links.js";
import { Datatype, HasAttrs, make, type ObjectType } from "./attributes.js";
import { type ACCESS_MODESTRING, convertToLibverString, type LIBVER_BOUND, type LIBVER_BOUNDS, LIBVER_BOUNDS_MAP, NUMBERS } from "./constants.js";
import { Dataset } from "./dataset.js";
import { dtype_to_metadata, guess_metadata } from "./dtypes.js";
import { boundsOf, close, isNameless, open, opened } from "./opened.js";
import type { Reference, RegionReference } from "./references.js";
import type { Dtype, GuessableDataTypes, Status } from "./types.js";
import { prepare } from "./writing.js";

/** What is at a path. */
export type Entity = Dataset | Group | BrokenSoftLink | ExternalLink | Datatype | Reference | RegionReference;

/** A soft link that leads nowhere. */
export class BrokenSoftLink {
  /** The path that nothing is at. */
  target: string;
  /** What it is. */
  type: ObjectType = "BrokenSoftLink";

  /** A link to that path. */
  constructor(target: string) {
    this.target = target;
  }
}

/** Where an external link leads. */
export interface ExternalTarget {
  /** Name of the other file. */
  filename: string;
  /** The path there. */
  obj_path: string;
}

/** A link into another file that is not there, or has nothing at that place. */
export class ExternalLink {
  /** Name of the other file. */
  filename: string;
  /** The path there. */
  obj_path: string;
  /** What it is. */
  type: ObjectType = "ExternalLink";

  /** A link to that path of another file. */
  constructor(filename: string, obj_path: string) {
    this.filename = filename;
    this.obj_path = obj_path;
  }
}

/** Without doubled and trailing slashes. */
function tidy(path: string): string {
  return path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
}

/** What is at a path, as one of `Module`'s numbers; -1 for nothing. */
export function typeOf(file_id: bigint, path: string): number {
  const file = opened(file_id);
  const object = file.get(tidy(path));
  if (object) return { group: NUMBERS.H5G_GROUP, dataset: NUMBERS.H5G_DATASET, datatype: NUMBERS.H5G_TYPE }[object.kind];
  const link = file.link(tidy(path));
  if (!link) return -1;
  return link.kind === "soft" ? NUMBERS.H5G_LINK : link.kind === "hard" ? -1 : NUMBERS.H5G_UDLINK;
}

/** The target of a soft link; `null` for anything else. */
export function softTarget(file_id: bigint, path: string): string | null {
  const link = opened(file_id).link(tidy(path));
  return link?.kind === "soft" ? link.target : null;
}

/** Where an external link leads; nothing in it for anything else. */
export function externalTarget(file_id: bigint, path: string): ExternalTarget {
  const link = opened(file_id).link(tidy(path));
  return (link?.kind === "external" ? { filename: link.file, obj_path: link.target } : {}) as ExternalTarget;
}

function ownGroup(file_id: bigint, path: string): OwnGroup<"sync"> {
  const object = opened(file_id).existing(path);
  if (object.kind !== "group") throw argument(`a ${object.kind} is no group`, { path });
  return object;
}

/** The order of texts in UTF-8: characters beyond 16 bits come last. */
export function byBytes(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)].map((unit) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit));
  return i >= a.length || i >= b.length ? a.length - b.length : x! - y!;
}

/** Names in a group; with `recursive` the paths of all links below it, each group's once. */
export function namesIn(file_id: bigint, path: string, recursive: boolean): string[] {
  const group = ownGroup(file_id, path);
  if (!recursive) return group.keys();
  const all: string[] = [];
  const seen = new Set([group.address]);
  const walk = (group: OwnGroup<"sync">, base: string): void => {
    const entries = group.entries().toSorted((a, b) => byBytes(a.name, b.name));
    for (const { name, link, object } of entries) {
      all.push(base + name);
      if (link.kind !== "hard" || object?.kind !== "group" || seen.has(object.address)) continue;
      seen.add(object.address);
      walk(object, `${base}${name}/`);
    }
  };
  walk(group, "");
  return all;
}

/** How a dataset is made. */
export interface CreateDatasetOptions {
  /** Its path, from the group. */
  name: string;
  /** The elements. */
  data: GuessableDataTypes;
  /** Default: the data's. */
  shape?: number[] | null;
  /** Default: what the data suggests. */
  dtype?: Dtype | null;
  /** Largest extents, `null` or `Infinity` for an unlimited axis. */
  maxshape?: (number | null)[] | null;
  /** Extents of a chunk; chosen where something needs them. */
  chunks?: number[] | null;
  /** `"gzip"`; a number alone is its level, a number with `compression_opts` the id of a filter. */
  compression?: number | "gzip";
  /** The level, or the parameters of the filter. */
  compression_opts?: number | number[];
  /** Sort bytes by significance before compressing. */
  shuffle?: boolean;
  /** Whether the order is kept in which attributes are made. */
  track_order?: boolean;
}

function filtersOf({ compression, compression_opts }: CreateDatasetOptions): DatasetOptions {
  if (!compression) return {};
  const opts = compression_opts === undefined ? undefined : [compression_opts].flat();
  if (typeof compression === "string") return { compression, compressionOpts: opts?.[0] };
  if (opts === undefined) return { compression: "gzip", compressionOpts: compression };
  if (compression === 1) return { compression: "gzip", compressionOpts: opts[0] };
  return { filters: [{ id: compression, values: opts, optional: false }] };
}

/** A group. */
export class Group extends HasAttrs {
  /** The group at a path of an open file. */
  constructor(file_id: bigint, path: string) {
    super();
    this.path = path;
    this.file_id = file_id;
    this.type = "Group";
  }

  /** Names of the links, in the order in which they were made where that is kept. */
  keys(): string[] {
    return namesIn(this.file_id, this.path, false);
  }

  /** What the links lead to, in the order of `keys`. */
  *values(): Generator<Entity | null, void, unknown> {
    for (const name of this.keys()) yield this.get(name);
  }

  /** Names with what they lead to, in the order of `keys`. */
  *items(): Generator<[string, Entity | null], void, unknown> {
    for (const name of this.keys()) yield [name, this.get(name)];
  }

  /** What is at a path from the root: `Module.H5G_GROUP` and so on, -1 for nothing. */
  get_type(obj_path: string): number {
    return typeOf(this.file_id, obj_path);
  }

  /** The target of the soft link at a path from the root; `null` for anything else. */
  get_link(obj_path: string): string {
    return softTarget(this.file_id, obj_path) as string;
  }

  /** Where the external link at a path from the root leads. */
  get_external_link(obj_path: string): ExternalTarget {
    return externalTarget(this.file_id, obj_path);
  }

  /** What is at a path, from here or from the root; a link itself where it leads nowhere; `null` for nothing. */
  get(obj_name: string): Entity | null {
    const { file_id } = this;
    const path = tidy(obj_name.startsWith("/") || isNameless(obj_name) ? obj_name : `${this.path}/${obj_name}`);
    switch (typeOf(file_id, path)) {
      case NUMBERS.H5G_GROUP:
        return new Group(file_id, path);
      case NUMBERS.H5G_DATASET:
        return new Dataset(file_id, path);
      case NUMBERS.H5G_TYPE:
        return new Datatype(file_id, path);
      case NUMBERS.H5G_LINK:
        return new BrokenSoftLink(softTarget(file_id, path)!);
      case NUMBERS.H5G_UDLINK: {
        const { filename, obj_path } = externalTarget(file_id, path);
        return new ExternalLink(filename, obj_path);
      }
      default:
        return null;
    }
  }

  /** Makes a group, and those on the way to it. */
  create_group(name: string, track_order = false): Group {
    this.own.createGroup(name, { trackOrder: track_order });
    return this.get(name) as Group;
  }

  /** Makes a dataset; records are given as a `Map` of columns. */
  create_dataset(args: CreateDatasetOptions): Dataset {
    const { name, data, shape, dtype, maxshape, chunks, shuffle, track_order } = args;
    const prepared = prepare(data, dtype ? dtype_to_metadata(dtype) : guess_metadata(data), shape);
    this.own.createDataset(name, {
      ...prepared,
      ...filtersOf(args),
      maxshape: maxshape?.map((extent) => (extent === null || extent > Number.MAX_SAFE_INTEGER ? null : extent)),
      chunks: chunks ?? undefined,
      shuffle,
      trackOrder: track_order,
    });
    return this.get(name) as Dataset;
  }

  /** Makes a soft link to a path from the root. */
  create_soft_link(target: string, name: string): number {
    this.own.link(name, softLink(target));
    return 0;
  }

  /** Gives the object at a path from the root another name, in this group. */
  create_hard_link(target: string, name: string): number {
    this.own.link(name, opened(this.file_id).existing(tidy(target.startsWith("/") ? target : `/${target}`)));
    return 0;
  }

  /** Makes a link to a path of another file. */
  create_external_link(file_name: string, target: string, name: string): number {
    this.own.link(name, externalLink(file_name, target));
    return 0;
  }

  override toString(): string {
    return `Group(file_id=${this.file_id}, path=${this.path})`;
  }

  /** The paths, from here, of all links below. */
  paths(): string[] {
    return namesIn(this.file_id, this.path, true);
  }

  private get own(): OwnGroup<"sync"> {
    return ownGroup(this.file_id, this.path);
  }
}

make.group = (file_id, path) => new Group(file_id, path);

/** Options of `new File`. */
export interface FileOptions {
  /** For a new file: whether the order is kept in which links and attributes of the root group are made. */
  track_order?: boolean;
  /** The oldest release that can read what is written, and the newest whose forms may be used; one alone is both. */
  libver?: LIBVER_BOUNDS;
}

/** An open file, which is its root group. */
export class File extends Group {
  /** The name it was opened by. */
  filename: string;
  /** The way it was opened. */
  mode: ACCESS_MODESTRING;

  /** Opens a file of `FS`, or of the machine in Node. Throws if that cannot be done. */
  constructor(filename: string, mode?: ACCESS_MODESTRING, options?: FileOptions);
  /** @deprecated `new File(filename, mode, { track_order })` says the same. */
  constructor(filename: string, mode?: ACCESS_MODESTRING, track_order?: boolean);
  constructor(filename: string, mode: ACCESS_MODESTRING = "r", options: FileOptions | boolean = {}) {
    const { track_order = false, libver } = typeof options === "object" ? (options ?? {}) : { track_order: Boolean(options) };
    super(open(filename, mode, { track_order, bounds: boundsOf(libver) }), "/");
    this.filename = filename;
    this.mode = mode;
  }

  /** The bounds between which it is written. */
  get libver(): [LIBVER_BOUND, LIBVER_BOUND] {
    const [low, high] = opened(this.file_id).bounds.map((name) => convertToLibverString(NUMBERS[LIBVER_BOUNDS_MAP[name]]));
    return [low!, high!];
  }

  /** Writes what has changed to where the file is. */
  flush(): void {
    opened(this.file_id).file.flush();
  }

  /** Lets others follow what is written. */
  start_swmr_write(): Status {
    opened(this.file_id).file.startSwmr();
    return 0;
  }

  /** Writes what has changed and ends all use of the file. A second time does nothing, and says so by a negative number. */
  close(): Status {
    try {
      return close(this.file_id);
    } catch (e) {
      if (e instanceof HyperslabError && e.code === "Closed") return -1;
      throw e;
    }
  }
}
