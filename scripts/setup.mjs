#!/usr/bin/env node
// `npm run setup`: installs what is missing, says what and why, and is quick the second time.
//   node scripts/setup.mjs [--for start|test]     start: only what building and serving need; test: everything (the default)
import { duration } from "./lib/run.mjs";
import { shared } from "./lib/paths.mjs";
import { rustTarget, wasmBindgen, wasmPack } from "./setup/rust.mjs";
import { consumers } from "./setup/consumers.mjs";
import { packages, reference } from "./setup/npm.mjs";
import { system } from "./setup/system.mjs";
import { python } from "./setup/python.mjs";

const i = process.argv.indexOf("--for");
const goal = i < 0 ? "test" : process.argv[i + 1];
if (!["start", "test"].includes(goal)) {
  console.error("usage: node scripts/setup.mjs [--for start|test]");
  process.exit(2);
}

// Each step is {name, what, why, ready(): what is there already or undefined, make(say)}. The lanes run side by side
// (one waits for the network while another compiles); the steps of a lane run in order.
const lanes =
  goal === "start"
    ? [[packages, reference], [rustTarget, wasmBindgen]]
    : [[packages, reference, consumers], [rustTarget, wasmBindgen, wasmPack], [system, python]];

async function run(step) {
  const say = (text) => console.log(`  ${step.name}: ${text}`);
  const began = Date.now();
  const have = await step.ready();
  if (have) return say(`${have}, nothing to do`);
  say(`${step.what} (${step.why})`);
  await step.make(say);
  const now = await step.ready();
  if (!now) throw new Error(`${step.name}: installed, but still not usable`);
  say(`${now}, done in ${duration(Date.now() - began)}`);
}

const began = Date.now();
console.log(`Set-up for \`npm ${goal}\`; tools that take long to build are kept in ${shared}`);
const results = await Promise.allSettled(
  lanes.map(async (lane) => {
    for (const step of lane) await run(step);
  }),
);
const failures = results.filter((r) => r.status === "rejected").map((r) => r.reason);
for (const e of failures) console.error(`\nSet-up failed: ${e.message}\n${e.output ?? ""}`);
if (failures.length) process.exit(1);
console.log(`Set-up done in ${duration(Date.now() - began)}`);
