// Files behind URLs: large ones made by h5py in few requests, the corpus, and a browser's page of another origin.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { open, openSync } from "hyperslab";
import { chromium } from "playwright-core";
import { at } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { python } from "./lib/corpus.mjs";
import { served } from "../js/served.mjs";
import { kinds } from "../js/support.mjs";

const dir = mkdtempSync(path.join(os.tmpdir(), "hyperslab-http-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** Everything that a listing shows, as far as the files of make_remote.py go. */
async function list(f) {
  const seen = new Map();
  await f.visit(async (name, object) => {
    const attrs = {};
    for (const key of object.attrs.keys()) attrs[key] = await object.attrs.get(key);
    seen.set(name, { object, shape: object.shape, dtype: object.dtype, attrs });
  });
  return seen;
}

describe("1 GB in 1,000 datasets, with metadata all over the file", () => {
  let files;
  before(() => {
    const made = spawnSync(python, [at("tests/interop/make_remote.py"), dir], { encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    files = Object.fromEntries(readdirSync(dir).filter((name) => name.endsWith(".h5")).map((name) => [name, path.join(dir, name)]));
    assert.equal(Object.keys(files).length, 6);
  });
  after(() => Object.values(files).forEach((file) => rmSync(file)));

  const servers = { "many ranges in a request": ["paged", "earliest-flat", "earliest-groups", "latest-flat", "latest-groups", "latest-chunked"], "one range in a request": ["paged"] };
  for (const [how, names] of Object.entries(servers)) {
    for (const name of names) {
      test(`${name}, ${how}: listed in 20 requests, and a slice of 1 MB in 3`, async (t) => {
        const server = await served(files, { several: how.startsWith("many") });
        t.after(() => server.close());
        const f = await open(server.url(`${name}.h5`));
        const seen = await list(f);
        const listing = server.log.length;
        assert.ok(listing <= 20, `${listing} requests`);
        const datasets = [...seen].filter(([, { object }]) => object.kind === "dataset").toSorted(([a], [b]) => (a.slice(-4) < b.slice(-4) ? -1 : 1));
        assert.equal(datasets.length, 1000);
        for (const [i, [, { shape, dtype, attrs }]] of datasets.entries()) {
          const { offsets, ...others } = attrs;
          assert.deepEqual([shape, dtype, others], [[256, 1024], "<f4", { units: "K", long_name: `quantity number ${i}`, scale: 0.5 }]);
          assert.deepEqual([...offsets.data], [i, i + 1, i + 2]);
        }
        const { data } = await datasets[777][1].object.read();
        assert.deepEqual([data.byteLength, data[0], data.at(-1)], [1 << 20, 777, -777]);
        assert.ok(server.log.length - listing <= 3, `${server.log.length - listing} requests for a slice`);
        const bytes = server.log.reduce((n, entry) => n + entry.bytes, 0);
        assert.ok(bytes < 24 << 20, `${bytes} bytes`);
        assert.ok(f.stats.requests === server.log.length && f.stats.memory < 64 << 20, JSON.stringify(f.stats));
        await f.close();
      });
    }
  }

  test("other servers are asked for one range after the other, eight at a time", async (t) => {
    const server = await served(files, { several: false });
    t.after(() => server.close());
    const f = await open(server.url("earliest-groups.h5"));
    assert.equal((await list(f)).size, 1020);
    assert.ok(server.log.length < 600, `${server.log.length} requests`);
    await f.close();
  });
});

test("files of the corpus are the same by HTTP as from disk", async (t) => {
  const all = readdirSync(at(".cache/corpus"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.relative(at(".cache/corpus"), path.join(parentPath, name)));
  const names = all.filter((name) => /\.(h5|hdf5|nc)$/.test(name)).toSorted().filter((name, i) => i % 12 === 0 || /external|virtual/.test(name));
  assert.ok(names.length >= 20, "the corpus is not there");
  const server = await served(Object.fromEntries(all.map((name) => [name, at(".cache/corpus", name)])));
  t.after(() => server.close());
  for (const name of names) {
    const file = at(".cache/corpus", name);
    const [near, far] = await Promise.all([path.resolve(file), server.url(name)].map(async (source) => {
      const f = await open(source).catch((e) => e);
      if (f instanceof Error) return f.code;
      const all = {};
      await f.visit(async (place, object) => {
        all[place] = [object.kind, String(object), object.attrs.keys(), object.kind === "dataset" ? await object.read(object.size > 1e6 ? "0" : undefined).catch((e) => e.code) : null];
      });
      await f.close();
      return all;
    }));
    assert.deepEqual(far, near, name);
  }
});

describe("a page of another origin", () => {
  let site;
  let browser;
  let page;
  let server;
  const folder = path.join(dir, "site");

  before(async () => {
    cpSync(at("dist"), path.join(folder, "dist"), { recursive: true });
    cpSync(kinds, path.join(folder, "data", "kinds.h5"));
    writeFileSync(path.join(folder, "index.html"), "<!doctype html>");
    site = await serve(folder);
    const f = openSync(path.join(dir, "large.h5"), { mode: "w" });
    for (let i = 0; i < 40; i++) f.createDataset(`run ${i % 4}/data ${i}`, { data: Float64Array.from({ length: 20_000 }, (_, j) => i + j) });
    f.close();
    server = await served({ "large.h5": path.join(dir, "large.h5"), "kinds.h5": readFileSync(kinds) });
    browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    page = await browser.newPage();
    await page.goto(site.url);
  });
  after(async () => {
    await browser.close();
    await site.close();
    await server.close();
  });

  /** What the page gets of a file: first elements of all its datasets, and its counters; or why it does not. */
  async function seen(how, url, http = {}) {
    for (const key of Object.keys(server.how)) delete server.how[key];
    Object.assign(server.how, how);
    server.log.length = 0;
    return await page.evaluate(async ([source, options]) => {
      const { open } = await import("/dist/index.js");
      try {
        const f = await open(source, { http: { ...options, onNotice() {} } });
        const all = {};
        const datasets = [];
        await f.visit((name, object) => void (object.kind === "dataset" && datasets.push([name, object])));
        await Promise.all(datasets.map(async ([name, d]) => {
          const value = await d.read();
          all[name] = value?.data === undefined ? null : Number(value.data[0]);
        }));
        const { stats } = f;
        f.close();
        return { all, stats };
      } catch (e) {
        return { code: e.code, message: e.message };
      }
    }, [url, http]);
  }
  const cors = { "access-control-allow-origin": "*" };
  const isRight = ({ all, message }) => {
    assert.equal(message, undefined);
    assert.deepEqual(all, Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`run ${i % 4}/data ${i}`, i])));
  };
  const preflights = (status, headers) => (request, response) => {
    if (request.method !== "OPTIONS") return false;
    response.writeHead(status, headers).end();
    return true;
  };

  test("a server that exposes and allows everything", async () => {
    const answer = preflights(204, { ...cors, "access-control-allow-headers": "*", "access-control-max-age": "60" });
    const got = await seen({ headers: { ...cors, "access-control-expose-headers": "ETag, Content-Range" }, answer }, server.url("large.h5"));
    isRight(got);
    assert.equal(got.stats.requests, server.log.filter(({ method }) => method !== "OPTIONS").length);
    assert.ok(got.stats.requests <= 25, String(got.stats.requests));
  });

  test("a server that only lets the page read", async () => {
    const got = await seen({ headers: cors, answer: preflights(403, {}) }, server.url("large.h5"));
    isRight(got);
    assert.deepEqual(got.stats.notices, []);
    assert.ok(server.log.filter(({ method }) => method === "OPTIONS").length <= 2);
    assert.equal(server.log.filter(({ method }) => method === "HEAD").length, 1);
  });

  test("the same without HEAD; a version that tells itself by its date", async () => {
    const refuse = preflights(403, {});
    const answer = (request, response, n, send) => refuse(request, response) || (request.method === "HEAD" && (send(405, {}), true));
    isRight(await seen({ headers: cors, answer, modified: "Sat, 28 Nov 2026 12:00:00 GMT" }, server.url("large.h5")));
    let n = 0;
    const changing = (request, response) => {
      if (request.headers.range && ++n > 1) server.how.modified = "Sat, 28 Nov 2026 12:00:01 GMT";
      return refuse(request, response);
    };
    const got = await seen({ headers: cors, answer: changing, modified: "Sat, 28 Nov 2026 12:00:00 GMT" }, server.url("large.h5"));
    assert.equal(got.code, "Io");
    assert.match(got.message, /has changed since it was opened: it was last modified/);
  });

  test("servers that do not let it read, have no ranges, or redirect", async () => {
    const no = await seen({}, server.url("large.h5"), { retries: 0 });
    assert.deepEqual([no.code, /CORS/.test(no.message)], ["Io", true]);
    const whole = await seen({ headers: cors, ranges: false }, server.url("large.h5"));
    isRight(whole);
    assert.deepEqual([whole.stats.requests, whole.stats.notices.length], [1, 1]);
    const answer = (request, response) => request.url.startsWith("/old/") && (response.writeHead(302, { ...cors, location: "/large.h5" }).end(), true);
    isRight(await seen({ headers: cors, answer, several: false }, server.url("old/large.h5")));
  });

  test("text is a URL, relative to the page", async () => {
    const got = await seen({}, "data/kinds.h5");
    assert.equal(got.message, undefined);
    assert.ok(Object.keys(got.all).length > 10);
    assert.equal((await seen({}, "data/none.h5")).code, "NotFound");
    assert.equal((await seen({}, "https://")).code, "Argument");
  });
});
