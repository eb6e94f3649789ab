// What the parts of the build share.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { env as withTools, root } from "../lib/paths.mjs";

/** Where what is built lies before it is put together. */
export const work = path.join(root, "target", "package");

/** Skip most of what makes it small: for the edit-run loop. */
export const fast = process.argv.includes("--fast");

/** Runs a command, whose output is ours. */
export function run(command, args, env = {}) {
  execFileSync(command, args, { cwd: root, stdio: "inherit", env: withTools(env) });
}

/** Bytes that `gzip -9` makes of a file: the tool itself, since every other implementation has sizes of its own. */
export const gzipped = (file) => execFileSync("gzip", ["-9", "-n", "-c", file], { maxBuffer: 1 << 26 }).length;
