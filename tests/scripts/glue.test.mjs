// One glue for two modules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asFactory, sameImports } from "../../scripts/build/glue.mjs";

/** A glue as wasm-bindgen writes it, with these functions for its module. */
const glue = (imports) => `
let wasm;
export class Engine {
}
export function useFilters(filters) {
    wasm.useFilters(filters);
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
${Object.entries(imports).map(([name, result]) => `        ${name}: function(arg0) {\n            // Some words on ${name}.\n            return ${result};\n        },\n`).join("")}    };
}
function initSync() {
    wasm = {};
}
async function __wbg_init() {
    wasm = {};
}

export { initSync, __wbg_init as default };
`;

test("imports are called as the larger glue calls them", () => {
  const small = glue({ cast_1: "String(arg0)", cast_2: "Number(arg0)", size_ab: "arg0.size" });
  const large = glue({ cast_1: "BigInt(arg0)", cast_2: "String(arg0)", cast_3: "Number(arg0)", size_ab: "arg0.size" });
  const bytes = Buffer.from("\x01\x06cast_1\xff\x06cast_2\x07size_ab", "latin1");
  assert.equal(sameImports(bytes, small, large).toString("latin1"), "\x01\x06cast_2\xff\x06cast_3\x07size_ab");
  assert.equal(sameImports(bytes, small, small), bytes);
  assert.throws(() => sameImports(bytes, large, small), /nothing that does what cast_1 does/);
});

test("a glue becomes a function", async () => {
  const made = asFactory(glue({}));
  const { default: make } = await import(`data:text/javascript,${encodeURIComponent(made)}`);
  const [a, b] = [make(), make()];
  assert.deepEqual(Object.keys(a), ["Engine", "useFilters", "initSync", "init"]);
  assert.notEqual(a.Engine, b.Engine);
  assert.throws(() => asFactory("export const x = 1;"), /not as it used to be/);
});
