// In the browser: reads files of the corpus through the package and says what is in them. Bundled by ../browser.mjs.
import { open, ready } from "hyperslab";
import { weight } from "../../fixtures/corpus/canon.mjs";
import { document as describeBytes } from "../lib/document.mjs";
import { digest } from "../lib/values.mjs";
import { settled } from "./node.mjs";

const AGAIN = 1 << 20; // bytes of a dataset that is also read without the bytes at hand

const product = (dims) => dims.reduce((p, n) => p * n, 1);
const sources = new Map();

/** A file of the corpus, fetched once. */
async function bytesOf(name) {
  if (!sources.has(name)) sources.set(name, new Uint8Array(await (await fetch(`/corpus/${name}`)).arrayBuffer()));
  return sources.get(name);
}

const KINDS = { s: "super", b: "btree", r: "draw", g: "gheap", l: "lheap", o: "ohdr" };

/** What `open` is given for a file or for a set of files; `as` makes a source of the bytes of one. */
async function sourceOf({ name, driver, members }, as) {
  if (!members) return as(await bytesOf(name));
  const parts = [];
  for (const member of members) parts.push(as(await bytesOf(member)));
  if (driver === "family") return { family: parts };
  if (driver === "split") return { split: { meta: parts[0], raw: parts[1] } };
  return { multi: Object.fromEntries(members.map((m, k) => [KINDS[m.at(-4)], parts[k]])) };
}

/** What another file means, seen from the folder that a file is in. */
const beside = (name) => (other) => sources.get(new URL(other, `http://x/${name}`).pathname.slice(1));

/** [path, digest of the values read from memory, of those fetched piece by piece from a File] of the smaller datasets. */
async function fetched(file, { objects }) {
  const pairs = [];
  const f = await open(await sourceOf(file, (bytes) => new File([bytes], "file.h5")), { resolve: beside(file.name) });
  for (const { path, kind, dtype, shape, digest: expected } of objects) {
    if (kind !== "dataset" || !expected || !shape || JSON.stringify(dtype).includes("reference")) continue;
    if (product(shape) * weight(dtype) > AGAIN || /[/]{2}|[/][.]([/]|$)/.test(path)) continue;
    const value = await (await f.get(path)).read();
    pairs.push([path, expected, digest(dtype, [[value, product(shape)]])]);
  }
  f.close();
  return pairs;
}

window.judge = {
  /** Loads the engine and every file that another one may need. */
  async begin(names) {
    await ready({ codecs: true });
    for (const name of names) await bytesOf(name);
  },
  /** The document of a file or set, as text, and the objects that reading from a File makes other values of. */
  async read(file) {
    const doc = describeBytes(await sourceOf(file, (bytes) => bytes), { resolve: beside(file.name) });
    const again = doc.opens ? await fetched(file, doc) : [];
    const [text, pairs] = JSON.parse(await settled(JSON.stringify([JSON.stringify(doc), again])));
    return { text, wrong: pairs.filter(([, a, b]) => a !== b).map(([path]) => path), compared: pairs.length };
  },
};
