// The two engines behind one face, so that a workload is written once: read a tree, a dataset, a slab; write files.
import { rmSync } from "node:fs";
import path from "node:path";
import h5wasm from "h5wasm/node";
import * as hyperslab from "hyperslab";
import { folder, local } from "../lib/paths.mjs";

await h5wasm.ready;
const scratch = path.join(folder(local, "bench"), "written.h5");

/** Runs `fn` on an open file of ours. */
function ours(file, fn) {
  const f = hyperslab.openSync(file);
  try {
    return fn(f);
  } finally {
    f.close();
  }
}

/** Runs `fn` on an open file of h5wasm's. */
function theirs(file, fn) {
  const f = new h5wasm.File(file, "r");
  try {
    return fn(f);
  } finally {
    f.close();
  }
}

export const engines = {
  hyperslab: {
    open: ours,
    walk(f) {
      let n = 0;
      const visit = (group) => {
        for (const { object } of group.entries()) {
          n += 1;
          if (object.kind === "group") visit(object);
          else n += object.shape.length + (object.dtype ? 1 : 0) + object.attrs.entries().length;
        }
      };
      visit(f);
      return n;
    },
    whole: (f, name) => f.get(name).read().data,
    slab: (d, ranges) => d.read(ranges).data,
    columns: (f, name) => f.get(name).read().data,
    write(fn) {
      const f = hyperslab.create();
      fn(f);
      const bytes = f.toBytes();
      f.close();
      return bytes.length;
    },
    dataset: (f, name, options) => f.createDataset(name, options),
    attribute: (object, name, value) => object.attrs.set(name, value),
  },
  h5wasm: {
    open: theirs,
    walk(f) {
      let n = 0;
      const visit = (group) => {
        for (const name of group.keys()) {
          const object = group.get(name);
          n += 1;
          if (object instanceof h5wasm.Group) visit(object);
          else {
            n += object.shape.length + (object.dtype ? 1 : 0);
            for (const key of Object.keys(object.attrs)) n += object.attrs[key].value === undefined ? 0 : 1;
          }
        }
      };
      visit(f);
      return n;
    },
    whole: (f, name) => f.get(name).value,
    slab: (d, ranges) => d.slice(ranges),
    columns: (f, name) => f.get(name).value,
    write(fn) {
      rmSync(scratch, { force: true });
      const f = new h5wasm.File(scratch, "w");
      fn(f);
      f.flush();
      f.close();
      return 1;
    },
    dataset(f, name, { data, shape, dtype, chunks, compression }) {
      return f.create_dataset({ name, data, shape, dtype, chunks, compression: compression && "gzip", compression_opts: compression });
    },
    attribute: (object, name, value) => object.create_attribute(name, value),
  },
};
