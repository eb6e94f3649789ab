// Extents of more elements than 64 bits count: libhdf5 makes such datasets, opens them, and reads and writes them only
// where the number of elements, cut to 63 bits, happens to be none below zero. We read their parts, and write when they are smaller again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSync } from "hyperslab";
import { madeByH5py, seenByH5py } from "./lib/h5py.mjs";

const SHAPE = [3545080160, 798723119, 323102379, 2433887422];

for (const libver of ["earliest", "latest"]) {
  const made = () =>
    madeByH5py(
      `sparse-${libver}.h5`,
      `
d = f.create_dataset("d", (9,) * 4, "<i4", maxshape=(None,) * 4, chunks=(2, 2, 11, 3), fillvalue=-7)
d[5, 6, 7, 8] = 42
d.resize(${JSON.stringify(SHAPE)})
`,
      `libver="${libver}"`,
    );

  test(`more than 2^64 elements are read in parts, ${libver}`, () => {
    const file = made();
    const f = openSync(file, { mode: "r+" });
    const d = f.get("d");
    assert.deepEqual(d.shape, SHAPE);
    const limit = { name: "HyperslabError", code: "Limit", message: /2\^64 elements/ };
    assert.throws(() => d.read(), limit);
    assert.deepEqual([...d.read("5, 6, 7, 7:10").data], [-7, 42, -7]);
    assert.deepEqual([...d.read("-1, -1, -1, -2:").data], [-7, -7]);
    assert.throws(() => d.write("5, 6, 7, 8", 1), limit);
    d.resize([9, 9, 9, 9]);
    assert.deepEqual([...d.read("5, 6, 7, 7:9").data], [-7, 42]);
    d.write("0, 1, 2, 3:6", new Int32Array([1, 2, 3]));
    f.close();
    assert.deepEqual(seenByH5py(file, `print(json.dumps([f["d"][0, 1, 2, 2:7].tolist(), f["d"][5, 6, 7, 8].item()]))`), [[-7, 1, 2, 3, -7], 42]);
  });
}
