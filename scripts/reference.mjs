#!/usr/bin/env node
// The API reference: static pages in www/dist/reference/, made of the declarations in dist/, as users get them. Whatever is exported without
// a description, and every link that leads nowhere, is an error. What is up to date is left as it is.
//   node scripts/reference.mjs [--fresh]
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { at } from "./lib/paths.mjs";

/** What is described: an entry of each. */
const ENTRIES = ["index", "inline", "conventions", "zarr", "h5web", "h5wasm"];
/** Types that compute others: what they come to is what is described. And of h5wasm's what only has the names that are known from there. */
const STEPS = ["Given", "Inner", "InnerScalar", "MemberOf", "MemberTypes", "ModeOf", "Named", "Part", "Selected", "ShapeFrom", "Simple", "SimpleType", "Single", "TypeOf"];
const KNOWN = ["ErrnoError", "FS", "Folder", "NUMBERS", "WorkerFileSystem", "functions"];
const PATTERNS = [
  "hyperslab.WasmModule.__type.WebAssembly",
  "hyperslab.WasmModule.__type.WebAssembly.__type.Module",
  "hyperslab.WasmModule.__type.WebAssembly.__type.Module.__type.prototype",
  "hyperslab.Port.__type.MessagePort",
  "hyperslab.Port.__type.MessagePort.__type.prototype",
  "hyperslab.Stored.__type.class",
  "hyperslab.Stored.__type.members",
];
const tools = at("scripts/reference");
const out = at("www/dist/reference");
const stamp = path.join(out, ".stamp");

/** What the pages are made of. */
function inputs() {
  const hash = createHash("sha256");
  const declarations = readdirSync(at("dist"), { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".d.ts")).map((f) => at("dist", f));
  const own = ["first.md", "package-lock.json", "tsconfig.json"].map((f) => path.join(tools, f));
  for (const file of [...declarations.toSorted(), ...own, at("scripts/reference.mjs"), at("package.json")]) hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

/** Makes the pages; says how many warnings there were. */
export async function makeReference(given = {}) {
  const { Application } = await import(pathToFileURL(path.join(tools, "node_modules/typedoc/dist/index.js")).href);
  const app = await Application.bootstrap({
    name: "Hyperslab",
    entryPoints: ENTRIES.map((name) => at("dist", `${name}.d.ts`)),
    tsconfig: path.join(tools, "tsconfig.json"),
    readme: path.join(tools, "first.md"),
    out,
    favicon: at("www/public/icon.svg"),
    includeVersion: true,
    excludeExternals: true,
    disableSources: true,
    githubPages: false,
    hideGenerator: true,
    navigation: { includeFolders: false },
    sort: ["source-order"],
    visibilityFilters: {},
    highlightLanguages: ["typescript"],
    validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true, unusedMergeModuleWith: true },
    requiredToBeDocumented: ["Enum", "EnumMember", "Variable", "Function", "Class", "Interface", "Property", "Method", "Accessor", "TypeAlias", "Constructor"],
    intentionallyNotExported: [...STEPS, ...KNOWN],
    // Patterns that types are compared with.
    intentionallyNotDocumented: PATTERNS,
    treatWarningsAsErrors: true,
    ...given,
  });
  const project = await app.convert();
  if (!project) return 1;
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) return app.logger.errorCount + app.logger.warningCount;
  await app.generateOutputs(project);
  return app.logger.errorCount + app.logger.warningCount;
}

export const canMakeReference = () => existsSync(path.join(tools, "node_modules/typedoc"));

if (process.argv[1] === at("scripts/reference.mjs")) {
  if (!canMakeReference()) throw new Error("typedoc is not installed: npm run setup does it");
  const now = inputs();
  if (process.argv.includes("--fresh") || !existsSync(stamp) || readFileSync(stamp, "utf8") !== now) {
    rmSync(out, { recursive: true, force: true });
    if ((await makeReference()) > 0) process.exit(1);
    writeFileSync(stamp, now);
  }
  // The package carries it beside the app, for `hyperslab serve`.
  if (existsSync(at("dist/www"))) cpSync(out, at("dist/www/reference"), { recursive: true, filter: (file) => file !== stamp });
  const pages = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".html"));
  console.log(`reference: ${pages.length} pages in www/dist/reference`);
}
