// Files behind URLs: the same values as from memory, and few requests.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, externalLink, isHyperslabError, open, openSync, repack } from "hyperslab";
import { behaving, data, failure, large, other, quiet, running, sameAsFromMemory, server, sum, total, using } from "./urls.mjs";

test("text and URL objects, by ranges; the same as from memory", async () => {
  for (const source of [server.url("kinds.h5"), new URL(server.url("kinds-path.h5"))]) {
    server.log.length = 0;
    const f = await using(open(source));
    assert.equal(f.info.size, data.length);
    await sameAsFromMemory(f);
    assert.ok(server.log.every(({ range }) => range));
    assert.deepEqual(await f.toBytes(), data);
    const { requests, bytes: came, memory, hits, notices } = f.stats;
    assert.equal(requests, server.log.length);
    assert.equal(came, server.log.reduce((n, entry) => n + entry.bytes, 0));
    assert.ok(memory >= data.length && memory < 3 * data.length && hits > 0, JSON.stringify(f.stats));
    assert.deepEqual(notices, []);
  }
});

test("what is asked for together is fetched together, and kept", async () => {
  server.log.length = 0;
  const f = await using(open(server.url("large.h5")));
  const all = [];
  await f.visit((path, object) => void all.push(object));
  assert.ok(server.log.length <= 10, `${server.log.length} requests`);
  const datasets = all.filter((object) => object.kind === "dataset");
  for (const d of datasets) assert.match(await d.attrs.get("units"), /^K /);
  assert.ok(server.log.length <= 10, `${server.log.length} requests with attributes`);
  server.log.length = 0;
  const read = async () => await Promise.all(datasets.map((d) => d.read("100:200")));
  const values = await read();
  assert.ok(server.log.length <= 4, `${server.log.length} requests for 40 slices`);
  server.log.length = 0;
  assert.deepEqual(await read(), values);
  assert.equal(server.log.length, 0);
});

test("groups that are listed one by one at the same time share their requests", async () => {
  server.log.length = 0;
  const f = await using(open(server.url("large.h5")));
  const groups = (await f.items()).map(([, group]) => group);
  const lists = await Promise.all(groups.map((group) => group.items()));
  assert.deepEqual(lists.map((list) => list.length), [10, 10, 10, 10]);
  assert.ok(server.log.length <= 10, `${server.log.length} requests`);
});

test("the cache is as large as it is said to be", async () => {
  const f = await using(open(server.url("large.h5"), { http: { cache: 64 << 10 }, cache: 0 }));
  for (let i = 0; i < 40; i++) {
    assert.equal((await (await f.get(`run ${i % 4}/data ${i}`)).read()).data[7], i + 7);
    assert.ok(f.stats.memory <= (64 << 10) + (8 << 10), String(f.stats.memory));
  }
  const none = await using(open(server.url("kinds.h5"), { http: { cache: 0 } }));
  await sameAsFromMemory(none);
  for (const cache of [-1, "much", Number.NaN]) await assert.rejects(open(server.url("kinds.h5"), { http: { cache } }), { code: "Argument" });
  await assert.rejects(open(server.url("kinds.h5"), { http: { retries: -1 } }), { code: "Argument" });
});

describe("files that change", () => {
  const versions = { etag: [{ etag: '"1"' }, { etag: '"2"' }], "Last-Modified": [{ etag: null, modified: "Sat, 28 Nov 2026 12:00:00 GMT" }, { etag: null, modified: "Sat, 28 Nov 2026 12:00:05 GMT" }] };
  for (const [name, [was, is]] of Object.entries(versions)) {
    test(`${name} tells; refresh goes over`, async () => {
      const files = { "x.h5": large };
      const own = await running(files, was);
      const f = await open(own.url("x.h5"));
      const d = await f.get("run 0/data 0");
      const changed = openSync(large.slice(), { mode: "r+" });
      changed.get("run 0/data 0").write("0:20000", -1);
      files["x.h5"] = changed.toBytes();
      for (const key of Object.keys(own.how)) delete own.how[key];
      Object.assign(own.how, is);
      for (const use of [() => d.read(), () => f.get("run 3/data 39").then((x) => x.read()), () => Promise.all(Array.from({ length: 20 }, (_, i) => f.get(`run ${i % 4}/data ${i}`).then((x) => x.read("19000"))))]) {
        const e = await failure(use());
        assert.ok(isHyperslabError(e, "Io"), String(e));
        assert.match(e.message, /x\.h5 has changed since it was opened: .* was .* is /);
        assert.equal(e.server.why, "changed");
        assert.ok(e.message.includes(String(is.etag ?? is.modified)), e.message);
      }
      await f.refresh();
      assert.deepEqual(new Set((await d.read()).data), new Set([-1]));
      await f.close();
    });
  }

  test("its size tells where nothing else does", async () => {
    const files = { "x.h5": large };
    const own = await running(files, { etag: null });
    const f = await open(own.url("x.h5"));
    const d = await f.get("run 0/data 0");
    files["x.h5"] = Buffer.concat([large, Buffer.alloc(8)]);
    assert.match((await failure(d.read())).message, /it had \d+ bytes and has \d+/);
    files["x.h5"] = large.subarray(0, 9000);
    assert.match((await failure((await f.get("run 0/data 0")).read())).message, /has changed/);
    await f.close();
  });

  test("a refresh of what is as it was keeps what is here", async () => {
    const f = await using(open(server.url("large.h5")));
    const d = await f.get("run 0/data 0");
    await d.read();
    await f.refresh();
    server.log.length = 0;
    await d.read();
    assert.equal(server.log.length, 0);
  });

  test("reads during a refresh are of one version", async () => {
    const files = { "x.h5": data };
    const own = await running(files);
    const f = await open(own.url("x.h5"), { cache: 0, http: { cache: 0 } });
    const d = await f.get("grid/contiguous");
    for (let i = 2; i < 12; i++) {
      const reads = Array.from({ length: 5 }, () => d.read().then(sum, (e) => e));
      files["x.h5"] = i % 2 ? data : other;
      own.how.etag = `"${i}"`;
      const [, ...values] = await Promise.all([f.refresh(), ...reads]);
      for (const value of values) assert.ok(value === 0 || value === total || isHyperslabError(value, "Io"), String(value));
      assert.equal(sum(await d.read()), i % 2 ? total : 0);
    }
    await f.close();
  });

  test("a file that is read as a whole goes over, too", async () => {
    const files = { "x.h5": data };
    const own = await running(files, { ranges: false });
    const f = await open(own.url("x.h5"), { http: quiet });
    const d = await f.get("grid/contiguous");
    await f.refresh();
    assert.equal(sum(await d.read()), total);
    [files["x.h5"], own.how.etag] = [other, '"2"'];
    assert.equal(sum(await d.read()), total);
    await f.refresh();
    assert.equal(sum(await d.read()), 0);
    await f.close();
  });

  test("a server that gives ranges no longer", () => behaving({ answer: (request, response, n, send) => (n > 1 ? (send(200, { etag: '"1"' }, large), true) : false) }, async () => {
    const f = await using(open(server.url("large.h5"), { http: quiet }));
    const all = await Promise.all(Array.from({ length: 40 }, async (_, i) => (await f.get(`run ${i % 4}/data ${i}`)).read("12")));
    assert.deepEqual(all, Array.from({ length: 40 }, (_, i) => i + 12));
    assert.match(f.stats.notices[0], /any more/);
    assert.ok(f.stats.memory >= large.length);
  }));
});

describe("giving up", () => {
  test("a signal of the file", () => behaving({ answer: (request, response, n) => n > 1 }, async () => {
    const stop = new AbortController();
    const f = await using(open(server.url("large.h5"), { signal: stop.signal }));
    const reading = f.get("run 3/data 39");
    setTimeout(() => stop.abort(new Error("enough")), 20);
    assert.equal((await failure(reading)).message, "enough");
    assert.equal((await failure(f.get("run 3/data 38"))).message, "enough");
  }));

  test("while it is opened, and between attempts", async () => {
    await behaving({ answer: () => true }, async () => {
      const e = await failure(open(server.url("large.h5"), { signal: AbortSignal.timeout(20) }));
      assert.equal(e.name, "TimeoutError");
    });
    await behaving({ answer: (request, response, n, send) => (send(503, { "retry-after": "20" }), true) }, async () => {
      assert.equal((await failure(open(server.url("large.h5"), { signal: AbortSignal.timeout(50) }))).name, "TimeoutError");
    });
    await assert.rejects(open(server.url("large.h5"), { signal: AbortSignal.abort(new Error("no")) }), /no/);
  });

  test("a single read; others that wait for the same go on", async () => {
    const closed = [];
    let hold = true;
    const waiting = [];
    const answer = (request, response, n) => {
      if (n === 1 || !hold) return false;
      response.on("close", () => closed.push(n));
      waiting.push([request, response]);
      return true;
    };
    const f = await using(open(server.url("large.h5")));
    const d = await f.get("run 3/data 39");
    await behaving({ answer: (...args) => answer(args[0], args[1], 2) }, async () => {
      const stop = new AbortController();
      const [mine, theirs] = [failure(d.read(undefined, { signal: stop.signal })), d.read()];
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(waiting.length > 0);
      stop.abort(new Error("enough"));
      assert.equal((await mine).message, "enough");
      assert.deepEqual(closed, []);
      for (const [request, response] of waiting) {
        const [, from, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range).map(Number);
        response.writeHead(206, { etag: '"1"', "content-range": `bytes ${from}-${last}/${large.length}` }).end(large.subarray(from, last + 1));
      }
      assert.equal((await theirs).data[5], 44);
      // The last one to give up ends the request.
      const alone = new AbortController();
      const gone = failure((await f.get("run 1/data 1")).read(undefined, { signal: alone.signal }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      alone.abort(new Error("enough"));
      await gone;
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(closed.length > waiting.length - 1);
      hold = false;
      assert.equal((await (await f.get("run 1/data 1")).read()).data[5], 6);
    });
  });
});

test("workers decode what comes from a URL", async () => {
  const f = create();
  const values = Int32Array.from({ length: 2 << 20 }, (_, i) => Math.imul(i, 2654435761) >> 8);
  f.createDataset("x", { data: values, chunks: [1 << 17], compression: 1 });
  const own = await running({ "x.h5": f.toBytes() });
  const g = await using(open(own.url("x.h5"), { workers: 2 }));
  assert.deepEqual((await (await g.get("x")).read()).data, values);
  assert.ok(own.log.length < 30, `${own.log.length} requests`);
});

test("headers, credentials and a fetch of one's own", async () => {
  const calls = [];
  const mine = (url, init) => {
    calls.push([url, init]);
    return fetch(url, init);
  };
  server.log.length = 0;
  const f = await using(open(server.url("kinds.h5"), { http: { headers: { authorization: "Bearer x" }, credentials: "include", fetch: mine } }));
  assert.equal(sum(await (await f.get("grid/contiguous")).read()), total);
  assert.equal(calls.length, server.log.length);
  assert.ok(calls.every(([url, init]) => url === server.url("kinds.h5") && init.credentials === "include"));
  assert.ok(server.log.every(({ headers }) => headers.authorization === "Bearer x"));
});

describe("several files", () => {
  test("links lead to files next to it and below, to nothing else", async () => {
    const inner = create();
    inner.createDataset("x", { data: [1, 2, 3] });
    const f = create();
    const names = { near: "inner.h5", below: "sub/dir/inner.h5", odd: "sub/a b#?.h5", absolute: "/data/inner.h5", windows: "C:\\data\\inner.h5", above: "../up.h5", round: "sub/../../up.h5", other: "https://example.org/inner.h5", query: "inner.h5?x", missing: "none.h5" };
    for (const [name, file] of Object.entries(names)) f.link(name, externalLink(file, "/x"));
    const bytesOfInner = inner.toBytes();
    const own = await running({ "dir/f.h5": f.toBytes(), "dir/inner.h5": bytesOfInner, "dir/sub/dir/inner.h5": bytesOfInner, "dir/sub/a b#?.h5": bytesOfInner, "up.h5": bytesOfInner });
    for (const http of [{}, { headers: { authorization: "x" } }]) {
      const g = await open(`${own.url("dir/f.h5")}?token=1`, { http });
      for (const name of ["near", "below", "odd", "absolute", "windows"]) assert.deepEqual([...(await (await g.get(name)).read()).data].map(Number), [1, 2, 3], name);
      own.log.length = 0;
      for (const name of ["above", "round", "other", "query", "missing"]) assert.equal(await g.get(name), undefined, name);
      assert.deepEqual(new Set(own.log.map((entry) => entry.name)), new Set(["dir/inner.h5?x", "dir/none.h5"]));
      await g.close();
    }
    // As one says, with what one sends only to the server that is meant.
    const elsewhere = await running({ "inner.h5": bytesOfInner });
    const g = await open(own.url("dir/f.h5"), { http: { headers: { authorization: "x" } }, resolve: () => elsewhere.url("inner.h5") });
    assert.equal((await (await g.get("other")).read()).data.length, 3);
    assert.ok(elsewhere.log.length > 0 && elsewhere.log.every(({ headers }) => headers.authorization === undefined));
    // A server in trouble says nothing of whether the file is there.
    elsewhere.how.answer = (request, response, n, send) => (send(500, {}, ""), true);
    const h = await open(own.url("dir/f.h5"), { http: { retries: 0 }, resolve: () => new URL(elsewhere.url("inner.h5")) });
    assert.match((await failure(h.get("other"))).message, /500/);
  });

  test("sources of virtual datasets, and a file from disk whose sources have URLs", async () => {
    const [a, whole] = [create(), create()];
    a.createDataset("x", { data: Int32Array.of(1, 2, 3) });
    whole.createDataset("all", { shape: [2, 3], dtype: "<i4", fillvalue: -1, sources: [{ file: "a.h5", dataset: "x", to: "0" }, { file: "none.h5", dataset: "x", to: "1" }] });
    const own = await running({ "a.h5": a.toBytes(), "whole.h5": whole.toBytes() });
    for (const [source, resolve] of [[own.url("whole.h5")], [whole.toBytes(), (name) => new URL(own.url(name))], [whole.toBytes(), async (name) => own.url(name)]]) {
      const f = await open(source, { resolve });
      const all = await (await f.get("all")).read();
      assert.deepEqual([...all.data], [1, 2, 3, -1, -1, -1]);
      assert.deepEqual(all.missing.map(({ file }) => file), ["none.h5"]);
      assert.ok(f.stats.requests > 0);
      await f.close();
    }
  });

  test("families and split files", async () => {
    const cut = 100_000;
    const parts = Array.from({ length: Math.ceil(large.length / cut) }, (_, i) => large.subarray(i * cut, (i + 1) * cut));
    const own = await running(Object.fromEntries(parts.map((part, i) => [`f${i}.h5`, part])));
    const f = await using(open({ family: parts.map((_, i) => (i % 2 ? new URL(own.url(`f${i}.h5`)) : own.url(`f${i}.h5`))) }));
    assert.equal(sum(await (await f.get("run 1/data 5")).read()), 20_000 * 5 + (19_999 * 20_000) / 2);
    assert.equal(f.stats.requests, own.log.length);
    await assert.rejects(open({ family: [own.url("f0.h5"), own.url("none.h5")] }), { code: "NotFound" });
  });
});

test("what URLs cannot do is said", async () => {
  const url = server.url("kinds.h5");
  assert.throws(() => openSync(url), { code: "Argument", message: /use open/ });
  assert.throws(() => openSync(new URL(url)), { code: "Argument" });
  for (const mode of ["r+", "w", "a", "x"]) await assert.rejects(open(url, { mode }), { code: "Unsupported", message: /save/ });
  const f = openSync(await (await fetch(url)).bytes?.() ?? new Uint8Array(await (await fetch(url)).arrayBuffer()), { mode: "r+" });
  f.close();
  const copied = openSync(await repack(url));
  assert.deepEqual(copied.paths(), openSync(data).paths());
});
