// Bundles what is inside the package for a test, with the engines that were built.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { at } from "../../../scripts/lib/paths.mjs";

/** The module `places.ts`, in a file beside the engines' files. */
export async function bundle() {
  const folder = at(`dist/.inside-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, "places.mjs");
  await build({
    entryPoints: [path.join(import.meta.dirname, "places.ts")],
    outfile,
    bundle: true,
    ignoreAnnotations: true, // the entry for Node does its work when it is loaded
    format: "esm",
    target: "es2022",
    external: ["node:*"],
    alias: { "#glue": at("target/package/simd/glue.js"), "#codecs": at("target/package/simd/hyperslab_codecs/module.js") },
    define: { "import.meta.url": JSON.stringify(new URL("node.js", `file://${at("dist")}/`).href) },
    logLevel: "warning",
  });
  return { folder, module: await import(outfile), outfile };
}
