/** What the page shows, as signals. */

import { batch, computed, signal } from "@preact/signals";
import { CallCancelled, CallError, Client } from "../data/client.js";
import type { Change } from "../data/changes.js";
import type { Facts, Given, Opened, Traffic, Trouble } from "../data/protocol.js";
import { SelectionError, spell } from "../data/selection.js";
import { elementKind } from "../data/dtype.js";
import { lastPart } from "../data/names.js";
import { fit, initial, rank, typed, type Mapping } from "../viewers/mapping.js";
import { suits, viewNamed, views, type ViewName } from "../viewers/registry.js";
import { readHash, writeHash } from "./hash.js";
import { chosenView, rememberView } from "./memory.js";

/** What reading the open file has taken from its server; null if it has none. */
export const traffic = signal<Traffic | null>(null);

/** The worker that reads. */
export const client = new Client((t) => (traffic.value = t));

/** A file that failed to open, or anything else that concerns the page as a whole. */
export interface PageTrouble {
  name: string;
  trouble: Trouble;
  /** Tries once more what failed. */
  again?: () => void;
}

export const file = signal<Opened | null>(null);
/** The open file itself, or where it is. */
export const source = signal<Given | null>(null);
/** Files opened so far in this visit, newest last. */
export const files = signal<readonly Given[]>([]);
/** Counts openings: what was shown of an earlier one is out of date. */
export const visit = signal(0);
/** Name of the file that is being opened. */
export const opening = signal<string | null>(null);
/** Gives up opening it, if that may take long. */
export const stopOpening = signal<(() => void) | null>(null);
export const trouble = signal<PageTrouble | null>(null);
/** What else there is to say of the file that was opened. */
export const note = signal<string | null>(null);
/** Why part of what is in sight could not be fetched. */
export const lost = signal<Trouble | null>(null);

/** The selected object. */
export const path = signal("/");
export const facts = signal<Facts | null>(null);
export const objectTrouble = signal<Trouble | null>(null);

export const view = signal<ViewName>("value");
export const mapping = signal<Mapping>({ picks: [], x: null, y: null });
/** The right end of the status line: position and value under the pointer. */
export const readout = signal("");
/** What the last picture cost. */
export const cost = signal("");
/** Names of files that what is shown would need, as far as they are not at hand. */
export const wanted = signal<ReadonlySet<string>>(new Set());
/** Whether the tree is shown where there is no room for it beside the object. */
export const treeShown = signal(false);
export const saving = signal(false);
export const exporting = signal(false);
export const helping = signal(false);
/** Files of other kinds that may become datasets. */
export const importing = signal<readonly File[] | null>(null);

/** What was changed in memory since the file was opened or saved, oldest first. */
export const changes = signal<readonly Change[]>([]);
/** What was undone of it, the last one first. */
export const undone = signal<readonly Change[]>([]);
/** Counts changes: answers from before may be out of date. */
export const revision = signal(0);
/** Counts those that may have changed which objects there are. */
export const restructured = signal(0);
/** Set while the user is asked what becomes of the changes. */
export const leaving = signal<((go: boolean) => void) | null>(null);

export const shape = computed<readonly number[]>(() => facts.value?.dataset?.shape ?? []);
export const selectionText = computed(() => spell(mapping.value.picks, shape.value));

let turn = 0;

/** Whether what is open may be left: there are no changes, or the user has decided. */
function mayLeave(): boolean | Promise<boolean> {
  if (changes.value.length === 0) return true;
  leaving.value?.(false);
  return new Promise<boolean>((resolve) => (leaving.value = resolve)).finally(() => (leaving.value = null));
}

/** Whether two are the same file, as far as this can be told. */
export const isSame = (a: Given, b: Given): boolean =>
  a instanceof File ? b instanceof File && a.name === b.name && a.size === b.size : !(b instanceof File) && a.url === b.url;

/** Those that are on this computer. */
const here = (given: readonly Given[]): File[] => given.filter((f) => f instanceof File);

/** Opens one file; the one that is open stays until the new one is readable. */
export async function openFile(f: Given): Promise<void> {
  if (await mayLeave()) await load(f, []);
}

async function load(f: Given, made: readonly Change[]): Promise<void> {
  const mine = ++turn;
  stopOpening.value?.();
  const abort = new AbortController();
  batch(() => {
    opening.value = f.name;
    stopOpening.value = f instanceof File ? null : () => abort.abort();
    trouble.value = null;
  });
  try {
    const known = here(files.value.filter((x) => !isSame(x, f)));
    const opened = await client.call("open", { file: f, others: known, changes: made }, { signal: abort.signal });
    if (mine !== turn) return;
    const wish = readHash();
    batch(() => {
      file.value = opened;
      source.value = f;
      visit.value++;
      files.value = [...files.value.filter((x) => !isSame(x, f)), f];
      changes.value = made;
      undone.value = [];
      wanted.value = new Set();
      lost.value = null;
      note.value = null;
      facts.value = null;
      objectTrouble.value = null;
      treeShown.value = false;
    });
    await select(wish.file === f.name && wish.path !== undefined ? wish.path : opened.first, wish.file === f.name ? wish : {});
  } catch (e) {
    if (mine !== turn || e instanceof CallCancelled) return;
    const why: Trouble = e instanceof CallError ? e.trouble : { code: "Internal", message: String(e) };
    trouble.value = { name: f.name, trouble: why, ...(why.remote ? { again: () => void load(f, made) } : {}) };
  } finally {
    if (mine === turn) [opening.value, stopOpening.value] = [null, null];
  }
}

/** Files that are there from now on: the one that is shown is opened again, to find in them what it did not find before. */
export async function addFiles(given: readonly File[]): Promise<void> {
  files.value = [...files.value.filter((f) => !given.some((g) => isSame(f, g))), ...given];
  if (source.value) await load(source.value, changes.value);
}

/** Says that what is shown lacks files. */
export function want(names: readonly string[]): void {
  const missing = names.map(lastPart).filter((name) => !wanted.value.has(name));
  if (missing.length > 0) wanted.value = new Set([...wanted.value, ...missing]);
}

/** The file that is open, with these changes and no others: `from` is what it is now, if it was saved. */
export async function reopen(made: readonly Change[], from: Given | null = source.value): Promise<void> {
  const before = source.value;
  if (!from || !before) return;
  const others = here(files.value.filter((f) => f !== before && f !== from));
  const opened = await client.call("open", { file: from, others, changes: made });
  batch(() => {
    file.value = opened;
    source.value = from;
    files.value = files.value.map((f) => (f === before ? from : f));
    changes.value = made;
    undone.value = [];
  });
  await refresh(true);
}

/** Notes why something could not be fetched, so that it can be tried again. */
export function lose(e: unknown): void {
  if (e instanceof CallError && e.trouble.remote) lost.value = e.trouble;
}

/** Shows what has changed. An object that is gone hands over to the group that it was in. */
export async function refresh(structure: boolean): Promise<void> {
  batch(() => {
    revision.value++;
    if (structure) restructured.value++;
  });
  const mine = ++asked;
  try {
    const next = await client.call("facts", { path: path.value });
    if (mine !== asked) return;
    const same = facts.value?.kind === next.kind && facts.value.path === next.path && String(facts.value.dataset?.shape) === String(next.dataset?.shape);
    batch(() => {
      facts.value = next;
      objectTrouble.value = null;
      if (next.dataset && !same) begin(next, {});
    });
  } catch (e) {
    if (mine !== asked || !(e instanceof CallError)) return;
    if (e.trouble.remote) objectTrouble.value = e.trouble;
    if (e.trouble.remote || path.value === "/") return;
    await select(path.value.slice(0, path.value.lastIndexOf("/")) || "/");
  }
}

export interface Wish {
  selection?: string | undefined;
  view?: string | undefined;
  axes?: string | undefined;
}

let asked = 0;
/** The last slice of each shape, so that it stays when looking at similar datasets. */
const lastSlices = new Map<string, Mapping>();

/** Shows the object at a path. */
export async function select(to: string, wish: Wish = {}): Promise<void> {
  const mine = ++asked;
  path.value = to;
  wanted.value = new Set();
  objectTrouble.value = null;
  try {
    const next = await client.call("facts", { path: to });
    if (mine !== asked) return;
    batch(() => {
      facts.value = next;
      readout.value = "";
      cost.value = "";
      if (next.dataset) begin(next, wish);
    });
    remember();
  } catch (e) {
    if (mine !== asked || e instanceof CallCancelled) return;
    batch(() => {
      facts.value = null;
      objectTrouble.value = e instanceof CallError ? e.trouble : { code: "Internal", message: String(e) };
    });
  }
}

/** Chooses view and slice of a dataset: as wished, as it was for this shape, or what suits. */
function begin(f: Facts, wish: Wish): void {
  const extents = f.dataset?.shape ?? [];
  const able = views.filter((v) => v.supports(f)).map((v) => v.name);
  const wished = able.find((v) => v === wish.view) ?? able.find((v) => v === chosenView(shapeKey(f)));
  const name = wished ?? suits(f);
  let m = lastSlices.get(shapeKey(f)) ?? initial(extents, viewNamed(name).axes(f)[1]);
  if (wish.selection !== undefined) {
    const [y, x] = (wish.axes ?? "").split(",").map((s) => (s === "" ? null : Number(s)));
    try {
      m = typed({ ...m, x: x ?? m.x, y: y ?? m.y }, extents, wish.selection);
    } catch (e) {
      if (!(e instanceof SelectionError)) throw e;
    }
  }
  view.value = name;
  mapping.value = fit(m, extents, ...viewNamed(name).axes(f));
}

const shapeKey = (f: Facts): string => `${f.dtype === undefined ? "" : elementKind(f.dtype)} ${f.dataset?.shape?.join("x")}`;

/** Changes the slice; where the view cannot draw that many axes, another one is taken. */
export function setMapping(m: Mapping): void {
  const f = facts.value;
  if (!f) return;
  const axes = rank(m);
  const [min, max] = viewNamed(view.value).axes(f);
  let name = view.value;
  if (axes < min || (axes > max && max === 0)) {
    const able = views.find((v) => v.supports(f) && v.axes(f)[0] <= axes && axes <= v.axes(f)[1]);
    name = able?.name ?? name;
  }
  batch(() => {
    view.value = name;
    mapping.value = fit(m, shape.value, ...viewNamed(name).axes(f));
  });
  remember();
}

/** Another view of the same slice: the user's choice, kept for this shape. */
export function setView(name: ViewName): void {
  const f = facts.value;
  if (!f) return;
  batch(() => {
    view.value = name;
    mapping.value = fit(mapping.value, shape.value, ...viewNamed(name).axes(f));
  });
  rememberView(shapeKey(f), name);
  remember();
}

function remember(): void {
  const f = facts.value;
  if (f?.dataset) lastSlices.set(shapeKey(f), mapping.value);
  writeHash({
    file: file.value?.name,
    path: path.value,
    ...(f?.dataset?.shape?.length
      ? {
          selection: selectionText.value,
          view: view.value,
          axes: `${mapping.value.y ?? ""},${mapping.value.x ?? ""}`,
        }
      : {}),
  }, source.value instanceof File ? undefined : source.value?.url);
}
