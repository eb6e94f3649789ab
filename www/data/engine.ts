/** Answers the page's questions about one open file. Runs in the worker; imports nothing of the page. */

import uFuzzy from "@leeoniya/ufuzzy";
import { create, openSync, ready, type Dataset, type DatasetSync, type Entity, type File as Hdf5, type FileSync, type Group, type Mode, type Value } from "hyperslab";
import type { Change, ImportChange } from "./changes.js";
import { columnsOf, fieldText, isArray, type PathOf } from "./cells.js";
import { natural } from "./names.js";
import { finder, first } from "./others.js";
import { attributeRows, datasetFacts, rowOf } from "./describe.js";
import { drawHeat, drawLine } from "./draw.js";
import { describeType } from "./dtype.js";
import type { Editable } from "./edits.js";
import { setFar } from "./far.js";
import { byAddress, dataset, found, objectIn } from "./find.js";
import { firstToShow } from "./first.js";
import type { Job } from "./job.js";
import { Places } from "./places.js";
import { absentAt, Planes } from "./planes.js";
import type * as P from "./protocol.js";
import { Remote } from "./remote.js";
import { sampleFile } from "./sample.js";
import { isRange, type Picks } from "./selection.js";
import { readScale } from "./scales.js";
import { sniff, SNIFF_BYTES } from "./sniff.js";
import { Table, type Tile } from "./tiles.js";
import { needsCodecs, Refusal, troubleOf } from "./trouble.js";

type Answers = { [M in keyof P.Methods]: (ask: P.Methods[M]["ask"], job: Job) => Promise<P.Methods[M]["answer"]> | P.Methods[M]["answer"] };

/** What writes is loaded when something is written. */
const READING = { edit: false };

export class Engine implements Answers {
  /** One that can be changed answers at once; one behind an address takes its time. */
  #file: Hdf5<Mode> | undefined;
  readonly #planes = new Planes();
  readonly #tiles = new Map<string, Tile>();
  #paths: string[] | undefined;
  #places: Places | undefined;
  #find: (name: string) => File | null = () => null;
  /** What was opened. */
  #source: P.Given | undefined;
  #remote: Remote | undefined;
  /** One that is being opened. */
  #coming: Remote | undefined;

  /** What the open file has taken from its server. */
  get traffic(): P.Traffic | null {
    return (this.#coming ?? this.#remote)?.traffic ?? null;
  }

  async warm(): Promise<null> {
    await ready(READING);
    return null;
  }

  async first({ files }: { files: readonly File[] }): Promise<number> {
    await ready(READING);
    return first(files);
  }

  async open({ file, others, changes }: P.Methods["open"]["ask"], job: Job): Promise<P.Opened> {
    await ready(READING);
    return file instanceof File ? this.#openHere(file, others, changes) : this.#openThere(file, others, job);
  }

  async #openHere(file: File, others: readonly File[], changes: readonly Change[]): Promise<P.Opened> {
    let head = new Uint8Array();
    try {
      head = new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());
      const find = finder([...others, file]);
      return await this.#replace(openSync(file, { resolve: find }), find, file, changes);
    } catch (e) {
      // Changes that are made again may need filters: then all of this is done once more with them.
      if (needsCodecs(e)) throw e;
      throw new Refusal({ ...troubleOf(e), sniffed: sniff(head, file.size), size: file.size });
    }
  }

  async #openThere(given: P.RemoteFile, others: readonly File[], job: Job): Promise<P.Opened> {
    const remote = (this.#coming = new Remote(given));
    try {
      const find = finder(others);
      return await this.#replace(await remote.open(find, job), find, given, [], remote);
    } catch (e) {
      job.signal.throwIfAborted();
      const why = await remote.why(e);
      if (why) throw new Refusal({ ...troubleOf(e), remote: why });
      const head = await remote.head();
      throw new Refusal({ ...troubleOf(e), ...(head.length > 0 ? { sniffed: sniff(head, Infinity) } : {}) });
    } finally {
      this.#coming = undefined;
    }
  }

  /** The record of an error. */
  async trouble(e: unknown): Promise<P.Trouble> {
    if (e instanceof Refusal) return e.trouble;
    const remote = await this.#remote?.why(e);
    return { ...troubleOf(e), ...(remote ? { remote } : {}) };
  }

  close(): null {
    quit(this.#file);
    this.#file = undefined;
    this.#remote = undefined;
    this.#forget();
    return null;
  }

  /** Makes a file, with changes, the open one. If they cannot be made the one that is open stays, as it is. */
  async #replace(file: Hdf5<Mode>, find: (name: string) => File | null, source: P.Given, changes: readonly Change[], remote?: Remote): Promise<P.Opened> {
    const { size, superblock, userblock } = file.info;
    const shown = await firstToShow(file);
    const before = [this.#file, this.#find, this.#source, this.#places, this.#remote] as const;
    [this.#file, this.#find, this.#source, this.#places, this.#remote] = [file, find, source, new Places(file), remote];
    this.#forget();
    try {
      for (const one of changes) await this.change(one);
    } catch (e) {
      this.close();
      [this.#file, this.#find, this.#source, this.#places, this.#remote] = before;
      throw e;
    }
    quit(before[0]);
    return { name: source.name, size, superblock, userblock, first: changes.length > 0 ? await firstToShow(this.#open()) : shown };
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

  async children({ path }: { path: string }): Promise<string[]> {
    const group = await this.#at(path);
    if (group.kind !== "group") return [];
    const names = await group.keys();
    // Where the order of creation is tracked it means something; else names come as people sort them.
    const tracked = names[0] !== undefined && (await group.getLink(names[0]))?.creationOrder !== undefined;
    return tracked ? names : natural(names);
  }

  async rows({ path, names }: { path: string; names: string[] }): Promise<P.Row[]> {
    const group = (await this.#at(path)) as Group<Mode>;
    return Promise.all(names.map((name) => rowOf(group, name)));
  }

  async facts({ path }: { path: string }): Promise<P.Facts> {
    const link = await this.#deadLink(path);
    if (link) return { path, kind: "link", row: link, attributes: [] };
    const object = await this.#at(path);
    return {
      path,
      kind: object.kind,
      address: object.address,
      attributes: await this.#known(() => attributeRows(object, this.#pathsFor(object))),
      ...(object.kind === "group" ? { members: (await object.keys()).length } : { dtype: object.dtype }),
      ...(object.kind === "dataset" ? { dataset: await datasetFacts(object, (name) => this.#isHere(name)) } : {}),
    };
  }

  /** Whether a file is at hand; of those beside one behind an address, only asking for them would tell. */
  #isHere(name: string): boolean | undefined {
    return this.#find(name) !== null || (this.#remote ? undefined : false);
  }

  async single({ path, picks }: { path: string; picks: Picks }): Promise<P.Single> {
    const d = await this.#dataset(path);
    const value: Value = await (d.shape === null || d.shape.length === 0 ? d.read() : d.read(picks.map((p) => (isRange(p) ? p.start : p.at))));
    const raw = typeof value === "string" ? value : isArray(value) && Array.isArray(value.data) && typeof value.data[0] === "string" ? value.data[0] : undefined;
    const plain = (v: Value): Value => (isArray(v) && v.shape.length === 0 && !ArrayBuffer.isView(v.data) && !Array.isArray(v.data) ? (v.data as unknown as Value) : v);
    const fields = await this.#known(() =>
      columnsOf(d.dtype).map((c) => ({ name: c.name, type: describeType(c.dtype), text: fieldText(plain(value), c, this.#pathsFor(d)) })),
    );
    return { fields, ...(raw === undefined ? {} : { raw }), absent: await absentAt(d, picks) };
  }

  async heat(ask: P.HeatAsk, job: Job): Promise<P.Picture> {
    return drawHeat(await this.#dataset(ask.path), this.#planes, ask, job);
  }

  async line(ask: P.LineAsk, job: Job): Promise<P.Line> {
    return drawLine(await this.#dataset(ask.path), this.#planes, ask, job);
  }

  async scale({ path, axis }: { path: string; axis: number }): Promise<P.Scale | null> {
    return readScale(await this.#dataset(path), axis);
  }

  cells(ask: P.CellsAsk, job: Job): Promise<P.Cells> {
    return this.#known(() => this.#cells(ask, job));
  }

  async #cells(ask: P.CellsAsk, job: Job): Promise<P.Cells> {
    const table = await this.#table(ask, job);
    const cells: string[][] = [];
    let failed: P.Trouble | undefined;
    for (let r = ask.rows[0]; r < ask.rows[1]; r++) {
      await job.step(r - ask.rows[0], ask.rows[1] - ask.rows[0]);
      const row: string[] = [];
      for (let c = ask.cols[0]; c < ask.cols[1]; c++) {
        try {
          row.push(await table.text(r, c));
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

  async probe(ask: P.Slice & { row: number; col: number }, job: Job): Promise<string> {
    const table = await this.#table(ask, job);
    return this.#known(() => table.text(ask.row, ask.col));
  }

  async find({ text, limit }: { text: string; limit: number }): Promise<P.Found> {
    this.#paths ??= (await this.#open().paths()).map((p) => (p.startsWith("/") ? p : `/${p}`));
    const paths = this.#paths;
    const [hits, info, order] = new uFuzzy({ intraMode: 0 }).search(paths, text, 0, 2000);
    const sorted = info && order ? order.map((k) => info.idx[k] as number) : (hits ?? []);
    return { paths: sorted.slice(0, limit).map((k) => paths[k] as string), total: sorted.length };
  }

  async blank(): Promise<Blob> {
    await ready();
    return await create().toBlob();
  }

  async tryImport(change: ImportChange): Promise<null> {
    await (await import("./import.js")).readImport(change);
    return null;
  }

  async change(change: Change): Promise<null> {
    const read = change.kind === "import" ? await (await import("./import.js")).readImport(change) : undefined;
    const [{ apply }, e] = [await import("./edits.js"), await this.#editable()];
    try {
      apply(e, change, read);
    } finally {
      this.#forget();
      this.#places = new Places(e.file);
    }
    return null;
  }

  /** The file, opened anew to be changed when it is changed for the first time: from then on changes are in memory. */
  async #editable(): Promise<Editable> {
    const own = this.#own();
    if (own.mode === "r") {
      await ready();
      const file = openSync(this.#source as File, { mode: "r+", resolve: this.#find });
      this.close();
      this.#file = file;
      this.#places = new Places(file);
    }
    return this.#reading();
  }

  #reading(): Editable {
    const file = this.#own();
    return { file, at: (path) => objectIn(file, path) };
  }

  /** The open file as one that can be changed. */
  #own(): FileSync {
    if (this.#remote) throw new Refusal({ code: "ReadOnly", message: "a file behind an address is only read: a copy on this computer can be changed" });
    return this.#open() as FileSync;
  }

  async download(_: Record<string, never>, job: Job): Promise<Blob> {
    if (!this.#remote) throw new Refusal({ code: "Closed", message: "no file behind an address is open" });
    return this.#remote.download(job);
  }

  async whole(): Promise<Blob> {
    return this.#open().toBlob();
  }

  async cellSource(ask: P.Methods["cellSource"]["ask"]): Promise<string> {
    return (await import("./edits.js")).cellSource(this.#ownDataset(ask.path), ask, this.#reading());
  }

  async valueSource({ path, picks, field }: P.Methods["valueSource"]["ask"]): Promise<string> {
    return (await import("./edits.js")).valueSource(this.#ownDataset(path), picks, field, this.#reading());
  }

  async attributeSource({ path, name }: P.Methods["attributeSource"]["ask"]): Promise<P.AttributeSource> {
    return (await import("./edits.js")).attributeSource(this.#reading(), path, name);
  }

  async objects({ path }: { path: string }): Promise<number> {
    return (await import("./edits.js")).objectsAt(this.#reading(), path);
  }

  async export(ask: P.ExportAsk, job: Job): Promise<P.Exported> {
    const d = await this.#dataset(ask.path);
    const { exportSlice } = await import("./export.js");
    return this.#known(() => exportSlice(d, ask, this.#pathsFor(d), job));
  }

  async repack(ask: P.RepackAsk, job: Job): Promise<ArrayBuffer> {
    return (await import("./copy.js")).copyOf(ask, job);
  }

  async #table({ path, picks, y, x }: P.Slice, { signal }: Job): Promise<Table> {
    const d = await this.#dataset(path);
    return new Table(d, picks, y, x, columnsOf(d.dtype), this.#tiles, this.#pathsFor(d), signal);
  }

  /** What comes of work in which references are told by their paths. */
  #known<T>(work: () => T | Promise<T>): Promise<T> {
    const places = this.#places ?? new Places(this.#open());
    return places.known(work);
  }

  #open(): Hdf5<Mode> {
    if (!this.#file) throw new Refusal({ code: "Closed", message: "no file is open" });
    return this.#file;
  }

  async #at(path: string): Promise<Entity<Mode>> {
    const f = this.#open();
    const object = found(path === "/" ? f : ((await f.get(path)) ?? (await byAddress(f, path))), path);
    // Links lead to other files, which are as far away.
    if (this.#remote) setFar(object.file);
    return object;
  }

  /** How references among an object's values are told: paths are those of the open file, and not of those that links lead to. */
  #pathsFor(object: Entity<Mode>): PathOf {
    return (r) => (object.file === this.#file ? this.#places?.pathOf(r) : undefined);
  }

  /** The row of a name that leads nowhere in this file. */
  async #deadLink(path: string): Promise<P.Row | undefined> {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    const group = name === "" ? undefined : await this.#open().get(path.slice(0, cut) || "/");
    if (group?.kind !== "group") return undefined;
    const row = await rowOf(group, name);
    return row.kind === "user" || (["external", "soft"].includes(row.kind) && !row.leads) ? row : undefined;
  }

  async #dataset(path: string): Promise<Dataset<Mode>> {
    return dataset(await this.#at(path), path);
  }

  #ownDataset(path: string): DatasetSync {
    return dataset(objectIn(this.#own(), path), path) as DatasetSync;
  }
}

/** Closes a file; what could not be completed is given up with the rest. */
function quit(file: Hdf5<Mode> | undefined): void {
  try {
    void Promise.resolve(file?.close()).catch(() => undefined);
  } catch {
    // Nobody asks for it any more.
  }
}
