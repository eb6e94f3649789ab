// `hyperslab diff`, `repack` and `copy`, beside h5diff and h5py.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "../interop/lib/corpus.mjs";
import { hyperslab } from "./lib/run.mjs";

let home;
const file = (name) => path.join(home, name);
const py = (program, ...args) => execFileSync(python, ["-c", `import h5py, numpy as np, sys, json\n${program}`, ...args], { encoding: "utf8" });
before(() => {
  process.chdir(corpus());
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-cli-"));
  py(
    `def make(name, change):
    with h5py.File(name, "w") as f:
        f["a"] = np.arange(20.0).reshape(4, 5)
        f["n"] = np.arange(5)
        f["s"] = "text"
        f["nan"] = [1.0, np.nan]
        f.create_group("g")["x"] = [1, 2, 3]
        f["g"].attrs["units"] = "K"
        f["soft"] = h5py.SoftLink("/a")
        change(f)
base = sys.argv[1]
def put(path, value):
    def change(f): del f[path]; f[path] = value
    return change
def attr(f): f["g"].attrs["units"] = "C"
def more(f): f["more"] = 1
changes = {
  "same": lambda f: None,
  "value": put("g/x", [1, 2, 4]), "near": put("a", np.arange(20.0).reshape(4, 5) + 1e-6), "shape": put("n", np.arange(6)),
  "wider": put("n", np.arange(5, dtype="<i2")), "bigger": put("n", np.arange(5, dtype=">i8")), "text": put("s", "texT"), "attr": attr,
  "more": more, "fewer": lambda f: f.__delitem__("n"), "soft": put("soft", h5py.SoftLink("/n")),
}
make(base + "/a.h5", lambda f: None)
for name, change in changes.items(): make(f"{base}/{name}.h5", change)`,
    home,
  );
});
after(() => rmSync(home, { recursive: true, force: true }));

test("verdicts are those of h5diff", async () => {
  for (const name of ["same", "value", "near", "wider", "bigger", "text", "attr", "more", "fewer"]) {
    const theirs = spawnSync("h5diff", ["-q", file("a.h5"), file(`${name}.h5`)]).status;
    const { code, err, out } = await hyperslab(["diff", "-q", file("a.h5"), file(`${name}.h5`)]);
    assert.equal(out + err, "");
    assert.equal(code, theirs, name);
  }
  // Where h5diff says that it cannot compare, they differ.
  assert.equal((await hyperslab(["diff", "-q", file("a.h5"), file("shape.h5")])).code, 1);
  assert.equal((await hyperslab(["diff", "-q", file("a.h5"), file("soft.h5")])).code, 1);
});

test("differences are named, tolerances are kept", async () => {
  const diff = async (...args) => await hyperslab(["diff", ...args]);
  assert.equal((await diff(file("a.h5"), file("value.h5"))).out, "/g/x[2]: value: 3 | 4\n");
  assert.equal((await diff(file("a.h5"), file("more.h5"))).out, "/more: only in the second\n");
  assert.equal((await diff(file("a.h5"), file("attr.h5"))).out, '/g@units: value: "K" | "C"\n');
  assert.equal((await diff("--no-attributes", file("a.h5"), file("attr.h5"))).code, 0);
  assert.equal((await diff(file("a.h5"), file("near.h5"))).code, 1);
  assert.equal((await diff("--atol", "1e-5", file("a.h5"), file("near.h5"))).code, 0);
  assert.equal((await diff("-x", "/g", file("a.h5"), file("value.h5"))).code, 0);
  assert.equal((await diff(`${file("a.h5")}/g`, `${file("value.h5")}/g`)).code, 1);
  assert.equal((await diff("--storage", file("a.h5"), file("wider.h5"))).out, "/n: type: <i8 | <i2\n");
  assert.deepEqual(JSON.parse((await diff("--json", file("a.h5"), file("shape.h5"))).out), [{ path: "/n", what: "shape", a: "(5)", b: "(6)" }]);
  assert.equal((await diff(file("a.h5"))).code, 2);
});

test("a file repacked has no difference, and is stored as was said", async () => {
  const source = "ecosystem/netcdf4.nc";
  const out = file("packed.h5");
  const run = await hyperslab(["repack", "-z", "gzip:9", "-c", "keep", "--fletcher32", "--libver", "v108", "--json", source, out]);
  assert.equal(run.code, 0, run.err);
  assert.equal(JSON.parse(run.out).after, statSync(out).size);
  assert.equal((await hyperslab(["diff", source, out])).out, "");
  assert.equal(spawnSync(python, [at("tests/interop/compare_files.py"), source, out]).status, 0);
  assert.match(execFileSync("h5dump", ["-p", "-H", "-d", "/temperature", out], { encoding: "utf8" }), /FLETCHER32|CONTIGUOUS|COMPACT/);
  assert.equal((await hyperslab(["repack", source, out])).code, 2, "OUT is there already");

  const big = file("big.h5");
  py(`f = h5py.File(sys.argv[1], "w"); f["d/a"] = np.arange(100000); f["d/b"] = np.arange(100000.0)`, big);
  const packed = await hyperslab(["repack", "--force", "-z", "none", "-d", "/d/a=compression=gzip:1;chunks=1000", "--userblock", "512", big, out]);
  assert.equal(packed.code, 0, packed.err);
  const facts = JSON.parse(py(`f = h5py.File(sys.argv[1]); print(json.dumps([f["d/a"].chunks, f["d/a"].compression, f["d/a"].compression_opts, f["d/b"].compression, f.userblock_size]))`, out));
  assert.deepEqual(facts, [[1000], "gzip", 1, null, 512]);
  const part = await hyperslab(["repack", "--force", `${big}/d/b`, out]);
  assert.equal(part.code, 0, part.err);
  assert.equal(py(`print(list(h5py.File(sys.argv[1])))`, out).trim(), "['b']");
  assert.equal((await hyperslab(["repack", "-z", "frob", big, file("no.h5")])).code, 1);
  assert.equal(statSync(file("no.h5"), { throwIfNoEntry: false }), undefined);
});

test("objects are copied into a new file, a file that is there, and within one", async () => {
  const source = "ecosystem/netcdf4.nc";
  const out = file("copied.h5");
  const copy = async (...args) => {
    const { code, err } = await hyperslab(["copy", ...args]);
    assert.equal(code, 0, err);
  };
  await copy(`${source}/temperature`, `${out}/data/t`);
  await copy(`${source}/forecast`, out);
  await copy(`${out}/data/t`, `${out}/again`);
  const seen = JSON.parse(py(`f = h5py.File(sys.argv[1]); g = h5py.File(sys.argv[2])
print(json.dumps([sorted(f), bool((f["again"][()] == g["temperature"][()]).all()), f["again"].attrs["units"].decode() if isinstance(f["again"].attrs["units"], bytes) else str(f["again"].attrs["units"])]))`, out, source));
  assert.deepEqual(seen, [["again", "data", "forecast"], true, "K"]);
  const refused = await hyperslab(["copy", `${source}/temperature`, `${out}/again`]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /there is something already/);
  cpSync(source, file("whole.nc"));
  await copy(`${source}`, `${file("whole.nc")}/root`);
  assert.equal(py(`print("root" in h5py.File(sys.argv[1]))`, file("whole.nc")).trim(), "True");
});
