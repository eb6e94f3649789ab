// The published declarations, used the way users do: with the types of a browser's page, of its workers and of Node, by both ways of
// resolving modules, as strictly as can be and less so. What they promise of values is run, too.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { at, folder, local } from "../../scripts/lib/paths.mjs";

const tsc = at("node_modules/typescript/bin/tsc");
function compiles(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", at("tests/js/types"), ...args], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0, stderr);
}

const resolutions = { nodenext: [], bundler: ["--module", "esnext", "--moduleResolution", "bundler"] };
const platforms = {
  "a page": [],
  "a worker": ["--lib", "es2023,webworker,esnext.disposable"],
  Node: ["--lib", "es2023,esnext.disposable", "--types", "node"],
  "Node and a page": ["--types", "node"],
  "a page that has halves": ["--lib", "es2023,dom,esnext.disposable,es2025.float16"],
};
for (const [resolution, how] of Object.entries(resolutions)) {
  for (const [platform, where] of Object.entries(platforms)) {
    test(`types accept what is right and refuse what is wrong: ${resolution}, with the types of ${platform}`, () => compiles(...how, ...where));
  }
}

test("they serve those who are less strict", () => {
  compiles("--exactOptionalPropertyTypes", "false", "--noUncheckedIndexedAccess", "false");
});

test("the browser's own types are sources and targets", () => {
  compiles("-p", at("tests/js/types/browser"));
});

test("a Float16Array is what halves are, where there is a type of it", () => {
  for (const how of Object.values(resolutions)) compiles("-p", at("tests/js/types/halves"), ...how);
});

test("H5Web takes the data provider", () => {
  for (const how of Object.values(resolutions)) compiles("-p", at("tests/js/types/h5web"), ...how);
});

test("what types promise of values is true", async () => {
  const outfile = path.join(folder(local, "types"), "promises.mjs");
  await build({ entryPoints: [at("tests/js/types/promises.ts")], outfile, bundle: true, packages: "external", format: "esm", platform: "node", target: "es2022" });
  await import(outfile);
  assert.ok(globalThis.checked > 100, `${globalThis.checked} promises`);
});
