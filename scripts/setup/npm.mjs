// The packages of package-lock.json, wasm-opt (binaryen) among them.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";
import { logged } from "../lib/run.mjs";

const stamp = at("node_modules/.stamp");

/** What the installed packages depend on: the lock file and the Node that runs them. */
function wanted() {
  const lock = readFileSync(at("package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.version}`;
}

export const packages = {
  name: "npm packages",
  what: "npm ci",
  why: "TypeScript, the linter, wasm-opt and what the web app is made of, in the versions of package-lock.json",
  async ready() {
    return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted() ? "as in package-lock.json" : undefined;
  },
  async make(say) {
    await logged("npm", ["npm", "ci", "--no-audit", "--no-fund"], say);
    writeFileSync(stamp, wanted());
  },
};
