/** Objects of the file as the records that the page shows. */

import type { DatasetSync, Entity, GroupSync } from "hyperslab";
import { valueText, type PathOf } from "./cells.js";
import { itemSize } from "./dtype.js";
import type { AttributeRow, DatasetFacts, Row, SourceFile } from "./protocol.js";
import { axesOf } from "./scales.js";
import { troubleOf } from "./trouble.js";

/** One member of a group. Never fails: what cannot be opened is a row that says why. */
export function rowOf(group: GroupSync, name: string): Row {
  try {
    const link = group.getLink(name);
    if (!link) return { name, kind: "broken", why: "the name is gone" };
    if (link.kind === "external") return { name, kind: "external", target: `${link.file} : ${link.target}`, ...follow(group, name) };
    if (link.kind === "user") return { name, kind: "user", target: `class ${link.class}` };
    if (link.kind === "soft") return { name, kind: "soft", target: link.target, ...follow(group, name) };
    const object = group.get(name);
    return object ? { name, kind: object.kind, ...shapeOf(object) } : { name, kind: "broken", why: "nothing is there" };
  } catch (e) {
    return { name, kind: "broken", why: troubleOf(e).message };
  }
}

/** What a soft or external link leads to; nothing if it dangles. */
function follow(group: GroupSync, name: string): Partial<Row> {
  try {
    const object = group.get(name);
    return object ? { leads: object.kind, ...shapeOf(object) } : {};
  } catch (e) {
    return { why: troubleOf(e).message };
  }
}

function shapeOf(object: Entity<"sync">): Partial<Row> {
  return object.kind === "dataset" ? { dtype: object.dtype, shape: object.shape } : {};
}

/** All attributes; one that cannot be read says why. */
export function attributeRows(object: Entity<"sync">, pathOf: PathOf): AttributeRow[] {
  return object.attrs.keys().map((name) => {
    const info = object.attrs.describe(name);
    const row: AttributeRow = { name, dtype: info?.dtype ?? "|u1", shape: info?.shape ?? null };
    try {
      row.text = valueText(object.attrs.get(name), row.dtype, pathOf);
    } catch (e) {
      row.why = troubleOf(e).message;
    }
    return row;
  });
}

/** Chunks that a dataset may have for their sizes to be added up while someone waits. */
const COUNTABLE = 4_000_000;

function chunksOf(d: DatasetSync): number {
  return d.chunks?.reduce((n, extent, axis) => n * Math.ceil((d.shape?.[axis] ?? 0) / extent), 1) ?? 1;
}

/** The files that elements come from, each once. */
function sourcesOf(d: DatasetSync, find: (name: string) => unknown): SourceFile[] {
  const names = new Set(attempt(() => d.sources())?.map((s) => s.file));
  names.delete(".");
  return [...names].map((name) => (/%b/.test(name) ? { name } : { name, here: find(name) !== null }));
}

export function datasetFacts(d: DatasetSync, find: (name: string) => unknown): DatasetFacts {
  return {
    shape: d.shape,
    maxshape: d.maxshape,
    size: d.size,
    itemSize: itemSize(d.datatype),
    layout: d.layout,
    index: d.index,
    chunks: d.chunks,
    filters: d.filters.map((f) => ({ ...f, values: [...f.values] })),
    fill: d.fill.status,
    fillText: d.fill.status === "user" ? valueText(d.fill.value, d.dtype) : "",
    stored: chunksOf(d) > COUNTABLE ? undefined : attempt(() => d.storageSize),
    sources: sourcesOf(d, find),
    axes: axesOf(d),
  };
}

function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch {
    return undefined;
  }
}
