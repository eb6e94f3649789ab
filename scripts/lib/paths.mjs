// Where things are: the project's folders, the cache that outlives a clone, and the PATH the tools need.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** What is made while testing: corpora, logs, stamps. Safe to delete. */
export const local = path.join(root, ".cache");

/** Tools that take minutes to build, kept for every clone of this user. `HYPERSLAB_CACHE` moves it. */
export const shared =
  process.env.HYPERSLAB_CACHE ||
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "hyperslab");

/** A path inside the project. */
export const at = (...parts) => path.join(root, ...parts);

/** Makes the folder if need be and returns its path. */
export function folder(...parts) {
  const dir = path.join(...parts);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** The version of wasm-bindgen: crate and tool must agree to the last digit, so it is written once, in Cargo.toml. */
export const wasmBindgenVersion = /^wasm-bindgen\s*=\s*"=([\d.]+)"/m.exec(
  readFileSync(at("crate/wasm/Cargo.toml"), "utf8"),
)[1];

/** The version of wasm-pack: it runs the wasm tests in a browser. */
export const wasmPackVersion = "0.15.1";

/** Folder of a tool that cargo builds, named after its version so that a new pin builds anew. */
export const toolRoot = (name, version) => path.join(shared, "tools", `${name}-${version}`);

/** The first executable of that name in PATH, or undefined. */
export function which(name, search = process.env.PATH) {
  for (const dir of search.split(path.delimiter)) {
    const file = path.join(dir, name);
    if (dir && existsSync(file)) return file;
  }
  return undefined;
}

/** The environment of every command we run: our tools first, then the user's. */
export function env(more = {}) {
  const PATH = [
    path.join(toolRoot("wasm-bindgen-cli", wasmBindgenVersion), "bin"),
    path.join(toolRoot("wasm-pack", wasmPackVersion), "bin"),
    at("node_modules/.bin"),
    process.env.PATH,
  ].join(path.delimiter);
  return { ...process.env, PATH, CARGO_TERM_COLOR: "never", NO_COLOR: "1", FORCE_COLOR: undefined, ...more };
}
