// What programs that use the package are built and run with, for the tests in tests/consumers: nothing that the project needs itself.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at, folder, local } from "../lib/paths.mjs";
import { logged } from "../lib/run.mjs";

/** Where they are installed: programs in folders below it find them as their own. */
export const home = path.join(local, "consumers");

const FILES = ["package.json", "package-lock.json"];
const stamp = path.join(home, "node_modules", ".stamp");

/** What the installed packages depend on: the lock file and the Node that runs them. */
function wanted() {
  const lock = readFileSync(at("tests/consumers/package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.version}`;
}

export const consumers = {
  name: "bundlers and runtimes",
  what: "npm ci in tests/consumers",
  why: "webpack, Rollup, Next, Deno, Bun and others, which the package is tried with",
  async ready() {
    return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted() ? "as in tests/consumers/package-lock.json" : undefined;
  },
  async make(say) {
    folder(home);
    for (const name of FILES) copyFileSync(at("tests/consumers", name), path.join(home, name));
    copyFileSync(at(".npmrc"), path.join(home, ".npmrc"));
    // Their scripts move binaries away from where they come, with some versions of npm.
    await logged("consumers", ["npm", "ci", "--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund"], say);
    writeFileSync(stamp, wanted());
  },
};
