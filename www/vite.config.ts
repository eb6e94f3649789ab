import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as chromatic from "d3-scale-chromatic";
import { rgb } from "d3-color";
import { defineConfig, type Plugin } from "vite";
import { generateSW } from "workbox-build";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package by its own name, as users import it. */
const { exports } = JSON.parse(readFileSync(at("../package.json"), "utf8")) as { exports: { ".": { default: string } } };

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
  const id = "virtual:colormaps";
  const table = (fn: (t: number) => string): string =>
    Array.from({ length: 256 }, (_, i) => rgb(fn(i / 255)).formatHex().slice(1)).join("");
  return {
    name: "colormaps",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) =>
      source === `\0${id}`
        ? `export const maps = ${JSON.stringify(Object.fromEntries(Object.entries(interpolators).map(([k, fn]) => [k, table(fn)])))};`
        : undefined,
  };
}

/** The service worker: everything that was built is there again without a network. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    async closeBundle() {
      await generateSW({
        globDirectory: at("dist"),
        globPatterns: ["**/*.{html,js,css,wasm,svg,webmanifest}"],
        swDest: at("dist/sw.js"),
        maximumFileSizeToCacheInBytes: 8 * 2 ** 20,
        cleanupOutdatedCaches: true,
        clientsClaim: true,
        skipWaiting: true,
        inlineWorkboxRuntime: true,
        sourcemap: false,
        mode: "production",
      });
    },
  };
}

export default defineConfig({
  root: at("."),
  // Everything by relative address: the app works from any folder of any static host.
  base: "./",
  resolve: { alias: { hyperslab: at(`../${exports["."].default}`) } },
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
