/** Exact values of a slice for tables and read-outs: fetched in tiles along the chunks, the last few kept. */

import type { Dataset, Mode, NdArray } from "hyperslab";
import { cellText, columnText, inner, type CellText, type Column, type PathOf } from "./cells.js";
import { absentFrom, placeOf, storageOf } from "./planes.js";
import { unit } from "./plan.js";
import { count, isRange, part, type Picks, type Range } from "./selection.js";

/** A tile has at least this many rows and columns, where the slice has. */
const ROWS = 128;
const COLS = 32;
/** Tiles kept, in decoded bytes. */
const KEEP = 128 * 2 ** 20;

/** Part of a slice: rows from `row`, columns from `col`, and the text of each cell. */
export interface Tile {
  row: number;
  col: number;
  rows: number;
  cols: number;
  /** Text of element `i`, counting along the rows axis `rowStride` apart and along columns `colStride` apart. */
  text: CellText[];
  rowStride: number;
  colStride: number;
  bytes: number;
  /** Sources of a virtual dataset that are missing. */
  absent: string[];
}

/** Along one axis of a table: elements are cut into tiles where units of the file end. */
class Cuts {
  readonly extent: number;

  constructor(
    readonly range: Range,
    unitExtent: number,
    least: number,
  ) {
    this.extent = Math.ceil((least * range.step) / unitExtent) * unitExtent;
  }

  /** The tile that element `i` of the slice is in. */
  tile(i: number): number {
    return Math.floor((this.range.start + i * this.range.step) / this.extent);
  }

  /** The slice's elements in a tile. */
  span(tile: number): [from: number, to: number] {
    const { start, step } = this.range;
    const n = count(this.range);
    const from = Math.ceil((tile * this.extent - start) / step);
    const to = Math.ceil(((tile + 1) * this.extent - start) / step);
    return [Math.max(0, from), Math.min(n, to)];
  }
}

const ONE: Range = { start: 0, stop: 1, step: 1 };

/** A table over a dataset: rows along one axis, columns along another or from the fields of records. */
export class Table {
  readonly #rows: Cuts;
  readonly #cols: Cuts;
  readonly #key: string;
  readonly #absent = new Set<string>();

  constructor(
    private readonly d: Dataset<Mode>,
    private readonly picks: Picks,
    private readonly rowAxis: number | null,
    private readonly colAxis: number | null,
    private readonly columns: readonly Column[],
    private readonly kept: Map<string, Tile>,
    private readonly pathOf: PathOf,
    private readonly signal: AbortSignal,
  ) {
    const extents = unit(storageOf(d));
    const range = (axis: number | null): Range => {
      const p = axis === null ? undefined : picks[axis];
      return p && isRange(p) ? p : ONE;
    };
    this.#rows = new Cuts(range(rowAxis), rowAxis === null ? 1 : (extents[rowAxis] ?? 1), ROWS);
    this.#cols = new Cuts(range(colAxis), colAxis === null ? 1 : (extents[colAxis] ?? 1), COLS);
    this.#key = JSON.stringify([placeOf(d), picks, rowAxis, colAxis]);
  }

  /** Text of the cell in that row and column of the table. */
  async text(row: number, col: number): Promise<string> {
    const fields = this.colAxis === null;
    const tile = await this.#tile(this.#rows.tile(row), fields ? 0 : this.#cols.tile(col));
    for (const name of tile.absent) this.#absent.add(name);
    const i = (row - tile.row) * tile.rowStride + (fields ? 0 : (col - tile.col) * tile.colStride);
    return tile.text[fields ? col : 0]?.(i) ?? "";
  }

  /** Sources that are missing of what was asked for so far. */
  get absent(): string[] {
    return [...this.#absent];
  }

  async #tile(r: number, c: number): Promise<Tile> {
    const key = `${this.#key} ${r} ${c}`;
    const found = this.kept.get(key);
    if (found) return found;
    const tile = await this.#read(r, c);
    this.kept.set(key, tile);
    let bytes = 0;
    for (const [k, t] of [...this.kept].toReversed()) {
      bytes += t.bytes;
      if (bytes > KEEP && k !== key) this.kept.delete(k);
    }
    return tile;
  }

  async #read(r: number, c: number): Promise<Tile> {
    const [row, rowEnd] = this.#rows.span(r);
    const [col, colEnd] = this.#cols.span(c);
    const selection = this.picks.map((p, axis) => {
      const of =
        axis === this.rowAxis ? part(this.#rows.range, row, rowEnd)
        : axis === this.colAxis ? part(this.#cols.range, col, colEnd)
        : undefined;
      if (of) return [of.start, of.stop, of.step] as const;
      return isRange(p) ? p.start : p.at;
    });
    const a = await this.d.read<NdArray>(selection, { signal: this.signal });
    const rows = rowEnd - row;
    const cols = this.colAxis === null ? 1 : colEnd - col;
    const down = this.colAxis === null || (this.rowAxis ?? -1) < this.colAxis;
    const n = rows * cols;
    return {
      row,
      col,
      rows,
      cols,
      text: this.columns.map((column) => (column.trail.length > 0 ? columnText(a, column, n, this.pathOf) : cellText(a, n, this.pathOf))),
      rowStride: down ? cols : 1,
      colStride: down ? 1 : rows,
      bytes: n * storageOf(this.d).itemSize * inner(this.d.dtype),
      absent: absentFrom(a),
    };
  }
}
