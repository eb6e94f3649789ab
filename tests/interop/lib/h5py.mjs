// Files that a few lines of Python make: what no other part of the tests has.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { folder, local } from "../../../scripts/lib/paths.mjs";
import { python } from "./corpus.mjs";

/** Runs `lines` with `f`, an open `h5py.File`, `h5py` and `np` (NumPy); returns the path of the file. */
export function madeByH5py(name, lines, options = "") {
  const file = path.join(folder(local, "h5py"), name);
  mkdirSync(path.dirname(file), { recursive: true });
  const program = `import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], "w"${options && `, ${options}`}) as f:\n${lines.replaceAll(/^/gm, "    ")}`;
  const { status, stderr, error } = spawnSync(python, ["-c", program, file], { encoding: "utf8" });
  assert.equal(status, 0, `${error?.message ?? ""}${stderr}`);
  return file;
}

/** What `lines` print of a file, in which `f` is the open `h5py.File`: JSON. An assertion in them that fails is a failure. */
export function seenByH5py(file, lines, mode = "r") {
  const program = `import sys, json, h5py, numpy as np\nwith h5py.File(sys.argv[1], "${mode}") as f:\n${lines.replaceAll(/^/gm, "    ")}`;
  const { status, stdout, stderr, error } = spawnSync(python, ["-c", program, file], { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, `${error?.message ?? ""}${stderr}`);
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}
