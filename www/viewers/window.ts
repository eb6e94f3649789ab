/** Windows of plots. Pure. */

import type { Window } from "../data/resample.js";

/** A window kept inside the whole, and not smaller than two elements; undefined when it is the whole. */
export function clamped(w: Window, all: Window, onlyX: boolean): Window | undefined {
  const [x0, x1] = within(w.x0, w.x1, all.x0, all.x1);
  const [y0, y1] = onlyX ? [all.y0, all.y1] : within(w.y0, w.y1, all.y0, all.y1);
  const same = x0 === all.x0 && x1 === all.x1 && y0 === all.y0 && y1 === all.y1;
  return same ? undefined : { x0, x1, y0, y1 };
}

function within(a: number, b: number, low: number, high: number): [number, number] {
  const size = Math.min(high - low, Math.max(Math.min(2, high - low), b - a));
  const middle = (a + b) / 2;
  const from = Math.min(high - size, Math.max(low, middle - size / 2));
  return [from, from + size];
}
