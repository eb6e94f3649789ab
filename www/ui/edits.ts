/** Changing the open file, in memory: what was done can be undone, and nothing reaches a disk before it is saved. */

import { batch, computed, effect, signal } from "@preact/signals";
import { isStructural, type Change } from "../data/changes.js";
import { CallCancelled, CallError } from "../data/client.js";
import type { Trouble } from "../data/protocol.js";
import { handleOf, rememberHandle } from "../open/handles.js";
import { localCopy, remote } from "./remote.js";
import { changes, client, facts, file, refresh, reopen, select, source, undone } from "./state.js";

export const dirty = computed(() => changes.value.length > 0);

/** What is asked about a change, in front of the page. */
export type Wanted =
  | { what: "group" | "dataset" | "link"; path: string }
  | { what: "move" | "copy" | "delete" | "resize"; path: string }
  | { what: "attribute"; path: string; name: string | null }
  | { what: "changes" };

/** Where the menu of the selected object is shown. */
export const menu = signal<{ x: number; y: number } | null>(null);

/** Selects an object and shows its menu. */
export async function openMenu(path: string, x: number, y: number): Promise<void> {
  if (facts.value?.path !== path) await select(path);
  menu.value = { x, y };
}

/** Renames or deletes by the keys that do so everywhere. Whether it was one of them. */
export function objectKey(e: KeyboardEvent, path: string): boolean {
  const what = e.key === "F2" ? "move" : e.key === "Delete" ? "delete" : null;
  if (what === null || path === "/" || path.startsWith("/#")) return false;
  e.preventDefault();
  wantedEdit.value = { what, path };
  return true;
}

export const wantedEdit = signal<Wanted | null>(null);

// What is only read gives way to a copy before anything is asked about a change of it.
effect(() => {
  if (!wantedEdit.value || !remote.peek()) return;
  void localCopy().then((isCopy) => {
    if (!isCopy) wantedEdit.value = null;
  });
});

/** A change that was refused, or could not be saved. */
export const refused = signal<Trouble | null>(null);
export const busy = signal(false);

export function troubleFrom(e: unknown): Trouble {
  if (e instanceof CallError) return e.trouble;
  // What the browser says of a disk.
  if (e instanceof DOMException) return { code: "Io", message: e.message };
  return { code: e instanceof CallCancelled ? "Closed" : "Internal", message: String(e) };
}

/** Changes are made one after the other. */
let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}

/** Makes a change; resolves to why not, if it was refused: then nothing has changed. */
export function change(c: Change): Promise<Trouble | null> {
  return inTurn(async () => {
    if (!(await localCopy())) return { code: "ReadOnly", message: "a file on the web is only read: get a copy that can be changed first" };
    try {
      await client.call("change", c);
    } catch (e) {
      return troubleFrom(e);
    }
    batch(() => {
      changes.value = [...changes.value, c];
      undone.value = [];
      refused.value = null;
    });
    await refresh(isStructural(c));
    return null;
  });
}

/** Opens the file again with other changes. */
async function again(made: readonly Change[], left: readonly Change[]): Promise<void> {
  try {
    await reopen(made);
    batch(() => {
      undone.value = left;
      refused.value = null;
    });
  } catch (e) {
    refused.value = troubleFrom(e);
  }
}

/** Takes the last change back: the file is opened again, and all the others are made again. */
export function undo(): Promise<void> {
  return inTurn(async () => {
    const gone = changes.value.at(-1);
    if (gone) await again(changes.value.slice(0, -1), [gone, ...undone.value]);
  });
}

export function redo(): Promise<void> {
  return inTurn(async () => {
    const [next, ...rest] = undone.value;
    if (next) await again([...changes.value, next], rest);
  });
}

/** The file as it was before all changes. */
export function discard(): Promise<void> {
  return inTurn(() => again([], []));
}

/** Whether the browser lets us look at the open file again: others may have changed it. */
export const renewable = signal(false);

effect(() => {
  const open = source.value;
  renewable.value = remote.value !== null;
  if (open instanceof File) void handleOf(open).then((handle) => (renewable.value = source.value === open && handle !== undefined));
});

/** Shows the file as it is on disk now, with the changes that are not saved yet. */
export function renew(): Promise<void> {
  return inTurn(async () => {
    const open = source.value;
    const handle = open instanceof File ? await handleOf(open) : undefined;
    try {
      if (remote.value) await reopen([]);
      if (!handle) return;
      const now = await handle.getFile();
      rememberHandle(now, handle);
      await reopen(changes.value, now);
      refused.value = null;
    } catch (e) {
      refused.value = troubleFrom(e);
    }
  });
}

/** Saves where the file came from, or where the user says. Whether it was saved. */
export function save(): Promise<boolean> {
  return inTurn(async () => {
    if (!dirty.value) return false;
    busy.value = true;
    try {
      const { saveChanges } = await import("../editor/saving.js");
      const saved = await saveChanges();
      if (saved) refused.value = null;
      return saved;
    } catch (e) {
      refused.value = troubleFrom(e);
      return false;
    } finally {
      busy.value = false;
    }
  });
}

/** Whether keys that are pressed there are text. */
export const typing = (e: Event): boolean => e.target instanceof HTMLElement && e.target.closest("input:not([type=range]), textarea, select, dialog") !== null;

/** Keys that change or save, and the browser's own question before changes are lost. */
export function watchEdits(): void {
  addEventListener("keydown", (e) => {
    if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
    const key = e.key.toLowerCase();
    const act =
      key === "s" && !e.shiftKey ? save
      : typing(e) ? undefined
      : key === "z" ? (e.shiftKey ? redo : undo)
      : key === "y" ? redo
      : undefined;
    if (!act) return;
    // The browser's own saving would be of this page.
    if (file.value && act === save) e.preventDefault();
    if (document.querySelector("dialog[open]") || (act !== save && !dirty.value && undone.value.length === 0)) return;
    e.preventDefault();
    void act();
  });
  addEventListener("beforeunload", (e) => {
    if (dirty.value) e.preventDefault();
  });
}
