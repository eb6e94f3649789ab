// The stages of `npm run check`. A stage is a list of commands; `counts` says that the command prints how many tests it ran.
import { existsSync, readdirSync } from "node:fs";
import { at } from "../lib/paths.mjs";
import { browser } from "../setup/system.mjs";
import { venvPython } from "../setup/python.mjs";

const node = process.execPath;
const TARGET = "wasm32-unknown-unknown";

/** The tests of a folder, for node's runner. A folder that is missing gives a run of no test, which fails. */
const nodeTests = (folder, more = {}) => () => [
  {
    argv: [node, "--test", ...testFiles(folder)],
    counts: true,
    env: { PYTHON: venvPython, CHROME_PATH: browser() },
    ...more,
  },
];

function testFiles(folder) {
  if (!existsSync(at(folder))) return [`${folder}/`];
  return readdirSync(at(folder)).filter((f) => /\.test\.m?[jt]s$/.test(f)).map((f) => `${folder}/${f}`);
}

const projects = ["crate/js/tsconfig.json", "www/tsconfig.json"];

export const stages = [
  {
    name: "build",
    what: "the package and the web app into dist/",
    commands: () => [{ argv: [node, "scripts/build.mjs"] }],
  },
  { name: "fmt", what: "rustfmt", commands: () => [{ argv: ["cargo", "fmt", "--all", "--check"] }] },
  {
    name: "clippy",
    what: "clippy, warnings denied, for this machine and for wasm",
    commands: () => [
      { argv: ["cargo", "clippy", "-q", "--workspace", "--all-targets", "--", "-D", "warnings"] },
      { argv: ["cargo", "clippy", "-q", "-p", "hyperslab-wasm", "--all-targets", "--target", TARGET, "--", "-D", "warnings"] },
      { argv: ["cargo", "clippy", "-q", "-p", "hyperslab-wasm", "--no-default-features", "--target", TARGET, "--", "-D", "warnings"] },
    ],
  },
  {
    name: "types",
    what: "tsc over every TypeScript project",
    commands: () => projects.map((p) => ({ argv: ["tsc", "--noEmit", "-p", p] })),
  },
  { name: "lint", what: "oxlint, warnings denied", commands: () => [{ argv: ["oxlint", "--deny-warnings"] }] },
  {
    name: "rust",
    what: "the engine's tests",
    commands: () => [{ argv: ["cargo", "test", "-q", "--workspace"], counts: true }],
  },
  {
    name: "crate",
    what: "the Rust crate by itself: its documentation, its features, what is published and a program that uses that",
    commands: () => [
      { argv: ["cargo", "doc", "-q", "--no-deps", "-p", "hyperslab"], env: { RUSTDOCFLAGS: "-D warnings" } },
      { argv: ["cargo", "check", "-q", "-p", "hyperslab", "--no-default-features"] },
      { argv: ["cargo", "check", "-q", "-p", "hyperslab", "--target", TARGET] },
      ...nodeTests("tests/crate")(),
    ],
  },
  {
    name: "scripts",
    what: "the tests of the project's own tools",
    commands: nodeTests("tests/scripts"),
  },
  {
    name: "reference",
    what: "the API reference: everything is described, all links lead somewhere, its examples compile, its pages need nothing else",
    commands: () => [{ argv: [node, "scripts/reference.mjs"] }, ...nodeTests("tests/reference")()],
  },
  { name: "js", what: "the package's tests in Node", commands: nodeTests("tests/js") },
  { name: "cli", what: "the command, beside HDF5's own tools", commands: nodeTests("tests/cli") },
  {
    name: "corpus",
    what: "every file of the corpus, read and compared with what libhdf5 says is in it",
    commands: () => [{ argv: [node, "tests/interop/corpus.mjs"], counts: true }],
  },
  {
    name: "browser",
    what: "the same corpus in a browser, from memory and from a File",
    commands: () => [{ argv: [node, "tests/interop/browser.mjs"], counts: true }],
  },
  {
    name: "random",
    what: "500 fresh random files of h5py, netCDF4 and PyTables, read and compared with what libhdf5 says is in them",
    commands: () => [{ argv: [node, "tests/interop/random.mjs"], counts: true }],
  },
  {
    name: "malformed",
    what: "damaged and hostile files end in values or in a typed error with an address",
    commands: () => [{ argv: [node, "tests/interop/malformed.mjs"], counts: true }],
  },
  {
    name: "interop",
    what: "files that we write, opened by h5py and h5dump, and all of them by h5stat, h5repack and h5clear",
    commands: () => [...nodeTests("tests/interop")(), ...["tools.mjs", "edited.mjs"].map((f) => ({ argv: [node, `tests/interop/${f}`], counts: true }))],
  },
  {
    name: "editing",
    // Always the same ones: in one of two hundred libhdf5 does something new to itself, which somebody has to look at.
    what: "150 random sessions: every change by the package and by libhdf5 in a copy, which have to end with the same",
    commands: () => [{ argv: [node, "tests/interop/editing.mjs", "-n", "150", "--seed", "1"], counts: true }],
  },
  {
    name: "zarr",
    what: "the corpus as Zarr arrays, read by zarrita and, by references, by zarr-python; xarray and a cluster of Dask's",
    commands: nodeTests("tests/zarr"),
  },
  {
    name: "h5web",
    what: "the corpus through the data provider of H5Web, and every dataset of it in its viewer, with its values",
    commands: nodeTests("tests/h5web"),
  },
  {
    name: "package",
    what: "the packed package, installed into an empty folder and used",
    commands: nodeTests("tests/package"),
  },
  {
    name: "consumers",
    what: "programs that use the packed package: made by bundlers, in pages of every kind, in other runtimes",
    commands: () => [{ argv: [node, "tests/consumers/lib/pack.mjs"], env: { PYTHON: venvPython } }, ...nodeTests("tests/consumers")()],
  },
  {
    name: "entries",
    what: "the package's other entry points, in Node and in pages",
    commands: nodeTests("tests/entries"),
  },
  {
    name: "wasm",
    what: "the engine's wasm tests in a headless browser, through wasm-pack",
    commands: () => [{ argv: ["wasm-pack", "test", "--headless", "--chrome", "crate/wasm"], counts: true }],
  },
  {
    name: "web",
    what: "the web app's own parts: selections, painters, tables, texts",
    commands: () => [{ argv: [node, "www/test.mjs"], counts: true }],
  },
  { name: "e2e", what: "the web app in a browser, end to end", commands: nodeTests("tests/e2e") },
];
