// Whatever may have to wait for bytes can be stopped while it waits, and is as it was.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { create, join, open, openSync, softLink } from "../../dist/node.js";
import { defaultPlot, identify, interpret, netcdf } from "../../dist/conventions.js";
import { references, zarrStore } from "../../dist/zarr.js";
import { slow, soon } from "./support.mjs";

const home = mkdtempSync(path.join(tmpdir(), "hyperslab-stopping-"));
after(() => rmSync(home, { recursive: true, force: true }));

const enough = new Error("enough");
const text = "x".repeat(100_000);

/** Objects that lie far from one another. */
function sample() {
  const f = create();
  const gap = (name) => f.createDataset(`gaps/${name}`, { data: new Uint8Array(300_000) });
  for (const name of ["a", "b", "c"]) {
    gap(name);
    const g = f.createGroup(`groups/${name}`);
    f.createDataset(`groups/${name}/x`, { data: Float64Array.from({ length: 40 }, (_, i) => i), shape: [40], chunks: [10], maxshape: [null], compression: "gzip" });
    g.attrs.set("NX_class", "NXdata");
    g.attrs.set("signal", "x");
    g.attrs.set("long", [text.slice(0, 60_000)], { dtype: "string" });
  }
  f.link("soft", softLink("groups/c/x"));
  return f.toBytes();
}
const bytes = sample();

/** A source that answers at once, or, to what can be stopped, after some requests never: then it is stopped. */
function stubborn(signals) {
  const source = {
    size: bytes.length,
    left: Infinity,
    /** Whether requests are meant, too, that nothing stops. */
    all: false,
    read(offset, length, { signal }) {
      if ((!signal && !source.all) || source.left-- > 0) return Promise.resolve(bytes.slice(offset, offset + length));
      signals.at(-1).abort(enough);
      return new Promise(() => {});
    },
  };
  return source;
}

/** Each call is stopped at its first request, its second and so on, until it needs no more; then it succeeds. */
async function stopped(name, opened, call, unchanged) {
  for (let n = 0; ; n++) {
    assert.ok(n < 60, name);
    const signals = [];
    const source = stubborn(signals);
    const f = await opened(source);
    const prepared = await call.prepare?.(f);
    const stop = new AbortController();
    signals.push(stop);
    source.left = n;
    source.all = call.all ?? false;
    let result;
    try {
      result = await (call.run ?? call)(f, { signal: stop.signal }, prepared);
    } catch (e) {
      assert.equal(e, enough, `${name}: ${e}`);
      source.left = Infinity;
      await unchanged?.(f);
      await f.close();
      continue;
    }
    source.left = Infinity;
    await f.close();
    assert.ok(!stop.signal.aborted, `${name} goes on after it was stopped`);
    await assert.rejects(async () => {
      const g = await opened(stubborn([new AbortController()]));
      const before = await call.prepare?.(g);
      await (call.run ?? call)(g, { signal: AbortSignal.abort(enough) }, before);
    }, enough);
    return [n, result];
  }
}

const dataset = { prepare: (f) => f.get("groups/b/x") };
const group = { prepare: (f) => f.get("groups/b") };
const reading = {
  get: (f, o) => f.get("groups/b/x", o),
  has: (f, o) => f.has("groups/c/x", o),
  keys: { ...group, run: (_, o, g) => g.keys(o) },
  entries: (f, o) => f.entries(o),
  items: { ...group, run: (_, o, g) => g.items(o) },
  getLink: (f, o) => f.getLink("groups/c/x", o),
  paths: (f, o) => f.paths(o),
  visit: (f, o) => f.visit(() => undefined, o),
  pathOf: { ...dataset, run: (f, o, d) => f.pathOf({ kind: "object", address: d.address }, o) },
  chunkInfo: { ...dataset, run: (_, o, d) => d.chunkInfo(undefined, o) },
  "chunkInfo of one": { ...dataset, run: (_, o, d) => d.chunkInfo([10], o) },
  readRawChunk: { ...dataset, run: (_, o, d) => d.readRawChunk([20], o) },
  read: { ...dataset, run: (_, o, d) => d.read(null, o) },
  "attrs.get": { ...group, run: (_, o, g) => g.attrs.get("long", o) },
  "attrs.entries": { ...group, run: (_, o, g) => g.attrs.entries(o) },
  "attrs.toObject": { ...group, run: (_, o, g) => g.attrs.toObject(o) },
  netcdf: { all: true, run: (f, o) => netcdf(f, o) },
  defaultPlot: { all: true, run: (f, o) => defaultPlot(f, o) },
  interpret: { ...dataset, all: true, run: (_, o, d) => interpret(d, o) },
  references: { all: true, run: (f, o) => references(f, { url: "x.h5", ...o }) },
  "a store's omitted": { all: true, run: (f, o) => zarrStore(f).omitted(o) },
  "a store's metadata": { all: true, run: (f, o) => zarrStore(f).get(".zmetadata", o) },
  "a store's chunk": { all: true, run: (f, o) => zarrStore(f).get("groups/b/x/1", o) },
};

for (const [name, call] of Object.entries(reading)) {
  test(`${name} can be stopped whenever it waits`, async () => {
    const [n] = await stopped(name, (source) => open(source, { cache: 0 }), call);
    assert.ok(n > 0, "it has to fetch something");
  });
}

const state = async (f) => JSON.stringify([
  await f.paths(), (await f.get("groups/b/x"))?.shape, (await f.get("groups/b")).attrs.keys(), [...(await (await f.get("groups/c/x")).read()).data],
]);
const changing = {
  createGroup: (f, o) => f.createGroup("groups/new", o),
  createDatatype: (f, o) => f.createDatatype("groups/new", "<i4", o),
  createDataset: (f, o) => f.createDataset("groups/b/new", { data: [1, 2], ...o }),
  link: { ...dataset, run: (f, o, d) => f.link("groups/new", d, o) },
  delete: (f, o) => f.delete("groups/b", o),
  move: (f, o) => f.move("groups/b", "elsewhere/b", o),
  copy: (f, o) => f.copy("groups/b", "copy", o),
  resize: { ...dataset, run: (_, o, d) => d.resize([17], o) },
  append: { ...dataset, run: (_, o, d) => d.append([1, 2], 0, o) },
  write: { ...dataset, run: (_, o, d) => d.write("3:15", 7, o) },
  writeRawChunk: { ...dataset, run: (_, o, d) => d.writeRawChunk([10], new Uint8Array(80), 1, o) },
  "attrs.set": { ...group, run: (_, o, g) => g.attrs.set("signal", [1, 2, 3], o) },
  "attrs.delete": { ...group, run: (_, o, g) => g.attrs.delete("long", o) },
};

for (const [name, call] of Object.entries(changing)) {
  test(`${name} can be stopped whenever it waits, and nothing has changed`, async () => {
    const opened = (source) => open(source, { mode: "r+", cache: 0 });
    const f = await open(bytes);
    const before = await state(f);
    await stopped(name, opened, call, async (g) => assert.equal(await state(g), before, name));
  });
}

test("synchronous files look at a signal before", () => {
  const f = openSync(bytes, { mode: "r+" });
  const o = { signal: AbortSignal.abort(enough) };
  for (const call of [() => f.get("groups", o), () => f.entries(o), () => f.createGroup("new", o), () => f.get("groups/b").attrs.set("a", 1, o), () => f.delete("soft", o), () => references(f, { url: "x", ...o }), () => netcdf(f, o), () => f.refresh(o)]) {
    assert.throws(call, enough);
  }
  assert.ok(!f.has("new") && f.has("soft"));
  assert.equal(identify(f.get("groups/a")).name, identify(f.get("groups/a"), {}).name);
});

test("references say how far they are", async () => {
  for (const f of [openSync(bytes), await open(bytes)]) {
    const steps = [];
    await references(f, { url: "x.h5", onProgress: (done, total) => steps.push([done, total]) });
    assert.deepEqual(steps, Array.from({ length: 7 }, (_, i) => [i + 1, 7]));
    const stop = new AbortController();
    await assert.rejects(async () => references(f, { url: "x.h5", signal: stop.signal, onProgress: () => stop.abort(enough) }), enough);
  }
});

test("what goes through a large file lets others work, and be stopped by them", async (t) => {
  const g = create();
  for (let i = 0; i < 600; i++) g.createDataset(`a${i % 20}/d${i}`, { data: Float64Array.of(i) });
  const f = await open(g.toBytes());
  slow(t);
  for (const call of [(o) => references(f, { url: "x", ...o }), (o) => netcdf(f, o), (o) => zarrStore(f).omitted(o), (o) => f.pathOf({ kind: "object", address: 1 }, o)]) {
    await assert.rejects(async () => call({ signal: soon(enough) }), enough);
  }
  await f.close();
});

test("refreshing is stopped while it is asked for whether there is something new", async () => {
  const file = path.join(home, "refreshed.h5");
  const w = await open(file, { mode: "w" });
  await w.createDataset("x", { data: [1, 2, 3] });
  await w.flush();
  const f = await open(file);
  await assert.rejects(f.refresh({ signal: AbortSignal.abort(enough) }), enough);
  const d = await f.get("x");
  await assert.rejects(d.refresh({ signal: AbortSignal.abort(enough) }), enough);
  await d.refresh({ signal: new AbortController().signal });
  await f.refresh({ signal: new AbortController().signal });
  assert.deepEqual([...(await d.read()).data], [1, 2, 3]);
  await f.close();
  await w.close();
});

test("a file that nobody shares is not waited for", async () => {
  const { port1, port2 } = new MessageChannel();
  const stop = new AbortController();
  setTimeout(() => stop.abort(enough), 20);
  await assert.rejects(join(port2, { signal: stop.signal }), enough);
  port1.close();
});

for (const mode of ["in place", "in memory"]) {
  test(`copies of a whole file that is changed ${mode} leave others time, and changes wait for them`, async (t) => {
    const file = path.join(home, `whole ${mode}.h5`);
    const f = await open(mode === "in place" ? file : new Uint8Array(), { mode: "w" });
    const d = await f.createDataset("x", { data: new Float64Array(8 << 20).fill(1) });
    const e = await f.createDataset("y", { data: [1] });
    await f.flush();
    const to = path.join(home, `copy ${mode}.h5`);
    for (const copy of [(o) => f.save(to, o), (o) => f.toBytes(o), async (o) => new Uint8Array(await (await f.toBlob(o)).arrayBuffer())]) {
      await d.write("0", 1);
      await e.write([1]);
      let changing;
      const copied = await copy({
        onProgress: () => {
          changing ??= Promise.all([d.write("0", 2), e.write([2]), f.createGroup("new").catch(() => {}), f.flush()]);
        },
      });
      await changing;
      const g = openSync(copied ?? readFileSync(to));
      assert.equal(g.get("x").read("0"), 1);
      assert.deepEqual([...g.get("y").read().data], [1]);
      assert.equal(await d.read("0"), 2);
    }
    if (mode === "in place") {
      // A timer's turn comes in between.
      slow(t);
      await assert.rejects(f.save(to, { signal: soon(enough) }), enough);
    }
    await f.close();
  });
}
