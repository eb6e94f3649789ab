// Files of a real browser's private file system: changed in place in a worker, one writer at a time, and whole again after the worker died.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { at } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { venvPython } from "../../scripts/setup/python.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";

/** In the worker: does what it is told, and says how it went. */
const WORKER = `
import { create, open, openSync, ready, repack } from "./dist/index.js";
const files = await navigator.storage.getDirectory();
const handle = (name) => files.getFileHandle(name, { create: true });
const opened = async (name, mode) => await open(await handle(name), { mode, journal: await handle(name + "-journal") });
let held;
/** Files that answer so often, all together; what is written last is written by half. */
const mortal = (verbs) => (file) => ({
  name: file.name,
  getFile: () => file.getFile(),
  async createSyncAccessHandle() {
    const access = await file.createSyncAccessHandle();
    const verb = (name) => (...args) => {
      if (verbs-- > 0) return access[name](...args);
      if (verbs === -1 && name === "write") access.write(args[0].subarray(0, args[0].length / 2), args[1]);
      throw new Error("no power");
    };
    return { close() {}, ...Object.fromEntries(["read", "write", "truncate", "getSize", "flush"].map((name) => [name, verb(name)])) };
  },
});
const jobs = {
  async hold(name) { held = await opened(name, "a"); },
  async release() { await held.close(); },
  async write(name, verbs) {
    const alive = mortal(verbs);
    let n;
    try {
      const f = await open(alive(await handle(name)), { mode: "a", journal: alive(await handle(name + "-journal")) });
      for (n = (await f.keys()).length; ; n++) {
        await f.createDataset("d" + n, { data: Int32Array.from({ length: n % 5 === 4 ? 40_000 : 100 + n }, (_, i) => n + i) });
        await f.attrs.set("n", n + 1);
        await f.flush();
      }
    } catch (e) {
      if (!String(e.message).includes("power")) throw e;
    }
    return n;
  },
  async steps(name) {
    const f = await opened(name, "r+");
    const n = (await f.attrs.keys()).includes("n") ? await f.attrs.get("n") : 0;
    for (let i = 0; i < n; i++) {
      const { data } = await (await f.get("d" + i)).read();
      if (data.length !== (i % 5 === 4 ? 40_000 : 100 + i) || data.at(-1) !== i + data.length - 1) throw new Error("values of d" + i);
    }
    const keys = await f.keys();
    await f.close();
    return [n, keys.length];
  },
  async synchronous(name) {
    await ready();
    const access = await (await handle(name)).createSyncAccessHandle();
    const f = openSync(access, { mode: "w", journal: false });
    f.createDataset("x", { data: [1, 2, 3] });
    f.close();
    const g = openSync(access);
    const { data } = g.get("x").read();
    g.close();
    access.close();
    return [...data];
  },
  async copies(name) {
    await ready();
    const f = create();
    for (let i = 0; i < 20; i++) f.createDataset("d" + i, { data: Float64Array.from({ length: 100_000 }, (_, j) => i * j) });
    f.createDataset("text", { data: Array.from({ length: 5000 }, (_, i) => "line " + i) });
    const source = f.toBytes();
    const expected = await repack(source);
    const file = await handle(name);
    // The handle itself, one that has no stream, and its stream.
    const targets = [() => file, () => ({ name, createSyncAccessHandle: () => file.createSyncAccessHandle() }), () => file.createWritable()];
    const equal = [];
    for (const target of targets) {
      await repack(new Blob([source]), { to: await target() });
      const bytes = new Uint8Array(await (await (await handle(name)).getFile()).arrayBuffer());
      equal.push(bytes.length === expected.length && bytes.every((b, i) => b === expected[i]));
    }
    const same = await repack(await handle(name), { to: await handle(name) }).then(() => "copied", (e) => e.code);
    const stop = new AbortController();
    const stopped = await repack(source, { to: await handle(name + "-half"), signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) }).then(() => "copied", (e) => e.message);
    return [equal, same, stopped, (await (await handle(name + "-half")).getFile()).size];
  },
};
addEventListener("message", async ({ data: [job, ...args] }) => {
  try {
    postMessage({ done: await jobs[job](...args) });
  } catch (e) {
    postMessage({ failed: [e.code ?? e.name, e.message] });
  }
});
postMessage({ loaded: true });
`;

let site;
let server;
let browser;
let page;

before(async () => {
  site = mkdtempSync(path.join(os.tmpdir(), "hyperslab-opfs-"));
  cpSync(at("dist"), path.join(site, "dist"), { recursive: true });
  writeFileSync(path.join(site, "worker.js"), WORKER);
  writeFileSync(path.join(site, "index.html"), "<!doctype html>");
  server = await serve(site);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  page = await browser.newPage();
  await page.goto(server.url);
  await page.evaluate(() => {
    /** A worker that is ready, and its answers. */
    window.begin = async () => {
      const worker = new Worker("worker.js", { type: "module" });
      const said = [];
      const waiting = [];
      worker.addEventListener("message", ({ data }) => {
        said.push(data);
        for (const check of waiting.splice(0)) check();
      });
      const until = (wanted) => new Promise((resolve) => {
        const check = () => {
          const found = said.find(wanted);
          if (found) resolve(found);
          else waiting.push(check);
        };
        check();
      });
      await until((m) => m.loaded);
      return {
        worker, said, until,
        ask(...job) {
          said.length = 0;
          worker.postMessage(job, []);
          return until((m) => "done" in m || m.failed);
        },
      };
    };
  });
});

after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(site, { recursive: true, force: true });
});

test("a handle that answers at once", async () => {
  const { done } = await page.evaluate(async () => (await window.begin()).ask("synchronous", "sync.h5"));
  assert.deepEqual(done, [1, 2, 3]);
});

test("copies are written to handles and streams", async () => {
  const { done, failed } = await page.evaluate(async () => (await window.begin()).ask("copies", "copy.h5"));
  assert.deepEqual([done, failed], [[[true, true, true], "Argument", "enough", 0], undefined]);
});

test("one writer at a time", async () => {
  const [first, second, third] = await page.evaluate(async () => {
    const [a, b] = [await window.begin(), await window.begin()];
    const answers = [await a.ask("hold", "one.h5"), await b.ask("hold", "one.h5")];
    await a.ask("release");
    answers.push(await b.ask("hold", "one.h5"));
    a.worker.terminate();
    b.worker.terminate();
    return answers;
  });
  assert.equal(first.failed, undefined);
  assert.equal(second.failed[0], "Io");
  assert.match(second.failed[1], /one\.h5 is open for writing already/);
  assert.equal(third.failed, undefined);
});

test("a worker that dies leaves what was flushed", async () => {
  const died = (verbs) => page.evaluate(async (given) => {
    const writer = await window.begin();
    const wrote = await writer.ask("write", "dies.h5", given);
    writer.worker.terminate();
    // The browser gives the file back a little later.
    for (let attempt = 0; ; attempt++) {
      const reader = await window.begin();
      const read = await reader.ask("steps", "dies.h5");
      reader.worker.terminate();
      if (attempt === 50 || !read.failed?.[1].includes("is open for writing already")) return { wrote, read };
    }
  }, verbs);
  let done = 0;
  let stopped = 0;
  for (const verbs of [200, ...Array.from({ length: 30 }, (_, i) => 2 + i * 2)]) {
    const { wrote, read } = await died(verbs);
    assert.equal(wrote.failed, undefined, String(wrote.failed));
    assert.equal(read.failed, undefined, `${verbs} verbs: ${read.failed}`);
    const [n, keys] = read.done;
    // What was under way when it died may be there, but as a whole.
    const flushed = wrote.done ?? done;
    assert.ok(n === keys && (n === flushed || n === flushed + 1), `${verbs} verbs: ${flushed} flushes, ${n} steps, ${keys} datasets`);
    if (wrote.done !== undefined && n === flushed) stopped++;
    done = n;
  }
  assert.ok(done > 20 && stopped > 10, `${done} steps, ${stopped} of which were taken back`);
  // What is left is what h5py reads.
  const bytes = await page.evaluate(async () => {
    const file = await (await (await navigator.storage.getDirectory()).getFileHandle("dies.h5")).getFile();
    return [...new Uint8Array(await file.arrayBuffer())];
  });
  const file = path.join(site, "dies.h5");
  writeFileSync(file, Uint8Array.from(bytes));
  const script = "import h5py, sys; f = h5py.File(sys.argv[1]); n = f.attrs['n']; assert all(f[f'd{i}'][-1] == i + len(f[f'd{i}']) - 1 for i in range(int(n))); print(int(n))";
  const { stdout, stderr } = spawnSync(venvPython, ["-c", script, file], { encoding: "utf8" });
  assert.equal(Number(stdout), done, stderr);
});
