// One process at a time: a file beside what is being made says who is at work.
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const WAIT = 100;

/** Runs `work` while nobody else runs something under the same name: waits for them first. */
export function alone(lock, work) {
  while (!taken(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT);
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Takes the lock, unless somebody has it who is still alive. */
function taken(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (e) {
    if (e.code !== "EEXIST") throw e;
  }
  const holder = read(lock);
  // An empty one was made just now.
  if (holder && !isAlive(Number(holder)) && read(lock) === holder) rmSync(lock, { force: true });
  return false;
}

function read(lock) {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return e.code === "EPERM";
  }
}
