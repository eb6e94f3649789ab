/** Operations over synchronous and asynchronous files alike, on top of the public surface alone. */

import { unlessStopped } from "../errors.js";
import { breathe, PAUSE } from "../pauses.js";
import type { Attributes, Entity, Group, Mode, NdArray, Out, Reference, Value } from "../types.js";

/** An object of either kind of file. */
export type Any = Entity<Mode>;

/** An operation: what it yields is waited for where it is a promise. */
export type Steps<T> = Generator<unknown, T, unknown>;

/** `yield* get(x)` is `x`, or what it promises. */
export function* get<T>(value: T): Generator<unknown, Awaited<T>, unknown> {
  return (yield value) as Awaited<T>;
}

/** Runs an operation: at once if nothing in it has to be waited for, and otherwise with pauses, until it is stopped. */
export function run<M extends Mode, T>(steps: Steps<T>, signal?: AbortSignal): Out<M, T> {
  let resumed = performance.now();
  const wait = async (value: Promise<unknown>): Promise<IteratorResult<unknown, T>> => {
    let result: unknown;
    try {
      result = await unlessStopped(value, signal);
      if (performance.now() - resumed > PAUSE) {
        await breathe();
        resumed = performance.now();
        signal?.throwIfAborted();
      }
    } catch (e) {
      // What is told the operation it may take for something that cannot be read.
      signal?.throwIfAborted();
      return steps.throw(e);
    }
    return steps.next(result);
  };
  const from = (next: IteratorResult<unknown, T>): T | Promise<T> => {
    while (!next.done) {
      const { value } = next;
      if (value instanceof Promise) {
        return wait(value).then(from);
      }
      // So it is in synchronous files.
      signal?.throwIfAborted();
      next = steps.next(value);
    }
    return next.value;
  };
  return from(steps.next()) as Out<M, T>;
}

/** An attribute's value; `undefined` if there is none or it cannot be read. */
export function* attribute(object: { attrs: Attributes<Mode> }, name: string): Steps<Value | undefined> {
  if (!object.attrs.has(name)) return undefined;
  try {
    return yield* get(object.attrs.get(name));
  } catch {
    return undefined;
  }
}

/** An attribute as texts, however they are stored; none if it is something else. */
export function* texts(object: { attrs: Attributes<Mode> }, name: string): Steps<string[]> {
  const value = yield* attribute(object, name);
  if (typeof value === "string") return [value];
  if (!isArray(value) || !Array.isArray(value.data)) return [];
  return value.data.map(String);
}

/** An attribute's only, or first, text. */
export function* text(object: { attrs: Attributes<Mode> }, name: string): Steps<string | undefined> {
  return (yield* texts(object, name))[0];
}

/** An attribute's only, or first, number. */
export function* number(object: { attrs: Attributes<Mode> }, name: string): Steps<number | undefined> {
  const value = yield* attribute(object, name);
  const first = isArray(value) ? (value.data as ArrayLike<unknown>)[0] : value;
  return typeof first === "number" || typeof first === "bigint" || typeof first === "boolean" ? Number(first) : undefined;
}

/** What is at a path, or what a reference leads to; `undefined` if that cannot be opened. */
export function* child(group: Group<Mode>, path: string | Reference): Steps<Any | undefined> {
  try {
    return yield* get(group.get(path));
  } catch {
    return undefined;
  }
}

export function isArray(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && "data" in value && "stride" in value;
}

export function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "address" in value && "kind" in value;
}
