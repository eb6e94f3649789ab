// Every file of the corpus through h5wasm and through ours: the same objects, descriptions, values and attributes, except for
// what is listed in h5wasm/differences.mjs, each with its reason.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { at } from "../../scripts/lib/paths.mjs";
import { corpus } from "../interop/lib/corpus.mjs";
import { quirks } from "./h5wasm/differences.mjs";

const run = promisify(execFile);
const used = new Set();
let equal = 0;

/** What differs in a folder. h5wasm writes its errors to the console, and may end the process: each folder has its own. */
async function differences(folder) {
  const { stdout } = await run(process.execPath, [at("tests/entries/h5wasm/compare.mjs"), folder], { maxBuffer: 1 << 28 });
  const found = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  equal += found.pop().equal;
  return found;
}

test("the corpus is the same through both", { timeout: 300_000 }, async () => {
  const folders = readdirSync(corpus(), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const unexplained = [];
  const lane = async () => {
    for (let name = folders.pop(); name; name = folders.pop()) {
      for (const { where, what, theirs, ours } of await differences(path.join(corpus(), name))) {
        const place = `${name}/${where} ${what}`;
        const quirk = quirks.find(([pattern]) => pattern.test(place));
        if (quirk) used.add(quirk);
        else unexplained.push(`${place}: ${theirs} -> ${ours}`);
      }
    }
  };
  await Promise.all([lane(), lane()]);
  assert.deepEqual(unexplained.slice(0, 20), []);
  assert.deepEqual(quirks.filter((quirk) => !used.has(quirk)).map(String), [], "quirks that are none any more");
  assert.ok(equal > 30_000, String(equal));
});
