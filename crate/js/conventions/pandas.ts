/** pandas' HDFStore: frames and series, in blocks of columns ("fixed") or as a table. */

import type { Columns, CompoundType, Dataset, Group, Mode, NdArray, NumericArray } from "../types.js";
import { arrayAt } from "./anndata.js";
import type { Categorical, Frame, Meaning } from "./meaning.js";
import { child, get, isArray, number, type Steps, text } from "./steps.js";

export function* pandas(group: Group<Mode>, type: string): Steps<Meaning<Mode> | undefined> {
  if (type === "frame") return yield* fixedFrame(group);
  if (type === "series") {
    const [index, values] = [yield* arrayAt(group, "index"), yield* arrayAt(group, "values")];
    return index && values && { kind: "frame", index, columns: new Map([[(yield* text(group, "name")) ?? "values", values]]) };
  }
  if (!/^(frame|appendable_frame|series)_table$|^appendable_/.test(type)) return undefined;
  const table = yield* child(group, "table");
  return table?.kind === "dataset" ? yield* tableFrame(group, table) : undefined;
}

/** Columns that have a type in common lie together, one row of the block for each row of the frame. */
function* fixedFrame(group: Group<Mode>): Steps<Frame<Mode> | undefined> {
  const [names, index] = [yield* arrayAt(group, "axis0"), yield* arrayAt(group, "axis1")];
  if (!names || !index) return undefined;
  const found = new Map<string, NdArray>();
  const blocks = yield* number(group, "nblocks");
  for (let b = 0; b < (blocks ?? 0); b++) {
    const values = yield* arrayAt(group, `block${b}_values`);
    if (!values) break; // fewer blocks than the attribute says
    const items = (yield* arrayAt(group, `block${b}_items`)) ?? names;
    Array.from(items.data as ArrayLike<unknown>, String).forEach((name, i) => {
      const column = columnOf(values, i);
      if (column) found.set(name, column);
    });
  }
  const columns = new Map<string, Meaning<Mode>>();
  for (const name of Array.from(names.data as ArrayLike<unknown>, String)) columns.set(name, found.get(name) ?? null);
  return { kind: "frame", index, columns };
}

/** Column `i` of a block, without copying it. */
function columnOf({ data, shape, stride, dtype }: NdArray, i: number): NdArray | undefined {
  if (shape.length !== 2 || i >= shape[1]!) return undefined;
  const from = (data as NumericArray).subarray?.(i) ?? (data as string[]).slice(i);
  return { data: from, shape: [shape[0]!], stride: [stride[0]!], dtype };
}

function* tableFrame(group: Group<Mode>, table: Dataset<Mode>): Steps<Frame<Mode> | undefined> {
  const value = yield* get(table.read());
  if (!isArray(value) || (table.datatype as CompoundType).class !== "compound") return undefined;
  const all = value.data as Columns;
  const columns = new Map<string, Meaning<Mode>>();
  for (const [field, array] of Object.entries(all)) {
    if (field === "index") continue;
    const names = yield* blockNames(table, field);
    if (array.shape.length === 2 && names.length === array.shape[1]) {
      names.forEach((name, i) => columns.set(name, columnOf(array, i)!));
      continue;
    }
    const name = names.length === 1 ? names[0]! : field;
    const one = array.shape.length === 2 && array.shape[1] === 1 ? { ...array, shape: [array.shape[0]!], stride: [1] } : array;
    columns.set(name, (yield* tableCategorical(group, table, field, one)) ?? one);
  }
  return { kind: "frame", index: all["index"] ?? null, columns };
}

/** The names of a block's columns: a pickled list, of which only texts are taken. */
function* blockNames(table: Dataset<Mode>, field: string): Steps<string[]> {
  const pickled = (yield* text(table, `${field}_kind`)) ?? "";
  return pickled.startsWith("(l") ? Array.from(pickled.matchAll(/^a?V(.*)$|S'(.*)'$/gm), (m) => m[1] ?? m[2]!) : [];
}

/** Codes whose categories are in a table of their own. */
function* tableCategorical(
  group: Group<Mode>,
  table: Dataset<Mode>,
  field: string,
  codes: NdArray,
): Steps<Categorical | undefined> {
  if ((yield* text(table, `${field}_meta`)) !== "category") return undefined;
  const object = yield* child(group, `meta/${field}/meta/table`);
  const value = object?.kind === "dataset" ? yield* get(object.read()) : undefined;
  const categories = isArray(value) ? (value.data as Columns)["values"] : undefined;
  return categories && { kind: "categorical", codes, categories, ordered: (yield* number(table, `${field}_ordered`)) === 1 };
}
