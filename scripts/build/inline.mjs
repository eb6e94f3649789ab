// `hyperslab/inline`: one file with everything in it. What is embedded: the whole engine and the further filters, deflated, of
// the builds without SIMD only how they differ, and the script of workers.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { work } from "./support.mjs";

/** Bytes that have to be the same for a copy to be worth it. */
const LEAST = 8;

/** Whole numbers in groups of 7 bits, the lowest first. */
function varint(out, n) {
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  out.push(n);
}

/**
 * How to make `to` of `from`: pairs of a literal's length and a copy, which is told by how far it is from where the last one
 * went on and by its length; then all literals. `unpatch` of crate/js/inline undoes it.
 */
export function patch(from, to) {
  const at = new Map();
  const key = (bytes, i) => bytes.readUInt32LE(i) * 0x20_0000 + (bytes.readUInt32LE(i + 4) & 0x1f_ffff);
  for (let i = from.length - LEAST; i >= 0; i--) at.set(key(from, i), i);
  const same = (i, k) => {
    let n = 0;
    while (i + n < to.length && k + n < from.length && to[i + n] === from[k + n]) n++;
    return n;
  };
  const [ops, literals] = [[], []];
  let [literal, source, copies] = [0, 0, 0];
  for (let i = 0; i < to.length; ) {
    // Going on where the source is costs least.
    let [k, n] = [source + i - literal, 0];
    n = same(i, k);
    const found = i + LEAST <= to.length ? at.get(key(to, i)) : undefined;
    if (n < LEAST && found !== undefined && same(i, found) > n) [k, n] = [found, same(i, found)];
    if (n < LEAST) {
      literals.push(to[i++]);
      continue;
    }
    const away = k - (source + i - literal);
    varint(ops, i - literal);
    varint(ops, away < 0 ? -2 * away - 1 : 2 * away);
    varint(ops, n);
    copies++;
    i += n;
    [literal, source] = [i, k + n];
  }
  const head = Buffer.alloc(12);
  head.writeUInt32LE(to.length, 0);
  head.writeUInt32LE(copies, 4);
  head.writeUInt32LE(ops.length, 8);
  return Buffer.concat([head, Buffer.from(ops), Buffer.from(literals)]);
}

/** Puts bytes where they are embedded from; it is said where. */
function deflated(name, bytes) {
  const folder = path.join(work, "inline");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.deflate`);
  writeFileSync(file, deflateRawSync(bytes, { level: 9, memLevel: 9 }));
  return file;
}

/** What is embedded, as files to be imported. */
function embed({ simd, scalar }) {
  const embedded = {};
  for (const name of ["hyperslab_edit", "hyperslab_codecs"]) {
    const [fast, plain] = [simd, scalar].map((of) => readFileSync(path.join(of, name, "module_bg.wasm")));
    for (const [suffix, bytes] of [["", fast], ["_scalar", patch(fast, plain)]]) embedded[`#${name}${suffix}`] = deflated(name + suffix, bytes);
  }
  return embedded;
}

/** Modules with the engine behind them: `inline.js` exports the same names. */
const ENGINE = /^\.\.\/(exports|links|open|ready)\.js$/;

/** Writes entry points that use the engine of `inline.js`, of which there is one in a program. */
export async function buildOverInline(options, scripts) {
  const external = (pattern) => (setup) => setup.onResolve({ filter: pattern }, () => ({ path: "./inline.js", external: true }));
  const plugins = [ENGINE, /^\.\/inline\.js$/].map((pattern) => ({ name: String(pattern), setup: external(pattern) }));
  // Source maps are larger than what they are for, and nearly those of the entry points for files.
  const { metafile } = await build({ ...options, entryPoints: scripts, plugins, metafile: true, sourcemap: false });
  const second = Object.keys(metafile.inputs).find((file) => /\/(engine|loader|glue)\.[jt]s$/.test(file));
  if (second) throw new Error(`${second}: an engine of its own`);
}

/** Writes `inline.js`, and a classic script, which has the name that h5wasm's has: an address needs another package only. */
export async function buildInline({ simd, scalar, options, scripts: [inline, worker, h5wasm] }) {
  // Source maps would be twice as large as the files, most of it the same text.
  const own = { ...options, sourcemap: false, loader: { ".deflate": "base64" }, alias: { ...options.alias, ...embed({ simd, scalar }) } };
  const { outputFiles: [script] } = await build({ ...own, entryPoints: [worker], format: "iife", write: false });
  await build({ ...own, entryPoints: [inline], alias: { ...own.alias, "#inline_worker": deflated("worker", script.contents) } });
  await build({ ...own, entryPoints: [{ in: h5wasm, out: "iife/h5wasm" }], format: "iife", globalName: "h5wasm" });
}
