/** Extents as people write them: `100, 20`, and `∞` for an axis that may grow without end. Pure. */

import { ValueError } from "./value-error.js";

const UNLIMITED = /^(∞|\*|none|null|inf|unlimited)$/i;

/** Reads extents; nothing at all is a scalar. Parentheses and brackets may stand around them. */
export function parseExtents(text: string): (number | null)[] {
  const body = text.trim().replace(/^[([](.*)[)\]]$/s, "$1").trim().replace(/,$/, "");
  if (body === "") return [];
  return body.split(/\s*[,×x]\s*/).map((item) => {
    if (UNLIMITED.test(item)) return null;
    const n = /^\d+$/.test(item) ? Number(item) : NaN;
    if (!Number.isSafeInteger(n)) throw new ValueError(`“${item}” is no extent: a shape is written as 100, 20`);
    return n;
  });
}

/** The same where every axis has an end. */
export function parseShape(text: string): number[] {
  return parseExtents(text).map((n) => {
    if (n === null) throw new ValueError("a shape has an end: only the largest shape may be unlimited");
    return n;
  });
}

/** The largest shape of a dataset that has `shape` now. */
export function parseMaxshape(text: string, shape: readonly number[]): (number | null)[] {
  const most = parseExtents(text);
  if (most.length !== shape.length) throw new ValueError(`the largest shape has ${most.length} axes, the shape ${shape.length}`);
  for (const [axis, n] of most.entries()) {
    if (n !== null && n < (shape[axis] as number)) throw new ValueError(`the largest extent of axis ${axis} is smaller than its extent`);
  }
  return most;
}
