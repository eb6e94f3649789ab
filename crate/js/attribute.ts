/** The attributes of one object. */

import { change } from "./changes.js";
import { expand } from "./dtype.js";
import { type Session, step, type Steps } from "./drive.js";
import { toError } from "./faults.js";
import { argument } from "./errors.js";
import type { HdfObject } from "./object.js";
import { type AttributeRecord, described, type ObjectRecord, reviveDtype } from "./records.js";
import type { AttributeInfo, AttributeOptions, Attributes, CallOptions, Mode, Out, Value, WriteValue } from "./types.js";
import { decodeValue } from "./values.js";

export class AttributeMap<M extends Mode> implements Attributes<M> {
  private index = new Map<string, AttributeRecord>();
  private indexed: ObjectRecord | undefined;

  constructor(
    private readonly session: Session<M>,
    private readonly object: HdfObject<M>,
  ) {}

  private get path(): string {
    return this.object.path;
  }

  /** The list, or the error why there is none. */
  private get known(): Map<string, AttributeRecord> {
    const { record } = this.object.describe();
    if (record.attrsError) throw toError(record.attrsError, this.path);
    if (this.indexed !== record) {
      this.indexed = record;
      this.index = new Map(record.attrs?.map((a) => [a.name, a]));
    }
    return this.index;
  }

  get size(): number {
    return this.known.size;
  }

  keys(): string[] {
    return [...this.known.keys()];
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  describe(name: string): AttributeInfo | undefined {
    const a = this.known.get(name);
    if (!a) return undefined;
    if (a.error && a.dtype === undefined) throw toError(a.error, this.path);
    const dtype = reviveDtype(a.dtype);
    return { name, shape: a.shape, dtype, datatype: expand(dtype), committed: a.committed };
  }

  get(name: string, { signal }: CallOptions = {}): Out<M, Value | undefined> {
    return this.session.run(this.path, this.load(name), signal);
  }

  private *load(name: string): Steps<Value | undefined> {
    const a = this.known.get(name);
    if (!a) return undefined;
    if (a.error) throw toError(a.error, this.path);
    const dtype = reviveDtype(a.dtype);
    if (a.shape === null) return null;
    const { payload: inline, record: object } = this.object.describe();
    if (a.value) return decodeValue(a.value, inline, a.shape, dtype);
    const reply = yield* step(() => this.session.raw.attribute(object.address, name));
    const { record, payload } = described<AttributeRecord>(reply);
    if (record.error) throw toError(record.error, this.path);
    return decodeValue(record.value!, payload, a.shape, dtype);
  }

  entries({ signal }: CallOptions = {}): Out<M, [string, Value][]> {
    return this.session.run(this.path, this.loadAll(), signal);
  }

  private *loadAll(): Steps<[string, Value][]> {
    const all: [string, Value][] = [];
    for (const name of this.keys()) all.push([name, (yield* this.load(name)) as Value]);
    return all;
  }

  toObject({ signal }: CallOptions = {}): Out<M, Record<string, Value>> {
    const { loadAll } = this;
    return this.session.run(
      this.path,
      (function* (this: AttributeMap<M>): Steps<Record<string, Value>> {
        return Object.fromEntries(yield* loadAll.call(this));
      }).call(this),
      signal,
    );
  }

  set(name: string, value: WriteValue, options: AttributeOptions = {}): Out<M, void> {
    return change(this.session, this.path, (c) => c.setAttribute(this.session, this.object, name, value, options), options?.signal);
  }

  delete(name: string, { signal }: CallOptions = {}): Out<M, boolean> {
    return change(this.session, this.path, (c) => c.deleteAttribute(this.session, this.object, name), signal);
  }

  clear({ signal }: CallOptions = {}): Out<M, void> {
    return change(this.session, this.path, (c) => c.clearAttributes(this.session, this.object), signal);
  }

  [Symbol.iterator](): M extends "sync" ? IterableIterator<[string, Value]> : never {
    if (this.session.driven === "async") throw argument("use `for await`, or `await attrs.entries()`");
    return (this.entries() as [string, Value][])[Symbol.iterator]() as never;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<[string, Value]> {
    yield* await this.entries();
  }
}
