// Reads damaged files for malformed.mjs and answers with what went wrong that must not: {problems, opened, failed, tried}.
import { openSync as openFile, readFileSync, readSync } from "node:fs";
import { isHyperslabError, openSync } from "hyperslab";
import { describe } from "./document.mjs";

/** What is wrong with this way of failing, or undefined: damage must end in a typed error with an address. */
function complaint(e) {
  if (!isHyperslabError(e)) return `not a HyperslabError: ${e?.stack ?? e}`;
  if (e.code === "Internal") return `an internal error: ${e.message}`;
  if (e.code === "Malformed" && typeof e.address !== "number") return `no address: ${e.message}`;
  return undefined;
}

/** The complaints of a whole document: errors without a code are no errors of ours, Malformed ones need an address. */
function complaints(entry, found) {
  if (entry.error && (!entry.code || entry.code === "Internal")) found.push(`${entry.path ?? entry.name}: ${entry.error}`);
  else if (entry.code === "Malformed" && entry.address === undefined) found.push(`no address: ${entry.error}`);
  for (const part of entry.attrs ?? []) complaints(part, found);
  if (entry.fill?.error) complaints(entry.fill, found);
  return found;
}

/** Opens and reads everything. `mustFail`: these bytes are no file, so reading must not get past opening. */
function probe(bytes, { mustFail = false } = {}) {
  let file;
  try {
    file = openSync(bytes);
  } catch (e) {
    const problem = complaint(e);
    return { opened: false, failed: true, problems: problem ? [problem] : [] };
  }
  try {
    if (mustFail) return { opened: true, failed: false, problems: ["opened although it cannot be whole"] };
    // A gigabyte in one element is no hostility of bytes: reading it takes what it takes.
    const { objects } = describe(file, { widest: 1 << 28 });
    const problems = objects.flatMap((o) => complaints(o, []));
    return { opened: true, failed: objects.some((o) => o.error), problems };
  } catch (e) {
    const problem = complaint(e);
    return { opened: true, failed: true, problems: problem ? [problem] : [] };
  } finally {
    file.close();
  }
}

/** Runs `probe` on many versions of one file; `variants` yields [what, bytes, options]. */
function sweep(variants) {
  const sum = { tried: 0, opened: 0, failed: 0, problems: [] };
  for (const [what, bytes, options] of variants) {
    const r = probe(bytes, options);
    sum.tried += 1;
    sum.opened += r.opened;
    sum.failed += r.failed;
    if (r.problems.length && sum.problems.length < 20) sum.problems.push(`${what}: ${r.problems[0]}`);
  }
  return sum;
}

function* truncations(bytes, lengths) {
  for (const n of lengths) yield [`cut to ${n} bytes`, bytes.slice(0, n), { mustFail: true }];
}

function* bitFlips(bytes, first, last) {
  const copy = bytes.slice();
  for (let i = first; i < last; i++) {
    for (let bit = 0; bit < 8; bit++) {
      copy[i] ^= 1 << bit;
      yield [`bit ${bit} of byte ${i} flipped`, copy];
      copy[i] = bytes[i];
    }
  }
}

const packs = new Map();

/** The bytes of a job: a file, or `size` bytes at `at` of a file of many. */
function bytesOf({ file, at, size }) {
  if (at === undefined) return new Uint8Array(readFileSync(file));
  if (!packs.has(file)) packs.set(file, openFile(file));
  const bytes = new Uint8Array(size);
  if (readSync(packs.get(file), bytes, 0, size, at) !== size) throw new Error(`${file} is too short`);
  return bytes;
}

process.on("message", (job) => {
  process.send("begun");
  const bytes = bytesOf(job);
  if (job.kind === "read") process.send({ tried: 1, ...probe(bytes, job) });
  if (job.kind === "cut") process.send(sweep(truncations(bytes, job.lengths)));
  if (job.kind === "flip") process.send(sweep(bitFlips(bytes, job.first, job.last)));
});
