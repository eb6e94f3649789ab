/** Slices as files for other programs. Part of the worker that is loaded when something is exported. */

import { HyperslabError, type Columns, type Dataset, type Dtype, type Mode, type NdArray } from "hyperslab";
import { columnsOf, type PathOf } from "./cells.js";
import type { Job } from "./job.js";
import { npyBytes, npyHead } from "./npy.js";
import { jsonText, plainOf, textOf, type Plain } from "./plain.js";
import { absentFrom, storageOf } from "./planes.js";
import { unit } from "./plan.js";
import type { ExportAsk, Exported } from "./protocol.js";
import { count, isRange, part, type Pick, type Picks, type Range } from "./selection.js";

/** Decoded bytes that are read at once. */
const BAND = 4 * 2 ** 20;
/** Characters that are handed over at once: no text gets too long to be one. */
const PIECE = 2 ** 20;
/** Bytes that a page can hold of what it makes. */
const MOST = 2 * 2 ** 30;

const product = (of: readonly number[]): number => of.reduce((a, b) => a * b, 1);

/** The file's bytes; what is written stays in order of the axes, but for a table that is shown the other way round. */
export async function exportSlice(d: Dataset<Mode>, ask: ExportAsk, pathOf: PathOf, job: Job): Promise<Exported> {
  const writer = new Slice(d, ask, pathOf);
  const parts: Blob[] = [];
  const absent = new Set<string>();
  let size = 0;
  const put: Put = (piece) => {
    // As blobs they need not stay in memory.
    const blob = new Blob([piece]);
    size += blob.size;
    parts.push(blob);
    if (size > MOST) throw tooBig();
  };
  if (writer.bytes > MOST) throw tooBig();
  let done = 0;
  for (const [from, to] of writer.bands()) {
    await job.step(done, writer.rows);
    const a = await writer.read(from, to, job.signal);
    for (const name of absentFrom(a)) absent.add(name);
    writer.write(a, from, to, put);
    done = to;
  }
  writer.end(put);
  return { blob: new Blob(parts, { type: TYPES[ask.format] }), absent: [...absent] };
}

const tooBig = (): HyperslabError => new HyperslabError("Limit", "this would be a file of more than 2 GB, which a page cannot make: the command can, as in hyperslab cat -f npy");

const TYPES = { csv: "text/csv", json: "application/json", npy: "application/octet-stream" };

class Slice {
  readonly picks: Pick[];
  /** Axes that stay, in the dataset's order. */
  readonly axes: number[];
  readonly shape: number[];
  /** The axis that is read in bands, and how long it is. */
  readonly #axis: number;
  readonly rows: number;
  readonly #turned: boolean;
  readonly #isRecord: boolean;

  constructor(
    private readonly d: Dataset<Mode>,
    private readonly ask: ExportAsk,
    private readonly pathOf: PathOf,
  ) {
    this.picks = kept(ask.picks);
    this.axes = this.picks.flatMap((p, axis) => (isRange(p) ? [axis] : []));
    this.shape = this.axes.map((axis) => count(this.picks[axis] as Range));
    const { x, y } = ask;
    this.#turned = ask.format === "csv" && x !== null && y !== null && x < y && this.axes.length === 2;
    this.#isRecord = columnsOf(d.dtype)[0]?.name !== "";
    // A row of a table is never cut.
    const able = ask.format === "csv" && !this.#isRecord && this.axes.length > 1 ? this.shape.slice(0, -1) : this.shape;
    this.#axis = this.#turned ? (y as number) : (this.axes[Math.max(0, able.findIndex((n) => n > 1))] as number);
    this.rows = count(this.picks[this.#axis] as Range);
  }

  /** Of the elements, decoded. */
  get bytes(): number {
    return product(this.shape) * storageOf(this.d).itemSize;
  }

  /** Spans of the first axis that is longer than one: whole units of the file, where these are not too big. */
  *bands(): Generator<[from: number, to: number]> {
    const storage = storageOf(this.d);
    const { start, step } = this.picks[this.#axis] as Range;
    const extent = unit(storage)[this.#axis] ?? 1;
    const row = Math.max(1, (product(this.shape) / Math.max(1, this.rows)) * storage.itemSize);
    const fit = Math.max(1, Math.floor(BAND / row));
    const most = Math.max(fit, Math.min(this.rows, Math.floor((8 * BAND) / row), Math.ceil(extent / step)));
    for (let from = 0; from < this.rows; ) {
      const last = start + (from + most) * step;
      const even = Math.ceil((Math.floor(last / extent) * extent - start) / step);
      const to = Math.min(this.rows, even > from ? even : from + most);
      yield [from, to];
      from = to;
    }
  }

  read(from: number, to: number, signal: AbortSignal): Promise<NdArray> {
    const selection = this.picks.map((p, axis) => {
      if (!isRange(p)) return p.at;
      const of = axis === this.#axis ? part(p, from, to) : p;
      return [of.start, of.stop, of.step] as const;
    });
    return Promise.resolve(this.d.read<NdArray>(selection, { signal }));
  }

  write(a: NdArray, from: number, to: number, put: Put): void {
    const { format } = this.ask;
    if (format === "npy") {
      const { descr, bytes } = npyBytes(a, this.d.dtype);
      if (from === 0) put(npyHead(descr, [...this.shape, ...a.shape.slice(this.axes.length)]));
      put(bytes);
    } else if (format === "csv") this.#lines(a, from, to, put);
    else this.#json(a, from, to, put);
  }

  end(put: Put): void {
    if (this.ask.format === "json") put("\n");
  }

  /** A line for each record, or for each row along the last axis. */
  #lines(a: NdArray, from: number, to: number, put: Put): void {
    if (from === 0 && this.#isRecord) put(line(columnsOf(this.d.dtype).map((c) => c.name)));
    const rows = to - from;
    const n = rows * this.#inRow;
    const of = columnsIn(a, this.d.dtype, this.axes.length, this.pathOf);
    if (this.#isRecord || this.axes.length < 2) return each(n, (i) => line(of.map((text) => text(i))), put);
    const text = of[0] as (i: number) => string;
    const wide = this.#turned ? this.shape[0] as number : this.shape.at(-1) as number;
    return each(n / wide, (r) => line(Array.from({ length: wide }, (_, c) => text(this.#turned ? c * rows + r : r * wide + c))), put);
  }

  /** Elements that go with one of those along the axis of the bands. */
  get #inRow(): number {
    return product(this.shape) / Math.max(1, this.rows);
  }

  #json(a: NdArray, from: number, to: number, put: Put): void {
    const of = plainOf(a, this.axes.length, this.pathOf);
    // Where lists begin and end: after so many elements.
    const sizes = this.shape.map((_, axis) => product(this.shape.slice(axis)));
    const first = from * this.#inRow;
    each((to - from) * this.#inRow, (k) => {
      const i = first + k;
      const begins = sizes.filter((size) => i % size === 0).length;
      const ends = sizes.filter((size) => (i + 1) % size === 0).length;
      return `${i > 0 ? (begins > 0 ? ",\n" : ",") : ""}${"[".repeat(begins)}${jsonText(of(k))}${"]".repeat(ends)}`;
    }, put);
  }
}

type Put = (piece: string | Uint8Array<ArrayBuffer>) => void;

function each(n: number, text: (i: number) => string, put: Put): void {
  let piece = "";
  for (let i = 0; i < n; i++) {
    piece += text(i);
    if (piece.length < PIECE && i < n - 1) continue;
    put(piece);
    piece = "";
  }
}

/** Without an axis there is no array: the last one stays, one element long. */
function kept(picks: Picks): Pick[] {
  if (picks.some(isRange)) return [...picks];
  return picks.map((p, axis) => (axis === picks.length - 1 && !isRange(p) ? { start: p.at, stop: p.at + 1, step: 1 } : p));
}

/** Text of each column of the elements that were read. */
function columnsIn(a: NdArray, dtype: Dtype, rank: number, pathOf: PathOf): ((i: number) => string)[] {
  return columnsOf(dtype).map(({ trail }) => {
    let at: NdArray | undefined = a;
    for (const name of trail) at = at && (at.data as Columns)[name];
    const of: (i: number) => Plain = at ? plainOf(at, rank, pathOf) : () => null;
    return (i) => textOf(of(i));
  });
}

/** A line of CSV. */
function line(cells: readonly string[]): string {
  return `${cells.map((text) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",")}\n`;
}
