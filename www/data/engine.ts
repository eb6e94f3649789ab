/** Answers the page's questions about one open file. Runs in the worker; imports nothing of the page. */

import uFuzzy from "@leeoniya/ufuzzy";
import { create, openSync, ready, repack, type DatasetSync, type Entity, type FileSync, type GroupSync, type Value } from "hyperslab";
import type { Change } from "./changes.js";
import { columnsOf, fieldText, isArray, type PathOf } from "./cells.js";
import { natural } from "./names.js";
import { finder, first } from "./others.js";
import { attributeRows, datasetFacts, rowOf } from "./describe.js";
import { drawHeat, drawLine } from "./draw.js";
import { describeType } from "./dtype.js";
import type { Editable } from "./edits.js";
import type { Job } from "./job.js";
import { Places } from "./places.js";
import { absentFrom, Planes } from "./planes.js";
import type * as P from "./protocol.js";
import { sampleFile } from "./sample.js";
import { isRange, type Picks } from "./selection.js";
import { readScale } from "./scales.js";
import { sniff, SNIFF_BYTES } from "./sniff.js";
import { Table, type Tile } from "./tiles.js";
import { needsCodecs, troubleOf } from "./trouble.js";

type Answers = { [M in keyof P.Methods]: (ask: P.Methods[M]["ask"], job: Job) => Promise<P.Methods[M]["answer"]> | P.Methods[M]["answer"] };

/** What writes is loaded when something is written. */
const READING = { edit: false };

/** Thrown with its record already made. */
export class Refusal extends Error {
  constructor(readonly trouble: P.Trouble) {
    super(trouble.message);
  }
}

export class Engine implements Answers {
  #file: FileSync | undefined;
  readonly #planes = new Planes();
  readonly #tiles = new Map<string, Tile>();
  #paths: string[] | undefined;
  #places: Places | undefined;
  #find: (name: string) => File | null = () => null;
  /** What was opened. */
  #source: File | undefined;

  async warm(): Promise<null> {
    await ready(READING);
    return null;
  }

  async first({ files }: { files: readonly File[] }): Promise<number> {
    await ready(READING);
    return first(files);
  }

  async open({ file, others, changes }: P.Methods["open"]["ask"]): Promise<P.Opened> {
    await ready(READING);
    let head = new Uint8Array();
    try {
      head = new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());
      const find = finder([...others, file]);
      const f = openSync(file, { resolve: find });
      // Only now: the file that is open stays when the new one is no good.
      await this.#replace(f, find, file, changes);
      const { size, superblock, userblock } = f.info;
      return { name: file.name, size, superblock, userblock, first: firstToShow(f) };
    } catch (e) {
      // Changes that are made again may need filters: then all of this is done once more with them.
      if (needsCodecs(e)) throw e;
      throw new Refusal({ ...troubleOf(e), sniffed: sniff(head, file.size), size: file.size });
    }
  }

  close(): null {
    quit(this.#file);
    this.#file = undefined;
    this.#forget();
    return null;
  }

  /** Makes a file, with changes, the open one. If they cannot be made the one that is open stays, as it is. */
  async #replace(file: FileSync, find: (name: string) => File | null, source: File, changes: readonly Change[]): Promise<void> {
    const before = [this.#file, this.#find, this.#source, this.#places] as const;
    [this.#file, this.#find, this.#source, this.#places] = [file, find, source, new Places(file)];
    this.#forget();
    try {
      for (const one of changes) await this.change(one);
    } catch (e) {
      this.close();
      [this.#file, this.#find, this.#source, this.#places] = before;
      throw e;
    }
    quit(before[0]);
  }

  /** Nothing that was kept of the file is true any more. */
  #forget(): void {
    this.#planes.clear();
    this.#tiles.clear();
    this.#paths = undefined;
  }

  async sample(): Promise<Blob> {
    await ready();
    return sampleFile();
  }

  children({ path }: { path: string }): string[] {
    const group = this.#at(path);
    if (group.kind !== "group") return [];
    const names = group.keys();
    // Where the order of creation is tracked it means something; else names come as people sort them.
    const tracked = names[0] !== undefined && group.getLink(names[0])?.creationOrder !== undefined;
    return tracked ? names : natural(names);
  }

  rows({ path, names }: { path: string; names: string[] }): P.Row[] {
    const group = this.#at(path) as GroupSync;
    return names.map((name) => rowOf(group, name));
  }

  facts({ path }: { path: string }): P.Facts {
    const link = this.#deadLink(path);
    if (link) return { path, kind: "link", row: link, attributes: [] };
    const object = this.#at(path);
    return {
      path,
      kind: object.kind,
      address: object.address,
      attributes: attributeRows(object, this.#pathsFor(object)),
      ...(object.kind === "group" ? { members: object.keys().length } : { dtype: object.dtype }),
      ...(object.kind === "dataset" ? { dataset: datasetFacts(object, this.#find) } : {}),
    };
  }

  single({ path, picks }: { path: string; picks: Picks }): P.Single {
    const d = this.#dataset(path);
    const value: Value = d.shape === null || d.shape.length === 0 ? d.read() : d.read(picks.map((p) => (isRange(p) ? p.start : p.at)));
    const raw = typeof value === "string" ? value : isArray(value) && Array.isArray(value.data) && typeof value.data[0] === "string" ? value.data[0] : undefined;
    const plain = (v: Value): Value => (isArray(v) && v.shape.length === 0 && !ArrayBuffer.isView(v.data) && !Array.isArray(v.data) ? (v.data as unknown as Value) : v);
    const fields = columnsOf(d.dtype).map((c) => ({ name: c.name, type: describeType(c.dtype), text: fieldText(plain(value), c, this.#pathsFor(d)) }));
    return { fields, ...(raw === undefined ? {} : { raw }), absent: absentAt(d, picks) };
  }

  heat(ask: P.HeatAsk, job: Job): Promise<P.Picture> {
    return drawHeat(this.#dataset(ask.path), this.#planes, ask, job);
  }

  line(ask: P.LineAsk, job: Job): Promise<P.Line> {
    return drawLine(this.#dataset(ask.path), this.#planes, ask, job);
  }

  scale({ path, axis }: { path: string; axis: number }): P.Scale | null {
    return readScale(this.#dataset(path), axis);
  }

  async cells(ask: P.CellsAsk, job: Job): Promise<P.Cells> {
    const table = this.#table(ask);
    const cells: string[][] = [];
    let failed: P.Trouble | undefined;
    for (let r = ask.rows[0]; r < ask.rows[1]; r++) {
      await job.step(r - ask.rows[0], ask.rows[1] - ask.rows[0]);
      const row: string[] = [];
      for (let c = ask.cols[0]; c < ask.cols[1]; c++) {
        try {
          row.push(table.text(r, c));
        } catch (e) {
          failed ??= troubleOf(e);
          if (failed.code !== "Malformed") throw e;
          row.push("⚠");
        }
      }
      cells.push(row);
    }
    return { cells, ...(failed ? { failed } : {}), absent: table.absent };
  }

  probe(ask: P.Slice & { row: number; col: number }): string {
    return this.#table(ask).text(ask.row, ask.col);
  }

  find({ text, limit }: { text: string; limit: number }): P.Found {
    this.#paths ??= this.#open().paths().map((p) => (p.startsWith("/") ? p : `/${p}`));
    const paths = this.#paths;
    const [hits, info, order] = new uFuzzy({ intraMode: 0 }).search(paths, text, 0, 2000);
    const sorted = info && order ? order.map((k) => info.idx[k] as number) : (hits ?? []);
    return { paths: sorted.slice(0, limit).map((k) => paths[k] as string), total: sorted.length };
  }

  async blank(): Promise<Blob> {
    await ready();
    return await create().toBlob();
  }

  async change(change: Change): Promise<null> {
    const [{ apply }, e] = [await import("./edits.js"), await this.#editable()];
    try {
      apply(e, change);
    } finally {
      this.#forget();
      this.#places = new Places(e.file);
    }
    return null;
  }

  /** The file, opened anew to be changed when it is changed for the first time: from then on changes are in memory. */
  async #editable(): Promise<Editable> {
    if (this.#open().mode === "r") {
      await ready();
      const file = openSync(this.#source as File, { mode: "r+", resolve: this.#find });
      this.close();
      this.#file = file;
      this.#places = new Places(file);
    }
    return this.#reading();
  }

  #reading(): Editable {
    return { file: this.#open(), at: (path) => this.#at(path) };
  }

  whole(): Promise<Blob> {
    return this.#open().toBlob();
  }

  async cellSource(ask: P.Methods["cellSource"]["ask"]): Promise<string> {
    return (await import("./edits.js")).cellSource(this.#dataset(ask.path), ask, this.#reading());
  }

  async valueSource({ path, picks, field }: P.Methods["valueSource"]["ask"]): Promise<string> {
    return (await import("./edits.js")).valueSource(this.#dataset(path), picks, field, this.#reading());
  }

  async attributeSource({ path, name }: P.Methods["attributeSource"]["ask"]): Promise<P.AttributeSource> {
    return (await import("./edits.js")).attributeSource(this.#reading(), path, name);
  }

  async objects({ path }: { path: string }): Promise<number> {
    return (await import("./edits.js")).objectsAt(this.#reading(), path);
  }

  async repack({ file, subtree, storing }: P.RepackAsk, job: Job): Promise<ArrayBuffer> {
    const { compression, level, chunks, libver } = storing;
    const bytes = await repack(file, {
      compression: compression === "gzip" ? level : compression,
      ...(chunks === "own" ? {} : { chunks: chunks === "chosen" }),
      libver,
      ...(subtree === null ? {} : { subtree }),
      onProgress: (done, total) => job.report({ done, total }),
    });
    return bytes.byteLength === bytes.buffer.byteLength ? (bytes.buffer as ArrayBuffer) : bytes.slice().buffer;
  }

  #table({ path, picks, y, x }: P.Slice): Table {
    const d = this.#dataset(path);
    return new Table(d, picks, y, x, columnsOf(d.dtype), this.#tiles, this.#pathsFor(d));
  }

  #open(): FileSync {
    if (!this.#file) throw new Refusal({ code: "Closed", message: "no file is open" });
    return this.#file;
  }

  #at(path: string): NonNullable<ReturnType<FileSync["get"]>> {
    const f = this.#open();
    const object = path === "/" ? f : (f.get(path) ?? this.#places?.get(path));
    if (!object) throw new Refusal({ code: "NotFound", message: "nothing is there", path });
    return object;
  }

  /** How references among an object's values are told: paths are those of the open file, and not of those that links lead to. */
  #pathsFor(object: Entity<"sync">): PathOf {
    return (r) => (object.file === this.#file ? this.#places?.pathOf(r) : undefined);
  }

  /** The row of a name that leads nowhere in this file. */
  #deadLink(path: string): P.Row | undefined {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    const group = name === "" ? undefined : this.#open().get(path.slice(0, cut) || "/");
    if (group?.kind !== "group") return undefined;
    const row = rowOf(group, name);
    return row.kind === "user" || (["external", "soft"].includes(row.kind) && !row.leads) ? row : undefined;
  }

  #dataset(path: string): DatasetSync {
    const object = this.#at(path);
    if (object.kind !== "dataset") throw new Refusal({ code: "Argument", message: "this is not a dataset", path });
    return object;
  }
}

/** Closes a file; what could not be completed is given up with the rest. */
function quit(file: FileSync | undefined): void {
  try {
    file?.close();
  } catch {
    // Nobody asks for it any more.
  }
}

/** Sources that are missing of a single element: a value alone cannot say so, an array of one can. */
function absentAt(d: DatasetSync, picks: Picks): string[] {
  if (d.layout !== "virtual" || picks.length === 0) return [];
  const at = picks.map((p) => (isRange(p) ? p.start : p.at));
  return absentFrom(d.read(at.map((i) => [i, i + 1] as const)));
}

/** NeXus's default plot, else the only dataset of the root group, else the root. */
function firstToShow(f: FileSync): string {
  try {
    return nexusDefault(f) ?? onlyDataset(f) ?? "/";
  } catch {
    return "/";
  }
}

function nexusDefault(f: FileSync): string | undefined {
  let group: GroupSync = f;
  for (let depth = 0; depth < 8; depth++) {
    const signal = group.attrs.get("signal");
    const name = typeof signal === "string" ? signal : group.attrs.get("default");
    if (typeof name !== "string") return undefined;
    const path = group.path === "/" ? `/${name}` : `${group.path}/${name}`;
    const next = f.get(path);
    if (next?.kind === "dataset") return path;
    if (next?.kind !== "group") return undefined;
    group = next;
  }
  return undefined;
}

function onlyDataset(f: FileSync): string | undefined {
  const names = f.keys();
  const name = names.length === 1 ? names[0] : undefined;
  return name !== undefined && f.get(name)?.kind === "dataset" ? `/${name}` : undefined;
}
