// Programs outside of browsers: the same file works in all of them, as it is.
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { consumer, data, expected, installed, ran } from "./lib/home.mjs";

const RUN = `
import { readFileSync } from "node:fs";
import { open } from "hyperslab";
import { program } from "./program.js";
const [file, workers] = process.argv.slice(2);
const answer = await program(readFileSync(file), Number(workers));
const f = await open(file, { workers: Number(workers) });
const { data } = await (await f.get("entry/data")).read();
await f.close();
console.log(JSON.stringify({ ...answer, file: data.reduce((n, v) => n + v, 0) }));
`;

/** Without \`await\` at the top of a module, and with what answers at once. */
const REQUIRE = `
const { writeFileSync } = require("node:fs");
const { create, open, openSync } = require("hyperslab");
const f = openSync(process.argv[2]);
const row = [...f.get("entry/data").read("7, 10:14").data];
f.close();
const made = create();
made.createDataset("x", { data: Int32Array.from({ length: 5000 }, (_, i) => i), chunks: [1000], compression: "zstd" });
writeFileSync("made.h5", made.toBytes());
const e = openSync("made.h5", { mode: "r+" });
e.get("x").write("0", 7);
e.close();
(async () => {
  const g = await open("made.h5", { workers: 1 });
  const x = (await (await g.get("x")).read()).data;
  await g.close();
  console.log(JSON.stringify({ row, x: [x[0], x[4999]], names: Object.keys(require("hyperslab/conventions")).length > 0, zarr: typeof require("hyperslab/zarr").zarrStore }));
})();
`;

/** All that is looked at of halves, of which some have a Float16Array. */
const HALVES = `
import * as hyperslab from "hyperslab";
import * as zarr from "hyperslab/zarr";
import * as h5web from "hyperslab/h5web";
import * as h5wasm from "hyperslab/h5wasm";
import { halves } from "./checks.mjs";
console.log(JSON.stringify({ ...(await halves(hyperslab, { zarr, h5web, h5wasm })), expected: globalThis.Float16Array ? "Float16Array" : "Float32Array" }));
`;

const platform = `${process.platform}-${process.arch}`;
const RUNTIMES = {
  Node: [process.execPath],
  // Their packages' own scripts only look for these. What a program may do it is told: changing a file in place takes a lock that names the machine.
  Deno: [installed(`@deno/${platform}${process.platform === "linux" ? "-glibc" : ""}/deno`), "run", "--allow-read", "--allow-write=.", "--allow-sys=hostname", "--no-prompt"],
  Bun: [installed(`@oven/bun-${process.arch === "arm64" ? platform.replace("arm64", "aarch64") : platform}/bin/bun`)],
};

for (const [name, argv] of Object.entries(RUNTIMES)) {
  const absent = !existsSync(argv[0]) && `not for ${platform}`;

  test(`${name}, import`, { skip: absent }, async () => {
    const dir = consumer(name, { "run.mjs": RUN });
    const wanted = expected();
    assert.deepEqual(JSON.parse(await ran([...argv, "run.mjs", data(), "1"], dir)), { ...wanted, file: wanted.sum });
  });

  test(`${name}, half floats`, { skip: absent }, async () => {
    const dir = consumer(`${name}-halves`, { "run.mjs": HALVES });
    cpSync(at("tests/entries/halves/checks.mjs"), path.join(dir, "checks.mjs"));
    const { checked, halves, expected } = JSON.parse(await ran([...argv, "run.mjs"], dir));
    assert.equal(halves, expected);
    assert.ok(checked > 450, `${checked} checks`);
  });

  test(`${name}, require`, { skip: absent }, async () => {
    const dir = consumer(`${name}-require`, { "run.cjs": REQUIRE });
    const answer = JSON.parse(await ran([...argv, "run.cjs", data()], dir));
    assert.deepEqual(answer, { row: [14346, 14347, 14348, 14349], x: [7, 4999], names: true, zarr: "function" });
  });
}

test("there are workers indeed", async () => {
  const dir = consumer("runtimes-workers", { "run.mjs": RUN });
  const own = path.join(dir, "node_modules/hyperslab");
  cpSync(installed("hyperslab"), own, { recursive: true, filter: (file) => !file.endsWith("/www") });
  const script = path.join(own, "dist/worker.node.js");
  writeFileSync(script, `console.error("a worker");\n${readFileSync(script, "utf8")}`);
  for (const [name, argv] of Object.entries(RUNTIMES)) {
    if (existsSync(argv[0])) assert.equal((await ran([...argv, "run.mjs", data(), "1"], dir)).split("a worker").length, 4, name);
  }
});
