// `hyperslab dump` prints what h5dump prints, byte by byte, of every file of the corpus that h5dump reads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { corpus } from "../interop/lib/corpus.mjs";
import { differences } from "./lib/differences.mjs";
import { hyperslab } from "./lib/run.mjs";

let files;
before(() => {
  process.chdir(corpus());
  files = JSON.parse(readFileSync("manifest.json", "utf8")).files.map((f) => f.name);
});

const run = promisify(execFile);
/** h5dump's output, or nothing if it cannot read the file. */
async function h5dump(...args) {
  const options = { encoding: "buffer", maxBuffer: 1 << 28, timeout: 60_000 };
  return await run("h5dump", args, options).then(({ stdout }) => stdout, () => undefined);
}

/** How two outputs differ, shortly. */
function difference(expected, actual) {
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at += 1;
  const part = (bytes) => JSON.stringify(bytes.subarray(Math.max(0, at - 40), at + 60).toString("latin1"));
  return `at byte ${at}:\n  h5dump    ${part(expected)}\n  hyperslab ${part(actual)}`;
}

async function same(...args) {
  const [expected, { code, err, bytes }] = await Promise.all([h5dump(...args), hyperslab(["dump", ...args])]);
  if (!expected) return undefined;
  if (code === 0 && expected.equals(bytes)) return "";
  return `${args.join(" ")} (${code}) ${err}${difference(expected, bytes)}`;
}

test("the whole corpus with creation properties, and its headers", async () => {
  const wrong = [];
  let equal = 0;
  const queue = files.flatMap((name) => [["-p", name], ["-H", name]]).filter(([, name]) => !Object.hasOwn(differences, name));
  await Promise.all(
    [0, 1].map(async () => {
      for (let next; (next = queue.shift()); ) {
        const found = await same(...next);
        if (found) wrong.push(found);
        else if (found === "") equal += 1;
      }
    }),
  );
  assert.deepEqual(wrong, []);
  assert.ok(equal > 350, `only ${equal} outputs were compared`);
  assert.ok(Object.keys(differences).length <= 21);
  assert.ok(Object.keys(differences).every((name) => files.includes(name)));
});

test("values without properties, and attributes only", async () => {
  for (const name of ["attributes/names.h5", "types/vlen_earliest.h5", "ecosystem/netcdf4.nc", "groups/comments.h5"]) {
    assert.equal(await same(name), "");
    assert.equal(await same("-A", name), "");
  }
});

test("parts of a file: objects, attributes, contents, superblock, escapes", async () => {
  const nc = "ecosystem/netcdf4.nc";
  assert.equal(await same("-d", "/temperature", nc), "");
  assert.equal(await same("-d", "temperature", "-d", "/forecast/model/wind", nc), "");
  assert.equal(await same("-g", "/forecast", nc), "");
  assert.equal(await same("-H", "-p", "-g", "/forecast/model", nc), "");
  assert.equal(await same("-a", "/temperature/units", nc), "");
  assert.equal(await same("-e", "ecosystem/keras_weights_like.h5"), "");
  for (const name of [nc, "links/all_kinds_earliest.h5", "links/user_defined.h5", "groups/comments.h5"]) assert.equal(await same("-n", name), "");
  for (const name of [nc, "superblock/v1_istore_k.h5", "superblock/v2_extension_k.h5", "superblock/userblock_1024_latest.h5", "superblock/sizes_8_4.h5"]) {
    const found = await same("-B", "-H", name);
    assert.ok(!found, found);
  }
  const { out } = await hyperslab(["dump", `${nc}/temperature`, "-H"]);
  assert.match(out, /^HDF5 "ecosystem\/netcdf4\.nc" \{\nDATASET "\/temperature" \{\n {3}DATATYPE {2}H5T_IEEE_F32LE/);
});

test("what is newer than h5dump 1.10 is printed all the same", async () => {
  const { code, out, err } = await hyperslab(["dump", "types/complex_native.h5"]);
  assert.equal(err, "");
  assert.equal(code, 0);
  assert.match(out, /H5T_COMPLEX \{ H5T_IEEE_F64LE \}/);
  assert.equal((await hyperslab(["dump", path.join("drivers", "family_%05d.h5")])).code, 0);
});

test("text that is nowhere is told from text without characters, wherever it is", async () => {
  for (const name of ["attributes/zoo_earliest.h5", "attributes/many_300_latest.h5", "types/strings_fixed_earliest.h5", "types/compound_earliest.h5"]) {
    if (!Object.hasOwn(differences, name)) assert.equal(await same(name), "");
  }
  const { out } = await hyperslab(["dump", "types/strings_variable_earliest.h5"]);
  assert.match(out, /NULL,/);
});

test("what cannot be read is said, and the rest is printed", async () => {
  const { code, out, err } = await hyperslab(["dump", "filters/unknown_filter.h5"]);
  assert.equal(code, 1);
  assert.match(err, /^(hyperslab: filters\/unknown_filter\.h5: [^\n]+\(Unsupported, object [^\n]+\)\n)+$/);
  assert.match(out, /\}\n\}\n$/);
  const names = JSON.parse((await hyperslab(["ls", "--json", "filters/unknown_filter.h5"])).out).map((e) => e.name);
  for (const name of names) assert.ok(out.includes(`"${name}" {`), name);
});

test("damaged headers end in text or in an error, not in a trace or a loop", async () => {
  const home = mkdtempSync(path.join(tmpdir(), "hyperslab-damaged-"));
  const file = path.join(home, "damaged.h5");
  for (const name of ["layouts/basic_earliest.h5", "attributes/zoo_v108.h5", "virtual/mappings_v110.h5"]) {
    const bytes = readFileSync(name);
    for (let i = 0; i < 40; i++) {
      const damaged = Buffer.from(bytes);
      for (let k = 0; k < 4; k++) damaged[(48 + i * 7919 + k * 104_729) % damaged.length] ^= 1 << (i % 8);
      writeFileSync(file, i % 5 === 4 ? damaged.subarray(0, damaged.length - i * 20) : damaged);
      const { code, err } = await hyperslab(["dump", "-p", file]);
      assert.ok(code === 0 || code === 1);
      if (code) assert.match(err, /^(hyperslab: .*damaged\.h5: [^\n]+\n)+$/);
    }
  }
  rmSync(home, { recursive: true });
});
