// One glue for two modules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asFactory, plainNames, sameImports } from "../../scripts/build/glue.mjs";

/** A glue as wasm-bindgen writes it, with these functions for its module. */
const glue = (imports) => `
let wasm;
let __wbg_instance_id = 0;
export class Engine {
    next() {
        if (this.__wbg_inst !== undefined && this.__wbg_inst !== __wbg_instance_id) {
            throw new Error('Invalid stale object from previous Wasm instance');
        }
        return 1;
    }
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

test("hashes in names become numbers, in glue and modules", () => {
  const [one, two] = ["size_0123456789abcdef", "size_fedcba9876543210"];
  const small = glue({ [one]: "arg0.size", plain: "1", [two]: "arg0.length" });
  const module = Buffer.from(`\x01\x15${two}\xff\x15${one}\x05plain`, "latin1");
  const made = plainNames(small, [module, Buffer.from("\x00")]);
  assert.equal(made.modules[0].toString("latin1"), "\x01\x15size_0000000000000001\xff\x15size_0000000000000000\x05plain");
  assert.deepEqual(made.modules[1], Buffer.from("\x00"));
  assert.ok(made.glue.includes("size_0000000000000000: function") && !made.glue.includes(one));
  assert.deepEqual(plainNames(glue({ plain: "1" }), []).modules, []);
});

test("a glue becomes a function", async () => {
  const made = asFactory(glue({}));
  const { default: make } = await import(`data:text/javascript,${encodeURIComponent(made)}`);
  const [a, b] = [make(), make()];
  assert.deepEqual(Object.keys(a), ["Engine", "useFilters", "initSync", "init"]);
  assert.notEqual(a.Engine, b.Engine);
  assert.throws(() => asFactory("export const x = 1;"), /not as it used to be/);
  assert.equal(new a.Engine().next(), 1);
  assert.throws(() => Object.assign(new a.Engine(), { __wbg_inst: 5 }).next(), /stale/);
});
