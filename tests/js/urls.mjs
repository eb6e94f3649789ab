// What the tests of files behind URLs share: files, a server that behaves as it is told, and what is closed when a test is over.
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { create, openSync } from "hyperslab";
import { served } from "./served.mjs";
import { bytes, kinds } from "./support.mjs";

export const data = bytes();
export const total = (1199 * 1200) / 2;
export const sum = (values) => values.data.reduce((a, b) => a + b, 0);
export const quiet = { onNotice() {} };
/** Other numbers in the same places. */
export const other = (() => {
  const f = openSync(data.slice(), { mode: "r+" });
  f.get("grid/contiguous").write(0);
  return f.toBytes();
})();
/** Larger than what is asked for at first, with values that take several requests. */
export const large = (() => {
  const f = create();
  for (let i = 0; i < 40; i++) {
    const d = f.createDataset(`run ${i % 4}/data ${i}`, { data: Float64Array.from({ length: 20_000 }, (_, j) => i + j) });
    d.attrs.set("units", `K ${i}`);
  }
  return f.toBytes();
})();

export let server;
before(async () => {
  server = await served({ "kinds.h5": data, "large.h5": large, "kinds-path.h5": kinds });
});
after(() => server.close());

/** Serves like that while `what` is done. */
export async function behaving(how, what) {
  Object.assign(server.how, how);
  server.log.length = 0;
  try {
    return await what();
  } finally {
    for (const name of Object.keys(how)) delete server.how[name];
  }
}

/** A file that is closed when its test is over. */
export async function using(opening) {
  const f = await opening;
  files.push(f);
  return f;
}
/** A server that is closed then, too. */
export async function running(...args) {
  const own = await served(...args);
  files.push(own);
  return own;
}
const files = [];
afterEach(async () => {
  for (const f of files.splice(0)) await f.close();
});

export const failure = (promise) => promise.then(() => assert.fail("it did not fail"), (e) => e);

export async function sameAsFromMemory(f) {
  const g = openSync(data);
  const names = g.paths();
  assert.deepEqual(await f.paths(), names);
  for (const path of names) {
    const [mine, theirs] = [await f.get(path), g.get(path)];
    assert.deepEqual(mine.attrs.keys(), theirs.attrs.keys());
    for (const name of theirs.attrs.keys()) assert.deepEqual(await mine.attrs.get(name), theirs.attrs.get(name));
    if (theirs.kind === "dataset") assert.deepEqual(await mine.read(), theirs.read(), path);
  }
}
