// How the command behaves among others: help, errors in one line, interruption, progress.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, truncateSync, cpSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "../interop/lib/corpus.mjs";
import { hyperslab } from "./lib/run.mjs";

let home;
const big = path.join(folder(local, "samples"), "gzip64.h5");
before(() => {
  process.chdir(corpus());
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-terminal-"));
  execFileSync(python, [at("tests/fixtures/make_gzip64.py"), big]);
});
after(() => rmSync(home, { recursive: true, force: true }));

test("help says what there is, for each command", async () => {
  const { code, out, err } = await hyperslab(["--help"]);
  assert.equal(code, 0);
  assert.equal(err, "");
  const commands = [...out.matchAll(/^ {2}(\w+) {2,}/gm)].map((m) => m[1]);
  for (const name of ["ls", "dump", "cat", "stat", "diff", "repack", "copy", "refs", "serve"]) assert.ok(commands.includes(name), name);
  for (const name of commands) {
    for (const flag of ["-h", "--help"]) {
      const help = await hyperslab([name, flag]);
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`^hyperslab ${name}: [^]*usage: hyperslab ${name} [^]*Exit codes: 0 `));
      assert.ok(help.out.split("\n").every((line) => line.length <= 140), name);
    }
  }
  assert.equal((await hyperslab([])).code, 2);
  assert.match((await hyperslab(["frobnicate"])).err, /^hyperslab: there is no command "frobnicate": ls, /);
});

test("an error is one line with its code, its place and the way there", async () => {
  const cut = path.join(home, "cut.h5");
  cpSync("types/vlen_earliest.h5", cut);
  truncateSync(cut, 3000);
  const { code, err } = await hyperslab(["ls", "-r", cut]);
  assert.equal(code, 1);
  assert.match(err, /^hyperslab: [^\n]*cut\.h5: [^\n]+ \((Malformed|Io)[^\n]*\)\n$/);
  const debug = await hyperslab(["ls", cut], { env: { DEBUG: "1" } });
  assert.match(debug.err, /\n {4}at /);
  assert.equal((await hyperslab(["ls", "manifest.json"])).code, 1);
});

test("names that would do something to a terminal are shown as what they are", async () => {
  const file = path.join(home, "names.h5");
  execFileSync(python, ["-c", `import h5py, sys\nf = h5py.File(sys.argv[1], "w"); f["a\\x1b[31mb\\nc"] = 1`, file]);
  assert.match((await hyperslab(["ls", file])).out, /^a\\x1b\[31mb\\nc +scalar <i8\n$/);
});

test("progress is for those who watch", async () => {
  const out = path.join(home, "p.h5");
  assert.equal((await hyperslab(["repack", "--force", big, out])).err, "");
  assert.match((await hyperslab(["repack", "--force", big, out], { tty: true })).err, /\rrepack .*: \d+ % of 64\.0 MiB[^]*-> /);
});

test("Ctrl-C ends a repack at once and leaves nothing behind", async () => {
  const out = path.join(home, "stopped");
  execFileSync("mkdir", [out]);
  const child = spawn(process.execPath, [at("dist/cli.js"), "repack", "-z", "gzip:9", big, path.join(out, "o.h5")]);
  await new Promise((done) => setTimeout(done, 700));
  const asked = Date.now();
  child.kill("SIGINT");
  const code = await new Promise((done) => child.on("exit", done));
  assert.equal(code, 130);
  assert.ok(Date.now() - asked < 3000);
  assert.deepEqual(readdirSync(out), []);
});

test("as a program it says the same as its module", () => {
  const run = spawnSync(at("dist/cli.js"), ["cat", "layouts/basic_earliest.h5/chunked[0, :3]"], { encoding: "utf8" });
  assert.deepEqual([run.status, run.stdout, run.stderr], [0, "0\n7\n14\n", ""]);
  const failed = spawnSync(at("dist/cli.js"), ["cat", "missing.h5"], { encoding: "utf8" });
  assert.equal(failed.status, 1);
  assert.equal(failed.stdout, "");
});
