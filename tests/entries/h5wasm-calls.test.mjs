// Call by call: h5wasm and ours on files that they made by the same calls; and h5wasm's own tests with ours in its place.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { at, folder } from "../../scripts/lib/paths.mjs";
import { differences, ownTests } from "./h5wasm/differences.mjs";

let home;
before(() => {
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-h5wasm-calls-"));
});
after(() => rmSync(home, { recursive: true, force: true }));

/** What h5wasm gives where it fails in silence. */
const failed = (v) => v === null || v === "undefined" || (typeof v === "number" && v < 0);
/** Numbers beyond what h5wasm can tell of are Infinity. */
const told = (v) => JSON.parse(JSON.stringify(v).replaceAll(/1844674407370955\d+/g, '"Infinity"'));

test("each call gives what it gives with h5wasm, or what is said in h5wasm/differences.mjs", () => {
  const { stdout, status } = spawnSync(process.execPath, [at("tests/entries/h5wasm/run-calls.mjs"), home], { encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(status, 0);
  const results = stdout.split("\n").filter((line) => line.startsWith('{"what"')).map((line) => JSON.parse(line));
  assert.ok(results.length >= 250, String(results.length));
  const unused = new Set(Object.keys(differences));
  const unexplained = [];
  for (const { what, seen } of results) {
    const [a, b] = seen;
    if (a.error !== undefined || (failed(a.value) && b.error !== undefined)) continue;
    try {
      assert.deepEqual(b, told(a));
    } catch {
      const known = Object.keys(differences).find((key) => what.includes(key));
      if (known) unused.delete(known);
      else unexplained.push(`${what}: ${JSON.stringify(a)?.slice(0, 300)} -> ${JSON.stringify(b)?.slice(0, 300)}`);
    }
  }
  assert.deepEqual(unexplained, []);
  assert.deepEqual([...unused], [], "differences that are none any more");
});

test("h5wasm's own tests pass with ours, but for those in h5wasm/differences.mjs", () => {
  cpSync(at("node_modules/h5wasm/test"), path.join(home, "test"), { recursive: true });
  folder(home, "test/tmp");
  folder(home, "node_modules/h5wasm");
  writeFileSync(path.join(home, "node_modules/h5wasm/package.json"), '{ "name": "h5wasm", "type": "module", "exports": { "./node": "./node.js" } }');
  const entry = JSON.stringify(pathToFileURL(at("dist/h5wasm.node.js")).href);
  writeFileSync(path.join(home, "node_modules/h5wasm/node.js"), `export * from ${entry};\nexport { default } from ${entry};\n`);
  const list = [...readFileSync(path.join(home, "test/test.mjs"), "utf8").matchAll(/from ["'](\.\/\w+\.mjs)["']/g)].map(([, file]) => file);
  writeFileSync(
    path.join(home, "test/all.mjs"),
    `const seen = {};
    for (const file of ${JSON.stringify(list)}) {
      for (const { description, test } of (await import(file)).default) {
        try { await test(); seen[description] = "passed"; } catch (e) { seen[description] = String(e.message ?? e).split("\\n")[0]; }
      }
    }
    console.log("\\n" + JSON.stringify(seen));`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, ["test/all.mjs"], { cwd: home, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const results = JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1));
  assert.ok(Object.keys(results).length >= 40);
  const wrong = Object.entries(results).filter(([, result]) => result !== "passed");
  assert.deepEqual(wrong.filter(([name]) => !(name in ownTests)), []);
  assert.deepEqual(Object.keys(ownTests).filter((name) => results[name] === "passed"), [], "differences that are none any more");
});
