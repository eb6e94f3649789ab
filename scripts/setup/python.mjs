// A virtual environment with h5py and friends: they write the corpus and judge the files that we write.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { at, shared, which } from "../lib/paths.mjs";
import { command, logged } from "../lib/run.mjs";

const requirements = at("tests/fixtures/requirements.txt");

/** The folder is named after what is in it: another set of pins makes another environment. */
const home = path.join(
  shared,
  `venv-${createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12)}`,
);

/** The Python of the virtual environment. */
export const venvPython = path.join(home, "bin/python");

/** A Python that is new enough for the pinned packages. */
export async function findPython() {
  for (const name of ["python3", "python3.14", "python3.13", "python3.12", "python3.11"]) {
    const file = which(name);
    if (!file) continue;
    const { code } = await command([file, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
    if (code === 0) return file;
  }
  return undefined;
}

export const python = {
  name: "Python packages",
  what: "a virtual environment with h5py, hdf5plugin, netCDF4, PyTables, Zarr and Dask",
  why: "they write the files that we must read, and read the files and references that we write",
  async ready() {
    if (!existsSync(path.join(home, "complete"))) return undefined;
    const { code } = await command([venvPython, "-c", "import h5py, hdf5plugin, netCDF4, tables"]);
    return code === 0 ? "h5py and friends are installed" : undefined;
  },
  async make(say) {
    const file = await findPython();
    if (!file) throw new Error("Python 3.11 or newer is needed");
    rmSync(home, { recursive: true, force: true });
    mkdirSync(shared, { recursive: true });
    await logged("python", [file, "-m", "venv", home], say);
    await logged("python", [venvPython, "-m", "pip", "install", "-q", "--only-binary=:all:", "-r", requirements], say);
    // Scripts inside a virtual environment know its place, so it cannot be built elsewhere and moved: a mark says it is whole.
    mkdirSync(path.join(home, "complete"));
  },
};
