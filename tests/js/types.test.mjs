// The published declarations, used the way users do, with and without the types of a browser.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

const tsc = at("node_modules/typescript/bin/tsc");
const compile = (...args) => spawnSync(process.execPath, [tsc, "-p", at("tests/js/types"), ...args], { encoding: "utf8" });

test("types accept what is right and refuse what is wrong", () => {
  const { status, stdout } = compile();
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

test("the browser's own types are sources and targets", () => {
  const { status, stdout } = compile("-p", at("tests/js/types/browser"));
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

test("the types of Node are enough", () => {
  const { status, stdout } = compile("--lib", "es2023,esnext.disposable", "--types", "node", "--skipLibCheck");
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

test("a bundler's resolution finds them too", () => {
  const { status, stdout } = compile("--module", "esnext", "--moduleResolution", "bundler");
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
