// A program that is typed against h5wasm compiles against both.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { at, folder, local } from "../../scripts/lib/paths.mjs";

const program = readFileSync(at("tests/entries/h5wasm/typed.ts"), "utf8");

for (const module of ["h5wasm", "hyperslab/h5wasm", "hyperslab/h5wasm/node"]) {
  test(`a program typed against h5wasm compiles with ${module}`, () => {
    const dir = folder(local, "h5wasm-types", module.replaceAll("/", "-"));
    writeFileSync(path.join(dir, "program.ts"), program.replace('from "MODULE"', `from "${module}"`));
    const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom,esnext.disposable", "--types", "node", "--ignoreConfig"];
    // Their own declarations are not what is tested.
    const run = spawnSync(process.execPath, [at("node_modules/typescript/bin/tsc"), ...options, ...(module === "h5wasm" ? ["--skipLibCheck"] : []), "program.ts"], { cwd: dir, encoding: "utf8" });
    assert.equal(run.status, 0, run.stdout + run.stderr);
  });
}
