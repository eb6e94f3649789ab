// What a file that we write must contain, said in the words of CANON.md from the values that went in.
import { byBytes, digestOf } from "../../fixtures/corpus/canon.mjs";
import { canonical } from "./datatypes.mjs";

const product = (dims) => dims.reduce((p, n) => p * n, 1);

/** Collects expectations; `entries()` gives them in the order of the canonical walk. */
export class Want {
  constructor() {
    this.objects = new Map([["/", { path: "/", kind: "group", attrs: [] }]]);
  }

  /** The groups on the way to a path. */
  parents(path) {
    const parts = path.split("/").slice(1, -1);
    for (let i = 1; i <= parts.length; i++) {
      const above = `/${parts.slice(0, i).join("/")}`;
      if (!this.objects.has(above)) this.objects.set(above, { path: above, kind: "group", attrs: [] });
    }
  }

  group(path) {
    if (this.objects.has(path)) return this;
    this.parents(path);
    this.objects.set(path, { path, kind: "group", attrs: [] });
    return this;
  }

  /** `values`: all elements in C order, in the form canon.mjs encodes; `storage`: further keys that must hold. */
  dataset(path, dtype, shape, values, storage = {}) {
    this.parents(path);
    const d = canonical(dtype);
    const digest = shape === null ? null : digestOf(d, [[values, product(shape)]]);
    this.objects.set(path, { path, kind: "dataset", dtype: d, shape, digest, attrs: [], ...storage });
    return this;
  }

  attr(path, name, dtype, shape, values) {
    const d = canonical(dtype);
    const digest = shape === null ? null : digestOf(d, [[values, product(shape)]]);
    const { attrs } = this.objects.get(path);
    const old = attrs.findIndex((a) => a.name === name);
    if (old >= 0) attrs.splice(old, 1);
    attrs.push({ name, dtype: d, shape, digest });
    attrs.sort((a, b) => byBytes(a.name, b.name));
    return this;
  }

  link(path, entry) {
    this.parents(path);
    this.objects.set(path, { path, ...entry });
    return this;
  }

  entries() {
    return [...this.objects.values()];
  }

  /** The digest of one element, as a fill value has it. */
  static fill(dtype, value) {
    return { status: "user", digest: digestOf(canonical(dtype), [[[value], 1]]) };
  }
}
