// The project's own tools: pins, the lock file, counting, the server of `npm start`.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { test } from "node:test";
import { counts } from "../../scripts/check/counts.mjs";
import { failures } from "../../scripts/check/failures.mjs";
import { alone } from "../../scripts/lib/alone.mjs";
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

test("failures are found wherever they stand in the output", () => {
  const file = path.join(folder(local, "failing"), "some.test.mjs");
  writeFileSync(
    file,
    `import { describe, test } from "node:test";
     describe("outer", () => {
       test("goes wrong", () => { throw new Error("the reason"); });
       test("is fine", () => {});
       test("is not there yet", { todo: true }, () => { throw new Error("no matter"); });
     });
     for (let i = 0; i < 200; i++) test("good " + i, () => {});`,
  );
  // A runner within a runner: its own variable would change what it prints.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", file], { encoding: "utf8", env });
  const found = failures(stdout);
  assert.ok(found[0].startsWith("not ok ") && found[0].endsWith("outer > goes wrong"), found[0]);
  assert.equal(found.filter((l) => l.startsWith("not ok")).length, 1);
  assert.match(found.join("\n"), /the reason[^]*some\.test\.mjs:3/);
  assert.doesNotMatch(found.join("\n"), /no matter|good|is fine/);

  const cargo = "test a ... FAILED\n\nfailures:\n\n---- a stdout ----\nthread 'a' panicked at src/x.rs:1:1:\nleft: 1\n\n---- b stdout ----\nboo\n\n\nfailures:\n    a\n    b\n";
  assert.deepEqual(failures(cargo), ["---- a stdout ----", "thread 'a' panicked at src/x.rs:1:1:", "left: 1", "---- b stdout ----", "boo"]);
  assert.deepEqual(failures("fine\nWRONG a.h5 /x: digest\nnote: 3\nFAILED b: c"), ["WRONG a.h5 /x: digest", "FAILED b: c"]);
  assert.equal(failures(Array.from({ length: 100 }, (_x, i) => `FAILED ${i}`).join("\n")).at(-1), "... and 75 more failures");
  assert.deepEqual(failures("12 passed, 0 failed"), []);
});

for (const file of ["package-lock.json", "scripts/reference/package-lock.json"]) test(`${file} is whole and names no place`, () => {
  const lock = json(file);
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
  for (const [name, version] of Object.entries({ ...devDependencies, ...json("scripts/reference/package.json").devDependencies })) assert.match(version, /^\d+\.\d+\.\d+/, name);
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

test("what is made once is made by one process at a time", async () => {
  const lock = path.join(folder(local, "failing"), "some.lock");
  const log = path.join(folder(local, "failing"), "some.log");
  for (const file of [lock, log]) rmSync(file, { force: true });
  const program = `
    import { appendFileSync } from "node:fs";
    import { alone } from ${JSON.stringify(String(new URL("../../scripts/lib/alone.mjs", import.meta.url)))};
    alone(${JSON.stringify(lock)}, () => {
      appendFileSync(${JSON.stringify(log)}, "[");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      appendFileSync(${JSON.stringify(log)}, "]");
    });`;
  const run = () => new Promise((done) => spawn(process.execPath, ["--input-type=module", "-e", program]).on("exit", done));
  assert.deepEqual(await Promise.all([run(), run(), run(), run()]), [0, 0, 0, 0]);
  assert.equal(readFileSync(log, "utf8"), "[][][][]");
  assert.ok(!existsSync(lock));
  // Whoever has died does not keep others waiting.
  writeFileSync(lock, String(spawnSync(process.execPath, ["-e", ""]).pid));
  assert.equal(alone(lock, () => 7), 7);
  assert.throws(() => alone(lock, () => { throw new Error("no"); }), /no/);
  assert.ok(!existsSync(lock));
});
