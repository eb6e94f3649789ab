/** What can be done with the selected object, as a menu. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { e } from "../ui/edit-strings.js";
import { menu, wantedEdit, type Wanted } from "../ui/edits.js";
import { facts } from "../ui/state.js";

type Item = [label: string, wanted: Wanted, key?: string];

/** What is offered for the selected object. */
function itemsFor(): Item[] {
  const f = facts.value;
  if (!f) return [];
  const { path } = f;
  const items: Item[] = [];
  if (f.kind === "group") {
    items.push([e.newGroup, { what: "group", path }], [e.newDataset, { what: "dataset", path }], [e.newLink, { what: "link", path }]);
  }
  const d = f.dataset;
  if (d?.chunks && d.maxshape?.some((n, axis) => n !== d.shape?.[axis])) items.push([e.resizeItem, { what: "resize", path }]);
  if (f.kind !== "link") items.push([e.newAttribute, { what: "attribute", path, name: null }]);
  if (path === "/" || path.startsWith("/#")) return items;
  items.push([e.moveItem, { what: "move", path }, "F2"]);
  if (f.kind !== "link") items.push([e.copyItem, { what: "copy", path }]);
  items.push([e.deleteItem, { what: "delete", path }, "Delete"]);
  return items;
}

export function ObjectMenu() {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(document.activeElement);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  const items = itemsFor();
  const at = menu.value;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !at) return;
    const { width, height } = element.getBoundingClientRect();
    setPlace({ left: Math.max(4, Math.min(at.x, innerWidth - width - 4)), top: Math.max(4, Math.min(at.y, innerHeight - height - 4)) });
    element.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, []);

  const close = (back: boolean): void => {
    menu.value = null;
    if (back && before.current instanceof HTMLElement) before.current.focus();
  };
  const onKeyDown = (k: KeyboardEvent): void => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const now = all.indexOf(document.activeElement as HTMLElement);
    const go = (i: number): void => all[(i + all.length) % all.length]?.focus();
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(now + 1),
      ArrowUp: () => go(now - 1),
      Home: () => go(0),
      End: () => go(-1),
      Escape: () => close(true),
      Tab: () => close(true),
    };
    const act = keys[k.key];
    k.stopPropagation();
    if (!act) return;
    k.preventDefault();
    act();
  };
  return (
    <>
      <div class="menu-back" onPointerDown={() => close(false)} onContextMenu={(c) => c.preventDefault()} />
      <div ref={box} class="menu" role="menu" aria-label={e.menu} style={place ? { left: `${place.left}px`, top: `${place.top}px` } : {}} onKeyDown={onKeyDown}>
        {items.map(([label, wanted, key]) => (
          <button
            key={label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            {...(key === undefined ? {} : { "aria-keyshortcuts": key })}
            onClick={() => {
              close(true);
              wantedEdit.value = wanted;
            }}
          >
            <span>{label}</span>
            {key !== undefined && (
              <kbd class="quiet" aria-hidden="true">
                {key}
              </kbd>
            )}
          </button>
        ))}
      </div>
    </>
  );
}
