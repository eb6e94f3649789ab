/** Keys that work wherever no text is typed and nothing else takes them. */

import { isRange } from "../data/selection.js";
import { assign, moveTo } from "../viewers/mapping.js";
import { able } from "../viewers/registry.js";
import { copy } from "./clipboard.js";
import { typing } from "./edits.js";
import { exporting, facts, file, helping, mapping, note, setMapping, setView, shape, source, view } from "./state.js";
import { t } from "./strings.js";

/** The axis whose index keys move: that of the slider in focus, else the first one that is not drawn. */
function indexAxis(): number {
  const own = (document.activeElement as HTMLElement | null)?.dataset.axis;
  return own === undefined ? mapping.value.picks.findIndex((p) => !isRange(p)) : Number(own);
}

function step(by: number): void {
  const axis = indexAxis();
  const pick = mapping.value.picks[axis];
  if (pick && !isRange(pick)) setMapping(moveTo(mapping.value, shape.value, axis, pick.at + by));
}

/** The next axis gets a role. */
function turn(role: "x" | "y"): void {
  const m = mapping.value;
  const had = m[role];
  if (had !== null && shape.value.length > 1) setMapping(assign(m, shape.value, (had + 1) % shape.value.length, role));
}

/** The next choice of what is chosen above a plot. */
function choose(label: string): void {
  const select = document.querySelector<HTMLSelectElement>(`.plot-bar select[aria-label="${label}"]`);
  if (!select) return;
  // Fixed limits are for those who type them.
  const values = [...select.options].map((o) => o.value).filter((v) => v !== "fixed");
  select.value = values[(values.indexOf(select.value) + 1) % values.length] as string;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function goTo(): void {
  const field = document.querySelector<HTMLInputElement>("#go-to-row") ?? document.querySelector<HTMLInputElement>("#selection");
  field?.focus();
  field?.select();
}

async function copyPython(path: string): Promise<void> {
  const { pythonNow } = await import("../open/snippets-now.js");
  await copy(pythonNow(path));
  note.value = t.copiedPython;
}

const PANES = [".browse > nav [role=tree]", "main [tabindex='0'], main .members button", "aside button", "header button"];

/** From one part of the page to the next. */
function nextPane(): void {
  const parts = PANES.map((s) => [...document.querySelectorAll<HTMLElement>(s)].find((e) => e.offsetParent !== null));
  const now = parts.findIndex((e, k) => e?.parentElement && (e === document.activeElement || document.activeElement?.closest(["nav", "main .data", "aside", "header"][k] as string)));
  const rest = [...parts.slice(now + 1), ...parts.slice(0, now + 1)];
  rest.find(Boolean)?.focus();
}

/** What a key does; nothing if it does nothing here. */
function actionOf(key: string): (() => void) | undefined {
  if (key === "?") return () => (helping.value = true);
  if (key === "F6") return nextPane;
  const f = facts.value;
  if (!file.value || !source.value || !f?.dataset || f.dataset.size === 0) return undefined;
  const wish = /^[1-6]$/.test(key) && shape.value.length > 0 ? able(f, view.value)[Number(key) - 1] : undefined;
  if (wish) return () => setView(wish.name);
  const actions: Record<string, () => void> = {
    "[": () => step(-1),
    "]": () => step(1),
    "{": () => step(-10),
    "}": () => step(10),
    x: () => turn("x"),
    y: () => turn("y"),
    l: () => choose(t.scale),
    c: () => choose(t.colors),
    a: () => choose(t.limits),
    g: goTo,
    e: () => (exporting.value = true),
    p: () => void copyPython(f.path),
  };
  return actions[key.toLowerCase()];
}

export function watchKeys(): void {
  addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.altKey || document.querySelector("dialog[open], [role=menu]")) return;
    const isOpen = (e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === "o";
    if (!isOpen && (e.ctrlKey || e.metaKey || typing(e))) return;
    const act = isOpen ? () => document.querySelector<HTMLElement>("[data-open]")?.click() : actionOf(e.key);
    if (!act) return;
    e.preventDefault();
    act();
  });
}
