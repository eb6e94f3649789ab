/** The tree of the open file: which rows there are, and asking the worker for what is in sight. */

import { signal } from "@preact/signals";
import { remote } from "../ui/remote.js";
import { client, lose, path } from "../ui/state.js";
import { adopt, canOpen, flatten, rootNode, type TreeNode } from "./tree.js";

/** Rows asked for in one call. */
const BATCH = 200;

export class TreeModel {
  readonly root: TreeNode;
  /** Rows from top to bottom; a new list whenever they change. */
  readonly rows = signal<readonly TreeNode[]>([]);
  /** Counts up when rows have learned what they are. */
  readonly known = signal(0);
  readonly active = signal(0);
  #asking = false;
  #range: readonly [number, number] = [0, 0];

  constructor(name: string) {
    this.root = rootNode(name);
    this.rows.value = [this.root];
    void this.unfold(this.root);
  }

  /** Shows a node's members. */
  async unfold(node: TreeNode): Promise<void> {
    node.open = true;
    if (!node.children) {
      const names = await client.call("children", { path: node.path }).catch(lose);
      // What could not be fetched may be another time.
      if (!names && remote.value) node.open = false;
      else if (!node.children) adopt(node, names ?? []);
    }
    this.#changed();
  }

  fold(node: TreeNode): void {
    node.open = false;
    this.#changed();
  }

  toggle(node: TreeNode): void {
    if (node.open) this.fold(node);
    else if (canOpen(node)) void this.unfold(node);
  }

  /** Unfolds all groups beside a node. */
  async unfoldSiblings(node: TreeNode): Promise<void> {
    for (const n of node.parent?.children ?? [node]) if (canOpen(n)) await this.unfold(n);
  }

  /** Unfolds down to a path and makes it the active row. */
  async show(to: string): Promise<void> {
    let node = this.root;
    for (const name of to.split("/").filter(Boolean)) {
      if (!node.children || !node.open) await this.unfold(node);
      const next = node.children?.find((n) => n.name === name);
      if (!next) return;
      node = next;
    }
    const at = this.rows.value.indexOf(node);
    if (at >= 0) this.active.value = at;
  }

  /** Looks again at what is unfolded; rows that are still there stay as they are. */
  async refresh(): Promise<void> {
    await this.#renew(this.root);
    this.#changed();
    await this.show(path.value);
    this.want(...this.#range);
  }

  async #renew(node: TreeNode): Promise<void> {
    if (!node.children) return;
    const before = new Map(node.children.map((n) => [n.name, n]));
    const names = await client.call("children", { path: node.path }).catch(lose);
    if (!names && remote.value) return;
    const [from, to] = this.#range;
    const shown = new Set(this.rows.value.slice(from, to));
    adopt(node, names ?? []);
    const kept = node.children.filter((n) => before.has(n.name));
    // Those in sight are asked for before they are shown, so that nothing flickers; so are groups that are unfolded.
    const asked = kept.filter((n) => shown.has(before.get(n.name) as TreeNode) || before.get(n.name)?.open);
    const rows = asked.length === 0 ? [] : await client.call("rows", { path: node.path, names: asked.map((n) => n.name) }).catch(() => []);
    asked.forEach((n, i) => (n.row = rows[i]));
    for (const n of asked) {
      const old = before.get(n.name) as TreeNode;
      if (!old.open || !canOpen(n)) continue;
      n.open = true;
      n.children = old.children;
      await this.#renew(n);
    }
  }

  /** Asks what the rows in sight are. */
  want(from: number, to: number): void {
    this.#range = [from, to];
    if (!this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      for (;;) {
        const rows = this.rows.value.slice(...this.#range).filter((n) => n.row === undefined && n.parent);
        const parent = rows[0]?.parent;
        if (!parent) return;
        const batch = rows.filter((n) => n.parent === parent).slice(0, BATCH);
        const found = await client.call("rows", { path: parent.path, names: batch.map((n) => n.name) });
        batch.forEach((n, i) => (n.row = found[i] ?? { name: n.name, kind: "broken" }));
        this.known.value++;
      }
    } catch (e) {
      lose(e);
      // The file was closed or replaced meanwhile; the new one has a tree of its own.
    } finally {
      this.#asking = false;
    }
  }

  #changed(): void {
    const node = this.rows.value[this.active.value];
    const rows = flatten(this.root);
    this.rows.value = rows;
    if (node) {
      // A row that was folded away hands over to the nearest one above that is still there.
      let shown: TreeNode | null = node;
      let at = -1;
      while (shown && at < 0) {
        const { path } = shown;
        at = rows.findIndex((n) => n.path === path);
        shown = shown.parent;
      }
      this.active.value = Math.max(0, at);
    }
  }
}
