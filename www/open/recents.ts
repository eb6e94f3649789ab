/** Files that were opened before, for the next visit: their names and where they are, and nothing of what is in them. */

import { signal } from "@preact/signals";
import { createStore, get, update, type UseStore } from "idb-keyval";
import type { Given } from "../data/protocol.js";
import { isSame, note, openFile, source } from "../ui/state.js";
import { n } from "../ui/recent-strings.js";
import { handleOf, rememberHandle, type FileHandle } from "./handles.js";

/** A file on this computer has a handle, one on the web an address. */
export type Recent = { key: string; name: string; size: number } & ({ handle: FileHandle; modified: number } | { url: string });

/** What can be wrong with one: there is no such file, it is another version, the user or the browser forbids reading it. */
export type State = "gone" | "changed" | "refused" | "unreadable";

/** Newest first. */
export const recents = signal<readonly Recent[]>([]);

const KEY = "recent";
const MOST = 12;

let opened: UseStore | undefined;
const store = (): UseStore => (opened ??= createStore("hyperslab", "files"));

export async function loadRecents(): Promise<void> {
  try {
    recents.value = (await get<Recent[]>(KEY, store())) ?? [];
  } catch {
    // A browser may forbid keeping anything: then nothing is kept.
  }
}

/** Other pages of the app keep theirs in the same list. */
async function change(by: (list: Recent[]) => Recent[]): Promise<void> {
  let now: Recent[] = [];
  try {
    await update<Recent[]>(KEY, (list = []) => (now = by(list)), store());
    recents.value = now;
  } catch {
    // As above; some browsers have handles, but cannot keep them.
  }
}

export const forget = (key: string): Promise<void> => change((list) => list.filter((r) => r.key !== key));
export const forgetAll = (): Promise<void> => change(() => []);

/** Puts a file at the head of the list, if there is a way back to it. */
export async function remember(given: Given, size: number): Promise<void> {
  const handle = given instanceof File ? await handleOf(given) : undefined;
  if (given instanceof File && !handle) return;
  await loadRecents();
  const before = await known(given, handle, recents.value);
  const key = before?.key ?? String(Math.random());
  const where = given instanceof File ? { handle: handle as FileHandle, modified: given.lastModified } : { url: given.url };
  await change((list) => [{ key, name: given.name, size, ...where }, ...list.filter((r) => r.key !== key)].slice(0, MOST));
}

async function known(given: Given, handle: FileHandle | undefined, list: readonly Recent[]): Promise<Recent | undefined> {
  for (const r of list) {
    if ("url" in r ? !(given instanceof File) && isSame(r, given) : await handle?.isSameEntry?.(r.handle)) return r;
  }
  return undefined;
}

/** What can be told of a file without asking the user anything. */
export async function look(r: Recent): Promise<State | undefined> {
  if ("url" in r || (await r.handle.queryPermission?.({ mode: "read" })) !== "granted") return undefined;
  const now = await fileOf(r.handle);
  return typeof now === "string" ? now : isChanged(r, now) ? "changed" : undefined;
}

const isChanged = (r: { size: number; modified: number }, now: File): boolean => now.size !== r.size || now.lastModified !== r.modified;

async function fileOf(handle: FileHandle): Promise<File | State> {
  try {
    return await handle.getFile();
  } catch (e) {
    const name = e instanceof DOMException ? e.name : "";
    return name === "NotFoundError" ? "gone" : name === "NotAllowedError" ? "refused" : "unreadable";
  }
}

/** Whether the user lets the page read it. Has to be called while a click or key is handled. */
async function mayRead(handle: FileHandle): Promise<boolean> {
  try {
    return (await handle.requestPermission?.({ mode: "read" })) !== "denied";
  } catch {
    return false;
  }
}

/** Opens one again; resolves to what is in the way, unless that is said elsewhere. */
export async function openRecent(r: Recent): Promise<State | undefined> {
  if ("url" in r) {
    await openFile({ name: r.name, url: r.url });
    return undefined;
  }
  const now = (await mayRead(r.handle)) ? await fileOf(r.handle) : "refused";
  if (typeof now === "string") return now;
  rememberHandle(now, r.handle);
  await openFile(now);
  if (source.value === now && isChanged(r, now)) note.value = n.changedSince(r, now);
  return undefined;
}
