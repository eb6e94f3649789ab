import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as chromatic from "d3-scale-chromatic";
import { rgb } from "d3-color";
import { build as bundle } from "esbuild";
import { defineConfig, type Plugin } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package by its own name, as users import it. */
const { exports } = JSON.parse(readFileSync(at("../package.json"), "utf8")) as { exports: Record<"." | "./conventions", { default: string }> };

const interpolators: Record<string, (t: number) => string> = {
  viridis: chromatic.interpolateViridis,
  magma: chromatic.interpolateMagma,
  inferno: chromatic.interpolateInferno,
  plasma: chromatic.interpolatePlasma,
  cividis: chromatic.interpolateCividis,
  turbo: chromatic.interpolateTurbo,
  greys: (t) => chromatic.interpolateGreys(1 - t),
  blues: (t) => chromatic.interpolateBlues(1 - t),
  "red–blue": (t) => chromatic.interpolateRdBu(1 - t),
  spectral: (t) => chromatic.interpolateSpectral(1 - t),
};

/** Colour maps as tables, so that the app carries colours and not the code that computes them. */
export function colormaps(): Plugin {
  const table = (fn: (t: number) => string): string =>
    Array.from({ length: 256 }, (_, i) => rgb(fn(i / 255)).formatHex().slice(1)).join("");
  const modules: Record<string, () => string> = {
    "virtual:colormaps": () => {
      const maps = Object.fromEntries(Object.entries(interpolators).map(([name, fn]) => [name, table(fn)]));
      return `export const maps = ${JSON.stringify(maps)};`;
    },
    "virtual:colormap-names": () => `export const names = ${JSON.stringify(Object.keys(interpolators))};`,
  };
  return {
    name: "colormaps",
    resolveId: (source) => (source in modules ? `\0${source}` : undefined),
    load: (source) => modules[source.slice(1)]?.(),
  };
}

/** What the service worker keeps. The engine without SIMD is fetched by the few browsers that need it. */
const KEPT = /\.(html|js|css|wasm|svg|webmanifest)$/;
const LEFT = /scalar|^sw\.js$/;
/** The API reference is no part of the app: the worker keeps what was looked at. */
const REFERENCE = /^reference\b/;

/** Builds the service worker with the list of everything else that was built. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    // When everything is written; a build that failed before that shows its own error.
    async writeBundle() {
      const dist = at("dist");
      const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((f) => KEPT.test(f) && !LEFT.test(basename(f)) && !REFERENCE.test(f));
      const precache = files.toSorted().map((f) => ({
        url: f.replaceAll("\\", "/"),
        revision: createHash("sha256").update(readFileSync(join(dist, f))).digest("hex").slice(0, 16),
      }));
      await bundle({
        entryPoints: [at("sw.ts")],
        outfile: join(dist, "sw.js"),
        bundle: true,
        minify: true,
        format: "iife",
        target: "es2022",
        define: { PRECACHE: JSON.stringify(precache), "process.env.NODE_ENV": '"production"' },
      });
    },
  };
}

export default defineConfig({
  root: at("."),
  // Everything by relative address: the app works from any folder of any static host.
  base: "./",
  resolve: {
    alias: [
      { find: /^hyperslab\/conventions$/, replacement: at(`../${exports["./conventions"].default}`) },
      { find: /^hyperslab$/, replacement: at(`../${exports["."].default}`) },
    ],
  },
  plugins: [colormaps(), offline()],
  worker: { format: "es", plugins: () => [colormaps()] },
  build: {
    target: "es2023",
    outDir: at("dist"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { host: "127.0.0.1" },
});
