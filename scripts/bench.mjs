#!/usr/bin/env node
// `npm run bench`: our times beside h5wasm's in the same run. Only the ratios mean anything, and only on a quiet machine.
//   node scripts/bench.mjs [--runs N] [--only SUBSTRING]
import { execFileSync } from "node:child_process";
import path from "node:path";
import { option } from "./lib/option.mjs";
import { at, env, folder, local } from "./lib/paths.mjs";
import { venvPython } from "./setup/python.mjs";

const runs = Number(option("--runs", 5));
const only = option("--only", "");
const inputs = folder(local, "bench");

execFileSync(process.env.PYTHON || venvPython, [at("tests/fixtures/make_bench.py"), inputs], { stdio: "inherit" });

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const ms = (t) => (t >= 100 ? t.toFixed(0) : t.toFixed(1));

function row(id, what, ours, theirs, goal) {
  const ratio = theirs / ours;
  const verdict = ratio >= goal ? "reached" : "not yet";
  console.log(`${id.padEnd(5)} ${what.padEnd(66)} ${ms(ours).padStart(8)} ${ms(theirs).padStart(8)} ${ratio.toFixed(1).padStart(6)}x  goal ${goal}x ${verdict}`);
}

/** From import to the first attribute of a small file, each time in a new process. */
function cold(program) {
  const code = `const t = performance.now(); ${program}; if (title !== "a small file") throw new Error(title); console.log(performance.now() - t);`;
  const file = path.join(inputs, "small.h5");
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", code, file], { cwd: at("."), env: env(), encoding: "utf8" }));
}

console.log(`${"".padEnd(5)} ${`median of ${runs}, in ms`.padEnd(66)} ${"ours".padStart(8)} ${"h5wasm".padStart(8)}  h5wasm / ours`);
if ("R1".includes(only)) {
  const ours = [];
  const theirs = [];
  for (let k = 0; k < runs; k++) {
    ours.push(cold(`const { openSync } = await import("hyperslab"); const title = openSync(process.argv[1]).attrs.get("title")`));
    theirs.push(cold(`const h = (await import("h5wasm/node")).default; await h.ready; const title = new h.File(process.argv[1], "r").attrs.title.value`));
  }
  row("R1", "import to the first attribute of a small file", median(ours), median(theirs), 6);
}

const { engines } = await import("./bench/readers.mjs");
const { workloads } = await import("./bench/workloads.mjs");

for (const { id, what, goal, file, run } of workloads) {
  if (!id.includes(only)) continue;
  const times = { hyperslab: [], h5wasm: [] };
  const results = {};
  for (let k = 0; k <= runs; k++) {
    for (const [name, engine] of Object.entries(engines)) {
      globalThis.gc?.();
      const t = performance.now();
      const result = file ? engine.open(path.join(inputs, file), (f) => run(engine, f)) : run(engine);
      if (k > 0) times[name].push(performance.now() - t); // the first round warms up
      results[name] = result;
    }
  }
  if (file && results.hyperslab !== results.h5wasm) throw new Error(`${id}: the engines disagree: ${JSON.stringify(results)}`);
  row(id, what, median(times.hyperslab), median(times.h5wasm), goal);
}
