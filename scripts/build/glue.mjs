// What wasm-bindgen generates is for one instance of one module. Ours serves two modules, the engine that reads and the whole
// one, which has all of the other's imports and exports: so it becomes a function, called once for each, and no user
// downloads the same twice.

/** The functions that a glue gives to its module: what each does, by its name. */
function importsOf(glue) {
  const found = new Map();
  for (const [, name, body] of glue.matchAll(/^ {8}(\w+): (function\(.*?^ {8}\}.*?),\n/gms)) {
    found.set(name, body.replaceAll(/^\s*\/\/.*\n/gm, ""));
  }
  return found;
}

/**
 * The bytes of `wasm`, whose glue is `part`, with imports called as `whole` calls them: some names are numbers in the order
 * of what a module happens to need.
 */
export function sameImports(wasm, part, whole) {
  const theirs = importsOf(whole);
  const renamed = new Map();
  for (const [name, body] of importsOf(part)) {
    if (theirs.get(name) === body) continue;
    const other = [...theirs].find(([n, b]) => b === body && n.length === name.length);
    if (!other) throw new Error(`the larger engine's glue has nothing that does what ${name} does`);
    renamed.set(name, other[0]);
  }
  if (renamed.size === 0) return wasm;
  const names = new RegExp([...renamed.keys()].join("|"), "g");
  return Buffer.from(wasm.toString("latin1").replaceAll(names, (name) => renamed.get(name)), "latin1");
}

/**
 * A glue and the bytes of its modules, with names of imports that end in a hash ending in a number instead, as long as it was:
 * what is random does not compress, here and in every module.
 */
export function plainNames(glue, modules) {
  const names = new Map();
  for (const name of importsOf(glue).keys()) {
    const hash = /_[0-9a-f]{16}$/.exec(name);
    if (hash) names.set(name, `${name.slice(0, hash.index + 1)}${String(names.size).padStart(16, "0")}`);
  }
  const clash = [...names.values()].find((name) => glue.includes(name) && !names.has(name));
  if (clash) throw new Error(`there is a ${clash} already`);
  if (names.size === 0) return { glue, modules };
  const all = new RegExp([...names.keys()].join("|"), "g");
  const renamed = (text) => text.replaceAll(all, (name) => names.get(name));
  return { glue: renamed(glue), modules: modules.map((wasm) => Buffer.from(renamed(wasm.toString("latin1")), "latin1")) };
}

/** What each method begins with: the object is not one of an instance that is gone. */
const STALE = /^( +)if \(this\.__wbg_inst !== undefined && this\.__wbg_inst !== __wbg_instance_id\) \{\n +throw new Error\('Invalid stale object from previous Wasm instance'\);\n +\}$/gm;
const FRESH = `function fresh(object) {
    if (object.__wbg_inst !== undefined && object.__wbg_inst !== __wbg_instance_id) throw new Error('Invalid stale object from previous Wasm instance');
}`;

/** A glue as a function that makes one: with a module and state of its own. */
export function asFactory(glue) {
  const names = [];
  const body = glue
    .replaceAll(STALE, "$1fresh(this);")
    .replaceAll(/^export ((?:class|function) (\w+))/gm, (_, declaration, name) => {
      names.push(name);
      return declaration;
    })
    .replace(/^export \{ initSync, __wbg_init as default \};$/m, `return { ${names.join(", ")}, initSync, init: __wbg_init };`);
  if (/^export/m.test(body) || !body.includes("init: __wbg_init") || !body.includes("fresh(this);")) throw new Error("the glue is not as it used to be");
  return `export default function glue() {\n${FRESH}\n${body}\n}\n`;
}
