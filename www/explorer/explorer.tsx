/** The left side: finding a path, and the tree. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { describeType } from "../data/dtype.js";
import type { Row } from "../data/protocol.js";
import { extents } from "../ui/format.js";
import { Icon, iconOf } from "../ui/icons.js";
import { objectKey, openMenu } from "../ui/edits.js";
import { file, path, restructured, select, treeShown } from "../ui/state.js";
import { t } from "../ui/strings.js";
import { reveal, VirtualRows } from "../ui/virtual.js";
import { TreeModel } from "./model.js";
import { Search } from "./search.js";
import { canOpen, typeahead, type TreeNode } from "./tree.js";

export const ROW_HEIGHT = 28;
/** Milliseconds in which letters count as one word. */
const TYPING = 700;

export function Explorer() {
  const model = useMemo(() => new TreeModel(file.value?.name ?? ""), []);
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    void model.show(path.value);
  }, [path.value]);
  const change = restructured.value;
  useEffect(() => {
    if (change > 0) void model.refresh();
  }, [change]);
  return (
    <>
      <Search onActive={setSearching} />
      {!searching && <Tree model={model} />}
    </>
  );
}

function Tree({ model }: { model: TreeModel }) {
  const box = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", at: 0 });
  const rows = model.rows.value;
  const active = Math.min(model.active.value, rows.length - 1);
  // Rendering depends on what rows have learned about themselves.
  void model.known.value;

  useEffect(() => reveal(box.current, active, ROW_HEIGHT, rows.length), [active, rows]);

  const go = (i: number): void => {
    model.active.value = Math.min(rows.length - 1, Math.max(0, i));
  };
  const open = (node: TreeNode): void => {
    void select(node.path);
    if (node.row?.kind !== "group") treeShown.value = false;
  };

  const onKeyDown = (e: KeyboardEvent): void => {
    const node = rows[active];
    if (!node || e.ctrlKey || e.metaKey || e.altKey || objectKey(e, node.path)) return;
    if (e.key === "ContextMenu" || (e.key === "F10" && e.shiftKey)) {
      e.preventDefault();
      const { left, bottom } = (document.getElementById(`row-${active}`) ?? (e.currentTarget as HTMLElement)).getBoundingClientRect();
      void openMenu(node.path, left + 24, bottom);
      return;
    }
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      PageDown: () => go(active + page),
      PageUp: () => go(active - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (canOpen(node) && !node.open ? void model.unfold(node) : node.children?.length && node.open ? go(active + 1) : undefined),
      ArrowLeft: () => (node.open && canOpen(node) ? model.fold(node) : node.parent ? go(rows.indexOf(node.parent)) : undefined),
      Enter: () => open(node),
      " ": () => (typed.current.text && Date.now() - typed.current.at < TYPING ? type(" ") : open(node)),
      "*": () => void model.unfoldSiblings(node),
    };
    const type = (key: string): void => {
      const now = Date.now();
      typed.current = { text: now - typed.current.at < TYPING ? typed.current.text + key : key, at: now };
      const found = typeahead(rows, active, typed.current.text);
      if (found >= 0) go(found);
    };
    const move = moves[e.key];
    if (move) move();
    else if (e.key.length === 1 && e.key !== "/") type(e.key);
    else return;
    e.preventDefault();
  };

  return (
    <div
      ref={box}
      class="tree"
      role="tree"
      tabIndex={0}
      aria-label={t.tree}
      aria-activedescendant={`row-${active}`}
      onKeyDown={onKeyDown}
    >
      <VirtualRows
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        scroller={box}
        onRange={(from, to) => model.want(from, to)}
        render={(from, to) =>
          rows.slice(from, to).map((node, k) => (
            <TreeRow
              key={(from + k) % 200}
              node={node}
              index={from + k}
              active={from + k === active}
              selected={node.path === path.value}
              onToggle={() => {
                go(from + k);
                model.toggle(node);
              }}
              onMenu={(x, y) => {
                go(from + k);
                void openMenu(node.path, x, y);
              }}
              onOpen={() => {
                go(from + k);
                if (!node.open) model.toggle(node);
                open(node);
              }}
            />
          ))
        }
      />
    </div>
  );
}

interface RowProps {
  node: TreeNode;
  index: number;
  active: boolean;
  selected: boolean;
  onToggle(): void;
  onOpen(): void;
  onMenu(x: number, y: number): void;
}

function TreeRow({ node, index, active, selected, onToggle, onOpen, onMenu }: RowProps) {
  const foldable = canOpen(node);
  const { text, title } = explain(node.row);
  return (
    <div
      id={`row-${index}`}
      class={`node${active ? " active" : ""}${selected ? " selected" : ""} kind-${node.row?.kind ?? "unknown"}`}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-posinset={node.position}
      aria-setsize={node.siblings}
      aria-selected={selected}
      {...(foldable ? { "aria-expanded": node.open } : {})}
      title={title ?? node.name}
      style={{ paddingInlineStart: `${node.depth * 16 + 4}px` }}
      onClick={onOpen}
      onContextMenu={(e) => {
        e.preventDefault();
        onMenu(e.clientX, e.clientY);
      }}
    >
      <span
        class={`twist${foldable ? (node.open ? " open" : " closed") : ""}`}
        onClick={(e) => {
          if (!foldable) return;
          e.stopPropagation();
          onToggle();
        }}
      />
      <Icon name={iconOf(node.row)} />
      <span class="name">{node.name}</span>
      {text && <span class="what">{text}</span>}
    </div>
  );
}

/** What stands behind a name in the tree, and what a pointer over it is told. */
export function explain(row: Row | undefined): { text: string; title?: string } {
  if (!row) return { text: "" };
  const type = row.dtype === undefined ? "" : describeType(row.dtype);
  const size = row.shape?.length ? extents(row.shape) : "";
  const what = [size, size ? "" : type].filter(Boolean).join(" ");
  const title = row.dtype === undefined ? row.name : `${row.name}: ${type}, ${extents(row.shape)}`;
  switch (row.kind) {
    case "soft":
      return row.leads
        ? { text: `→ ${row.target}`, title: t.rows.soft(row.target ?? "") }
        : { text: `⇢ ${row.target}`, title: t.rows.dangling(row.target ?? "") };
    case "external":
      return row.leads
        ? { text: `→ ${row.target}`, title: t.rows.external(row.target ?? "") }
        : { text: `⇢ ${row.target}`, title: row.why ?? t.rows.absent(row.target ?? "") };
    case "user":
      return { text: row.target ?? "", title: t.rows.user(row.target ?? "") };
    case "broken":
      return { text: t.rows.broken, title: row.why ?? t.rows.broken };
    default:
      return { text: what, title };
  }
}
