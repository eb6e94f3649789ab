#!/usr/bin/env node
// `npm run check`: everything that must hold, stage after stage, all of them even when one fails.
//   node scripts/check.mjs [STAGE...]      only these stages; --list prints their names
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { counts } from "./check/counts.mjs";
import { failures } from "./check/failures.mjs";
import { stages } from "./check/stages.mjs";
import { folder, local, root } from "./lib/paths.mjs";
import { command, duration } from "./lib/run.mjs";

const wanted = process.argv.slice(2);
if (wanted[0] === "--list") {
  for (const s of stages) console.log(`${s.name.padEnd(10)} ${s.what}`);
  process.exit(0);
}
const unknown = wanted.filter((name) => !stages.some((s) => s.name === name));
if (unknown.length) {
  console.error(`no such stage: ${unknown.join(", ")} (--list names them)`);
  process.exit(2);
}

const logs = folder(local, "logs");

/** Prints what failed in a command, and the end of what it printed: most of it where no failure says why. */
function explain(step, output, nothing, log) {
  console.log(`    $ ${step.argv.join(" ")}`);
  if (nothing) console.log("    ran no test");
  const found = failures(output);
  for (const line of found) console.log(`    ${line}`);
  if (found.length) console.log("    ... and at the end:");
  for (const line of output.trimEnd().split("\n").slice(found.length ? -12 : -80)) console.log(`    ${line}`);
  console.log(`    (whole output: ${path.relative(root, log)})`);
}

/** Runs the commands of a stage in order and adds up what they counted. A command without a count of its own is one check. */
async function run(stage) {
  const sum = { passed: 0, failed: 0, skipped: 0, notes: [] };
  const log = path.join(logs, `check-${stage.name}.log`);
  rmSync(log, { force: true });
  for (const step of stage.commands()) {
    const { code, output } = await command(step.argv, { env: step.env, cwd: step.cwd, timeout: step.timeout ?? 1800 });
    writeFileSync(log, `$ ${step.argv.join(" ")}\n${output}\n`, { flag: "a" });
    const n = step.counts ? counts(output) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
    const nothing = n.passed + n.failed === 0;
    // A runner that died before its last line, or that ran no test, has failed whatever it counted.
    if ((code !== 0 && n.failed === 0) || nothing) n.failed += 1;
    sum.passed += n.passed;
    sum.failed += n.failed;
    sum.skipped += n.skipped;
    sum.notes.push(...output.split("\n").filter((l) => l.startsWith("note: ")).map((l) => l.slice(6)));
    if (n.failed) explain(step, output, nothing, log);
  }
  return sum;
}

const began = Date.now();
const rows = [];
for (const stage of stages) {
  if (wanted.length && !wanted.includes(stage.name)) continue;
  console.log(`${stage.name}: ${stage.what}`);
  const t = Date.now();
  const sum = await run(stage);
  rows.push({ name: stage.name, ms: Date.now() - t, ...sum });
  console.log(`  ${sum.failed ? "FAILED" : "ok"}, ${duration(Date.now() - t)}`);
  for (const note of sum.notes) console.log(`  ${note}`);
}

console.log(`\n${"stage".padEnd(10)} ${"passed".padStart(7)} ${"failed".padStart(7)} ${"skipped".padStart(8)}      time`);
for (const r of rows) {
  const cells = [String(r.passed).padStart(7), String(r.failed).padStart(7), String(r.skipped).padStart(8)];
  console.log(`${r.name.padEnd(10)} ${cells.join(" ")}  ${duration(r.ms).padStart(9)}${r.failed ? "  FAILED" : ""}`);
}
const total = (key) => rows.reduce((n, r) => n + r[key], 0);
console.log(`all stages in ${duration(Date.now() - began)}`);
const skipped = total("skipped") ? `, ${total("skipped")} skipped` : "";
console.log(`${total("passed")} passed, ${total("failed")} failed${skipped}`);
process.exitCode = total("failed") || !rows.length ? 1 : 0;
