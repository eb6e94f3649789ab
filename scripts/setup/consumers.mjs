// What programs that use the package are built and run with, for the tests in tests/consumers: nothing that the project needs itself.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { at, folder, local } from "../lib/paths.mjs";
import { locked } from "./npm.mjs";

/** Where they are installed: programs in folders below it find them as their own. */
export const home = path.join(local, "consumers");

const FILES = ["tests/consumers/package.json", "tests/consumers/package-lock.json", ".npmrc"];

function prepared() {
  folder(home);
  for (const file of FILES) copyFileSync(at(file), path.join(home, path.basename(file)));
  return home;
}

const why = "webpack, Rollup, Next, Deno, Bun and others, which the package is tried with";
// Their scripts move binaries away from where they come, with some versions of npm.
export const consumers = locked("tests/consumers", "bundlers and runtimes", why, prepared, "--ignore-scripts");
