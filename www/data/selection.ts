/** What part of a dataset is shown: one pick per axis, spelled as NumPy spells it. Pure; the package reads what this spells. */

/** One index: the axis is dropped. */
export interface Index {
  at: number;
}

/** Part of an axis: `start`, `start + step`, … below `stop`; always within the axis, `step >= 1`. */
export interface Range {
  start: number;
  stop: number;
  step: number;
}

/** What is taken of one axis. */
export type Pick = Index | Range;

/** One pick per axis of the dataset. */
export type Picks = readonly Pick[];

/** Why a text is no selection of this shape. The message is a plain sentence. */
export class SelectionError extends Error {}

export const isRange = (p: Pick): p is Range => "start" in p;

/** Elements of a pick. */
export function count(p: Pick): number {
  return isRange(p) ? Math.max(0, Math.ceil((p.stop - p.start) / p.step)) : 1;
}

/** The whole of an axis, as far as JavaScript can count. */
export const whole = (extent: number): Range => ({ start: 0, stop: Math.min(extent, Number.MAX_SAFE_INTEGER), step: 1 });

/** Part `[from, to)` of a pick's own elements, as a range of the dataset's axis. */
export function part(p: Range, from: number, to: number, every = 1): Range {
  const start = p.start + from * p.step;
  const stop = Math.min(p.stop, p.start + (to - 1) * p.step + 1);
  return { start, stop: Math.max(start, stop), step: p.step * every };
}

/** NumPy's spelling of one pick on an axis of that extent. */
export function spellPick(p: Pick, extent: number): string {
  if (!isRange(p)) return String(p.at);
  const start = p.start === 0 ? "" : String(p.start);
  const stop = p.stop === extent ? "" : String(p.stop);
  return p.step === 1 ? `${start}:${stop}` : `${start}:${stop}:${p.step}`;
}

/** NumPy's spelling of a selection. */
export function spell(picks: Picks, shape: readonly number[]): string {
  return picks.map((p, axis) => spellPick(p, shape[axis] ?? 0)).join(", ");
}

/** Reads NumPy's spelling: `7, 10:20, ::4, ..., -1`. Axes that are not named are taken whole. */
export function parse(text: string, shape: readonly number[]): Pick[] {
  const body = text.trim().replace(/^\[(.*)\]$/s, "$1").trim();
  const items = body === "" ? [] : body.split(",").map((s) => s.trim());
  if (items.at(-1) === "") items.pop();
  const dots = items.filter((s) => s === "...").length;
  if (dots > 1) throw new SelectionError("“...” may stand only once");
  const named = items.length - dots;
  if (named > shape.length) {
    throw new SelectionError(`${named} axes are named, but there are ${shape.length}`);
  }
  const filler: string[] = Array.from({ length: shape.length - named }, () => ":");
  const full = dots
    ? items.flatMap((s) => (s === "..." ? filler : [s]))
    : [...items, ...filler];
  return full.map((item, axis) => parsePick(item, shape[axis] ?? 0, axis));
}

function parsePick(item: string, extent: number, axis: number): Pick {
  if (!item.includes(":")) {
    const n = integer(item, axis);
    const at = n < 0 ? n + extent : n;
    if (at < 0 || at >= extent) {
      throw new SelectionError(`index ${n} is outside axis ${axis}, which has ${extent} elements`);
    }
    return { at };
  }
  const parts = item.split(":");
  if (parts.length > 3) throw new SelectionError(`“${item}” has more than two colons`);
  const [a = "", b = "", c = ""] = parts.map((s) => s.trim());
  const step = c === "" ? 1 : integer(c, axis);
  if (step < 1) throw new SelectionError(`the step on axis ${axis} has to be 1 or more`);
  const start = a === "" ? 0 : clip(integer(a, axis), extent);
  const stop = b === "" ? whole(extent).stop : clip(integer(b, axis), extent);
  return { start: Math.min(start, stop), stop, step };
}

function integer(text: string, axis: number): number {
  const n = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(n)) {
    throw new SelectionError(text === "" ? `axis ${axis} is left empty` : `“${text}” is not a whole number, a range or “...”`);
  }
  return n;
}

function clip(n: number, extent: number): number {
  return Math.min(extent, Math.max(0, n < 0 ? n + extent : n));
}
