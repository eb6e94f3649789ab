// Datatypes that few programs write, filled with random bits, against what libhdf5 says is in them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { openSync } from "hyperslab";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { python } from "./lib/corpus.mjs";
import { document } from "./lib/document.mjs";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const seed = process.env.SEED ?? "20260722";

test(`numbers of any form and nested types are equal (seed ${seed})`, () => {
  const dir = folder(local, "types");
  const { status, stderr } = spawnSync(python, [at("tests/interop/make_types.py"), dir, seed], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const truth = JSON.parse(readFileSync(path.join(dir, "truth.json"), "utf8"));
  for (const { name, objects } of truth.files) {
    const ours = new Map(document(path.join(dir, name)).objects.map((o) => [o.path, o]));
    assert.ok(objects.length > 100);
    for (const { path: at, dtype, shape, digest } of objects) {
      const have = ours.get(at);
      const told = { dtype: have.dtype, shape: have.shape, digest: have.digest ?? have.error };
      assert.deepEqual(told, { dtype, shape, digest }, `${name} ${at}`);
    }
  }
});

test("integers of more than 8 bytes are bigints, and become other numbers", () => {
  const file = madeByH5py(
    "wide.h5",
    `
from h5py import h5t, h5s, h5d
t = h5t.STD_I64LE.copy()
t.set_size(16)
t.set_precision(128)
values = [0, -1, 2**127 - 1, -2**127, 2**64 + 1, 2**100 + 2**76 + 1, -(2**53 + 1)]
raw = np.frombuffer(b"".join(v.to_bytes(16, "little", signed=True) for v in values), "V16")
h5d.create(f.id, b"wide", t, h5s.create_simple((7,))).write(h5s.ALL, h5s.ALL, raw, mtype=t)
f.attrs["one"] = 1
`,
  );
  const f = openSync(file);
  const d = f.get("wide");
  const values = [0n, -1n, 2n ** 127n - 1n, -(2n ** 127n), 2n ** 64n + 1n, 2n ** 100n + 2n ** 76n + 1n, -(2n ** 53n + 1n)];
  const most = 2n ** 64n - 1n;
  assert.deepEqual(d.datatype, { class: "integer", size: 16, order: "LE", signed: true });
  assert.deepEqual(d.read().data, values);
  assert.equal(d.read("3"), values[3]);
  assert.deepEqual(d.read(null, { as: "int8" }).data, Int8Array.of(0, -1, 127, -128, 127, 127, -128));
  assert.deepEqual(d.read(null, { as: "uint64" }).data, BigUint64Array.of(0n, 0n, most, 0n, most, most, 0n));
  assert.deepEqual(d.read(null, { as: "float64" }).data, Float64Array.from(values, Number));
  // Rounded once: a double on the way would make a tie of it.
  assert.equal(d.read("5", { as: "float32" }), 2 ** 100 + 2 ** 77);
  assert.deepEqual(d.read("1:3", { as: "float32" }).data, Float32Array.of(-1, 2 ** 127));
  const into = new Float32Array(7);
  d.read(null, { into });
  assert.equal(into[2], 2 ** 127);
  f.close();
});

test("integers of few bits are those bits, in either order and whatever is beside them", () => {
  const file = madeByH5py(
    "few bits.h5",
    `
from h5py import h5t, h5s, h5d
for size in (1, 2, 4):
    for signed, base in ((True, h5t.STD_I8LE), (False, h5t.STD_U8LE)):
        for precision, offset in ((1, 0), (1, 7), (3, 1), (4, 4), (5, 0), (5, 2), (7, 0), (8, 0)):
            for order in (h5t.ORDER_LE, h5t.ORDER_BE):
                t = base.copy()
                t.set_size(size)
                t.set_precision(precision)
                t.set_offset(offset)
                t.set_order(order)
                raw = np.arange(256, dtype="u1").view(f"u{size}")
                name = f"{size} {signed} {precision} {offset} {order}"
                # Few bits of many bytes are too unusual for libhdf5.
                try:
                    d = h5d.create(f.id, name.encode(), t, h5s.create_simple(raw.shape))
                except ValueError:
                    continue
                d.write(h5s.ALL, h5s.ALL, raw, mtype=t)
`,
  );
  // Not read as native numbers of the same size: where only the order of bytes differs libhdf5 (2.0, and 1.10) takes the bits beside
  // the number along, and h5py, h5dump and h5wasm with it; as anything else it gives the same bits a value without them.
  const truth = seenByH5py(
    file,
    `
from h5py import h5t, h5s
out = {}
for name in f:
    d = f[name].id
    values = np.zeros(d.shape, "i8")
    d.read(h5s.ALL, h5s.ALL, values, mtype=h5t.NATIVE_INT64)
    out[name] = values.tolist()
print(json.dumps(out))
`,
  );
  const f = openSync(file);
  assert.ok(Object.keys(truth).length >= 32, Object.keys(truth).join());
  for (const [name, values] of Object.entries(truth)) assert.deepEqual(Array.from(f.get(name).read().data, Number), values, name);
});
