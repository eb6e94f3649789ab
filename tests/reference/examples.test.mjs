// What the reference says: examples compile, and what is not described is found.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { makeReference } from "../../scripts/reference.mjs";

/** The programs in a text, which may be that of comments. */
function programs(text) {
  return [...text.matchAll(/^([ *]*)```ts\n([^]*?)\n\1```/gm)].map(([, margin, body]) => body.split("\n").map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.replace(/^ +\*/, ""))).join("\n"));
}

test("examples compile as they are", () => {
  const home = folder(local, "examples");
  for (const old of readdirSync(home)) rmSync(path.join(home, old));
  const names = (text) => [...text.matchAll(/export (?:declare )?(?:async )?function (\w+)|export \{ ([\w, ]+) \}/g)].flatMap(([, one, many]) => one ?? many.split(", "));
  const main = [...new Set(names(readFileSync(at("dist/exports.d.ts"), "utf8")))];
  let count = 0;
  const declared = readdirSync(at("dist"), { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".d.ts")).map((f) => at("dist", f));
  for (const file of [...declared, at("scripts/reference/first.md")]) {
    for (const program of programs(readFileSync(file, "utf8"))) {
      // What follows from the module that is described is not imported in each.
      const imports = program.includes("import ") ? "" : `import { ${main.join(", ")} } from "hyperslab";\n`;
      writeFileSync(path.join(home, `${String((count += 1)).padStart(2, "0")}-${path.basename(file).split(".", 1)[0]}.ts`), `${imports}${program}\nexport {};\n`);
    }
  }
  assert.ok(count >= 10, `${count} examples`);
  const config = { extends: at("tests/js/types/tsconfig.json"), compilerOptions: { noUnusedLocals: false, types: ["node"], skipLibCheck: true }, include: ["*.ts"] };
  writeFileSync(path.join(home, "tsconfig.json"), JSON.stringify(config));
  const { status, stdout } = spawnSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", home], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

test("what is not described, and a link that leads nowhere, is found", async () => {
  const home = folder(local, "undescribed");
  const file = path.join(home, "module.d.ts");
  const quiet = { entryPoints: [file], out: path.join(home, "out"), readme: "none", logLevel: "None", intentionallyNotExported: [], intentionallyNotDocumented: [] };
  writeFileSync(path.join(home, "tsconfig.json"), JSON.stringify({ files: ["module.d.ts"] }));
  const count = (text) => {
    writeFileSync(file, text);
    return makeReference({ ...quiet, tsconfig: path.join(home, "tsconfig.json") });
  };
  const whole = "/** A module. @module hyperslab/x */\n/** Something. */\nexport interface A {\n  /** Its part. */\n  b: number;\n}\n";
  assert.equal(await count(whole), 0);
  const member = "export interface C {\n  d: number;\n}\n";
  assert.equal(await count(`${whole.replace("Its part", "Its {@link Nothing}")}/** Another. */\n${member}export declare function f(): void;\n`), 3);
});
