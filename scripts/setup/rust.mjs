// What cargo needs beyond itself: the wasm target, and two tools built from source because no registry ships them built.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { command, logged, must } from "../lib/run.mjs";
import { shared, toolRoot, wasmBindgenVersion, wasmPackVersion, which } from "../lib/paths.mjs";

const TARGET = "wasm32-unknown-unknown";

export const rustTarget = {
  name: "wasm target",
  what: `rustup target add ${TARGET}`,
  why: "the engine is compiled to WebAssembly",
  async ready() {
    if (!which("cargo")) throw new Error("Rust is missing: install it with rustup, then run this again");
    const lib = (await must(["rustc", "--print", "target-libdir", "--target", TARGET])).trim();
    return existsSync(lib) ? `${TARGET} is installed` : undefined;
  },
  async make(say) {
    if (!which("rustup")) throw new Error(`rustup is missing and this Rust has no ${TARGET} target`);
    await logged("rustup", ["rustup", "target", "add", TARGET], say);
  },
};

/**
 * A tool built by cargo into the user's cache. Unoptimised and without debug information: that halves the build, and the
 * tools still take only a second or two per run.
 */
function cargoTool(name, version, { flags = [], binary = name, why }) {
  const home = toolRoot(name, version);
  return {
    name,
    what: `cargo install ${name} ${version}, which takes two to four minutes, once per machine`,
    why,
    async ready() {
      const file = path.join(home, "bin", binary);
      if (!existsSync(file)) return undefined;
      const { code, output } = await command([file, "--version"]);
      return code === 0 && output.includes(version) ? `${binary} ${version} is installed` : undefined;
    },
    async make(say) {
      // Into a neighbour first: an interrupted build leaves nothing that looks finished.
      const target = path.join(shared, "build");
      const fresh = `${home}.${process.pid}`;
      mkdirSync(path.dirname(home), { recursive: true });
      rmSync(fresh, { recursive: true, force: true });
      try {
        await logged(
          name,
          ["cargo", "install", name, "--version", version, "--debug", ...flags, "--root", fresh, "--target-dir", target],
          say,
          { env: { CARGO_PROFILE_DEV_DEBUG: "false", CARGO_PROFILE_DEV_STRIP: "symbols", CARGO_INCREMENTAL: "0" } },
        );
        rmSync(home, { recursive: true, force: true });
        renameSync(fresh, home);
      } finally {
        rmSync(fresh, { recursive: true, force: true });
      }
    },
  };
}

// Not `--locked`: the lock file of this release names crates that not every mirror has.
export const wasmBindgen = cargoTool("wasm-bindgen-cli", wasmBindgenVersion, {
  flags: ["--no-default-features"],
  binary: "wasm-bindgen",
  why: "it writes the JavaScript side of the engine",
});

const pack = cargoTool("wasm-pack", wasmPackVersion, {
  binary: "wasm-pack",
  why: "it runs the engine's wasm tests in a headless browser",
});

export const wasmPack = {
  ...pack,
  async make(say) {
    await pack.make(say);
    rmSync(path.join(shared, "build"), { recursive: true, force: true }); // both tools are built: 1 GB less
  },
};
