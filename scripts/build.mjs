// Builds the package into dist/: engine and filters to wasm twice (with and without SIMD), one glue, the TypeScript layer bundled
// for browsers and for Node, declarations. Prints what a user downloads and fails when it grows too big.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { env as withTools } from "./lib/paths.mjs";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");
const work = path.join(root, "target", "package");
const fast = process.argv.includes("--fast"); // skips most of wasm-opt: for the edit-run loop
const BUDGET = 300_000;
/** Crates and what becomes of them: the engine, and the filters that are loaded when a file needs them. */
const MODULES = [
  ["hyperslab-wasm", "hyperslab"],
  ["hyperslab-codecs", "hyperslab_codecs"],
];

function run(command, args, env = {}) {
  execFileSync(command, args, { cwd: root, stdio: "inherit", env: withTools(env) });
}

/** Both modules as wasm, with these target features. Each flavour keeps its own cargo folder: no rebuild on a switch. */
function compile(flavour, features) {
  const target = path.join(root, "target", `wasm-${flavour}`);
  const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo");
  // Panic messages must not carry the paths of the machine that built them.
  const flags = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=.`, ...features];
  const out = path.join(work, flavour);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  // One after the other: together they would get each other's features, and the engine all of the codecs.
  for (const [crate, name] of MODULES) {
    const args = ["build", "--release", "--target", "wasm32-unknown-unknown", "-p", crate];
    run("cargo", args, { CARGO_TARGET_DIR: target, CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") });
    run(process.env.WASM_BINDGEN ?? "wasm-bindgen", [
      path.join(target, `wasm32-unknown-unknown/release/${crate.replace("-", "_")}.wasm`),
      "--target", "web", "--omit-default-module-path", "--out-name", name, "--out-dir", out,
      "--remove-producers-section",
      "--experimental-reset-state-function",
    ]);
    optimise(path.join(out, `${name}_bg.wasm`), features.length > 0);
  }
  return out;
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

const simd = compile("simd", ["-Ctarget-feature=+simd128"]);
const scalar = compile("scalar", []);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const [, name] of MODULES) {
  const glue = readFileSync(path.join(simd, `${name}.js`));
  if (!glue.equals(readFileSync(path.join(scalar, `${name}.js`)))) throw new Error(`the two builds of ${name} need different glue`);
  cpSync(path.join(simd, `${name}_bg.wasm`), path.join(dist, `${name}_bg.wasm`));
  cpSync(path.join(scalar, `${name}_bg.wasm`), path.join(dist, `${name}_scalar_bg.wasm`));
}

// The TypeScript layer imports the glue as "#glue" and "#codecs": it is generated, so it lives under target/.
const js = path.join(root, "crate/js");
await build({
  entryPoints: ["index", "node", "conventions"].map((name) => path.join(js, `${name}.ts`)),
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  sourcesContent: true,
  external: ["node:*", "*.wasm"],
  alias: { "#glue": path.join(simd, "hyperslab.js"), "#codecs": path.join(simd, "hyperslab_codecs.js") },
  logLevel: "warning",
});

run(process.execPath, [
  path.join(root, "node_modules/typescript/bin/tsc"), "-p", js, "--noEmit", "false", "--declaration", "--emitDeclarationOnly",
  "--outDir", path.join(work, "types"),
]);
// Only what users can reach: the rest describes objects of the engine.
const PUBLIC = ["index", "conventions", "exports", "engine", "errors", "links", "loader", "open", "register", "repack", "selection", "types"];
for (const name of PUBLIC) cpSync(path.join(work, "types", `${name}.d.ts`), path.join(dist, `${name}.d.ts`));
cpSync(path.join(work, "types/conventions"), path.join(dist, "conventions"), { recursive: true });

/** Bytes that `gzip -9` makes of a file: the tool itself, since every other implementation has sizes of its own. */
const gzipped = (file) => execFileSync("gzip", ["-9", "-n", "-c", file], { maxBuffer: 1 << 26 }).length;
const gz = (name) => gzipped(path.join(dist, name));
for (const name of readdirSync(dist).filter((n) => /\.(js|wasm)$/.test(n))) {
  console.log(`${name.padEnd(28)} ${String(readFileSync(path.join(dist, name)).length).padStart(9)} B  ${String(gz(name)).padStart(8)} B gz`);
}
for (const entry of ["index.js", "node.js"].filter((n) => existsSync(path.join(dist, n)))) {
  // Every Node that we support has vectors; an old browser may not.
  const engines = entry === "node.js" ? ["hyperslab_bg.wasm"] : ["hyperslab_bg.wasm", "hyperslab_scalar_bg.wasm"];
  const total = gz(entry) + Math.max(...engines.map(gz));
  console.log(`import of ${entry}: ${total} B gz of ${BUDGET}`);
  if (total > BUDGET) process.exitCode = 1;
}

// The web app, made of the package as users get it.
run(process.execPath, [path.join(root, "node_modules/vite/bin/vite.js"), "build", "-c", path.join(root, "www/vite.config.ts"), "--logLevel", "warn"]);
const www = path.join(root, "www/dist");
for (const name of readdirSync(www, { recursive: true, encoding: "utf8" }).filter((n) => /\.(js|css|html)$/.test(n)).toSorted()) {
  const bytes = readFileSync(path.join(www, name));
  console.log(`www ${name.padEnd(34)} ${String(bytes.length).padStart(9)} B  ${String(gzipped(path.join(www, name))).padStart(8)} B gz`);
}
