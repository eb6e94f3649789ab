/** Objects of the file as the records that the page shows. */

import { isHyperslabError, type Dataset, type Entity, type File, type Group, type Mode } from "hyperslab";
import { valueText, type PathOf } from "./cells.js";
import { itemSize } from "./dtype.js";
import { isFar } from "./far.js";
import type { AttributeRow, DatasetFacts, Row, SourceFile } from "./protocol.js";
import { axesOf } from "./scales.js";
import { troubleOf } from "./trouble.js";

/** Whether something may be there although it could not be read: where it has to be fetched. */
const isLost = (e: unknown, file: File<Mode>): boolean => isHyperslabError(e, "Io") && isFar(file);

/** One member of a group. What cannot be opened is a row that says why; what could not be fetched is an error. */
export async function rowOf(group: Group<Mode>, name: string): Promise<Row> {
  try {
    const link = await group.getLink(name);
    if (!link) return { name, kind: "broken", why: "the name is gone" };
    if (link.kind === "external") return { name, kind: "external", target: `${link.file} : ${link.target}`, ...(await follow(group, name)) };
    if (link.kind === "user") return { name, kind: "user", target: `class ${link.class}` };
    if (link.kind === "soft") return { name, kind: "soft", target: link.target, ...(await follow(group, name)) };
    const object = await group.get(name);
    return object ? { name, kind: object.kind, ...shapeOf(object) } : { name, kind: "broken", why: "nothing is there" };
  } catch (e) {
    if (isLost(e, group.file)) throw e;
    return { name, kind: "broken", why: troubleOf(e).message };
  }
}

/** What a soft or external link leads to; nothing if it dangles. */
async function follow(group: Group<Mode>, name: string): Promise<Partial<Row>> {
  try {
    const object = await group.get(name);
    return object ? { leads: object.kind, ...shapeOf(object) } : {};
  } catch (e) {
    return { why: troubleOf(e).message };
  }
}

function shapeOf(object: Entity<Mode>): Partial<Row> {
  return object.kind === "dataset" ? { dtype: object.dtype, shape: object.shape } : {};
}

/** All attributes; one that cannot be read says why. */
export async function attributeRows({ attrs, file }: Entity<Mode>, pathOf: PathOf): Promise<AttributeRow[]> {
  const names = await attrs.keys();
  return Promise.all(
    names.map(async (name) => {
      const info = await attrs.describe(name);
      const row: AttributeRow = { name, dtype: info?.dtype ?? "|u1", shape: info?.shape ?? null };
      try {
        row.text = valueText(await attrs.get(name), row.dtype, pathOf);
      } catch (e) {
        if (isLost(e, file)) throw e;
        row.why = troubleOf(e).message;
      }
      return row;
    }),
  );
}

/** Chunks that a dataset may have for their sizes to be added up while someone waits. */
const COUNTABLE = 4_000_000;

function chunksOf(d: Dataset<Mode>): number {
  return d.chunks?.reduce((n, extent, axis) => n * Math.ceil((d.shape?.[axis] ?? 0) / extent), 1) ?? 1;
}

/** The files that elements come from, each once. */
async function sourcesOf(d: Dataset<Mode>, isHere: IsHere): Promise<SourceFile[]> {
  const names = new Set((await attempt(() => d.sources()))?.map((s) => s.file));
  names.delete(".");
  return [...names].map((name) => {
    const here = /%b/.test(name) ? undefined : isHere(name);
    return here === undefined ? { name } : { name, here };
  });
}

/** Whether a file that another one names is at hand; undefined if only asking for it would tell. */
export type IsHere = (name: string) => boolean | undefined;

export async function datasetFacts(d: Dataset<Mode>, isHere: IsHere): Promise<DatasetFacts> {
  const [stored, sources, axes] = await Promise.all([chunksOf(d) > COUNTABLE ? undefined : attempt(() => d.storageSize), sourcesOf(d, isHere), axesOf(d)]);
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
    stored,
    sources,
    axes,
  };
}

async function attempt<T>(fn: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await fn();
  } catch {
    return undefined;
  }
}
