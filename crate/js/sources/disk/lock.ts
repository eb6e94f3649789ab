/**
 * One writer at a time: a journal is made exclusively, and says who made it. One whose owner is gone is taken over, and never
 * by two at once: who does so first makes a file that is named after the owner that is gone.
 */

import {
  closeSync, fdatasyncSync, fstatSync, fsyncSync, linkSync, openSync, readSync, unlinkSync, writeFileSync, writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { HyperslabError } from "../../errors.js";
import { busy } from "../writable.js";
import { decodeOwner, describeOwner, encodeOwner, isAlive, newOwner, type Owner, OWNER } from "./owner.js";

/** A journal that belongs to this process. */
export interface Lock {
  readonly path: string;
  readonly fd: number;
  readonly owner: Owner;
}

/** Times that a journal without an owner is looked at again: its maker may be about to say who it is. */
const PATIENCE = 20;
/** Owners that went while they took over from others that had gone. */
const DEPTH = 4;

const codeOf = (e: unknown): string | undefined => (e as NodeJS.ErrnoException).code;

/** `act`'s result; nothing if it fails with one of these codes. */
function unless<T>(codes: readonly string[], act: () => T): T | undefined {
  try {
    return act();
  } catch (e) {
    if (codes.includes(codeOf(e) ?? "")) return undefined;
    throw e;
  }
}

function rest(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
}

/** Makes a file whole or not at all, if there is none: whether it did. */
function make(path: string, bytes: Uint8Array, id: string): boolean {
  const whole = `${path}.${id}`;
  writeFileSync(whole, bytes, { flag: "wx" });
  try {
    linkSync(whole, path);
    return true;
  } catch (e) {
    if (codeOf(e) === "EEXIST") return false;
  } finally {
    unlinkSync(whole);
  }
  // Without hard links, it may be seen before it says who made it.
  return unless(["EEXIST"], () => (writeFileSync(path, bytes, { flag: "wx" }), true)) ?? false;
}

/** The names in a folder are on the disk, where that can be asked for. */
export function syncFolder(path: string): void {
  try {
    const fd = openSync(dirname(path), "r");
    fsyncSync(fd);
    closeSync(fd);
  } catch {
    // There are systems that do not let folders be opened, and need none of this.
  }
}

/** Who a journal says it belongs to: nothing if there is no journal, "nobody" if it does not say. */
function ownerOf(path: string): Owner | "nobody" | undefined {
  const fd = unless(["ENOENT"], () => openSync(path, "r"));
  if (fd === undefined) return undefined;
  try {
    const bytes = new Uint8Array(OWNER);
    const there = readSync(fd, bytes, 0, OWNER, 0);
    const owner = decodeOwner(bytes);
    if (owner) return owner;
    if (there === 0) return "nobody";
    throw new HyperslabError("Io", `${path} is in the way: it is not a journal of this program`);
  } finally {
    closeSync(fd);
  }
}

/** Makes the journal at `path` this process's own. With `force` whoever has it loses it. */
export function lock(path: string, what: string, readers: boolean, force: boolean, depth = 0): Lock {
  const owner = newOwner(readers);
  for (let attempt = 0; ; attempt++) {
    if (make(path, encodeOwner(owner), owner.id)) {
      syncFolder(path);
      return { path, fd: openSync(path, "r+"), owner };
    }
    const other = ownerOf(path);
    if (other === undefined) continue;
    if (other === "nobody" && attempt < PATIENCE) {
      rest();
      continue;
    }
    if (other !== "nobody" && !force && isAlive(other)) throw busy(what, `${describeOwner(other)}, says ${path}`);
    if (depth > DEPTH) throw new HyperslabError("Io", `${path} cannot be taken over`);
    const id = other === "nobody" ? other : other.id;
    if (takeOver(path, id, owner, what, depth)) return { path, fd: openSync(path, "r+"), owner };
  }
}

/** Takes the journal over from the owner `id`, if it still has it. */
function takeOver(path: string, id: string, owner: Owner, what: string, depth: number): boolean {
  const claim = lock(`${path}-${id}`, what, false, false, depth + 1);
  try {
    const now = ownerOf(path);
    if (now === undefined || (now === "nobody" ? now : now.id) !== id) return false;
    const fd = openSync(path, "r+");
    writeSync(fd, encodeOwner(owner), 0, OWNER, 0);
    fdatasyncSync(fd);
    closeSync(fd);
    return true;
  } finally {
    unlock(claim, true);
  }
}

/** Says in a journal that the file may be read meanwhile. */
export function letRead(held: Lock): void {
  held.owner.readers = true;
  writeSync(held.fd, encodeOwner(held.owner), 0, OWNER, 0);
}

/** Lets go of a journal, which is removed or, if it is still needed, left for the next one. */
export function unlock(held: Lock, remove: boolean): void {
  const owner = ownerOf(held.path);
  // Somebody may have taken it by force.
  const isOurs = typeof owner === "object" && owner.id === held.owner.id;
  if (isOurs && !remove) writeSync(held.fd, encodeOwner({ ...owner, pid: 0 }), 0, OWNER, 0);
  closeSync(held.fd);
  if (isOurs && remove) unless(["ENOENT"], () => unlinkSync(held.path));
}

/** Whether a journal has something to restore, or may have: the engine looks more closely. */
export function isHot(fd: number): boolean {
  const header = new Uint8Array(36);
  if (fstatSync(fd).size <= OWNER) return false;
  readSync(fd, header, 0, header.length, OWNER);
  const state = new DataView(header.buffer).getUint32(20, true);
  return header.some((b) => b !== 0) && state !== 0;
}

/** What there is to know about the journal at `path`; nothing if there is none, or none of ours. */
export function look(path: string): { owner: Owner | undefined; hot: boolean } | undefined {
  try {
    const owner = ownerOf(path);
    if (owner === undefined) return undefined;
    const fd = openSync(path, "r");
    try {
      return { owner: owner === "nobody" ? undefined : owner, hot: isHot(fd) };
    } finally {
      closeSync(fd);
    }
  } catch (e) {
    if (codeOf(e) === "ENOENT" || e instanceof HyperslabError) return undefined;
    throw e;
  }
}
