/** Collects what the engine decodes, batch by batch, into the arrays users get. */

import { argument, HyperslabError } from "./errors.js";
import { convert, convertWide } from "./convert.js";
import { HALVES, Halves, singles } from "./halves.js";
import type {
  ArrayType,
  CompoundType,
  Data,
  Dtype,
  NdArray,
  NumericArray,
  Reference,
  VlenElement,
  VlenType,
} from "./types.js";

/** How a type's elements arrive: written by crate/wasm next to each type. */
export type Plan =
  | NumberPlan
  | ["n", size: number, signed: boolean]
  | "s"
  /** References of any kind. */
  | "r"
  | ["o", size: number]
  | ["a", each: number, base: Plan]
  | ["v", base: Plan]
  | ["c", members: [name: string, plan: Plan][]];

type NumberPlan = "i1" | "u1" | "i2" | "u2" | "i4" | "u4" | "i8" | "u8" | "f2" | "f4" | "f8";

export type NumericConstructor = {
  new (length: number): NumericArray;
  new (buffer: ArrayBufferLike, offset: number, length: number): NumericArray;
  readonly BYTES_PER_ELEMENT: number;
};

const ARRAYS = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f2: Halves,
  f4: Float32Array,
  f8: Float64Array,
} as Record<NumberPlan, NumericConstructor>;

/** The buffers of one batch, in the order the plan is walked. */
export class Parts {
  private next = 0;
  constructor(private readonly buffers: readonly Uint8Array[]) {}

  /** The same from the start. */
  again(): Parts {
    return new Parts(this.buffers);
  }

  bytes(): Uint8Array {
    const part = this.buffers[this.next++];
    if (!part) throw new HyperslabError("Internal", "a batch ended early");
    return part;
  }

  /** The next buffer as numbers; copied only if it does not lie on a boundary. */
  numbers(plan: NumberPlan): NumericArray {
    return numbersOf(this.bytes(), plan);
  }
}

function numbersOf(bytes: Uint8Array, plan: NumberPlan): NumericArray {
  return plan === "f2" && !HALVES ? singles(view(bytes, Uint16Array) as Uint16Array) : view(bytes, ARRAYS[plan]);
}

function view(bytes: Uint8Array, Type: NumericConstructor): NumericArray {
  const aligned = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Type(aligned.buffer, aligned.byteOffset, aligned.length / Type.BYTES_PER_ELEMENT);
}

/** What has been collected of a type. */
export type Collected = NumericArray | bigint[] | string[] | Uint8Array[] | Reference[] | VlenElement[];

/** Takes batches of elements of one type. */
export abstract class Column {
  /** Takes the next `n` elements. */
  abstract take(parts: Parts, n: number): void;
}

/** A column that ends in one array. */
export abstract class Leaf extends Column {
  abstract readonly data: Collected;
}

export class NumberColumn extends Leaf {
  private filled = 0;
  /** Whether elements arrive as they will be in the result. */
  private readonly direct: boolean;
  constructor(
    private readonly plan: NumberPlan,
    readonly data: NumericArray,
    /** Whether what is wanted are halves, whatever array there is for them. */
    readonly halves: boolean,
  ) {
    super();
    this.direct = data instanceof ARRAYS[plan] && !(halves && plan === "f4");
  }

  /** The bytes of the result, if elements arrive so. */
  get bytes(): Uint8Array | undefined {
    const { data } = this;
    return this.direct ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
  }

  take(parts: Parts, n: number): void {
    this.put(parts.bytes(), this.filled);
    this.filled += n;
  }

  /** Takes elements that belong somewhere else than behind those before. */
  put(bytes: Uint8Array, at: number): void {
    const { data, plan } = this;
    if (this.direct) new Uint8Array(data.buffer, data.byteOffset + at * data.BYTES_PER_ELEMENT, bytes.length).set(bytes);
    else convert(numbersOf(bytes, plan), data, at, this.halves);
  }

  /** Bytes of an element as it arrives. */
  get width(): number {
    return Number(this.plan[1]);
  }
}

/** Integers of more than 8 bytes. */
export class WideColumn extends Leaf {
  private filled = 0;
  /** As `NumberColumn` has it: the elements do not arrive as numbers in an array. */
  readonly bytes = undefined;
  constructor(
    private readonly size: number,
    private readonly signed: boolean,
    readonly data: bigint[] | NumericArray,
    readonly halves = false,
  ) {
    super();
  }

  take(parts: Parts, n: number): void {
    const { size, data } = this;
    const bytes = parts.bytes();
    const values = Array.from({ length: n }, (_, i) => {
      let digits = "0x";
      for (let k = (i + 1) * size; k > i * size; k--) digits += bytes[k - 1]!.toString(16).padStart(2, "0");
      return this.signed ? BigInt.asIntN(size * 8, BigInt(digits)) : BigInt(digits);
    });
    if (Array.isArray(data)) for (const v of values) data.push(v);
    else convertWide(values, data, this.filled, this.halves);
    this.filled += n;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Strings decoded at a time: few calls, and no substring keeps more than this alive. */
const BLOCK = 4096;

export class StringColumn extends Leaf {
  readonly data: string[] = [];

  take(parts: Parts, n: number): void {
    const bytes = parts.bytes();
    const ends = parts.numbers("u4") as Uint32Array;
    const utf16 = parts.numbers("u4") as Uint32Array; // empty: all ASCII, so the same as `ends`
    const cuts = utf16.length ? utf16 : ends;
    const { data } = this;
    for (let first = 0; first < n; first += BLOCK) {
      const last = Math.min(first + BLOCK, n);
      const text = decoder.decode(bytes.subarray(first ? ends[first - 1]! : 0, ends[last - 1]!));
      const base = first ? cuts[first - 1]! : 0;
      let from = 0;
      for (let i = first; i < last; i++) {
        const to = cuts[i]! - base;
        data.push(text.substring(from, to));
        from = to;
      }
    }
  }
}

export class OpaqueColumn extends Leaf {
  readonly data: Uint8Array[] = [];
  constructor(private readonly size: number) {
    super();
  }

  take(parts: Parts, n: number): void {
    const bytes = parts.bytes();
    for (let i = 0; i < n; i++) this.data.push(bytes.slice(i * this.size, (i + 1) * this.size));
  }
}

const KINDS = ["object", "region", "attribute"] as const;

export class ReferenceColumn extends Leaf {
  readonly data: Reference[] = [];

  take(parts: Parts, n: number): void {
    const addresses = parts.numbers("f8");
    const details = parts.bytes();
    const ends = parts.numbers("u4");
    let from = 0;
    for (let i = 0; i < n; i++) {
      const to = ends[i] as number;
      this.data.push(referenceOf(addresses[i] as number, details.subarray(from, to)));
      from = to;
    }
  }
}

/** `detail`: the kind in one byte, the file's name after its length in two, and what is chosen of the object. */
function referenceOf(address: number, detail: Uint8Array): Reference {
  const kind = KINDS[detail[0]!]!;
  const end = 3 + detail[1]! + (detail[2]! << 8);
  const chosen = detail.subarray(end);
  return {
    kind,
    address,
    ...(kind === "region" && { selection: chosen.slice() }),
    ...(kind === "attribute" && { attribute: decoder.decode(chosen) }),
    ...(end > 3 && { file: decoder.decode(detail.subarray(3, end)) }),
  };
}

/** Members next to each other. */
export class CompoundColumn extends Column {
  constructor(readonly members: (readonly [name: string, column: Column])[]) {
    super();
  }

  take(parts: Parts, n: number): void {
    for (const [, column] of this.members) column.take(parts, n);
  }
}

/** `each` elements of `base` per element. */
export class ArrayColumn extends Column {
  constructor(
    readonly each: number,
    readonly base: Column,
  ) {
    super();
  }

  take(parts: Parts, n: number): void {
    this.base.take(parts, n * this.each);
  }
}

export class VlenColumn extends Leaf {
  readonly data: VlenElement[] = [];
  constructor(
    private readonly plan: Plan,
    private readonly dtype: Dtype,
  ) {
    super();
  }

  take(parts: Parts, n: number): void {
    const ends = parts.numbers("u4") as Uint32Array;
    const total = n ? ends[n - 1]! : 0;
    const items = makeColumn(this.plan, this.dtype, total);
    items.take(parts, total);
    let from = 0;
    for (let i = 0; i < n; i++) {
      const to = ends[i]!;
      this.data.push(cut(items, this.dtype, from, to));
      from = to;
    }
  }
}

/** Elements `from..to` of a column, as an element of their own. */
function cut(column: Column, dtype: Dtype, from: number, to: number): VlenElement {
  if (column instanceof Leaf) return column.data.slice(from, to) as VlenElement;
  if (column instanceof ArrayColumn) return cut(column.base, baseOf(dtype), from * column.each, to * column.each);
  const columns: VlenElement = {};
  (column as CompoundColumn).members.forEach(([name, member], i) => {
    const type = memberOf(dtype, i);
    const [element, shape] = flatten(type, [to - from]);
    put(columns, name, ndarray(cut(member, type, from, to), shape, element));
  });
  return columns;
}

/** Type and shape as results have them: the extents of array types belong to the shape. */
export function flatten(dtype: Dtype, shape: number[]): [Dtype, number[]] {
  while (typeof dtype === "object" && dtype.class === "array") {
    shape = [...shape, ...dtype.dims];
    dtype = dtype.base;
  }
  return [dtype, shape];
}

export function ndarray<D extends Data>(data: D, shape: number[], dtype: Dtype): NdArray<D> {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    stride[i] = step;
    step *= shape[i]!;
  }
  return { data, shape, stride, dtype };
}

function baseOf(dtype: Dtype): Dtype {
  return (dtype as ArrayType | VlenType).base;
}

/** Type of the member with that position. */
export function memberOf(dtype: Dtype, i: number): Dtype {
  return (dtype as CompoundType).members[i]!.dtype;
}

/** Sets a property whatever its name; `__proto__` would otherwise do something else. */
export function put<T>(object: { [name: string]: T }, name: string, value: T): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

/** Room for `total` elements of a type; numbers go into `target` if one is given. */
export function makeColumn(
  plan: Plan,
  dtype: Dtype,
  total: number,
  target?: NumericArray | NumericConstructor,
): Column {
  const halves = target === Halves || target instanceof Halves;
  if (Array.isArray(plan)) {
    switch (plan[0]) {
      case "a":
        return new ArrayColumn(plan[1], makeColumn(plan[2], baseOf(dtype), total * plan[1], target));
      case "n":
        return new WideColumn(plan[1], plan[2], target ? room(target, total) : [], halves);
      case "o":
        return new OpaqueColumn(onlyPlain(target, plan[1]));
      case "v":
        return new VlenColumn(onlyPlain(target, plan[1]), baseOf(dtype));
      case "c":
        return new CompoundColumn(
          onlyPlain(target, plan[1]).map(([name, p], i) => [name, makeColumn(p, memberOf(dtype, i), total)] as const),
        );
    }
  }
  if (plan === "s") return onlyPlain(target, new StringColumn());
  if (plan === "r") return onlyPlain(target, new ReferenceColumn());
  return new NumberColumn(plan, room(target ?? ARRAYS[plan], total), halves);
}

/** Refuses a numeric target for what is not numeric. */
function onlyPlain<T>(target: unknown, value: T): T {
  if (target) throw argument("only numbers can be converted or read into an array of numbers");
  return value;
}

function room(target: NumericArray | NumericConstructor, total: number): NumericArray {
  if (typeof target === "object") {
    if (target.length < total) throw argument(`\`into\` has ${target.length} elements where ${total} are read`);
    return target.length === total ? target : (target.subarray(0, total) as NumericArray);
  }
  if (target === Halves && !HALVES) target = Float32Array;
  try {
    return new target(total);
  } catch (cause) {
    const bytes = total * target.BYTES_PER_ELEMENT;
    throw new HyperslabError("Limit", `${bytes} bytes do not fit into one array: read a selection`, { cause });
  }
}
