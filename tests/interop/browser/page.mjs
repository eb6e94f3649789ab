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

/** What another file means, seen from the folder that a file is in. */
const beside = (name) => (other) => sources.get(new URL(other, `http://x/${name}`).pathname.slice(1));

/** The datasets whose values, fetched piece by piece from a File, are other than those read from memory. */
async function fetched(name, bytes, { objects }) {
  const wrong = [];
  const f = await open(new File([bytes], "file.h5"), { resolve: beside(name) });
  for (const { path, kind, dtype, shape, digest: expected } of objects) {
    if (kind !== "dataset" || !expected || !shape || JSON.stringify(dtype).includes("reference")) continue;
    if (product(shape) * weight(dtype) > AGAIN || /[/]{2}|[/][.]([/]|$)/.test(path)) continue;
    const value = await (await f.get(path)).read();
    wrong.push([path, expected, digest(dtype, [[value, product(shape)]])]);
  }
  f.close();
  return wrong;
}

window.judge = {
  /** Loads the engine and every file that another one may need. */
  async begin(names) {
    await ready({ codecs: true });
    for (const name of names) await bytesOf(name);
  },
  /** The document of a file, as text, and what reading it from a File made of it. */
  async read(name) {
    const bytes = await bytesOf(name);
    const doc = describeBytes(bytes, { resolve: beside(name) });
    const again = doc.opens ? await fetched(name, bytes, doc) : [];
    const [text, pairs] = JSON.parse(await settled(JSON.stringify([JSON.stringify(doc), again])));
    return { text, wrong: pairs.filter(([, a, b]) => a !== b).map(([path]) => path), compared: pairs.length };
  },
};
