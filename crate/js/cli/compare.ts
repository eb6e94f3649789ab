/** Compares objects of two files. */

import { expand } from "../dtype.js";
import { isNdArray } from "../arrays.js";
import type { Data, Dataset, Dtype, Entity, Entry, File, Group, Link, NdArray, Reference, Value } from "../types.js";
import { pathsOf } from "./ddl/dumper.js";
import { describeError } from "./frame.js";
import { elementOf, jsonOf } from "./json.js";
import { dtypeText, shapeText } from "./types.js";

/** One difference. */
export interface Difference {
  readonly path: string;
  readonly what: string;
  readonly a?: string;
  readonly b?: string;
}

export interface CompareOptions {
  readonly rtol: number;
  readonly atol: number;
  readonly attributes: boolean;
  readonly storage: boolean;
  /** Values that are reported of each object. */
  readonly limit: number;
  readonly exclude: ReadonlySet<string>;
  readonly signal: AbortSignal;
  /** Whether nobody wants to know more. */
  done(): boolean;
  report(difference: Difference): Promise<void>;
}

/** Elements that are compared at a time. */
const SLAB = 1 << 20;

/** Selections that cover extents, each of about so many elements. */
export function* slabs(shape: readonly number[], most = SLAB): Generator<string> {
  const [n, ...rest] = shape;
  if (n === undefined || shape.some((d) => d === 0)) return;
  const row = rest.reduce((m, d) => m * d, 1);
  if (row <= most || rest.length === 0) {
    const step = Math.max(1, Math.floor(most / row));
    for (let i = 0; i < n; i += step) yield `${i}:${Math.min(n, i + step)}`;
  } else {
    for (let i = 0; i < n; i++) for (const inner of slabs(rest, most)) yield `${i}, ${inner}`;
  }
}

/** Kinds of types that can be compared with each other. */
function kindOf(dtype: Dtype): string {
  const type = expand(dtype);
  switch (type.class) {
    case "compound":
      return `{${type.members.map((m) => `${m.name}: ${kindOf(m.dtype)}`).join(", ")}}`;
    case "array":
      return `${kindOf(type.base)}[${type.dims.join(",")}]`;
    case "vlen":
      return `list of ${kindOf(type.base)}`;
    case "enum":
      return `enum {${type.members.map(([name, value]) => `${name}=${value}`).join(",")}}`;
    case "string":
      return "string";
    case "opaque":
      return `opaque ${type.size} ${type.tag}`;
    case "reference":
      return `${type.ref} reference`;
    case "complex":
      return "complex";
    default:
      return type.class;
  }
}

export class Comparison {
  private readonly seen = new Set<string>();
  private readonly paths: [Promise<Map<number, string>>?, Promise<Map<number, string>>?] = [];

  constructor(
    private readonly left: File,
    private readonly right: File,
    private readonly options: CompareOptions,
  ) {}

  private async report(path: string, what: string, a?: string, b?: string): Promise<void> {
    await this.options.report({ path, what, ...(a !== undefined && { a, b: b ?? "" }) });
  }

  /** Two objects, which are known as `path`. */
  async objects(a: Entity, b: Entity, path: string): Promise<void> {
    this.options.signal.throwIfAborted();
    if (this.options.done()) return;
    const pair = `${a.address} ${b.address}`;
    if (this.seen.has(pair)) return;
    this.seen.add(pair);
    if (a.kind !== b.kind) return await this.report(path, "kind", a.kind, b.kind);
    if (this.options.attributes) await this.attributes(a, b, path);
    if (a.kind === "group") await this.groups(a, b as Group, path);
    else if (a.kind === "dataset") await this.datasets(a, b as Dataset, path);
    else await this.types(a.dtype, (b as typeof a).dtype, path);
  }

  private async types(a: Dtype, b: Dtype, path: string): Promise<boolean> {
    const comparable = kindOf(a) === kindOf(b);
    const texts = [dtypeText(a), dtypeText(b)] as const;
    if (!comparable || (this.options.storage && JSON.stringify(expand(a), text) !== JSON.stringify(expand(b), text))) await this.report(path, "type", ...texts);
    return comparable;
  }

  private async groups(a: Group, b: Group, path: string): Promise<void> {
    const [left, right] = [await a.entries(), await b.entries()];
    const others = new Map(right.map((e) => [e.name, e]));
    for (const entry of left) {
      const at = `${path === "/" ? "" : path}/${entry.name}`;
      const other = others.get(entry.name);
      others.delete(entry.name);
      if (this.options.exclude.has(at)) continue;
      if (!other) await this.report(at, "only in the first");
      else await this.entries(entry, other, at);
    }
    for (const name of others.keys()) {
      const at = `${path === "/" ? "" : path}/${name}`;
      if (!this.options.exclude.has(at)) await this.report(at, "only in the second");
    }
  }

  private async entries(a: Entry, b: Entry, at: string): Promise<void> {
    if (a.link.kind !== b.link.kind) return await this.report(at, "link", a.link.kind, b.link.kind);
    if (a.link.kind !== "hard") {
      if (linkText(a.link) !== linkText(b.link)) await this.report(at, `${a.link.kind} link`, linkText(a.link), linkText(b.link));
      return;
    }
    if (a.error || b.error) return await this.report(at, "cannot be compared", a.error ? describeError(a.error) : "readable", b.error ? describeError(b.error) : "readable");
    if (a.object && b.object) await this.objects(a.object, b.object, at);
  }

  private async attributes(a: Entity, b: Entity, path: string): Promise<void> {
    const names = new Set([...a.attrs.keys(), ...b.attrs.keys()]);
    for (const name of names) {
      const at = `${path}@${name}`;
      const [x, y] = [a.attrs.describe(name), b.attrs.describe(name)];
      if (!x || !y) {
        await this.report(at, x ? "only in the first" : "only in the second");
        continue;
      }
      if (shapeText(x.shape) !== shapeText(y.shape)) await this.report(at, "shape", shapeText(x.shape), shapeText(y.shape));
      else if (await this.types(x.dtype, y.dtype, at)) {
        const values = [await a.attrs.get(name), await b.attrs.get(name)] as [Value, Value];
        await this.values(values[0], values[1], at, x.shape ?? [], [], { left: this.options.limit, count: 0 });
      }
    }
  }

  private async datasets(a: Dataset, b: Dataset, path: string): Promise<void> {
    if (this.options.storage) await this.storage(a, b, path);
    if (shapeText(a.shape) !== shapeText(b.shape)) return await this.report(path, "shape", shapeText(a.shape), shapeText(b.shape));
    const most = [JSON.stringify(a.maxshape), JSON.stringify(b.maxshape)] as const;
    if (this.options.storage && most[0] !== most[1]) await this.report(path, "largest shape", ...most);
    if (!(await this.types(a.dtype, b.dtype, path)) || a.shape === null) return;
    const budget = { left: this.options.limit, count: 0 };
    if (a.shape.length === 0) await this.values(await a.read(), await b.read(), path, [], [], budget);
    for (const selection of slabs(a.shape)) {
      this.options.signal.throwIfAborted();
      if (this.options.done()) return;
      const origin = selection.split(", ").map((part) => Number(part.split(":")[0]));
      const [x, y] = [await a.read(selection), await b.read(selection)];
      await this.values(x, y, path, sizes(selection, a.shape), origin, budget);
    }
    if (budget.count > this.options.limit) await this.report(path, `${budget.count} values differ in all`);
  }

  private async storage(a: Dataset, b: Dataset, path: string): Promise<void> {
    const facts = (d: Dataset): [string, string][] => [
      ["layout", d.layout],
      ["chunks", shapeText(d.chunks)],
      ["filters", d.filters.map((f) => `${f.name || f.id}(${f.values.join(",")})`).join(" + ") || "none"],
      ["fill value", JSON.stringify([d.fill.status, jsonOf(d.fillvalue)])],
    ];
    const others = facts(b);
    for (const [i, [what, text]] of facts(a).entries()) if (text !== others[i]![1]) await this.report(path, what, text, others[i]![1]);
  }

  /** Values of equal extents. `origin`: where they begin. */
  private async values(a: Value, b: Value, path: string, shape: readonly number[], origin: number[], budget: { left: number; count: number }): Promise<void> {
    const [x, y] = [await this.settle(a, 0), await this.settle(b, 1)];
    const differ = async (i: number, left: string, right: string): Promise<void> => {
      budget.count += 1;
      if (budget.left-- <= 0) return;
      const at = positionOf(i, shape, origin);
      await this.report(at ? `${path}[${at}]` : path, "value", left, right);
    };
    if (isNdArray(x) && isNdArray(y)) {
      const each = x.shape.reduce((n, d) => n * d, 1) / Math.max(1, shape.reduce((n, d) => n * d, 1));
      await this.arrays(x as NdArray, y as NdArray, (i, l, r) => differ(Math.floor(i / each), l, r));
      return;
    }
    const [l, r] = [jsonOf(x), jsonOf(y)];
    if (!this.same(l, r)) await differ(0, JSON.stringify(l), JSON.stringify(r));
  }

  private async arrays(x: NdArray, y: NdArray, differ: (i: number, l: string, r: string) => Promise<void>): Promise<void> {
    const [p, q] = [x.data as Data, y.data as Data];
    const n = x.shape.reduce((m, d) => m * d, 1);
    if (ArrayBuffer.isView(p) && ArrayBuffer.isView(q)) {
      const both = p.length;
      for (let i = 0; i < both; i++) {
        if (!this.near(p[i]!, q[i]!)) await differ(Math.floor((i * n) / both), String(p[i]), String(q[i]));
        if (this.options.done()) return;
      }
      return;
    }
    for (let i = 0; i < n; i++) {
      const [l, r] = [elementOf(p, i, x.dtype, x.shape.length), elementOf(q, i, y.dtype, y.shape.length)];
      if (!this.same(l, r)) await differ(i, JSON.stringify(l), JSON.stringify(r));
      if (this.options.done()) return;
    }
  }

  private near(a: number | bigint, b: number | bigint): boolean {
    if (a === b || (a !== a && b !== b)) return true;
    const { rtol, atol } = this.options;
    // An integer of eight bytes and a shorter one, or a float, are compared as they are.
    if (typeof a !== typeof b && !(a < b) && !(a > b)) return a === a && b === b;
    const [x, y] = [Number(a), Number(b)];
    return rtol + atol > 0 && Math.abs(x - y) <= atol + rtol * Math.abs(x);
  }

  /** Values in the form of JSON, numbers within the tolerance. */
  private same(a: unknown, b: unknown): boolean {
    if (typeof a === "number" && typeof b === "number") return this.near(a, b);
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
    const [p, q] = [Object.entries(a), Object.entries(b)];
    return p.length === q.length && p.every(([key, value]) => this.same(value, (b as Record<string, unknown>)[key]));
  }

  /** References by what they lead to: addresses of other files mean nothing. */
  private async settle(value: Value, side: 0 | 1): Promise<Value> {
    if (!refers(value)) return value;
    const paths = await (this.paths[side] ??= pathsOf(side ? this.right : this.left));
    return replaced(value, (r) => `${r.kind} ${r.address === 0 ? "null" : (paths.get(r.address) ?? "nowhere")} ${r.attribute ?? ""}${r.selection ? Buffer.from(r.selection).toString("hex") : ""}`) as Value;
  }
}

function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "address" in value && "kind" in value && !("data" in value);
}

/** Whether there are references in a value. Types tell, but values are what is at hand. */
function refers(value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (isReference(value)) return true;
  if (isNdArray(value)) return refers(value.data);
  if (Array.isArray(value)) return typeof value[0] === "object" && value.some(refers);
  return Object.values(value).some(refers);
}

function replaced(value: unknown, text: (r: Reference) => string): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (isReference(value)) return text(value);
  if (isNdArray(value)) return { ...value, data: replaced(value.data, text) };
  if (Array.isArray(value)) return value.map((v) => replaced(v, text));
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, replaced(v, text)]));
}

function text(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function linkText(link: Link): string {
  return link.kind === "soft" ? link.target : link.kind === "external" ? `${link.file}:${link.target}` : link.kind === "user" ? String(link.class) : "";
}

/** Extents of a selection as `slabs` makes them; axes with one index are gone. */
function sizes(selection: string, shape: readonly number[]): number[] {
  const parts = selection.split(", ");
  return shape.flatMap((d, i) => {
    const part = parts[i];
    if (part === undefined) return [d];
    const [from, to] = part.split(":").map(Number);
    return to === undefined ? [] : [to - from!];
  });
}

/** Where an element is in its dataset. */
function positionOf(i: number, shape: readonly number[], origin: readonly number[]): string {
  const at = shape.toReversed().map((d) => {
    const k = i % d;
    i = Math.floor(i / d);
    return k;
  }).toReversed();
  const fixed = Math.max(0, origin.length - 1);
  const first = origin.at(-1) ?? 0;
  return [...origin.slice(0, fixed), ...at.map((k, axis) => (axis === 0 ? k + first : k))].join(", ");
}
