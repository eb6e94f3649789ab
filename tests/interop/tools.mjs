#!/usr/bin/env node
// HDF5's own tools over every file that the other tests of this folder have written, after them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { at, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";

const FOLDERS = ["written", "options", "making", "chunks", "samples", "space", "notebook", "notebook-browser"];
const missing = FOLDERS.filter((name) => !existsSync(path.join(local, name)));
if (missing.length > 0) console.log(`note: without ${missing.join(", ")}: these tests have not run`);
const { status, error } = spawnSync(python, [at("tests/interop/tools.py"), ...FOLDERS.filter((name) => !missing.includes(name)).map((name) => path.join(local, name))], { stdio: "inherit" });
if (error) throw error;
process.exitCode = missing.length > 0 ? 1 : status ?? 1;
