// `hyperslab refs`: xarray reads a file by what it prints.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "../interop/lib/corpus.mjs";
import { hyperslab } from "./lib/run.mjs";

let home;
before(() => {
  process.chdir(corpus());
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-refs-"));
});
after(() => rmSync(home, { recursive: true, force: true }));

test("a netCDF-4 file is the same by its references", async () => {
  const [file, to] = [path.join(home, "climate.nc"), path.join(home, "climate.json")];
  execFileSync(python, [at("tests/zarr/make_netcdf.py"), file]);
  const { code, out, err } = await hyperslab(["refs", "-o", to, file]);
  assert.equal(code, 0, err);
  assert.equal(out, "");
  assert.match(err, /^left out \/member: a netCDF dimension without values$/m);
  execFileSync(python, [at("tests/zarr/check_xarray.py"), file, to]);
});

test("what is printed, and where readers look", async () => {
  const run = async (...args) => JSON.parse((await hyperslab(["refs", "-q", ...args])).out);
  const name = "ecosystem/nexus_like.nxs";
  const { version, refs } = await run("--inline", "0", name);
  assert.equal(version, 1);
  assert.deepEqual(refs["entry/data/counts/0.0.0"][0], path.resolve(name));
  const [url, offset, length] = (await run("--inline", "0", "-u", "s3://bucket/run.nxs", `${name}/entry/data`)).refs["counts/0.0.0"];
  assert.equal(url, "s3://bucket/run.nxs");
  assert.ok(offset + length <= readFileSync(name).length);
  assert.equal((await hyperslab(["refs", `${name}/entry/title`])).code, 1);
});
