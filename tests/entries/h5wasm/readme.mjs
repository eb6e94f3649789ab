// The examples of h5wasm's README as programs, unchanged but for the module that they import.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";

const text = readFileSync(at("node_modules/h5wasm/README.md"), "utf8");

/** Its blocks of code, each with the headings it is under. */
export function blocks() {
  const found = [];
  const heading = [];
  for (const [, marks, title, code] of text.matchAll(/^(#+) (.*)$|^```(?:js|javascript)\n([^]*?)^```$/gm)) {
    if (marks) {
      heading.length = marks.length - 1;
      heading[marks.length - 1] = title.trim();
    } else found.push({ under: heading.filter(Boolean).join(" / "), code });
  }
  return found;
}

/** Why an example is no program for Node. */
const ELSEWHERE = {
  "Worker usage": "a classic worker: in the browser's test",
  "Opening a file": "a signature",
  "Web Helpers": "a page with an input: in the browser's test",
  "Persistent file store (web)": "IndexedDB: in the browser's test",
};

/**
 * The programs. Examples of records go on from one to the next, so they are one program. `{skipped}`: why an example is left out.
 */
export function programs() {
  const all = [];
  for (const { under, code } of blocks()) {
    const why = Object.entries(ELSEWHERE).find(([title]) => under.endsWith(title))?.[1];
    const section = under.includes("Writing Compound Datatypes") ? "Writing Compound Datatypes" : undefined;
    const last = all.at(-1);
    if (section && last?.section === section) last.code += code;
    else all.push({ under, section, code, skipped: why });
  }
  return all;
}

const SPECIFIERS = /(["'])(?:https:\/\/cdn\.jsdelivr\.net\/npm\/)?h5wasm(?:@latest)?(?:\/node|\/dist\/esm\/\w+\.js)?\1/g;

/** Notes what the expressions give of which the example says in a comment what that is. */
function noting(code) {
  const lines = code.split("\n");
  let inside = false;
  return lines
    .map((line, i) => {
      const before = inside;
      if (/^\s*\/\*/.test(line)) inside = true;
      if (/\*\/\s*$/.test(line)) inside = false;
      const told = /^\s*\/[/*]/.test(lines[i + 1] ?? "") && lines[i + 1].trim() !== "//";
      const expression = /^(?!\s*(?:\/\/|\/\*|let |const |import |\}|await |[\w.]+\.onchange))\s*([\w.]+(?:\.|\(|\[).*?);?\s*$/.exec(line)?.[1];
      if (before || !told || !expression || /\{\s*$/.test(expression)) return line;
      return `__seen.push([${JSON.stringify(expression)}, plain(${expression})]);`;
    })
    .join("\n");
}

/** Some examples end with their files open: libhdf5 has not written all of them then. */
const CLOSING = "\nfor (const file of [typeof f === 'undefined' ? undefined : f, typeof new_file === 'undefined' ? undefined : new_file]) try { file?.close(); } catch {}\n";

/** Writes a program into `folder`, importing from `module`; `noted`: what it sees is exported. */
export function write(folder, name, code, module, noted) {
  const own = SPECIFIERS.test(code);
  SPECIFIERS.lastIndex = 0;
  const prelude = own ? "" : `import h5wasm from "${module}"; import { join } from "node:path"; await h5wasm.ready;\n`;
  const body = code.replaceAll(SPECIFIERS, `"${module}"`);
  const file = path.join(folder, name);
  writeFileSync(file, noted ? `import { plain } from ${JSON.stringify(at("tests/entries/h5wasm/values.mjs"))};\nexport const __seen = [];\n${prelude}${noting(body)}${CLOSING}` : prelude + body);
  return file;
}
