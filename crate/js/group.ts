/** Groups: paths, listings, and what is made in them. */

import { step, type Steps, toError } from "./drive.js";
import { makeDataset, makeObject } from "./entities.js";
import { text } from "./errors.js";
import { HdfObject } from "./object.js";
import { referencePath } from "./reference.js";
import { described, type EntryRecord, type GroupRecord, type ObjectRecord } from "./records.js";
import type {
  Dataset,
  DatasetOptions,
  Entity,
  Entry,
  ExternalLink,
  Group,
  GroupOptions,
  Link,
  Mode,
  Out,
  Reference,
  SoftLink,
} from "./types.js";
import { createDataset, createGroup, makeLink } from "./write.js";

/** An absolute path without empty parts and dots. */
export function join(base: string, path: string): string {
  const full = `${path.startsWith("/") ? "" : base}/${path}`;
  const parts = full.split("/").filter((p) => p !== "" && p !== ".");
  return (full.startsWith("#") ? "" : "/") + parts.join("/");
}

/** A change, and then the object it made. */
function* made<T>(change: Steps<void>, object: () => T): Steps<T> {
  yield* change;
  return object();
}

export class GroupObject<M extends Mode> extends HdfObject<M, GroupRecord> implements Group<M> {
  readonly kind = "group";

  keys(): Out<M, string[]> {
    return this.context.session.once(this.path, (engine) => JSON.parse(engine.keys(this.address)) as string[]);
  }

  has(path: string): Out<M, boolean> {
    const full = this.resolvable(path);
    return this.context.session.once(full, (engine) => engine.find(this.address, path) !== undefined);
  }

  get(path: string | Reference): Out<M, Entity<M> | undefined> {
    const reference = typeof path === "object" && path !== null;
    const full = reference ? referencePath(path) : this.resolvable(path);
    return this.context.session.once(full, (engine) => {
      if (reference && path.address === 0) return undefined;
      const reply = reference ? engine.resolve(path.address, "") : engine.resolve(this.address, path);
      if (!reply) return undefined;
      const { record, payload } = described<ObjectRecord>(reply);
      return makeObject(this.context, full, record, payload);
    });
  }

  getLink(name: string): Out<M, Link | undefined> {
    const full = this.resolvable(name);
    return this.context.session.once(full, (engine) => {
      const text = engine.link(this.address, name);
      return text === undefined ? undefined : (JSON.parse(text) as Link);
    });
  }

  entries(): Out<M, Entry<M>[]> {
    return this.context.session.run(this.path, this.list(true));
  }

  items(): Out<M, [string, Entity<M> | undefined][]> {
    return this.context.session.run(this.path, this.listItems());
  }

  private *listItems(): Steps<[string, Entity<M> | undefined][]> {
    const entries = yield* this.list(true);
    return entries.map(({ name, object }) => [name, object]);
  }

  private *list(follow: boolean): Steps<Entry<M>[]> {
    const reply = yield* step(() => this.context.session.raw.list(this.address, follow));
    const { record, payload } = described<EntryRecord[]>(reply);
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
  ): Out<M, T | undefined> {
    return this.context.session.run(this.path, this.walk(fn)) as Out<M, T | undefined>;
  }

  /** Depth first; `seen` keeps hard links in a circle from going round for ever. */
  protected *walk<T>(fn: (path: string, object: Entity<M>) => T): Steps<Awaited<T> | undefined> {
    const seen = new Set([this.address]);
    const start = this.path === "/" ? 1 : this.path.length + 1;
    const stack = (yield* this.list(false)).toReversed();
    for (let entry = stack.pop(); entry; entry = stack.pop()) {
      if (entry.error) throw entry.error;
      const { object } = entry;
      if (!object || seen.has(object.address)) continue;
      seen.add(object.address);
      const result = yield* step(() => fn(object.path.slice(start), object));
      if (result !== undefined) return result;
      if (object instanceof GroupObject) stack.push(...((yield* object.list(false)) as Entry<M>[]).toReversed());
    }
    return undefined;
  }

  paths(): Out<M, string[]> {
    return this.context.session.run(this.path, this.collectPaths());
  }

  private *collectPaths(): Steps<string[]> {
    const all: string[] = [];
    yield* this.walk((path) => void all.push(path));
    return all;
  }

  createGroup(path: string, options: GroupOptions = {}): Out<M, Group<M>> {
    const full = this.resolvable(path);
    const { context } = this;
    return context.session.run(full, made(createGroup(context.session, full, options), () => new GroupObject(context, full, undefined)));
  }

  createDataset(path: string, options: DatasetOptions): Out<M, Dataset<M>> {
    const full = this.resolvable(path);
    const { context } = this;
    return context.session.run(full, made(createDataset(context.session, full, options), () => makeDataset(context, full)));
  }

  link(name: string, target: Entity<M> | SoftLink | ExternalLink): Out<M, void> {
    const full = this.resolvable(name);
    return this.context.session.run(full, makeLink(this.context.session, full, target as Entity<Mode>));
  }

  /** The absolute form of a path, which has to be text. */
  private resolvable(path: string): string {
    return join(this.path, text(path, "a path"));
  }

  override toString(): string {
    return `<HDF5 group "${this.path}">`;
  }
}
