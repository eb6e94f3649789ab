// `hyperslab serve`: files with ranges, nothing from outside of the folder, and the app that opens one.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, openSync } from "hyperslab";
import { chromium } from "playwright-core";
import { corpus } from "../interop/lib/corpus.mjs";
import { hyperslab } from "./lib/run.mjs";

let home;
let stop;
let base;
/** Starts a server; its address and how it is stopped. */
async function serve(...args) {
  const controller = new AbortController();
  let printed;
  const ready = new Promise((done) => (printed = done));
  const { main } = await import("../../dist/cli.js");
  const sink = { isTty: false, columns: 80, write: async (data) => printed(String(data)) };
  const ended = main(["serve", "--json", "--port", "0", ...args], { out: sink, err: { ...sink, write: async (d) => printed(`{"error":${JSON.stringify(String(d))}}`) }, env: {}, signal: controller.signal });
  return { ...JSON.parse(await ready), stop: () => (controller.abort(), ended) };
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), "hyperslab-serve-"));
  mkdirSync(path.join(home, "in/deep er"), { recursive: true });
  cpSync(path.join(corpus(), "notebook/weather.hdf5"), path.join(home, "in/weather.hdf5"));
  cpSync(path.join(corpus(), "notebook/weather.hdf5"), path.join(home, "in/deep er/ü #1.h5"));
  writeFileSync(path.join(home, "secret.h5"), "secret");
  writeFileSync(path.join(home, "in/.hidden"), "hidden");
  symlinkSync(path.join(home, "secret.h5"), path.join(home, "in/out.h5"));
  symlinkSync("weather.hdf5", path.join(home, "in/inside.h5"));
  ({ files: base, stop } = await serve(path.join(home, "in")));
});
after(async () => {
  assert.equal(await stop(), 0);
  rmSync(home, { recursive: true, force: true });
});

/** A request as it is written, without anybody making the path nicer. */
function raw(pathname, options = {}) {
  const { hostname, port } = new URL(base);
  return new Promise((done, fail) => {
    request({ hostname, port, path: pathname, ...options }, (r) => {
      const parts = [];
      r.on("data", (d) => parts.push(d)).on("end", () => done({ status: r.statusCode, headers: r.headers, body: Buffer.concat(parts) }));
    }).on("error", fail).end();
  });
}

test("files, whole and in ranges", async () => {
  const bytes = readFileSync(path.join(home, "in/weather.hdf5"));
  const whole = await fetch(`${base}weather.hdf5`);
  assert.equal(whole.status, 200);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
  assert.equal(whole.headers.get("content-type"), "application/x-hdf5");
  assert.equal(whole.headers.get("accept-ranges"), "bytes");
  const etag = whole.headers.get("etag");
  const part = async (range, more = {}) => {
    const r = await fetch(`${base}weather.hdf5`, { headers: { range, ...more } });
    return [r.status, r.headers.get("content-range"), Buffer.from(await r.arrayBuffer())];
  };
  assert.deepEqual(await part("bytes=10-19"), [206, `bytes 10-19/${bytes.length}`, bytes.subarray(10, 20)]);
  assert.deepEqual(await part("bytes=-8"), [206, `bytes ${bytes.length - 8}-${bytes.length - 1}/${bytes.length}`, bytes.subarray(-8)]);
  assert.deepEqual((await part(`bytes=${bytes.length - 2}-9999999`))[2], bytes.subarray(-2));
  assert.deepEqual((await part(`bytes=${bytes.length}-`)).slice(0, 2), [416, `bytes */${bytes.length}`]);
  assert.deepEqual((await part("bytes=0-1", { "if-range": '"other"' }))[0], 200);
  assert.equal((await part("bytes=0-1", { "if-match": '"other"' }))[0], 412);
  assert.equal((await fetch(`${base}weather.hdf5`, { headers: { "if-none-match": etag } })).status, 304);
  const head = await fetch(`${base}weather.hdf5`, { method: "HEAD" });
  assert.equal(Number(head.headers.get("content-length")), bytes.length);
  assert.equal((await fetch(`${base}weather.hdf5`, { method: "PUT", body: "x" })).status, 405);
  assert.equal((await fetch(`${base}deep%20er/${encodeURIComponent("ü #1.h5")}`)).status, 200);
  assert.equal((await fetch(`${base}inside.h5`)).status, 200);
});

test("several ranges in one answer, as the package asks for them", async () => {
  const bytes = readFileSync(path.join(home, "in/weather.hdf5"));
  const ask = async (range, method = "GET") => {
    const r = await fetch(`${base}weather.hdf5`, { method, headers: { range } });
    return { status: r.status, type: r.headers.get("content-type"), body: Buffer.from(await r.arrayBuffer()).toString("latin1") };
  };
  const { status, type, body } = await ask(`bytes=0-7, 100-119,9999999-99999999,${bytes.length - 2}-9999999`);
  assert.equal(status, 206);
  const [, boundary] = /^multipart\/byteranges; boundary=(.+)$/.exec(type);
  const part = (from, to) => `\r\n--${boundary}\r\ncontent-type: application/x-hdf5\r\ncontent-range: bytes ${from}-${to - 1}/${bytes.length}\r\n\r\n${bytes.subarray(from, to).toString("latin1")}`;
  assert.equal(body, `${part(0, 8)}${part(100, 120)}${part(bytes.length - 2, bytes.length)}\r\n--${boundary}--\r\n`);
  assert.deepEqual(await ask("bytes=0-7,100-119", "HEAD").then((head) => [head.status, head.body]), [206, ""]);
  // Too many, too much, or nonsense: all of it, once.
  for (const range of [`bytes=${Array.from({ length: 300 }, (_, i) => `${i}-${i}`)}`, "bytes=0-,0-,0-", `bytes=0-${bytes.length},0-${bytes.length}`, "bytes=5-3,1-2"]) assert.deepEqual(await ask(range).then((all) => [all.status, all.body.length]), [200, bytes.length]);
  const f = await open(`${base}weather.hdf5`);
  assert.deepEqual(await f.paths(), openSync(path.join(home, "in/weather.hdf5")).paths());
  await f.close();
});

test("what is served is read by its URL, and referred to by it", async () => {
  const listed = await hyperslab(["ls", "-r", `${base}weather.hdf5/7`]);
  assert.equal(listed.code, 0, listed.err);
  assert.match(listed.out, /temperature +scalar <i8/);
  const local = await hyperslab(["cat", path.join(home, "in/weather.hdf5/7/temperature")]);
  assert.equal((await hyperslab(["cat", `${base}weather.hdf5/7/temperature`])).out, local.out);
  assert.equal((await hyperslab(["diff", path.join(home, "in/weather.hdf5"), `${base}weather.hdf5`])).out, "");
  const missing = await hyperslab(["ls", `${base}missing.h5`]);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /^hyperslab: http:[^\n]*missing\.h5: [^\n]*404[^\n]*\n$/);
});

test("nothing from outside, nothing hidden", async () => {
  for (const name of ["/files/../secret.h5", "/files/%2e%2e/secret.h5", "/files/..%2fsecret.h5", "/files/out.h5", "/files/.hidden", "/files//etc/passwd", "/files/..\\secret.h5", "/files/weather.hdf5/", "/../package.json", "/assets/../../package.json", "/files/%00", "/nothing"]) {
    const { status, body } = await raw(name);
    assert.equal(status, 404, name);
    assert.doesNotMatch(body.toString(), /secret|hidden|root:/);
  }
  assert.equal((await raw("/files/%ff")).status, 400);
  assert.equal((await raw("/files/weather.hdf5", { headers: { host: "evil.example" } })).status, 403);
  const page = (await raw("/files/")).body.toString();
  assert.match(page, /weather\.hdf5/);
  assert.doesNotMatch(page, /hidden|out\.h5/);
});

test("other origins read only where they may", async () => {
  const get = async (files, headers) => (await fetch(`${files}weather.hdf5`, { headers })).headers.get("access-control-allow-origin");
  assert.equal(await get(base, { origin: "https://a.example" }), null);
  const open = await serve("--cors", "https://a.example", path.join(home, "in"));
  assert.equal(await get(open.files, { origin: "https://a.example" }), "https://a.example");
  assert.equal(await get(open.files, { origin: "https://b.example" }), null);
  const preflight = await fetch(`${open.files}weather.hdf5`, { method: "OPTIONS", headers: { origin: "https://a.example" } });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers"), /range/);
  await open.stop();
});

test("the app opens the file that was given, and its neighbours are not served", async () => {
  const { url, files, stop: end } = await serve(path.join(home, "in/weather.hdf5"));
  let browser;
  try {
    assert.equal((await fetch(`${files}inside.h5`)).status, 404);
    assert.equal((await fetch(files)).status, 404);
    browser = await chromium.launch({ executablePath: process.env.CHROME_PATH, args: ["--no-sandbox"] });
    const page = await browser.newPage();
    const failed = [];
    page.on("response", (r) => r.status() >= 400 && !r.url().endsWith("sw.js") && failed.push(r.url()));
    await page.goto(url);
    await page.getByText("weather.hdf5").first().waitFor();
    await page.getByRole("treeitem").first().waitFor();
    assert.deepEqual(failed, []);
  } finally {
    await browser?.close();
    await end();
  }
});

test("wrong calls", async () => {
  assert.equal((await hyperslab(["serve", path.join(home, "missing")])).code, 2);
  assert.equal((await hyperslab(["serve", "--port", "x"])).code, 2);
});
