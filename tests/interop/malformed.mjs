#!/usr/bin/env node
// Damaged and hostile files: reading one must end in values or in a typed error (with an address where bytes are to blame),
// soon and in bounded memory, and never in a crash.
//   node tests/interop/malformed.mjs [-n FILES] [--seed N] [--only SUBSTRING]
import { openSync, readFileSync, readSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, malformed } from "./lib/corpus.mjs";
import { option } from "../../scripts/lib/option.mjs";
import { watched } from "./lib/watchdog.mjs";

const only = option("--only", "");

/** Small files, one of each superblock version and a few of other structures: every cut and many flips of each. */
const SMALL = [
  "superblock/bounds_earliest.h5",
  "superblock/v1_istore_k.h5",
  "superblock/bounds_v108.h5",
  "superblock/bounds_latest.h5",
  "attributes/zoo_earliest.h5",
  "attributes/zoo_latest.h5",
  "filters/fletcher32_latest.h5",
];
const FLIPPED = 1536; // bytes from the start whose every bit is flipped
const CUTS = 1500; // lengths tried: all of a file's first kilobyte, the others evenly spread

/** Files of other formats and of none. */
function strangers() {
  const dir = folder(local, "strangers");
  const files = {
    "empty.h5": Buffer.alloc(0),
    "one_byte.h5": Buffer.from([0x89]),
    "signature_only.h5": Buffer.from("\x89HDF\r\n\x1a\n", "latin1"),
    "text.h5": Buffer.from("this is not hdf5\n".repeat(100)),
    "netcdf3.nc": Buffer.concat([Buffer.from("CDF\x01"), Buffer.alloc(200)]),
    "png.h5": Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(5000, 7)]),
    "zip.h5": Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(5000, 1)]),
    "zeros.h5": Buffer.alloc(100_000),
    "damaged_by_ftp.h5": Buffer.concat([Buffer.from("\x89HDF\n\x1a\n", "latin1"), Buffer.alloc(2000)]),
  };
  return Object.entries(files).map(([name, bytes]) => {
    const file = path.join(dir, name);
    writeFileSync(file, bytes);
    return { kind: "read", name, file, mustFail: true };
  });
}

/** Lengths to cut a file of `size` bytes to. */
function lengths(size) {
  const all = Array.from({ length: size }, (_, n) => n);
  if (size <= CUTS) return all;
  const step = Math.ceil((size - 1024) / (CUTS - 1024));
  return all.filter((n) => n < 1024 || n % step === 0 || n >= size - 16);
}

function jobs() {
  const bad = malformed(Number(option("-n", 20_000)), Number(option("--seed", 1)));
  const base = corpus();
  const { files } = JSON.parse(readFileSync(path.join(bad, "manifest.json"), "utf8"));
  const list = files.map(({ name, at, size }) => ({ kind: "read", name, file: path.join(bad, at === undefined ? name : "malformed.bin"), at, size }));
  list.push(...strangers());
  for (const small of SMALL) {
    const file = path.join(base, small);
    const size = statSync(file).size;
    const each = lengths(size);
    for (let k = 0; k < each.length; k += 250) {
      list.push({ kind: "cut", name: `${small} cut, ${k}`, file, lengths: each.slice(k, k + 250) });
    }
    for (let k = 0; k < Math.min(FLIPPED, size); k += 16) {
      list.push({ kind: "flip", name: `${small} flipped, ${k}`, file, first: k, last: Math.min(k + 16, size) });
    }
  }
  return list.filter((j) => j.name.includes(only));
}

/** The file of a job on its own, to look at. */
function alone({ name, file, at, size }) {
  if (at === undefined) return file;
  const bytes = Buffer.alloc(size);
  readSync(openSync(file), bytes, 0, size, at);
  const out = path.join(folder(local, "malformed-failed"), name);
  writeFileSync(out, bytes);
  return out;
}

const list = jobs();
const answers = await watched(fileURLToPath(new URL("lib/malformed-child.mjs", import.meta.url)), list);
let passed = 0;
let failed = 0;
let opened = 0;
let tried = 0;
answers.forEach((a, k) => {
  const problems = a.crash ? [a.crash] : a.problems;
  tried += a.tried ?? 1;
  opened += a.opened ?? 0;
  if (!problems.length) passed += 1;
  else failed += 1;
  for (const p of problems.slice(0, 3)) console.log(`FAILED ${list[k].name} (${alone(list[k])}): ${p}`);
});
console.log(`note: ${tried} versions of files tried, ${opened} of them opened`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
