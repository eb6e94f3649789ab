// The crate as a product of its own: what it depends on, what is published, and a program that uses what is published.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { openSync } from "hyperslab";
import { at, env, folder, local, root } from "../../scripts/lib/paths.mjs";
import { corpus } from "../interop/lib/corpus.mjs";
import { venvPython } from "../../scripts/setup/python.mjs";

const dir = path.join(local, "crate");
const python = process.env.PYTHON || venvPython;

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, env: env(), encoding: "utf8", maxBuffer: 1 << 26, ...options });
  return { ...done, all: `${done.error?.message ?? ""}${done.stdout}${done.stderr}` };
}

function must(...args) {
  const done = run(...args);
  assert.equal(done.status, 0, done.all);
  return done;
}

before(() => {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
});

test("the crate needs nothing of the web, whatever its features and the machine", () => {
  for (const more of [[], ["--no-default-features"], ["--target", "wasm32-unknown-unknown"], ["--target", "x86_64-pc-windows-msvc"]]) {
    const tree = must("cargo", ["tree", "-p", "hyperslab", "-e", "normal,build", "--prefix", "none", ...more]).stdout;
    assert.match(tree, /^hyperslab v/);
    assert.doesNotMatch(tree, /wasm|js-sys|web-sys/, tree);
  }
});

test("it is published without a warning", (t) => {
  const args = ["--allow-dirty", "-p", "hyperslab", "-j2"];
  let done = run("cargo", ["publish", "--dry-run", ...args]);
  if (done.status !== 0 && /resolve host|timed out|Connection|download of config/i.test(done.all)) {
    t.diagnostic("the registry cannot be reached: packaged only");
    done = must("cargo", ["package", "--offline", ...args]);
  }
  assert.equal(done.status, 0, done.all);
  const warnings = done.stderr.split("\n").filter((l) => l.startsWith("warning:") && !l.includes("aborting upload due to dry run"));
  assert.deepEqual(warnings, []);
  const list = must("cargo", ["package", "--list", ...args.slice(0, 3)]).stdout.trim().split("\n");
  for (const name of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "examples/roundtrip.rs", "src/lib.rs"]) assert.ok(list.includes(name), name);
  const strange = list.filter((name) => !/^(src\/.*\.rs|README\.md|LICENSE-\w+|examples\/roundtrip\.rs|Cargo\..*|\.cargo_vcs_info\.json)$/.test(name));
  assert.deepEqual(strange, []);
});

/** Builds the consumer with what was packaged. */
function consumer() {
  const target = must("cargo", ["metadata", "--no-deps", "--format-version=1"]).stdout;
  const { target_directory: built, packages } = JSON.parse(target);
  const { version } = packages.find((p) => p.name === "hyperslab");
  const unpacked = path.join(built, "package", `hyperslab-${version}`);
  assert.ok(existsSync(path.join(unpacked, "Cargo.toml")), unpacked);
  const home = folder(dir, "consumer");
  writeFileSync(
    path.join(home, "Cargo.toml"),
    `[package]\nname = "consumer"\nversion = "0.0.0"\nedition = "2024"\n\n[[bin]]\nname = "consumer"\npath = ${JSON.stringify(at("tests/crate/consumer.rs"))}\n\n` +
      `[dependencies]\nhyperslab = { path = ${JSON.stringify(unpacked)} }\n\n[workspace]\n`,
  );
  // The versions that are pinned here: nothing has to be looked up.
  writeFileSync(path.join(home, "Cargo.lock"), readFileSync(path.join(unpacked, "Cargo.lock")));
  const args = ["build", "-q", "--offline", "-j2", "--manifest-path", path.join(home, "Cargo.toml"), "--message-format=json"];
  // Where publishing it has built the same already.
  const artifacts = must("cargo", args, { env: env({ CARGO_TARGET_DIR: built }) }).stdout;
  return artifacts.split("\n").filter(Boolean).map((line) => JSON.parse(line)).find((a) => a.executable).executable;
}

test("a program that uses what is published", async (t) => {
  const program = consumer();
  const file = (name) => path.join(dir, name);

  await t.test("writes and edits what h5py reads, and reads what h5py writes", () => {
    must(program, ["write", file("ours.h5")]);
    must(python, [at("tests/crate/judge.py"), "check", file("ours.h5")]);
    must(python, [at("tests/crate/judge.py"), "write", file("theirs.h5")]);
    assert.equal(must(program, ["read", file("theirs.h5")]).stdout, "/a 45\n/g/b 62437.5\n/g/c 499500\n/g/h/bits 2\n");
  });

  await t.test("reads sets of libhdf5's drivers", () => {
    const sets = folder(dir, "sets");
    cpSync(path.join(corpus(), "drivers"), sets, { recursive: true });
    must(python, [at("tests/crate/judge.py"), "sets", sets]);
    const lines = must(program, ["sets", sets]).stdout.trim().split("\n");
    assert.equal(lines.length, 2 * 11);
    for (const line of lines) assert.match(line, /: \[398\.0, 399\.0\] \["alpha", "", "omega"\] 40$/);
  });

  const large = file("large.h5");
  const old = () => readFileSync(large).equals(before);
  must(program, ["large", large]);
  const before = readFileSync(large);

  await t.test("its crash is put back by the package for JavaScript", () => {
    assert.notEqual(run(program, ["crash", large]).status, 0);
    assert.ok(existsSync(`${large}-journal`) && !old());
    const f = openSync(large);
    assert.equal(f.get("d").read("100:101").data[0], 0.5);
    f.close();
    assert.ok(!existsSync(`${large}-journal`) && old());
  });

  await t.test("it puts back a crash of the package for JavaScript", () => {
    const script = `import { openSync } from "hyperslab";
      const f = openSync(${JSON.stringify(large)}, { mode: "r+" });
      f.get("d").write(-1);
      process.kill(process.pid, "SIGKILL");`;
    assert.equal(run(process.execPath, ["--input-type=module", "-e", script]).signal, "SIGKILL");
    assert.ok(existsSync(`${large}-journal`) && !old());
    assert.equal(must(program, ["read", large]).stdout, `/d ${2 ** 21}\n`);
    assert.ok(!existsSync(`${large}-journal`) && old());
  });

  await t.test("each respects that the other is writing", async () => {
    const f = openSync(large, { mode: "r+" });
    for (const verb of ["read", "hold"]) {
      const refused = run(program, [verb, large], { input: "" });
      assert.notEqual(refused.status, 0);
      assert.match(refused.stderr, new RegExp(`open for writing already: by process ${process.pid}`));
    }
    f.close();
    const child = spawn(program, ["hold", large], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((held) => child.stdout.once("data", held));
    for (const mode of ["r", "r+"]) {
      assert.throws(() => openSync(large, { mode }), (e) => e.code === "Io" && e.message.includes(`by process ${child.pid}`));
    }
    child.stdin.end();
    await new Promise((gone) => child.once("exit", gone));
    openSync(large, { mode: "r+" }).close();
    assert.ok(old());
  });
});
