// Runs the app's unit tests: each *.test.ts is bundled to plain JavaScript first, with the package left out, and given to node's runner.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const www = import.meta.dirname;
const out = path.join(www, "../.cache/www-tests");
const tests = readdirSync(www, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".test.ts") && !f.startsWith("dist"));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: tests.map((f) => path.join(www, f)),
  outdir: out,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  outExtension: { ".js": ".mjs" },
  tsconfigRaw: { compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" } },
  alias: { hyperslab: path.join(www, "../crate/js/errors.ts") },
  logLevel: "warning",
});
const files = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".test.mjs")).map((f) => path.join(out, f));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
