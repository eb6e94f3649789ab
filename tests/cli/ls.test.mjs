// `hyperslab ls` and `hyperslab stat`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { before, test } from "node:test";
import { corpus, python } from "../interop/lib/corpus.mjs";
import { hyperslab } from "./lib/run.mjs";

before(() => process.chdir(corpus()));

test("a listing: extents, types, links that are not followed", async () => {
  const { code, out, err } = await hyperslab(["ls", "links/all_kinds_earliest.h5"]);
  assert.equal(code, 0, err);
  assert.match(out, /^external +-> other\.h5:\/x\/y$/m);
  assert.match(out, /^loop1 +-> \/loop2$/m);
  assert.match(out, /^a\/$/m);
});

test("a tree names each object once, with how it is stored", async () => {
  const { out } = await hyperslab(["ls", "-rl", "ecosystem/nexus_like.nxs"]);
  assert.match(out, /├─ data\//);
  assert.match(out, /counts +\(5\/inf, 8, 8\) <u4 {2}chunked, chunks \(1, 8, 8\), deflate, 240 B/);
  assert.match(out, /counts +(?:.*)= \/entry\/data\/counts/);
});

test("attributes, and an object by its path", async () => {
  const { out } = await hyperslab(["ls", "-v", "ecosystem/netcdf4.nc/temperature"]);
  assert.match(out, /^ecosystem\/netcdf4\.nc\/temperature {2}\(3\/inf, 4, 5\) <f4$/m);
  assert.match(out, /@units scalar .* = "K"/);
});

test("JSON of a tree names what h5py names", async () => {
  const { out } = await hyperslab(["ls", "-r", "--json", "ecosystem/netcdf4.nc"]);
  const paths = [];
  const walk = (list) => list.forEach((e) => { paths.push(e.path.slice(1)); walk(e.children ?? []); });
  walk(JSON.parse(out));
  const names = JSON.parse(execFileSync(python, ["-c", "import h5py,json\nn=[]\nh5py.File('ecosystem/netcdf4.nc').visit(n.append)\nprint(json.dumps(n))"]));
  assert.deepEqual(paths.toSorted(), names.toSorted());
});

test("colours only where they are wanted", async () => {
  const args = ["ls", "ecosystem/netcdf4.nc"];
  const coloured = async (options) => (await hyperslab(args, options)).out.includes("\u001b[");
  assert.equal(await coloured({}), false);
  assert.equal(await coloured({ tty: true }), true);
  assert.equal(await coloured({ tty: true, env: { NO_COLOR: "1" } }), false);
  assert.equal(await coloured({ env: { FORCE_COLOR: "1" } }), true);
});

test("stat adds up what h5stat counts", async () => {
  for (const name of ["ecosystem/netcdf4.nc", "groups/nested_60.h5", "layouts/basic_earliest.h5", "attributes/many_300_v108.h5"]) {
    const { code, out, err } = await hyperslab(["stat", "--json", name]);
    assert.equal(code, 0, err);
    const { size, objects, layouts, elements } = JSON.parse(out);
    const theirs = execFileSync("h5stat", [name], { encoding: "utf8" });
    const number = (pattern) => Number(pattern.exec(theirs)?.[1] ?? 0);
    assert.equal(size, statSync(name).size);
    assert.equal(objects.groups, number(/# of unique groups: (\d+)/));
    assert.equal(objects.datasets, number(/# of unique datasets: (\d+)/));
    assert.equal(objects.datatypes, number(/# of unique named datatypes: (\d+)/));
    const ours = (word) => Object.entries(layouts).filter(([k]) => k.startsWith(word)).reduce((n, [, t]) => n + t.datasets, 0);
    assert.equal(ours("chunked"), number(/Dataset layout counts\[CHUNKED\]: (\d+)/));
    assert.equal(ours("compact"), number(/Dataset layout counts\[COMPACT\]: (\d+)/));
    assert.equal(elements.stored, number(/Total raw data size: (\d+)/) || elements.stored);
  }
});
