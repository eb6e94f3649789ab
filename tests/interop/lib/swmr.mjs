// libhdf5 beside us at the same file (swmr.py).
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { at } from "../../../scripts/lib/paths.mjs";
import { venvPython } from "../../../scripts/setup/python.mjs";

/** The datasets of the files. */
export const NAMES = ["zipped", "plain", "wide", "square", "within", "fixed", "row", "one"];

const script = at("tests/interop/swmr.py");

/** The lines that a program prints, as they come. */
export const linesOf = (child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]();

/** libhdf5 at work: `line()` is what it says next; nothing at its end. */
export function python(...args) {
  const child = spawn(venvPython, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = linesOf(child);
  return { child, line: async () => (await lines.next()).value };
}

/** libhdf5 does one thing. */
export function run(...args) {
  const { status, stderr } = spawnSync(venvPython, [script, ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}
