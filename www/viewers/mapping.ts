/** Which axes of a dataset are drawn, and what is taken of the others. Pure. */

import { isRange, parse, whole, type Pick } from "../data/selection.js";

/** A slice with roles: `x` across, `y` down. Axes without a role are indices. */
export interface Mapping {
  picks: readonly Pick[];
  x: number | null;
  y: number | null;
}

const place = (p: Pick): number => (isRange(p) ? p.start : p.at);

/** What is shown first: the last axes whole, the others at their first index; colour channels at the end count as others. */
export function initial(shape: readonly number[], axes: number): Mapping {
  const n = shape.length;
  const channels = n === 3 && axes === 2 && [3, 4].includes(shape[2] ?? 0) && (shape[0] ?? 0) > 4 && (shape[1] ?? 0) > 4;
  const x = axes >= 1 && n >= 1 ? n - (channels ? 2 : 1) : null;
  const y = axes >= 2 && n >= 2 ? n - (channels ? 3 : 2) : null;
  return { picks: shape.map((extent, a) => (a === x || a === y ? whole(extent) : { at: 0 })), x, y };
}

/** The same slice for a view that draws at least `min` and at most `max` axes. */
export function fit(m: Mapping, shape: readonly number[], min: number, max: number): Mapping {
  const picks = [...m.picks];
  const roles = [m.x, m.y].filter((a): a is number => a !== null && isRange(picks[a] ?? { at: 0 }));
  const ranges = picks.flatMap((p, a) => (isRange(p) ? [a] : []));
  // Axes that keep being drawn: those with a role first, then ranges, then others from the last.
  const wish = [...roles, ...ranges.toReversed(), ...shape.map((_, a) => shape.length - 1 - a)];
  const order = [...new Set(wish)];
  const wanted = Math.min(shape.length, max, Math.max(min, ranges.length));
  const drawn = order.slice(0, wanted);
  for (let a = 0; a < shape.length; a++) {
    const p = picks[a] as Pick;
    if (drawn.includes(a)) {
      if (!isRange(p)) picks[a] = whole(shape[a] ?? 0);
    } else if (isRange(p)) {
      picks[a] = { at: Math.min(place(p), Math.max(0, (shape[a] ?? 1) - 1)) };
    }
  }
  const [first, second] = drawn;
  if (drawn.length < 2) return { picks, x: first ?? null, y: null };
  // Roles that were there stay; otherwise the later axis runs across.
  if (roles.length === 2) return { picks, x: m.x, y: m.y };
  return { picks, x: Math.max(first as number, second as number), y: Math.min(first as number, second as number) };
}

/** Gives an axis a role; who had it takes the axis's old role, or becomes an index. */
export function assign(m: Mapping, shape: readonly number[], axis: number, role: "x" | "y"): Mapping {
  const had = m[role];
  if (had === axis) return m;
  const other = role === "x" ? "y" : "x";
  const picks = [...m.picks];
  if (!isRange(picks[axis] as Pick)) picks[axis] = whole(shape[axis] ?? 0);
  const next: Mapping = { picks, x: m.x, y: m.y, [role]: axis };
  if (m[other] === axis) next[other] = had;
  else if (had !== null) picks[had] = { at: place(picks[had] as Pick) };
  return next;
}

/** Moves an axis without a role to another index. */
export function moveTo(m: Mapping, shape: readonly number[], axis: number, at: number): Mapping {
  const last = Math.max(0, (shape[axis] ?? 1) - 1);
  return { ...m, picks: m.picks.map((p, a) => (a === axis ? { at: Math.min(last, Math.max(0, Math.round(at))) } : p)) };
}

/** A typed selection; roles stay where they still make sense. Throws `SelectionError`. */
export function typed(m: Mapping, shape: readonly number[], text: string): Mapping {
  const picks = parse(text, shape);
  const keep = (a: number | null): number | null => (a !== null && isRange(picks[a] ?? { at: 0 }) ? a : null);
  return { picks, x: keep(m.x), y: keep(m.y) };
}

/** How many axes are ranges. */
export const rank = (m: Mapping): number => m.picks.filter(isRange).length;
