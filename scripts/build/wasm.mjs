// The Rust crates as WebAssembly with their glue, built and made small.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../lib/paths.mjs";
import { asFactory, plainNames, sameImports } from "./glue.mjs";
import { fast, run, work } from "./support.mjs";

/**
 * What becomes of which crate: the engine that only reads, the whole engine, and the filters that are loaded when a file
 * needs them.
 */
const CRATES = {
  hyperslab: ["hyperslab-wasm", "--no-default-features"],
  hyperslab_edit: ["hyperslab-wasm"],
  // Here the filters are ours, and all that there is to it: built for speed, a twentieth larger, many are several times as fast.
  hyperslab_codecs: ["hyperslab-codecs", "--config", "profile.release.package.hyperslab.opt-level=2"],
};

/** Names of the modules. */
export const modules = Object.keys(CRATES);

/** All modules with these target features, in a folder each. Each flavour keeps its own cargo folder: no rebuild on a switch. */
export function compile(flavour, targetFeatures) {
  const target = path.join(root, "target", `wasm-${flavour}`);
  const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo");
  // Panic messages must not carry the paths of the machine that built them.
  const flags = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=.`, ...targetFeatures];
  const out = path.join(work, flavour);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  // One after the other: together they would get each other's features, and the engine all of the codecs.
  for (const [name, [crate, ...options]] of Object.entries(CRATES)) {
    const args = ["build", "--release", "--target", "wasm32-unknown-unknown", "-p", crate, ...options];
    run("cargo", args, { CARGO_TARGET_DIR: target, CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") });
    run(process.env.WASM_BINDGEN ?? "wasm-bindgen", [
      path.join(target, `wasm32-unknown-unknown/release/${crate.replace("-", "_")}.wasm`),
      "--target", "web", "--omit-default-module-path", "--out-name", "module", "--out-dir", path.join(out, name),
      "--remove-producers-section",
      "--experimental-reset-state-function",
    ]);
    optimise(path.join(out, name, "module_bg.wasm"), targetFeatures.length > 0);
  }
  shareGlue(out);
  return out;
}

/** The same as they were built before. */
export const compiled = (flavour) => path.join(work, flavour);

/** One glue for both engines, that of the larger one. */
function shareGlue(out) {
  const [part, whole] = ["hyperslab", "hyperslab_edit"].map((name) => path.join(out, name));
  const read = (folder) => readFileSync(path.join(folder, "module.js"), "utf8");
  const files = [part, whole].map((folder) => path.join(folder, "module_bg.wasm"));
  const [small, large] = files.map((file) => readFileSync(file));
  const { glue, modules: named } = plainNames(read(whole), [sameImports(small, read(part), read(whole)), large]);
  for (const [i, file] of files.entries()) writeFileSync(file, named[i]);
  writeFileSync(path.join(out, "glue.js"), asFactory(glue));
}

/**
 * What rustc leaves to do. Not more: higher levels save bytes, but what is left compresses worse. With functions in the
 * order of their names, instances of one generic function are neighbours, which compresses better; then names go.
 */
function optimise(file, simd) {
  const features = [
    "bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "multivalue", "reference-types",
    ...(simd ? ["simd"] : []),
  ];
  const wasmOpt = (...passes) =>
    run(process.execPath, [
      path.join(root, "node_modules/binaryen/bin/wasm-opt"),
      "--mvp-features", ...features.map((f) => `--enable-${f}`), ...passes, file, "-o", file,
    ]);
  if (!fast) wasmOpt("-g", "-O1", "--dae-optimizing", "--duplicate-function-elimination", "--reorder-functions-by-name");
  wasmOpt("--strip-debug", "--strip-target-features");
}
