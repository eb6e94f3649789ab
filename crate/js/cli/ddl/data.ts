/** Values in h5dump's DDL. */

import { Parts, type Plan, ReferenceColumn } from "../../columns.js";
import { expand } from "../../dtype.js";
import type { Dataset, Datatype, Dtype, Reference } from "../../types.js";
import { type Batch, eachBatch } from "../stream.js";
import { type Cells, makeCells } from "./cells.js";
import { datatypeText, nativeSize } from "./datatype.js";
import { type Dumper, spaceText } from "./dumper.js";
import { chosen, regionText } from "./reference.js";
import { Context, type Renderer } from "./render.js";
import { type Stored, storedSize, tellsMore } from "./stored.js";

/** h5dump reads so many bytes of elements at a time, and forgets at their end how far a row goes. */
const STRETCH = 1 << 20;

/** Sizes of the stretches in which elements of these extents are read. */
function* stretches(shape: readonly number[], size: number): Generator<number> {
  const sizes: number[] = [];
  let bytes = size;
  for (const d of shape.toReversed()) {
    const n = Math.min(d, Math.max(1, Math.floor(STRETCH / bytes)));
    sizes.unshift(n);
    bytes *= n;
  }
  const at = shape.map(() => 0);
  for (;;) {
    const here = shape.map((d, i) => Math.min(d - at[i]!, sizes[i]!));
    yield here.reduce((n, d) => n * d, 1);
    let i = shape.length - 1;
    for (; i >= 0; i--) {
      at[i]! += here[i]!;
      if (at[i]! < shape[i]!) break;
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/** Prints elements as they come. */
class Elements {
  private readonly steps: Generator<number>;
  private left = 0;
  private local = 0;
  private counter = 0;
  private done = 0;
  private readonly total: number;

  constructor(
    private readonly renderer: Renderer,
    private readonly ctx: Context,
    shape: readonly number[],
    size: number | undefined,
  ) {
    ctx.extend(shape);
    this.total = shape.reduce((n, d) => n * d, 1);
    this.steps = size === undefined ? [this.total].values() as never : stretches(shape, size);
  }

  take(n: number, text: (i: number) => string): void {
    const { ctx, renderer } = this;
    for (let i = 0; i < n; i++) {
      if (this.left === 0) {
        this.left = this.steps.next().value ?? this.total;
        this.local = this.counter = 0;
        ctx.position = this.done;
        ctx.continued = this.done > 0;
        ctx.needPrefix = true;
      }
      const comma = this.done + 1 < this.total ? "," : "";
      if (!renderer.render(ctx, text(i) + comma, true, this.local, this.counter)) this.counter = 0;
      ctx.elements += 1;
      this.counter += 1;
      this.local += 1;
      this.left -= 1;
      this.done += 1;
    }
  }
}

/** A context for elements in a block. */
function inside(ctx: Context): Context {
  const data = ctx.copy();
  data.level += 1;
  data.needPrefix = true;
  return data;
}

/** Whether references are somewhere in a type. */
function refers(dtype: Dtype): boolean {
  const type = expand(dtype);
  if (type.class === "reference") return true;
  if (type.class === "compound") return type.members.some((m) => refers(m.dtype));
  return "base" in type && type.class !== "enum" && refers(type.base);
}

/** Every reference in a batch, in no order. */
function referencesIn(plan: Plan, parts: Parts, n: number, found: Reference[]): void {
  if (plan === "r") {
    const column = new ReferenceColumn();
    column.take(parts, n);
    found.push(...column.data);
  } else if (plan === "s") for (let i = 0; i < 3; i++) parts.bytes();
  else if (!Array.isArray(plan) || plan[0] === "n" || plan[0] === "o") parts.bytes();
  else if (plan[0] === "a") referencesIn(plan[2], parts, n * plan[1], found);
  else if (plan[0] === "c") for (const [, inner] of plan[1]) referencesIn(inner, parts, n, found);
  else {
    const ends = parts.numbers("u4");
    referencesIn(plan[1], parts, n ? Number(ends[n - 1]) : 0, found);
  }
}

type Given = { plan: Plan; parts: Parts; stored?: Uint8Array | undefined } | { texts: string[] };

/** Room for the elements as they are in the file. */
async function roomFor(dumper: Dumper): Promise<Stored> {
  return { bytes: undefined, address: (await dumper.widthsOf()).offset };
}

/** The values of an attribute, or other values that are all there. */
export async function dumpValues(dumper: Dumper, ctx: Context, of: { dtype: Dtype; shape: number[] | null }, given: Given): Promise<void> {
  const shape = of.shape ?? [];
  const total = shape.reduce((n, d) => n * d, 1);
  if (total === 0) return;
  if ("texts" in given) {
    new Elements(dumper.renderer, inside(ctx), shape, undefined).take(total, (i) => given.texts[i]!);
    return;
  }
  const type = expand(of.dtype);
  if (type.class === "reference") {
    const column = new ReferenceColumn();
    column.take(given.parts, total);
    await dumpReferences(dumper, ctx, column.data);
    return;
  }
  const stored = await roomFor(dumper);
  stored.bytes = given.stored;
  const cells = await cellsFor(dumper, given, total, type, stored);
  const data = inside(ctx);
  new Elements(dumper.renderer, data, shape, undefined).take(total, (i) => cells.text(i, data));
}

/** Cells that know what references lead to. */
async function cellsFor(dumper: Dumper, { plan, parts }: { plan: Plan; parts: Parts }, n: number, type: Datatype, stored: Stored, made?: Cells): Promise<Cells> {
  let paths = new Map<number, string>();
  if (refers(type)) {
    paths = await dumper.paths();
    const found: Reference[] = [];
    referencesIn(plan, parts.again(), n, found);
    await dumper.look(found);
  }
  const cells = made ?? makeCells(plan, type, dumper.printing((r) => dumper.referenceText(r, paths), stored), (i) => i * storedSize(type, stored.address));
  cells.take(parts, n);
  return cells;
}

/** The elements of a dataset, in their block. */
export async function dumpData(dumper: Dumper, dataset: Dataset, ctx: Context): Promise<void> {
  const { renderer } = dumper;
  const type = dataset.datatype;
  if (type.class === "time") {
    // These are h5dump's words: it does not print them.
    ctx.level += 1;
    renderer.own(ctx, "DATA{ not yet implemented.}");
    ctx.level -= 1;
    return;
  }
  renderer.line(ctx, "DATA {");
  await dumper.attempt(() => dumpElements(dumper, dataset, ctx), ctx);
  renderer.own(ctx, "}");
}

async function dumpElements(dumper: Dumper, dataset: Dataset, ctx: Context): Promise<void> {
  const { renderer } = dumper;
  const type = dataset.datatype;
  if (type.class === "reference") {
    const all: Reference[] = [];
    await eachBatch(dataset, undefined, ({ parts, n }) => {
      const column = new ReferenceColumn();
      column.take(parts, n);
      all.push(...column.data);
    });
    await dumpReferences(dumper, ctx, all);
  } else if (dataset.size > 0) {
    const data = inside(ctx);
    const elements = new Elements(renderer, data, dataset.shape!, nativeSize(type));
    const stored = await roomFor(dumper);
    let cells: Cells | undefined;
    const take = async (batch: Batch): Promise<void> => {
      stored.bytes = batch.stored;
      const taken = (cells = await cellsFor(dumper, batch, batch.n, type, stored, cells));
      elements.take(batch.n, (i) => taken.text(i, data));
      await dumper.flush();
    };
    await eachBatch(dataset, undefined, take, { stored: dataset.layout !== "virtual" && tellsMore(type) });
  }
}

/** References are printed with what they lead to. */
async function dumpReferences(dumper: Dumper, ctx: Context, references: readonly Reference[]): Promise<void> {
  const { renderer } = dumper;
  const paths = await dumper.paths();
  await dumper.look(references);
  const data = inside(ctx);
  for (const [i, reference] of references.entries()) {
    data.needPrefix = true;
    if (reference.kind === "region" && reference.address !== 0) {
      await dumpRegion(dumper, data, reference, paths, i);
      continue;
    }
    renderer.render(data, dumper.referenceText(reference, paths), false, i);
    if (!dumper.kinds.has(reference.address)) continue;
    data.level += 1;
    const object = await dumper.file.get(reference);
    if (object?.kind === "dataset") await dumpData(dumper, object, data);
    else {
      renderer.line(data, "DATA {");
      renderer.line(data, "}");
    }
    data.level -= 1;
  }
}

async function dumpRegion(dumper: Dumper, ctx: Context, reference: Reference, paths: Map<number, string>, i: number): Promise<void> {
  const { renderer } = dumper;
  renderer.render(ctx, `DATASET "${paths.get(reference.address) ?? ""}"`, false, i);
  const stored = chosen(reference);
  if (stored.kind === "none" || stored.kind === "all") return;
  const points = stored.kind === "points";
  renderer.render(ctx, " {", false, points ? 0 : i);
  ctx.level += 1;
  renderer.line(ctx, `REGION_TYPE ${points ? "POINT" : "BLOCK"}  ${regionText(stored)}`);
  const dataset = await dumper.file.get({ kind: "object", address: reference.address });
  if (dataset?.kind === "dataset") {
    ctx.needPrefix = true;
    ctx.level += 1;
    const text = datatypeText(renderer, ctx, "DATATYPE  ", dataset.dtype);
    ctx.level -= 1;
    renderer.render(ctx, text);
    renderer.line(ctx, `DATASPACE  ${spaceText(dataset.shape, dataset.maxshape)}`);
  }
  ctx.level -= 1;
  renderer.line(ctx, "}");
}
