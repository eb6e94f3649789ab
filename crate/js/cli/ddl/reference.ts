/** References in short, and what they choose. */

import type { Reference } from "../../types.js";
import { blocksOf, type Corners, decodeSelection, type Stored } from "../raw/selection.js";
import { Cursor } from "../raw/source.js";
import { BREAK } from "./render.js";

/** What a region reference chooses. */
export function chosen({ selection }: Reference): Stored {
  return selection?.length ? decodeSelection(new Cursor(selection)) : { kind: "none" };
}

/** The blocks of a selection. */
export function cornersOf(stored: Stored): Corners[] {
  if (stored.kind === "regular") return blocksOf(stored.axes);
  return stored.kind === "blocks" ? stored.blocks : [];
}

/** Points or blocks as a list that may break between them. */
export function regionText(stored: Stored): string {
  const items = stored.kind === "points" ? stored.points.map((p) => `(${p.join(",")})`) : cornersOf(stored).map(([first, last]) => `(${first.join(",")})-(${last.join(",")})`);
  return items.join(`,${BREAK} `);
}

/** A reference as it stands among other values. */
export function referenceText(reference: Reference, paths: Map<number, string>, kinds: Map<number, string>): string {
  if (reference.address === 0) return "NULL";
  const path = paths.get(reference.address) ?? "";
  if (reference.kind === "region") return `DATASET "${path}" {${regionText(chosen(reference))}}`;
  const kind = kinds.get(reference.address);
  return kind ? `${kind} ${reference.address} "${path}"` : 'GROUP 0 ""';
}
