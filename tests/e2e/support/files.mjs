// The files that are dropped on the page, and the judges of what comes back.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { venvPython } from "../../../scripts/setup/python.mjs";

const root = path.resolve(import.meta.dirname, "../../..");
export const python = [process.env.HYPERSLAB_PYTHON, process.env.PYTHON, venvPython].find((p) => p && existsSync(p)) ?? "python3";

/** Where the made files are. */
export const folder = path.join(root, ".cache/e2e");

/** The web app as built. */
export const app = path.join(root, "www/dist");

let made = false;

/** Path of a made file. */
export function file(name) {
  if (!made) {
    execFileSync(python, [path.join(root, "tests/e2e/make_files.py"), folder], { stdio: "inherit" });
    made = true;
  }
  return path.join(folder, name);
}

/** Throws, naming the first differences, unless libhdf5 finds both files equal in tree, types, values and attributes. */
export function mustBeEqual(expected, actual, at = "/") {
  const script = path.join(root, "tests/interop/compare_files.py");
  return execFileSync(python, [script, expected, actual, "--at", at], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Paths of the objects in which two files differ, as libhdf5 sees them. */
export function differences(expected, actual) {
  const script = path.join(root, "tests/interop/compare_files.py");
  const { stdout, stderr, status } = spawnSync(python, [script, expected, actual], { encoding: "utf8" });
  if (status !== 0 && !/^different:|^\//m.test(stdout)) throw new Error(stderr);
  return [...new Set(stdout.split("\n").filter((line) => line.startsWith("/")).map((line) => line.replace(/:? .*/, "").replace(/:$/, "")))].toSorted();
}

/** What h5dump prints of a file's structure; throws when it complains. */
export const h5dump = (path_, ...options) => execFileSync("h5dump", [...options, path_], { encoding: "utf8", maxBuffer: 1 << 28 });

/** What a Python snippet prints, as JSON. `f` is the file opened by h5py. */
export function ask(path_, expression) {
  const code = `import h5py, json, sys, numpy as np\nwith h5py.File(sys.argv[1]) as f: print(json.dumps(${expression}))`;
  return JSON.parse(execFileSync(python, ["-c", code, path_], { encoding: "utf8" }));
}
