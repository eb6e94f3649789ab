// The project's own tools: pins, the lock file, counting, the server of `npm start`.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { test } from "node:test";
import { counts } from "../../scripts/check/counts.mjs";
import { at, folder, local, wasmBindgenVersion } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";

const json = (name) => JSON.parse(readFileSync(at(name), "utf8"));

test("every runner's closing lines are counted", () => {
  const cargo = "test result: ok. 16 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
  assert.deepEqual(counts(`${cargo}\n${cargo}`), { passed: 32, failed: 0, skipped: 2 });
  assert.deepEqual(counts("# tests 5\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0"), { passed: 3, failed: 2, skipped: 0 });
  assert.deepEqual(counts("ℹ pass 3\nℹ fail 0\nℹ skipped 2"), { passed: 3, failed: 0, skipped: 2 });
  assert.deepEqual(counts("12 passed, 1 failed, 4 skipped"), { passed: 12, failed: 1, skipped: 4 });
  assert.deepEqual(counts("about 12 passed, 1 failed"), { passed: 0, failed: 0, skipped: 0 });
});

test("the lock file is whole and names no place", () => {
  const lock = json("package-lock.json");
  const places = Object.entries(lock.packages).filter(([, p]) => p.resolved && !p.link);
  assert.deepEqual(places, []);
  // An optional package that the lock file forgot makes `npm ci` fail on every machine.
  const missing = [];
  for (const [name, p] of Object.entries(lock.packages)) {
    for (const optional of Object.keys(p.optionalDependencies ?? {})) {
      const nested = `${name}/node_modules/${optional}`;
      if (!lock.packages[`node_modules/${optional}`] && !lock.packages[nested]) missing.push(`${optional} of ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("versions are pinned", () => {
  const { dependencies = {}, devDependencies } = json("package.json");
  assert.deepEqual(dependencies, {}, "the published package needs no other");
  for (const [name, version] of Object.entries(devDependencies)) assert.match(version, /^\d+\.\d+\.\d+/, name);
  for (const line of readFileSync(at("tests/fixtures/requirements.txt"), "utf8").trim().split("\n")) {
    assert.match(line, /^(#.*|[\w.-]+==[\w.]+)$/);
  }
  assert.match(readFileSync(at("Cargo.lock"), "utf8"), new RegExp(`name = "wasm-bindgen"\nversion = "${wasmBindgenVersion}"`));
});

test("everything that npm runs is there", () => {
  for (const line of Object.values(json("package.json").scripts)) {
    for (const [, file] of line.matchAll(/node (\S+)/g)) readFileSync(at(file));
  }
  assert.ok(readdirSync(at("scripts/check")).length);
});

/** A GET with the path exactly as given; fetch would tidy it. */
const get = (url, pathname) =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path: pathname }, (r) => {
      let body = "";
      r.on("data", (c) => (body += c)).on("end", () => resolve({ status: r.statusCode, type: r.headers["content-type"], body }));
    })
      .on("error", reject)
      .end();
  });

test("the server serves its folder and nothing else", async () => {
  const dir = folder(local, "served");
  mkdirSync(path.join(dir, "inside"), { recursive: true });
  writeFileSync(path.join(dir, "index.html"), "<p>here");
  writeFileSync(path.join(dir, "inside/engine.wasm"), "\0asm");
  writeFileSync(path.join(local, "secret.txt"), "secret");
  const { url, close } = await serve(dir);
  try {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.deepEqual(await get(url, "/"), { status: 200, type: "text/html; charset=utf-8", body: "<p>here" });
    assert.equal((await get(url, "/inside/engine.wasm")).type, "application/wasm");
    for (const outside of ["/../secret.txt", "/%2e%2e/secret.txt", "/inside/../../secret.txt", "/missing", "/inside", "/%", "/a%00b"]) {
      assert.equal((await get(url, outside)).status, 404, outside);
    }
  } finally {
    await close();
  }
});

test("the server takes the next port when one is taken", async () => {
  const first = await serve(local);
  const { port } = new URL(first.url);
  const second = await serve(local, Number(port));
  assert.notEqual(second.url, first.url);
  await Promise.all([first.close(), second.close()]);
});
