// The packages of package-lock.json, wasm-opt (binaryen) among them, and those of scripts/reference.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at } from "../lib/paths.mjs";
import { logged } from "../lib/run.mjs";

/** The packages of a folder's lock file, installed there or where `home` says, with `more` options of npm. */
export function locked(folder, name, why, home = () => at(folder), ...more) {
  const stamp = () => path.join(home(), "node_modules/.stamp");
  /** What the installed packages depend on: the lock file and the Node that runs them. */
  const wanted = () => `${createHash("sha256").update(readFileSync(at(folder, "package-lock.json"))).digest("hex")} ${process.version}`;
  return {
    name,
    what: "npm ci",
    why,
    async ready() {
      return existsSync(stamp()) && readFileSync(stamp(), "utf8") === wanted() ? "as in package-lock.json" : undefined;
    },
    async make(say) {
      await logged("npm", ["npm", "ci", "--no-audit", "--no-fund", ...more], say, { cwd: home() });
      writeFileSync(stamp(), wanted());
    },
  };
}

export const packages = locked(".", "npm packages", "TypeScript, the linter, wasm-opt and what the web app is made of, in the versions of package-lock.json");
/** By themselves: what reads declarations for the reference needs a TypeScript that is written in JavaScript, everything else one that is not. */
export const reference = locked("scripts/reference", "typedoc", "it makes the API reference, with a TypeScript of its own");
