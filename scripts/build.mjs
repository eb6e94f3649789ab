// Builds the package into dist/: engines and filters to wasm twice (with and without SIMD), one glue for both engines, the
// TypeScript layer bundled for browsers and for Node, declarations. Prints what a user downloads and fails when it grows too big.
//   node scripts/build.mjs [--fast] [--js]      --js: with the wasm that was built before, for the edit-run loop
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { carryApp } from "./build/app.mjs";
import { downloaded } from "./build/downloads.mjs";
import { buildInline, buildOverInline } from "./build/inline.mjs";
import { gzipped, run, work } from "./build/support.mjs";
import { compile, compiled, modules } from "./build/wasm.mjs";
import { root } from "./lib/paths.mjs";
import { canMakeReference } from "./reference.mjs";

const dist = path.join(root, "dist");
/** Bytes of the engine and the code that come with one import: to read, and to write. */
const BUDGETS = { "": 250_000, _edit: 509_000 };
/** The code that comes with the engine that writes. */
const CHANGES = "crate/js/change/index.ts";
/** And of the filters that come when a dataset needs one. */
const CODECS = 200_000;

const flavour = process.argv.includes("--js") ? compiled : compile;
const simd = flavour("simd", ["-Ctarget-feature=+simd128"]);
const scalar = flavour("scalar", []);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const name of modules) {
  cpSync(path.join(simd, name, "module_bg.wasm"), path.join(dist, `${name}_bg.wasm`));
  cpSync(path.join(scalar, name, "module_bg.wasm"), path.join(dist, `${name}_scalar_bg.wasm`));
}
/** What is generated and serves both flavours. */
function glue(file) {
  const made = path.join(simd, file);
  if (!readFileSync(made).equals(readFileSync(path.join(scalar, file)))) throw new Error(`the two builds need different ${file}`);
  return made;
}

// The TypeScript layer imports the glue as "#glue" and "#codecs": it is generated, so it lives under target/.
const js = path.join(root, "crate/js");
const alias = { "#glue": glue("glue.js"), "#codecs": glue("hyperslab_codecs/module.js") };
const options = {
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  sourcesContent: true,
  external: ["node:*", "*.wasm"],
  alias,
  // What is said of side effects is about what is built.
  ignoreAnnotations: true,
  logLevel: "warning",
};
const scripts = (...names) => names.map((name) => path.join(js, `${name}.ts`));
// Entry points share one engine, and what few programs need is loaded when they do.
const bundled = await build({ ...options, entryPoints: scripts("index", "node", "conventions", "h5wasm", "h5wasm.memory", "h5wasm.node", "h5web", "h5web.node", "zarr"), splitting: true, metafile: true });
// A worker's script is one file: some bundlers make another kind of script of it, which imports nothing later.
await build({ ...options, entryPoints: scripts("worker", "worker.node") });
// The command is a file of its own: what it uses of the rest is no reason to take that apart for browsers.
await build({ ...options, entryPoints: scripts("cli"), platform: "node" });
chmodSync(path.join(dist, "cli.js"), 0o755);
// All of it in one file: it shares nothing with the others.
await buildInline({ simd, scalar, options, scripts: scripts("inline", "inline/worker", "h5wasm.iife") });
await buildOverInline(options, scripts("h5wasm.inline", "h5web.inline"));

run(process.execPath, [
  path.join(root, "node_modules/typescript/bin/tsc"), "-p", js, "--noEmit", "false", "--declaration", "--emitDeclarationOnly",
  "--outDir", path.join(work, "types"),
]);
// Only what users can reach: the rest describes objects of the engine.
const PUBLIC = ["index", "browser", "conventions", "exports", "errors", "h5wasm", "h5web", "inline", "inline/loader", "is", "join", "links", "open", "ready", "register", "repack", "selection", "types", "zarr"];
for (const name of PUBLIC) cpSync(path.join(work, "types", `${name}.d.ts`), path.join(dist, `${name}.d.ts`));
for (const folder of ["conventions", "h5wasm", "h5web", "types", "zarr"]) cpSync(path.join(work, "types", folder), path.join(dist, folder), { recursive: true });

const gz = (name) => gzipped(path.join(dist, name));
for (const name of readdirSync(dist).filter((n) => /\.(js|wasm)$/.test(n))) {
  console.log(`${name.padEnd(28)} ${String(readFileSync(path.join(dist, name)).length).padStart(9)} B  ${String(gz(name)).padStart(8)} B gz`);
}
// In Node nothing is downloaded. An old browser may not have vectors.
for (const [kind, budget] of Object.entries(BUDGETS)) {
  const total = downloaded(bundled.metafile, dist, "index.js", ...(kind ? [CHANGES] : [])) + Math.max(...["", "_scalar"].map((of) => gz(`hyperslab${kind}${of}_bg.wasm`)));
  console.log(`import ${kind ? "to write" : "to read "}: ${total} B gz of ${budget}`);
  if (total > budget) process.exitCode = 1;
}
const codecs = Math.max(...["", "_scalar"].map((flavour) => gz(`hyperslab_codecs${flavour}_bg.wasm`)));
console.log(`import h5wasm  : ${downloaded(bundled.metafile, dist, "h5wasm.js", CHANGES) + gz("hyperslab_edit_bg.wasm") + codecs} B gz, filters included`);
console.log(`further filters: ${codecs} B gz of ${CODECS}`);
if (codecs > CODECS) process.exitCode = 1;

// The web app, made of the package as users get it.
run(process.execPath, [path.join(root, "node_modules/vite/bin/vite.js"), "build", "-c", path.join(root, "www/vite.config.ts"), "--logLevel", "warn"]);
const www = path.join(root, "www/dist");
// The package carries it for `hyperslab serve`: engines are there already, and a local server needs no service worker.
carryApp(www, dist);
// The API reference is beside it. The edit-run loop does without.
if (!process.argv.includes("--js")) {
  if (canMakeReference()) run(process.execPath, [path.join(root, "scripts/reference.mjs")]);
  else console.log("reference      : none, as typedoc is not installed (npm run setup does it)");
}
for (const name of readdirSync(www, { recursive: true, encoding: "utf8" }).filter((n) => /\.(js|css|html)$/.test(n) && !n.startsWith("reference")).toSorted()) {
  const bytes = readFileSync(path.join(www, name));
  console.log(`www ${name.padEnd(34)} ${String(bytes.length).padStart(9)} B  ${String(gzipped(path.join(www, name))).padStart(8)} B gz`);
}
