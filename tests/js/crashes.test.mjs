// Programs that die while they write: the file is what it was at their last flush, or at the one under way.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { bundle } from "./inside/bundle.mjs";

let inside;
let h;
let dir;
let names = 0;

before(async () => {
  inside = await bundle();
  h = inside.module;
  dir = fs.mkdtempSync(path.join(tmpdir(), "hyperslab-"));
});
after(() => {
  fs.rmSync(inside.folder, { recursive: true });
  fs.rmSync(dir, { recursive: true });
});

/** Runs the crasher; how far it came, and whether it lived. `killed` is asked with each number, and kills. */
async function crash(args, killAfter = () => undefined) {
  const script = path.join(import.meta.dirname, "inside/crasher.mjs");
  const child = spawn(process.execPath, [script, inside.outfile, ...args.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (text) => {
    if (said === "") killAfter(child);
    said += text;
  });
  const [code, signal] = await new Promise((resolve) => { child.once("close", (...how) => resolve(how)); });
  assert.ok(code === 0 || signal === "SIGKILL", `the program failed with ${code}`);
  return { last: Number(said.trim().split("\n").at(-1) ?? 0), lived: code === 0 };
}

/** Whether the file's first `n` steps are all there, and nothing else. */
function check(file, n) {
  const f = h.openSync(file);
  const found = [0, 1, 2].flatMap((g) => (f.has(`group ${g}`) ? f.get(`group ${g}`).keys() : []));
  assert.equal(found.length, n);
  for (let i = 1; i <= n; i++) {
    const { data } = f.get(`group ${i % 3}/d${i}`).read();
    assert.equal(data.length, i % 4 === 3 ? 30_000 : 40 * i);
    assert.equal(data.at(-1), i * (data.length - 1));
  }
  f.close();
}

const stepsOf = (file) => {
  const f = h.openSync(file);
  const n = f.has("group 1") ? f.attrs.get("n") : 0;
  f.close();
  return n;
};

test("dying at any call that writes leaves the old state or the new one", async () => {
  const states = [new Uint8Array()];
  const whole = path.join(dir, "whole.h5");
  await crash([whole, 4, 0, path.join(dir, "state")]);
  for (let n = 1; n <= 4; n++) states.push(fs.readFileSync(path.join(dir, `state${n}`)));
  let deaths = 0;
  for (let at = 1; ; at++) {
    const file = path.join(dir, `${names++}.h5`);
    const { last, lived } = await crash([file, 4, at]);
    if (lived) break;
    deaths += 1;
    // Whoever comes next: a reader or a writer. A file that was never flushed is none yet.
    if (at % 2 === 0 || last === 0) h.toWritable(file, "a").close();
    try {
      const f = at % 2 === 0 ? h.openSync(file) : h.edit(file);
      f.close();
    } catch (e) {
      assert.equal(last, 0, String(e));
    }
    const bytes = fs.readFileSync(file);
    const is = (state) => state !== undefined && Buffer.compare(bytes, state) === 0;
    assert.ok(is(states[last]) || is(states[last + 1]), `death ${at}, after flush ${last}: a mix`);
    fs.rmSync(file);
  }
  assert.ok(deaths > 25, `only ${deaths} deaths`);
});

test("killed at any time, again and again, nothing that was flushed is lost", async () => {
  const file = path.join(dir, "killed.h5");
  let done = 0;
  for (let i = 0; i < 12; i++) {
    const delay = Math.random() * 120;
    const { last } = await crash([file, 100_000], (child) => setTimeout(() => child.kill("SIGKILL"), delay));
    const n = stepsOf(file);
    assert.ok(n === last || n === last + 1, `${last} flushes, ${n} steps in the file`);
    check(file, n);
    assert.ok(n > done);
    done = n;
  }
});
