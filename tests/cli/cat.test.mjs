// `hyperslab cat`: what it prints is what h5py reads.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "../interop/lib/corpus.mjs";
import { hyperslab } from "./lib/run.mjs";

let home;
before(() => {
  process.chdir(corpus());
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-cat-"));
});
after(() => rmSync(home, { recursive: true, force: true }));

const py = (program, ...args) => execFileSync(python, ["-c", `import h5py, numpy as np, sys, json, csv\n${program}`, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
const basic = "layouts/basic_earliest.h5";

test("JSON, with selections as in NumPy", async () => {
  for (const selection of ["", "[2:5]", "[1, ::2]", "[..., -1]", "[3, 4]", "[0:0]"]) {
    const { code, out, err } = await hyperslab(["cat", "--json", `${basic}/chunked${selection}`]);
    assert.equal(code, 0, err);
    const truth = py(`print(json.dumps(h5py.File(sys.argv[1])["chunked"]${selection || "[()]"}.tolist()))`, basic);
    assert.deepEqual(JSON.parse(out), JSON.parse(truth), selection);
  }
  const three = await hyperslab(["cat", "--json", `${basic}/chunked 3d`]);
  assert.deepEqual(JSON.parse(three.out), JSON.parse(py(`print(json.dumps(h5py.File(sys.argv[1])["chunked 3d"][()].tolist()))`, basic)));
});

test("npy and raw bytes", async () => {
  for (const [file, dataset] of [[basic, "chunked"], ["ecosystem/netcdf4.nc", "temperature"], ["types/enums_earliest.h5", "bool"], ["types/strings_fixed_earliest.h5", "matrix"]]) {
    const npy = path.join(home, "a.npy");
    const run = await hyperslab(["cat", "-f", "npy", `${file}/${dataset}`]);
    assert.equal(run.code, 0, run.err);
    writeFileSync(npy, run.bytes);
    assert.equal(py("a = np.load(sys.argv[3]); b = h5py.File(sys.argv[1])[sys.argv[2]][()]; print(a.shape == b.shape and bool((a == b).all()))", file, dataset, npy).trim(), "True");
  }
  const raw = await hyperslab(["cat", "-f", "raw", `${basic}/chunked[1]`]);
  assert.deepEqual([...new Int32Array(raw.bytes.buffer.slice(raw.bytes.byteOffset, raw.bytes.byteOffset + raw.bytes.length))], [63, 70, 77, 84, 91, 98, 105, 112, 119]);
});

test("tables: numbers by rows, records by lines", async () => {
  assert.equal((await hyperslab(["cat", `${basic}/chunked[2:4, :3]`])).out, "126 133 140\n189 196 203\n");
  assert.equal((await hyperslab(["cat", "-f", "csv", "types/compound_earliest.h5/chunked[:2]"])).out, "a,b\n0,0\n1,0.5\n");
  assert.equal((await hyperslab(["cat", "-f", "tsv", "types/compound_earliest.h5/chunked[:1]"])).out, "a\tb\n0\t0\n");
  assert.equal((await hyperslab(["cat", "-a", "units", "ecosystem/netcdf4.nc/temperature"])).out, "K\n");
});

test("integers of eight bytes stay exact", async () => {
  const { out } = await hyperslab(["cat", "--json", "types/integers_earliest.h5/u8le"]);
  const truth = JSON.parse(py(`print(json.dumps([str(v) for v in h5py.File("types/integers_earliest.h5")["u8le"][()].tolist()]))`));
  assert.deepEqual(JSON.parse(out).map(String), truth);
});

test("what makes no sense is said", async () => {
  const failed = async (...args) => {
    const { code, err } = await hyperslab(["cat", ...args]);
    return [code, err];
  };
  assert.deepEqual(await failed(), [2, "hyperslab: something is missing: which file? (hyperslab cat --help)\n"]);
  assert.deepEqual((await failed("-f", "xml", `${basic}/chunked`))[0], 2);
  assert.deepEqual((await failed(basic))[0], 1);
  assert.match((await failed(`${basic}/nothing`))[1], /^hyperslab: layouts\/basic_earliest\.h5: .* \(NotFound, object \/nothing\)\n$/);
  assert.match((await failed("nothing.h5"))[1], /^hyperslab: nothing\.h5: ENOENT.*\(NotFound\)\n$/);
  assert.equal((await failed("--frobnicate", basic))[0], 2);
});

test("64 MiB in little memory", async () => {
  const big = path.join(folder(local, "samples"), "gzip64.h5");
  execFileSync(python, [at("tests/fixtures/make_gzip64.py"), big]);
  const size = execFileSync("sh", ["-c", `${process.execPath} --max-old-space-size=64 ${at("dist/cli.js")} cat -f raw ${big}/data | wc -c`], { encoding: "utf8" });
  assert.equal(Number(size), 4096 * 4096 * 4);
  // Somebody who has seen enough is no error.
  const head = execFileSync("sh", ["-c", `${process.execPath} ${at("dist/cli.js")} cat ${big}/data 2>&1 | head -c 100 | wc -c`], { encoding: "utf8" });
  assert.equal(Number(head), 100);
});
