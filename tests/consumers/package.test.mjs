// What those who look at packages say of this one.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { consumer, home, installed, packed, ran, tool } from "./lib/home.mjs";

test("publint", async () => {
  assert.match(await ran([...tool("publint/src/cli.js"), "--strict", installed("hyperslab")], home), /All good!/);
});

test("are the types wrong", async () => {
  // Modules only, by `exports`; the classic script declares nothing.
  const options = ["--profile", "esm-only", "--exclude-entrypoints", "./dist/iife/h5wasm.js", "--no-color"];
  assert.match(await ran([...tool("@arethetypeswrong/cli/dist/index.js"), packed(), ...options], home), /"hyperslab\/zarr"/);
});

test("nothing makes code out of text, which policies forbid", () => {
  const dist = installed("hyperslab/dist");
  const scripts = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".js"));
  assert.ok(scripts.length > 20);
  for (const name of scripts) {
    const found = /[^.\w$](eval|Function)\s*\(|\bnew Function\b|\bset(Timeout|Interval)\(\s*["'`]/.exec(readFileSync(path.join(dist, name), "utf8"));
    assert.equal(found && `${name}: ${found.input.slice(found.index - 40, found.index + 60)}`, null);
  }
});

test("nothing waits while it is loaded: `require` can have it", async () => {
  const { exports } = JSON.parse(readFileSync(installed("hyperslab/package.json"), "utf8"));
  const browsers = Object.values(exports).flatMap((to) => (to.default && !to.default.endsWith(".node.js") ? [installed(path.join("hyperslab", to.default))] : []));
  assert.ok(browsers.length > 4);
  // What waits can only be made a module.
  const dir = consumer("waits");
  await ran([...tool("esbuild/bin/esbuild"), ...browsers, "--bundle", "--format=iife", "--outdir=out", "--log-level=error"], dir);
  const node = Object.keys(exports).filter((name) => exports[name].default);
  writeFileSync(path.join(dir, "run.cjs"), `console.log(${JSON.stringify(node)}.every((name) => Object.keys(require("hyperslab" + name.slice(1))).length > 0))`);
  assert.equal(await ran([process.execPath, "run.cjs"], dir), "true\n");
});
