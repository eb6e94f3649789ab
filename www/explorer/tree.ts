/** The tree as a flat list of the rows that are unfolded. Pure but for asking for names. */

import type { Row } from "../data/protocol.js";

export interface TreeNode {
  name: string;
  path: string;
  depth: number;
  parent: TreeNode | null;
  /** Place among its siblings, from 1, and how many there are. */
  position: number;
  siblings: number;
  /** What it is, once it was looked at. */
  row: Row | undefined;
  open: boolean;
  /** Members, once they were asked for. */
  children: TreeNode[] | undefined;
}

export function rootNode(name: string): TreeNode {
  return {
    name,
    path: "/",
    depth: 0,
    parent: null,
    position: 1,
    siblings: 1,
    row: { name, kind: "group" },
    open: true,
    children: undefined,
  };
}

/** Path of a member. */
export const join = (parent: string, name: string): string => (parent === "/" ? `/${name}` : `${parent}/${name}`);

/** Gives a node its members. */
export function adopt(parent: TreeNode, names: readonly string[]): void {
  parent.children = names.map((name, i) => ({
    name,
    path: join(parent.path, name),
    depth: parent.depth + 1,
    parent,
    position: i + 1,
    siblings: names.length,
    row: undefined,
    open: false,
    children: undefined,
  }));
}

/** Rows from top to bottom. */
export function flatten(root: TreeNode): TreeNode[] {
  const out: TreeNode[] = [];
  const visit = (node: TreeNode): void => {
    out.push(node);
    if (node.open && node.children) for (const child of node.children) visit(child);
  };
  visit(root);
  return out;
}

/** Whether a row can be unfolded. Before it was looked at, no. */
export function canOpen(node: TreeNode): boolean {
  return node.row?.kind === "group" || node.row?.leads === "group";
}

/** The next row, after `from` and around the end, whose name begins with `text`. */
export function typeahead(rows: readonly TreeNode[], from: number, text: string): number {
  const wanted = text.toLowerCase();
  for (let k = 0; k < rows.length; k++) {
    // One letter moves on from the row it is on; more letters may still match that row.
    const i = (from + (text.length === 1 ? 1 : 0) + k) % rows.length;
    if (rows[i]?.name.toLowerCase().startsWith(wanted)) return i;
  }
  return -1;
}
