// What every consumer does with the package: reads in workers, changes, makes, encodes by filters of another module, reads again.
import { create, open } from "hyperslab";

/** What came of it, as JSON says it. `bytes`: the file that h5py made. `workers`: how many, where there are any. `keep` gets what is written. */
export async function program(bytes, workers, keep = () => {}) {
  const f = await open(new Blob([bytes]), { workers });
  const data = await f.get("entry/data");
  const [row, all] = [await data.read("7, 10:14"), await data.read()];
  const units = await data.attrs.get("units");
  await f.close();

  const e = await open(bytes, { mode: "r+", workers });
  await (await e.get("entry/data")).write("7, 10:12", new Float32Array([-1, -2]));
  await e.createDataset("packed", { data: Int32Array.from({ length: 1 << 20 }, (_, i) => i % 77), chunks: [1 << 16], compression: "zstd" });
  const changed = await e.toBytes();
  await e.close();
  await keep(changed);

  const g = await open(changed);
  const [again, packed] = [await (await g.get("entry/data")).read("7, 9:13"), await (await g.get("packed")).read()];
  await g.close();

  // By now everything is loaded that functions which answer at once need.
  const made = create();
  made.createDataset("x", { data: new Float64Array([1, 2, 3]), compression: "gzip", chunks: true });
  const sizes = made.get("x").shape;
  made.close();
  return { written: sum(changed), row: [...row.data], sum: all.data.reduce((n, v) => n + v, 0), units, again: [...again.data], packed: packed.data.reduce((n, v) => n + v, 0), sizes };
}

/** Tells files apart: libhdf5 judges that of one consumer, and all write the same. */
function sum(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return `${bytes.length} ${a} ${b}`;
}
