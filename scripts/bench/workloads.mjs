// The work that is timed: {id, what, file?, run(engine, subject)}; `goal` is how many times faster than h5wasm we want to be.
const f4 = (n) => Float32Array.from({ length: n }, (_, i) => Math.round(1000 * Math.sin(i / 300)) + (i % 7));
const MIB = 1 << 20;

/** Repeatable places for random windows. */
function* places(n, limit) {
  let seed = 12345;
  for (let i = 0; i < n; i++) {
    seed = (seed * 48271) % 2147483647;
    yield seed % limit;
  }
}

const reading = [
  { id: "R2a", what: "walk 1,000 groups, 4,000 datasets, 8,000 attributes, old format", goal: 20, file: "tree_old.h5", run: (e, f) => e.walk(f) },
  { id: "R2b", what: "the same, latest format", goal: 20, file: "tree_latest.h5", run: (e, f) => e.walk(f) },
  { id: "R3", what: "contiguous f64, 128 MiB, whole", goal: 1.3, file: "contiguous.h5", run: (e, f) => e.whole(f, "x").length },
  { id: "R4", what: "gzip 4 + shuffle, 128 MiB, whole", goal: 2.1, file: "gzip.h5", run: (e, f) => e.whole(f, "x").length },
  { id: "R5", what: "chunked, no filter, 128 MiB, whole", goal: 1.5, file: "chunked.h5", run: (e, f) => e.whole(f, "x").length },
  {
    id: "R6a",
    what: "200 random 64x64 windows of R4",
    goal: 2.2,
    file: "gzip.h5",
    run(e, f) {
      const d = f.get("x");
      let n = 0;
      for (const at of places(200, 4032)) n += e.slab(d, [[at * 2, at * 2 + 64], [at, at + 64]]).length;
      return n;
    },
  },
  {
    id: "R6b",
    what: "20 single columns of R4",
    goal: 5,
    file: "gzip.h5",
    run(e, f) {
      const d = f.get("x");
      let n = 0;
      for (const at of places(20, 4096)) n += e.slab(d, [[0, 8192], [at, at + 1]]).length;
      return n;
    },
  },
  {
    id: "R6c",
    what: "50 single rows of R4",
    goal: 2.4,
    file: "gzip.h5",
    run(e, f) {
      const d = f.get("x");
      let n = 0;
      for (const at of places(50, 8192)) n += e.slab(d, [[at, at + 1], [0, 4096]]).length;
      return n;
    },
  },
  { id: "R7", what: "every 4th of both axes of R4", goal: 2, file: "gzip.h5", run: (e, f) => e.slab(f.get("x"), [[0, 8192, 4], [0, 4096, 4]]).length },
  { id: "R8a", what: "1,000,000 variable-length strings", goal: 2.5, file: "strings.h5", run: (e, f) => e.whole(f, "vlen").length },
  { id: "R8b", what: "1,000,000 fixed strings", goal: 4, file: "strings.h5", run: (e, f) => e.whole(f, "fixed").length },
  // Ours come as columns, h5wasm's as rows: each engine's own natural form.
  { id: "R9", what: "compound, 500,000 x 6", goal: 60, file: "compound.h5", run: (e, f) => (e.columns(f, "x") ? 500_000 : 0) },
  { id: "R11a", what: "100,000 chunks of 16x16, v1 B-tree, whole", goal: 5, file: "chunks_old.h5", run: (e, f) => e.whole(f, "x").length },
  { id: "R11b", what: "the same, extensible array", goal: 5, file: "chunks_latest.h5", run: (e, f) => e.whole(f, "x").length },
  { id: "R11c", what: "one chunk of R11a, opening included", goal: 1, file: "chunks_old.h5", run: (e, f) => e.slab(f.get("x"), [[800_000, 800_016], [0, 16]]).length },
  { id: "R11d", what: "one chunk of R11b, opening included", goal: 1, file: "chunks_latest.h5", run: (e, f) => e.slab(f.get("x"), [[800_000, 800_016], [0, 16]]).length },
];

const big = f4(16 * MIB);
const small = f4(MIB);

const writing = [
  {
    id: "W1",
    what: "write 64 MiB f32, contiguous",
    goal: 1,
    run: (e) => e.write((f) => e.dataset(f, "x", { data: big, shape: [4096, 4096], dtype: "<f4" })),
  },
  {
    id: "W2n",
    what: "write 64 MiB f32, gzip 4, chunked",
    goal: 1.6,
    run: (e) => e.write((f) => e.dataset(f, "x", { data: big, shape: [4096, 4096], dtype: "<f4", chunks: [512, 512], compression: 4 })),
  },
  {
    id: "W3n",
    what: "write 4 MiB f32, gzip 9",
    goal: 7,
    run: (e) => e.write((f) => e.dataset(f, "x", { data: small, shape: [1024, 1024], dtype: "<f4", chunks: [256, 256], compression: 9 })),
  },
  {
    id: "W4",
    what: "create 2,000 datasets with 3 attributes each",
    goal: 15,
    run: (e) =>
      e.write((f) => {
        for (let i = 0; i < 2000; i++) {
          const d = e.dataset(f, `d${i}`, { data: small.subarray(0, 4), shape: [4], dtype: "<f4" });
          for (const name of ["a", "b", "c"]) e.attribute(d, name, 1.5);
        }
      }),
  },
];

export const workloads = [...reading, ...writing];
