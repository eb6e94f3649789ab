/** Attributes. */

import type { Datatype, Dtype } from "./datatypes.js";
import type { CallOptions, Mode, Out } from "./modes.js";
import type { NamedDatatype } from "./objects.js";
import type { Value } from "./values.js";
import type { WriteValue } from "./writing.js";

/** What an attribute is, without its value. */
export interface AttributeInfo {
  /** Its name. */
  readonly name: string;
  /** `[]` for a scalar, `null` for a null dataspace. */
  readonly shape: number[] | null;
  /** Type of its elements, in short where text says it. */
  readonly dtype: Dtype;
  /** Type of its elements in full. */
  readonly datatype: Datatype;
  /** Address of the committed datatype it uses. */
  readonly committed: number | undefined;
}

/** Options of `Attributes.set`. */
export interface AttributeOptions extends CallOptions {
  /** Default: what the value suggests. A committed datatype is shared. */
  dtype?: Dtype | NamedDatatype<Mode> | undefined;
  /** Default: the value's. */
  shape?: readonly number[] | undefined;
}

/** The attributes of an object, much like a `Map`. Names are in creation order where that is tracked. */
export interface Attributes<M extends Mode = "async"> {
  /** How many there are. */
  readonly size: number;
  /** Their names. */
  keys(): string[];
  /** Whether there is one of that name. */
  has(name: string): boolean;
  /** The value, in the forms of `Dataset.read`, or `undefined` if there is no such attribute. */
  get(name: string, options?: CallOptions): Out<M, Value | undefined>;
  /** Shape and type of an attribute, or `undefined`. */
  describe(name: string): AttributeInfo | undefined;
  /** All names with their values. */
  entries(options?: CallOptions): Out<M, [name: string, value: Value][]>;
  /** All values as a plain object. */
  toObject(options?: CallOptions): Out<M, Record<string, Value>>;
  /**
   * Creates or replaces an attribute, of any size.
   *
   * ```ts
   * const f = create();
   * f.attrs.set("title", "Run 7");
   * f.attrs.set("range", [0, 1], { dtype: "<f4" });
   * ```
   *
   * Errors: `Argument` for values that do not fit the type or the shape; `ReadOnly` if the file is open for reading.
   */
  set(name: string, value: WriteValue, options?: AttributeOptions): Out<M, void>;
  /** Deletes an attribute; whether there was one. */
  delete(name: string, options?: CallOptions): Out<M, boolean>;
  /** Deletes all attributes, one after the other: what stops it leaves the others. */
  clear(options?: CallOptions): Out<M, void>;
  /** Names with values; synchronous files only. */
  [Symbol.iterator](): M extends "sync" ? IterableIterator<[string, Value]> : never;
  /** Names with values. */
  [Symbol.asyncIterator](): AsyncIterableIterator<[string, Value]>;
}
