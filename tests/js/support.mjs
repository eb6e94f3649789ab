// What the tests share: the fixture with one value of every kind, and sources that count what is asked of them.
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { at } from "../../scripts/lib/paths.mjs";

export const kinds = at("tests/fixtures/kinds.h5");
export const bytes = () => new Uint8Array(readFileSync(kinds));

/** A source over bytes that answers by promise and remembers what it was asked for. */
export function counting(data, { delay = 0 } = {}) {
  const requests = [];
  let underWay = 0;
  return {
    requests,
    most: 0,
    size: data.length,
    async read(offset, length) {
      requests.push([offset, length]);
      this.most = Math.max(this.most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, delay));
      underWay -= 1;
      return data.slice(offset, offset + length);
    },
  };
}

/** An entry point with nothing loaded: of a copy of the package, as entry points share what they load. */
export async function fresh(entry) {
  const folder = mkdtempSync(path.join(tmpdir(), "hyperslab-fresh-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const name of readdirSync(at("dist")).filter((file) => /\.(js|wasm)$/.test(file))) copyFileSync(at("dist", name), path.join(folder, name));
  copyFileSync(at("package.json"), path.join(folder, "package.json"));
  return await import(path.join(folder, entry));
}

/** For a test: a clock by which everything takes long, so that what pauses now and then does so each time. */
export function slow(t) {
  let now = 0;
  t.mock.method(performance, "now", () => (now += 1000));
}

/** A signal that a timer gives, as soon as timers have their turn. */
export function soon(reason) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason));
  return stop.signal;
}
