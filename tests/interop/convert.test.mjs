// `as` and `into` convert as libhdf5 does: h5py says what astype gives for every pair of numeric types.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { openSync } from "hyperslab";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";

const TYPES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"];
const NAMES = { i: "int", u: "uint", f: "float" };
const nameOf = (code) => `${NAMES[code[0]]}${8 * Number(code[1])}`;

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
const file = path.join(folder(local, "conversions"), "conversions.h5");
const run = spawnSync(python, [at("tests/interop/make_conversions.py"), file, String(seed)], { encoding: "utf8" });
assert.equal(run.status, 0, run.stderr);
const f = openSync(file);
const values = (name) => f.get(name).read().data;

for (const source of TYPES) {
  test(`${source} to every numeric type (SEED=${seed})`, () => {
    const stored = values(`values/<${source}`);
    for (const target of TYPES) {
      const expected = values(`${source}/${target}`);
      const judged = values(`${source}/${target}_judged`);
      assert.ok(judged.filter((j) => j).length > 150);
      for (const order of "<>") {
        const d = f.get(`values/${order}${source}`);
        const read = d.read(null, { as: nameOf(target) });
        assert.equal(read.data.constructor, expected.constructor);
        assert.equal(read.dtype, target.endsWith("1") ? `|${target}` : `<${target}`);
        judged.forEach((j, i) => {
          const what = `${order}${source} ${stored[i]} to ${target}`;
          if (j) assert.ok(Object.is(read.data[i], expected[i]), `${what}: ${read.data[i]}, libhdf5 says ${expected[i]}`);
        });
        // The same into memory that is there, from the middle of a buffer on.
        const { constructor: Type } = expected;
        if (target === "f2" && Type === Float32Array) continue; // what has no array of halves reads singles into this one
        const into = new Type(new ArrayBuffer((expected.length + 3) * Type.BYTES_PER_ELEMENT), 2 * Type.BYTES_PER_ELEMENT, expected.length);
        assert.equal(d.read(null, { into }).data, into);
        assert.deepEqual(into, read.data);
      }
    }
  });
}

test("what C leaves undefined is clipped, and NaN is 0", () => {
  for (const source of ["f2", "f4", "f8"]) {
    const stored = values(`values/<${source}`);
    for (const target of TYPES.filter((t) => !t.startsWith("f"))) {
      const bits = BigInt(8 * Number(target[1]));
      const [low, high] = target[0] === "u" ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
      const { data } = f.get(`values/>${source}`).read(null, { as: nameOf(target) });
      stored.forEach((v, i) => {
        let want = Number.isFinite(v) ? BigInt(Math.trunc(v)) : v > 0 ? high : v < 0 ? low : 0n;
        want = want < low ? low : want > high ? high : want;
        assert.equal(BigInt(data[i]), want, `${source} ${v} to ${target}`);
      });
    }
  }
});
