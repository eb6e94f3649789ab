/** Who is writing a file: the first bytes of its journal say so. */

import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Bytes of a journal that are for its owner; what follows is the engine's. */
export const OWNER = 512;

const TITLE = "Hyperslab journal 1\n";

/** Somebody who writes a file. */
export interface Owner {
  /** Another one each time. */
  id: string;
  /** 0 once it has let go. */
  pid: number;
  host: string;
  /** When the process was started, where that can be known: numbers of processes are used again. */
  started?: string | undefined;
  /** Whether the file may be read meanwhile. */
  readers?: boolean | undefined;
}

/** When a process was started, as this machine counts; nothing if it cannot be known, or there is no such process. */
function started(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // After the name, which may have anything in it, the time is the twentieth field.
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return undefined;
  }
}

/** This process as an owner. */
export function newOwner(readers: boolean): Owner {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
  return { id, pid: process.pid, host: hostname(), started: started(process.pid), ...(readers && { readers }) };
}

export function encodeOwner(owner: Owner): Uint8Array {
  const bytes = new Uint8Array(OWNER).fill(0x20);
  bytes.set(new TextEncoder().encode(`${TITLE}${JSON.stringify(owner)}\n`).subarray(0, OWNER));
  return bytes;
}

/** The owner that the first bytes of a journal name; nothing if they name none. */
export function decodeOwner(bytes: Uint8Array): Owner | undefined {
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith(TITLE)) return undefined;
  try {
    const owner = JSON.parse(text.split("\n")[1]!) as Owner;
    const valid = typeof owner.id === "string" && /^\w+$/.test(owner.id) && Number.isInteger(owner.pid) && owner.pid >= 0 && typeof owner.host === "string";
    return valid ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Whether this is the process that asks. */
export function isSelf(owner: Owner): boolean {
  return owner.pid === process.pid && owner.host === hostname() && owner.started === started(process.pid);
}

/** Whether an owner may still be at work. Of other machines nobody knows. */
export function isAlive(owner: Owner): boolean {
  if (owner.pid === 0) return false;
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = started(owner.pid);
  return now === undefined || owner.started === undefined || now === owner.started;
}

/** An owner in words. */
export function describeOwner(owner: Owner): string {
  if (isSelf(owner)) return `by this process (${owner.pid})`;
  return owner.host === hostname() ? `by process ${owner.pid}` : `by process ${owner.pid} on ${owner.host}`;
}
