// The drop-in for h5wasm in a page: its README's examples for browsers, files of the user in a worker, and files that stay.
import assert from "node:assert/strict";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { create, openSync } from "../../dist/node.js";
import { blocks, programs, write } from "./h5wasm/readme.mjs";

const dir = path.join(local, "h5wasm-browser");
const soon = { timeout: 60_000 };
const MODULE = "/dist/h5wasm.js";
const example = (title) => blocks().find(({ under }) => under.endsWith(title)).code;
let bytes;
let server;
let browser;
let page;

before(async () => {
  rmSync(dir, { recursive: true, force: true });
  folder(dir);
  symlinkSync(at("dist"), path.join(dir, "dist"));
  writeFileSync(path.join(dir, "index.html"), '<!doctype html><meta charset="utf-8"><title>h5wasm</title><input id="upload_selector" type="file">');
  const f = create();
  f.createDataset("entry/data", { data: Int32Array.from({ length: 100 }, (_, i) => i), compression: "zstd" });
  bytes = Buffer.from(f.toBytes());
  write(dir, "start.js", programs().find(({ under }) => under.endsWith("Browser (no-build)")).code, MODULE, false);
  // Where the example's worker finds its script.
  folder(dir, "app");
  writeFileSync(path.join(dir, "app/worker.js"), `console.log = (f) => postMessage([f.keys(), ...f.get("entry/data").slice([[98, 100]])]);\n${example("Worker usage")}`);
  writeFileSync(
    path.join(dir, "app/files.js"),
    `self.importScripts("../dist/iife/h5wasm.js");
     const told = (fn) => { try { return fn(); } catch (e) { return [e.name, e.code]; } };
     onmessage = async ({ data: blob }) => {
       const { FS } = await h5wasm.ready;
       FS.mkdir("/work");
       const packages = [{ metadata: { files: [{ filename: "/packed.h5", start: 2, end: 2 + blob.size }] }, blob: new Blob([new Uint8Array(2), blob, new Uint8Array(3)]) }];
       FS.mount(FS.filesystems.WORKERFS, { blobs: [{ name: "deep/blob.h5", data: blob }], packages }, "/work");
       FS.mkdir("later");
       const { WORKERFS } = FS.filesystems;
       WORKERFS.createNode(FS.mount(WORKERFS, {}, "later"), "added", WORKERFS.FILE_MODE, 0, blob);
       FS.createLazyFile("/", "lazy.h5", new URL("/ranges.h5", location).href, true, false);
       FS.createLazyFile("/", "whole.h5", new URL("/whole.h5", location).href, true, false);
       const head = new Uint8Array(4);
       FS.read(FS.open("/lazy.h5", "r"), head, 0, 4);
       postMessage([
         ...["/work/deep/blob.h5", "/work/packed.h5", "later/added", "/lazy.h5", "/whole.h5"].map((name) => told(() => new h5wasm.File(name, "Sr").get("entry/data").slice([[42, 43]])[0])),
         String(head), FS.readFile("/work/deep/blob.h5").length === blob.size, FS.stat("/lazy.h5").size === blob.size,
         ...[() => FS.writeFile("/work/deep/blob.h5", "x"), () => FS.unlink("/work/packed.h5"), () => FS.mkdir("/work/x"), () => new h5wasm.File("/lazy.h5", "a")].map(told),
         told(() => { FS.createLazyFile("/", "none.h5", new URL("/none.h5", location).href); return FS.readFile("/none.h5"); }),
         told(() => { FS.createLazyFile("/", "other.h5", new URL("/changing/ranges.h5", location).href); return FS.readFile("/other.h5"); }),
       ]);
     };`,
  );
  writeFileSync(path.join(dir, "whole.h5"), bytes);
  server = await serve(dir);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  await page.route("https://ncnr.nist.gov/**", (route) => route.fulfill({ body: bytes, headers: { "access-control-allow-origin": "*" } }));
  await page.route("**/ranges.h5", (route) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? "") ?? [];
    const part = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1);
    const range = from === undefined ? {} : { "content-range": `bytes ${from}-${to}/${bytes.length}` };
    // One of them is another file by the time that it is read.
    const etag = route.request().url().includes("changing") && from !== undefined ? '"2"' : '"1"';
    const headers = { etag, "accept-ranges": "bytes", "content-length": String(part.length), ...range };
    return route.fulfill({ status: from === undefined ? 200 : 206, headers, body: route.request().method() === "HEAD" ? "" : part });
  });
  await page.goto(server.url);
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(path.join(dir, "dist"), { force: true });
});

test("README: Browser (no-build)", soon, async () => {
  const seen = await page.evaluate(async (module) => {
    await import("/start.js");
    const { default: h5wasm, FS } = await import(module);
    const f = new h5wasm.File("sans59510.nxs.ngv");
    return [FS.readdir("/"), f.paths(), Array.from(f.get("entry/data").slice([[5, 7]]))];
  }, MODULE);
  assert.deepEqual(seen, [[".", "..", "tmp", "home", "sans59510.nxs.ngv"], ["entry", "entry/data"], [5, 6]]);
});

test("README: Writing, all of it in memory", soon, async () => {
  const all = await page.evaluate(async ([module, code]) => {
    const { default: h5wasm, FS } = await import(module);
    const run = Object.getPrototypeOf(async () => {}).constructor;
    await new run("h5wasm", code)(h5wasm);
    return Array.from(FS.readFile("myfile.h5"));
  }, [MODULE, example("Writing")]);
  const f = openSync(Uint8Array.from(all));
  assert.deepEqual(f.paths(), ["entry", "entry/auto", "entry/compressed", "entry/data", "entry/square_data"]);
  assert.equal(f.get("entry").attrs.get("myattr"), "a string");
  assert.deepEqual([...f.get("entry/compressed").read("2, :3").data], [2000, 2001, 2002]);
});

test("README: Worker usage, with a file of the user", soon, async () => {
  const seen = await page.evaluate(
    (data) =>
      new Promise((resolve, reject) => {
        const worker = new Worker("/app/worker.js");
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", (e) => reject(new Error(e.message)));
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
        worker.postMessage([new File([Uint8Array.from(data)], "mine.h5")]);
      }),
    [...bytes],
  );
  assert.deepEqual(seen, [["entry"], 98, 99]);
});

test("a classic worker with files of the user, of packages and of servers", soon, async () => {
  const seen = await page.evaluate(
    (data) =>
      new Promise((resolve, reject) => {
        const worker = new Worker("/app/files.js");
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", (e) => reject(new Error(e.message)));
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
        worker.postMessage(new Blob([Uint8Array.from(data)]));
      }),
    [...bytes],
  );
  const refused = ["ErrnoError", "EROFS"];
  assert.deepEqual(seen, [42, 42, 42, 42, 42, "137,72,68,70", true, true, refused, refused, refused, ["HyperslabError", "ReadOnly"], ["ErrnoError", "EIO"], ["ErrnoError", "EIO"]]);
});

test("README: Persistent file store", soon, async () => {
  const code = example("Persistent file store (web)");
  // The example's three steps: each ends with a call of what it was given.
  const run = (step) =>
    page.evaluate(async ([module, code, step]) => {
      const { default: h5wasm } = await import(module);
      const { FS } = await h5wasm.ready;
      const [mount, load, keep] = code.split(/^\/\/ to .*$/m);
      const wait = (text) => new Promise((resolve) => new Function("FS", "console", text)(FS, { log: resolve }));
      new Function("FS", mount)(FS);
      assertNull(await wait(load));
      if (step === "write") {
        const f = new h5wasm.File("/home/web_user/kept.h5", "w");
        f.create_dataset({ name: "d", data: [1, 2, 3] });
        f.close();
        assertNull(await wait(keep));
      }
      return [...new h5wasm.File("/home/web_user/kept.h5").get("d").value];

      function assertNull(error) {
        if (error !== null) throw error;
      }
    }, [MODULE, code, step]);
  assert.deepEqual(await run("write"), [1, 2, 3]);
  await page.reload();
  assert.deepEqual(await run("read"), [1, 2, 3]);
});

test("README: Web Helpers: a file from an input, and one to the downloads", soon, async () => {
  await page.evaluate(async (module) => {
    const { uploader } = await import(module);
    document.getElementById("upload_selector").addEventListener("change", uploader);
  }, MODULE);
  await page.setInputFiles("#upload_selector", { name: "up.h5", mimeType: "application/x-hdf5", buffer: bytes });
  const [download, name] = await Promise.all([
    page.waitForEvent("download"),
    page.evaluate(async (module) => {
      const { default: h5wasm, download, UPLOADED_FILES } = await import(module);
      while (UPLOADED_FILES.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      const f = new h5wasm.File(UPLOADED_FILES.at(-1), "a");
      f.create_attribute("seen", 1);
      await download(f);
      return UPLOADED_FILES.at(-1);
    }, MODULE),
  ]);
  assert.deepEqual([name, download.suggestedFilename()], ["up.h5", "up.h5"]);
  const f = openSync(readFileSync(await download.path()));
  assert.deepEqual([f.attrs.get("seen"), f.get("entry/data").read("3")], [1, 3]);
});
