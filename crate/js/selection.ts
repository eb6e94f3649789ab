/** Selections are spelled as NumPy spells them; the engine has the one parser. */

import { argument } from "./errors.js";
import type { AxisSelection, Slice } from "./types.js";

class SliceValue implements Slice {
  constructor(
    readonly start: number | null,
    readonly stop: number | null,
    readonly step: number | null,
  ) {}

  toString(): string {
    return range(this.start, this.stop, this.step);
  }
}

/**
 * A range along one axis, as Python's `slice`: `slice(stop)`, `slice(start, stop)`, `slice(start, stop, step)`;
 * `null` leaves a side open. Positions count elements, negative ones from the end.
 *
 * ```ts
 * const d = create().createDataset("d", { shape: [100, 20], dtype: "int16" });
 * d.read([slice(10, 20), slice(null, null, 4)]); // "10:20, ::4", shape [10, 5]
 * ```
 *
 * Errors: `Argument` for numbers that are not whole.
 */
export function slice(stop: number | null): Slice;
/** From `start` to before `stop`, every `step`-th. */
export function slice(start: number | null, stop: number | null, step?: number | null): Slice;
export function slice(a: number | null, ...rest: (number | null | undefined)[]): Slice {
  if (rest.length === 0) return new SliceValue(null, bound(a), null);
  return new SliceValue(bound(a), bound(rest[0]), bound(rest[1]));
}

function bound(n: number | null | undefined): number | null {
  if (n === null || n === undefined) return null;
  return integer(n);
}

/** `n` as a number, which has to be whole. */
export function integer(n: unknown): number {
  if (typeof n === "bigint") n = Number(n);
  if (typeof n === "number" && Number.isSafeInteger(n)) return n;
  throw argument(`a selection needs whole numbers, not ${String(n)}`);
}

function range(start: number | null, stop: number | null, step: number | null): string {
  return `${start ?? ""}:${stop ?? ""}${step === null ? "" : `:${step}`}`;
}

function axis(item: AxisSelection | undefined): string {
  if (item === null || item === undefined) return ":";
  if (item === "...") return item;
  if (typeof item === "number" || typeof item === "bigint") return String(integer(item));
  if (Array.isArray(item)) {
    if (item.length === 2 || item.length === 3) return range(bound(item[0]), bound(item[1]), bound(item[2]));
    throw argument("a range is [start, stop] or [start, stop, step]");
  }
  if (typeof item === "object" && "start" in item && "stop" in item) {
    return range(bound(item.start), bound(item.stop), bound(item.step));
  }
  throw argument("an axis is selected by a number, null, a slice, [start, stop, step] or \"...\"");
}

/** NumPy's spelling of a selection; everything, `"..."`, for none. */
export function spell(selection: string | readonly AxisSelection[] | null | undefined): string {
  if (selection === null || selection === undefined) return "...";
  if (typeof selection === "string") return selection.trim() === "" ? "..." : selection;
  return selection.length === 0 ? "..." : selection.map(axis).join(", ");
}
