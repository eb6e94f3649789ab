// Where consumers live: folders below the one in which set-up installed their tools, next to the packed package.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at, folder, local } from "../../../scripts/lib/paths.mjs";
import { home } from "../../../scripts/setup/consumers.mjs";
import { madeByH5py, seenByH5py } from "../../interop/lib/h5py.mjs";

export { home };

/** The file that a consumer wrote whom libhdf5 has judged. */
const judged = path.join(home, "judged.txt");

/** What the program says in the end. */
export const expected = () => ({
  written: readFileSync(judged, "utf8"),
  row: [14346, 14347, 14348, 14349],
  sum: Array.from({ length: 700 * 2048 }, (_, i) => i % 65_536).reduce((n, v) => n + v, 0),
  units: "K",
  again: [14345, -1, -2, 14348],
  packed: Array.from({ length: 1 << 20 }, (_, i) => i % 77).reduce((n, v) => n + v, 0),
  sizes: [3],
});

/** The file it reads: chunks enough for workers to be asked. */
export const data = () =>
  madeByH5py(
    "consumers.h5",
    `
d = f.create_dataset("entry/data", data=(np.arange(700 * 2048) % 65536).astype("<f4").reshape(700, 2048), chunks=(50, 512), compression="gzip", compression_opts=1)
d.attrs["units"] = "K"
`,
  );

/** Packs the package and puts it where all find it, as an installation does. */
export function pack() {
  const to = folder(local, "consumers-packed");
  const npm = ["pack", "--json", "--pack-destination", to, "--ignore-scripts", "--offline"];
  const [{ filename }] = JSON.parse(execFileSync("npm", npm, { cwd: at("."), encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
  const installed = path.join(home, "node_modules/hyperslab");
  // What Vite's servers have made of another one would still be used.
  for (const old of [installed, path.join(home, "node_modules/.vite"), path.join(home, ".angular")]) rmSync(old, { recursive: true, force: true });
  mkdirSync(installed);
  execFileSync("tar", ["-xzf", path.join(to, filename), "-C", installed, "--strip-components=1"]);
  return path.join(to, filename);
}

/** The packed package. */
export const packed = () => path.join(local, "consumers-packed", `hyperslab-${JSON.parse(readFileSync(installed("hyperslab/package.json"), "utf8")).version}.tgz`);

/** Runs the program here, and lets h5py judge what it writes: others have to write the same. */
export async function judge() {
  const dir = consumer("judged");
  const { program } = await import(path.join(dir, "program.js"));
  const file = path.join(dir, "written.h5");
  const { written } = await program(readFileSync(data()), 1, (bytes) => writeFileSync(file, bytes));
  const verdict = seenByH5py(
    file,
    `import hdf5plugin
d = (np.arange(700 * 2048) % 65536).astype("<f4").reshape(700, 2048)
d[7, 10:12] = [-1, -2]
packed = f["packed"]
print(json.dumps([bool((f["entry/data"][()] == d).all()), packed.dtype.str, packed.chunks, bool((packed[()] == np.arange(1 << 20) % 77).all())]))`,
  );
  assert.deepEqual(verdict, [true, "<i4", [65_536], true]);
  writeFileSync(judged, written);
}

/** A new folder with the program in it, which imports `entry`, and other files. */
export function consumer(name, files = {}, { sources = ".", entry = "hyperslab" } = {}) {
  const dir = path.join(home, name);
  rmSync(dir, { recursive: true, force: true });
  cpSync(at("tests/consumers/program"), path.join(folder(dir), sources), { recursive: true });
  const program = path.join(dir, sources, "program.js");
  writeFileSync(program, readFileSync(program, "utf8").replace('"hyperslab"', JSON.stringify(entry)));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
  }
  return dir;
}

/** A program of the tools', by its file. */
export const tool = (file) => [process.execPath, installed(file)];

/** A file of theirs. */
export const installed = (file) => path.join(home, "node_modules", file);

/** What a bundler that leaves files alone needs beside its bundle. */
export function copyFiles(dir) {
  const dist = installed("hyperslab/dist");
  for (const name of readdirSync(dist)) if (/^worker\.js$|\.wasm$/.test(name)) copyFileSync(path.join(dist, name), path.join(dir, name));
}

/** Starts a command; `stop` ends it, `ended` is its code and what it printed. */
export function started(argv, cwd, env = {}) {
  const child = spawn(argv[0], argv.slice(1), { cwd, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, CI: "1", ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  const waiting = new Set();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise((resolve) => {
    child.on("error", (e) => resolve({ code: 1, output: `${output}${e.message}` }));
    child.on("close", (code) => resolve({ code, output }));
  });
  return {
    ended,
    /** The first match in what it prints. */
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${output}`)));
      }),
    async stop() {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended.
      }
      await ended;
    },
  };
}

/** Runs a command to its end, which has to be good. */
export async function ran(argv, cwd, env) {
  const { code, output } = await started(argv, cwd, env).ended;
  assert.equal(code, 0, output);
  return output;
}
