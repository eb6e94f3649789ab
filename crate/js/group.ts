/** Groups: paths, listings, and what is made in them. */

import type { Reply } from "#glue";
import type { Ahead } from "./ahead.js";
import { change, type Changes } from "./changes.js";
import { step, type Steps } from "./drive.js";
import { Beyond, toError } from "./faults.js";
import { makeDataset, makeDatatype, makeObject } from "./entities.js";
import { argument, type ErrorCode, HyperslabError, isHyperslabError, text } from "./errors.js";
import { HdfObject } from "./object.js";
import { pauses } from "./pauses.js";
import { describeAt, referencePath } from "./reference.js";
import { described, type EntryRecord, type GroupRecord, type ObjectRecord } from "./records.js";
import type {
  CallOptions,
  CopyOptions,
  DatasetOptions,
  Dtype,
  Entity,
  Entry,
  ExternalLink,
  Group,
  GroupOptions,
  Link,
  Mode,
  NamedDatatype,
  Out,
  Reference,
  SoftLink,
  WalkOptions,
} from "./types.js";

/** An absolute path without empty parts and dots. */
export function join(base: string, path: string): string {
  const full = `${path.startsWith("/") ? "" : base}/${path}`;
  const parts = full.split("/").filter((p) => p !== "" && p !== ".");
  return (full.startsWith("#") ? "" : "/") + parts.join("/");
}

/** Codes of errors that are about the bytes of one object, not about the file as a whole. */
const UNREADABLE = new Set<ErrorCode>(["Malformed", "Unsupported", "Limit"]);

/** Files that one path may lead through. */
const MOST_FILES = 16;

export class GroupObject<M extends Mode> extends HdfObject<M, GroupRecord> implements Group<M> {
  readonly kind = "group";

  keys({ signal }: CallOptions = {}): Out<M, string[]> {
    return this.context.session.once(this.path, (engine) => JSON.parse(engine.keys(this.address)) as string[], signal);
  }

  has(path: string, { signal }: CallOptions = {}): Out<M, boolean> {
    return this.context.session.run(this.resolvable(path), this.lookFor(path), signal);
  }

  private *lookFor(path: string): Steps<boolean> {
    try {
      return (yield* step(() => this.context.session.raw.find(this.address, path))) !== undefined;
    } catch (e) {
      return (yield* this.goBeyond(e, 0)) !== undefined;
    }
  }

  get(path: string | Reference, { signal }: CallOptions = {}): Out<M, Entity<M> | undefined> {
    const reference = typeof path === "object" && path !== null;
    const full = reference ? referencePath(path) : this.resolvable(path);
    return this.context.session.run(full, reference ? this.follow(full, path) : this.lookUp(full, path, this.address), signal);
  }

  /** What a reference leads to, here or in another file; its name is one that was read in this file. */
  private *follow(full: string, { address, file }: Reference): Steps<Entity<M> | undefined> {
    if (address === 0) return undefined;
    if (file === undefined) return yield* this.lookUp(full, "", address);
    if (!this.context.session.others) throw new HyperslabError("Unsupported", `a reference into another file, "${file}"`);
    const other = yield* this.other(file);
    return other && (yield* step(() => other.context.session.run(full, other.lookUp(full, "", address))));
  }

  /** Another file, if there is one of that name. */
  private *other(name: string): Steps<GroupObject<M> | undefined> {
    const { others } = this.context.session;
    return (yield* step(() => others?.open(name))) as GroupObject<M> | undefined;
  }

  /** What `path` leads to from the group at `start`; `full` is the object's path. */
  private *lookUp(full: string, path: string, start: number, hops = 0): Steps<Entity<M> | undefined> {
    let reply: Reply | undefined;
    try {
      reply = yield* step(() => this.context.session.raw.resolve(start, path));
    } catch (e) {
      return yield* this.goBeyond(e, hops);
    }
    if (!reply) return undefined;
    const { record, payload } = described<ObjectRecord>(reply);
    return makeObject(this.context, full, record, payload);
  }

  /** The object in another file that a path goes on to, if that is what went wrong. */
  private *goBeyond(e: unknown, hops: number): Steps<Entity<M> | undefined> {
    if (!(e instanceof Beyond) || !this.context.session.others) throw e;
    if (hops >= MOST_FILES) {
      throw new HyperslabError("Limit", "external links lead from file to file without end", { path: e.path, address: e.address });
    }
    const file = yield* this.other(e.file);
    if (!file) return undefined;
    const full = join("/", e.target);
    return yield* step(() => file.context.session.run(full, file.lookUp(full, e.target, file.address, hops + 1)));
  }

  getLink(name: string, { signal }: CallOptions = {}): Out<M, Link | undefined> {
    const full = this.resolvable(name);
    return this.context.session.once(full, (engine) => {
      const text = engine.link(this.address, name);
      return text === undefined ? undefined : (JSON.parse(text) as Link);
    }, signal);
  }

  entries({ signal }: CallOptions = {}): Out<M, Entry<M>[]> {
    return this.context.session.run(this.path, this.list(true), signal);
  }

  items({ signal }: CallOptions = {}): Out<M, [string, Entity<M> | undefined][]> {
    return this.context.session.run(this.path, this.listItems(), signal);
  }

  private *listItems(): Steps<[string, Entity<M> | undefined][]> {
    const entries = yield* this.list(true);
    return entries.map(({ name, object }) => [name, object]);
  }

  /** What lists groups before they are visited, where bytes have to be fetched. */
  private *ahead(): Steps<Ahead | undefined> {
    const { session } = this.context;
    if (session.driven === "sync" || session.source.immediate) return undefined;
    const { Ahead } = yield* step(() => import("./ahead.js"));
    return new Ahead(session, described);
  }

  /** `later`: addresses of groups that will be listed next. */
  private *list(follow: boolean, ahead?: Ahead, later?: () => number[]): Steps<Entry<M>[]> {
    const here = ahead && (yield* ahead.list(this.address, later!));
    const { record, payload } = here ?? described<EntryRecord[]>(yield* step(() => this.context.session.raw.list(this.address, follow)));
    const base = this.path === "/" ? "/" : `${this.path}/`;
    return record.map((entry): Entry<M> => {
      const { name, link, object, error } = entry;
      const path = base + name;
      if (object) return { name, link, object: makeObject(this.context, path, object, payload) };
      return error ? { name, link, error: toError(error, path) } : { name, link };
    });
  }

  visit<T>(
    fn: (path: string, object: Entity<M>) => T | undefined | (M extends "async" ? Promise<T | undefined> : never),
    { signal }: WalkOptions = {},
  ): Out<M, T | undefined> {
    return this.context.session.run(this.path, this.walk(fn, signal), signal) as Out<M, T | undefined>;
  }

  /** Depth first; `seen` keeps hard links in a circle from going round for ever. */
  protected *walk<T>(fn: (path: string, object: Entity<M>) => T, signal?: AbortSignal): Steps<Awaited<T> | undefined> {
    signal?.throwIfAborted();
    const pause = pauses(this.context.session);
    const seen = new Set([this.address]);
    const start = this.path === "/" ? 1 : this.path.length + 1;
    const ahead = yield* this.ahead();
    const stack: Entry<M>[] = [];
    const later = (): number[] => stack.flatMap(({ object }) => (object instanceof GroupObject ? object.address : [])).toReversed();
    const push = function* (group: GroupObject<M>): Steps<void> {
      stack.push(...(yield* group.list(false, ahead, later)).toReversed());
    };
    yield* push(this);
    for (let entry = stack.pop(); entry; entry = stack.pop()) {
      if (entry.error) throw entry.error;
      const { object } = entry;
      if (!object || seen.has(object.address)) continue;
      seen.add(object.address);
      const result = yield* step(() => fn(object.path.slice(start), object));
      if (result !== undefined) return result;
      yield* pause(signal);
      if (object instanceof GroupObject) yield* push(object);
    }
    return undefined;
  }

  /** The path from here, by hard links, to what is at `address`. What cannot be read is stepped over: it has a name, too. */
  protected *find(address: number, signal?: AbortSignal): Steps<string | undefined> {
    const pause = pauses(this.context.session);
    const seen = new Set([this.address]);
    const ahead = yield* this.ahead();
    const stack: [path: string, group: GroupObject<M>][] = [["", this]];
    const later = (): number[] => stack.map(([, group]) => group.address).toReversed();
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [base, group] = top;
      yield* pause(signal);
      const below: typeof stack = [];
      for (const { name, link, object } of yield* group.listed(ahead, later)) {
        if (link.kind !== "hard" || seen.has(link.address)) continue;
        seen.add(link.address);
        if (link.address === address) return `${base}/${name}`;
        if (object instanceof GroupObject) below.push([`${base}/${name}`, object as GroupObject<M>]);
      }
      stack.push(...below.toReversed());
    }
    return undefined;
  }

  /** What is in the group, as far as it can be read. */
  private *listed(ahead: Ahead | undefined, later: () => number[]): Steps<Entry<M>[]> {
    try {
      return yield* this.list(false, ahead, later);
    } catch (e) {
      if (isHyperslabError(e) && UNREADABLE.has(e.code)) return [];
      throw e;
    }
  }

  paths({ signal }: WalkOptions = {}): Out<M, string[]> {
    return this.context.session.run(this.path, this.collectPaths(signal), signal);
  }

  private *collectPaths(signal: AbortSignal | undefined): Steps<string[]> {
    const all: string[] = [];
    yield* this.walk((path) => void all.push(path), signal);
    return all;
  }

  createGroup(path: string, options: GroupOptions = {}): Out<M, Group<M>> {
    const { context } = this;
    return this.create(path, (c, place) => c.createGroup(context.session, place, options), (full, place) => new GroupObject(context, full, place), options?.signal);
  }

  /** What it gives is what the interface says of the options. */
  createDataset(path: string, options: DatasetOptions): Out<M, never> {
    const { context } = this;
    return this.create(path, (c, place) => c.createDataset(context.session, place, options), (full, place) => makeDataset(context, full, place), options?.signal) as never;
  }

  createDatatype(path: string, dtype: Dtype, options: GroupOptions = {}): Out<M, NamedDatatype<M>> {
    const { context } = this;
    return this.create(path, (c, place) => c.createDatatype(context.session, place, dtype, options), (full, place) => makeDatatype(context, full, place), options?.signal);
  }

  /** Makes a change that creates an object, and the object. */
  private create<T extends Entity<M>>(
    path: string,
    create: (c: Changes, place: string) => Steps<void>,
    wrap: (full: string, place: string) => T,
    signal?: AbortSignal,
  ): Out<M, T> {
    const full = this.resolvable(path);
    const place = this.placeOf(path);
    return change(this.context.session, full, (c) => this.made(full, place, create(c, place), wrap), signal);
  }

  private *made<T extends Entity<M>>(full: string, place: string, create: Steps<void>, wrap: (full: string, place: string) => T): Steps<T> {
    const { session } = this.context;
    yield* create;
    if (!session.renewed) return wrap(full, place);
    const reply = yield* session.settling(step(() => describeAt(session.raw, session.root, place)));
    const { record, payload } = described<ObjectRecord>(reply as Reply);
    return makeObject(this.context, full, record, payload) as T;
  }

  link(name: string, target: Entity<M> | SoftLink | ExternalLink, { signal }: CallOptions = {}): Out<M, void> {
    const full = this.resolvable(name);
    if (target instanceof HdfObject && target.file !== this.file) throw argument("a hard link cannot lead to another file");
    return change(this.context.session, full, (c) => c.makeLink(this.context.session, this.placeOf(name), target as Entity<Mode>), signal);
  }

  delete(name: string, { signal }: CallOptions = {}): Out<M, void> {
    const full = this.resolvable(name);
    return change(this.context.session, full, (c) => c.remove(this.context.session, this.placeOf(name)), signal);
  }

  move(from: string, to: string, { signal }: CallOptions = {}): Out<M, void> {
    const full = this.resolvable(from);
    text(to, "a path");
    return change(this.context.session, full, (c) => c.move(this.context.session, this.placeOf(from), this.placeOf(to)), signal);
  }

  copy(source: string | Entity<Mode>, dest: string | Group<Mode>, options: CopyOptions = {}): Out<M, void> {
    const to = dest instanceof GroupObject ? (dest as GroupObject<Mode>) : this;
    const { session } = to.context;
    const { driven } = this.context.session;
    if (driven === "sync" && session.driven === "async") {
      throw argument("copying into an asynchronous file takes time: let a group of that file do it");
    }
    const name = typeof dest === "string" ? dest : options.name;
    const copy = (object: Entity<Mode> | undefined): void | Promise<void> => {
      if (object === undefined) throw new HyperslabError("NotFound", "there is nothing to copy", { path: String(source) });
      if (!(object instanceof HdfObject)) throw argument("what is copied is an object, or what is at a path");
      if (name === undefined && object.name === "/") throw argument("the copy of a file's root needs a name");
      const place = to.placeOf(text(name ?? object.name, "a path"));
      return change(session, object.path, (c) => c.copyObject(session, object, place, options), options.signal);
    };
    const found = typeof source === "string" ? this.get(source, options) : source;
    return (driven === "sync" ? copy(found as Entity<Mode>) : Promise.resolve(found).then(copy as never)) as Out<M, void>;
  }

  /** The absolute form of a path, which has to be text. */
  private resolvable(path: string): string {
    return join(this.path, text(path, "a path"));
  }

  override toString(): string {
    return `<HDF5 group "${this.path}">`;
  }
}
