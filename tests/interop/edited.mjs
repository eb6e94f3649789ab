#!/usr/bin/env node
// Every file of the corpus, changed: something is added to every object and taken away again, and all values that are read are
// written where they came from. What was not touched is equal after each step, as libhdf5 reads it.
//   node tests/interop/edited.mjs [PART OF A NAME]
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { HyperslabError, openSync, ready } from "hyperslab";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { corpus, python } from "./lib/corpus.mjs";

/** Added names; in no file of the corpus. */
const ADDED = "zzz added";
/** Objects of one file that are changed. */
const MOST = 60;
/** Bytes that are no text in the character set that their type names are read, but not written. */
const NOT_ASCII = /text that is not ASCII|"\uFFFD+"/;
/** Values of one dataset that are written back, at most. */
const LARGE = 1 << 20;

const source = corpus();
const dir = folder(local, "edited");
rmSync(dir, { recursive: true, force: true });
cpSync(source, path.join(dir, "now"), { recursive: true });
await ready();

const refused = new Map();

/** Runs an edit; one that is refused by name leaves everything as it was, which the comparison sees. */
function attempt(file, what, edit) {
  try {
    edit();
    return true;
  } catch (error) {
    const named = error instanceof HyperslabError && (["Unsupported", "MissingFilter", "NotFound"].includes(error.code) || NOT_ASCII.test(error.message));
    if (!named) {
      throw new Error(`${what}: ${error.code ?? ""} ${error.message}`, { cause: error });
    }
    const text = `${what.split(" ")[0]}: ${error.message.replace(/ at 0x.*| in .*|"[^"]*"| \(#.*/g, "")}`;
    refused.set(text, (refused.get(text) ?? 0) + 1);
    return false;
  }
}

/** Objects of a file, each once, that can be opened. */
function objects(f) {
  const found = [["/", f]];
  const seen = new Set([f.address]);
  f.visit((p, o) => {
    if (found.length < MOST && !seen.has(o.address)) {
      seen.add(o.address);
      found.push([p, o]);
    }
  });
  return found;
}

const steps = {
  added(file) {
    const f = openSync(file, { mode: "r+" });
    for (const [p, o] of objects(f)) {
      attempt(file, `attribute of ${p}`, () => o.attrs.set(ADDED, Int16Array.of(1, 2, 3)));
      attempt(file, `attribute of ${p}`, () => o.attrs.set(`${ADDED} text`, "x".repeat(300)));
    }
    attempt(file, "group", () => f.createGroup(`${ADDED}/inner`));
    attempt(file, "dataset", () => f.createDataset(`${ADDED}/data`, { data: new Float64Array(1000), chunks: [300], compression: "gzip" }));
    f.close();
  },
  taken(file) {
    const f = openSync(file, { mode: "r+" });
    for (const [p, o] of objects(f)) {
      for (const name of [ADDED, `${ADDED} text`]) if (o.attrs.has(name)) attempt(file, `attribute of ${p}`, () => o.attrs.delete(name));
    }
    if (f.has(ADDED)) f.delete(ADDED);
    f.close();
  },
  rewritten(file) {
    const f = openSync(file, { mode: "r+" });
    for (const [p, o] of objects(f)) {
      if (o.kind !== "dataset" || o.shape === null || o.size > LARGE) continue;
      attempt(file, `values of ${p}`, () => {
        const values = o.read();
        o.write("...", values);
      });
    }
    f.close();
  },
};

const part = process.argv[2];
const { files } = JSON.parse(readFileSync(path.join(source, "truth.json"), "utf8"));
const jobs = [];
const failures = [];
for (const { name, driver, opens } of files) {
  if (driver !== "sec2" || !opens || (part && !name.includes(part))) continue;
  const now = path.join(dir, "now", name);
  if (!attempt(now, "file", () => openSync(now, { mode: "r+" }).close())) continue;
  for (const [step, edit] of Object.entries(steps)) {
    try {
      edit(now);
    } catch (error) {
      failures.push(`${name}: ${step}: ${error.message}`);
    }
    const kept = path.join(dir, step, name);
    mkdirSync(path.dirname(kept), { recursive: true });
    copyFileSync(now, kept);
    jobs.push({ step, name });
  }
}
const list = path.join(dir, "list.json");
writeFileSync(list, JSON.stringify({ source, dir, added: ADDED, jobs }));
for (const [text, n] of [...refused].toSorted((a, b) => b[1] - a[1])) console.log(`note: refused ${n} times: ${text}`);
for (const text of failures) console.log(text);
const { status, error } = spawnSync(python, [at("tests/interop/check_edited.py"), list, String(failures.length)], { stdio: "inherit" });
if (error) throw error;
process.exitCode = status ?? 1;
