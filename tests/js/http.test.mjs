// Files behind URLs: the same values as from memory, few requests, and servers that do as they please.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, afterEach, before, describe, test } from "node:test";
import { create, externalLink, isHyperslabError, open, openSync, repack } from "hyperslab";
import { served } from "./served.mjs";
import { bytes, kinds } from "./support.mjs";

const data = bytes();
const total = (1199 * 1200) / 2;
const sum = (values) => values.data.reduce((a, b) => a + b, 0);
const quiet = { onNotice() {} };
/** Other numbers in the same places. */
const other = (() => {
  const f = openSync(data.slice(), { mode: "r+" });
  f.get("grid/contiguous").write(0);
  return f.toBytes();
})();
/** Larger than what is asked for at first, with values that take several requests. */
const large = (() => {
  const f = create();
  for (let i = 0; i < 40; i++) {
    const d = f.createDataset(`run ${i % 4}/data ${i}`, { data: Float64Array.from({ length: 20_000 }, (_, j) => i + j) });
    d.attrs.set("units", `K ${i}`);
  }
  return f.toBytes();
})();

let server;
before(async () => {
  server = await served({ "kinds.h5": data, "large.h5": large, "kinds-path.h5": kinds });
});
after(() => server.close());

/** Serves like that while `what` is done. */
async function behaving(how, what) {
  Object.assign(server.how, how);
  server.log.length = 0;
  try {
    return await what();
  } finally {
    for (const name of Object.keys(how)) delete server.how[name];
  }
}

/** A file that is closed when its test is over. */
async function using(opening) {
  const f = await opening;
  files.push(f);
  return f;
}
/** A server that is closed then, too. */
async function running(...args) {
  const own = await served(...args);
  files.push(own);
  return own;
}
const files = [];
afterEach(async () => {
  for (const f of files.splice(0)) await f.close();
});

const failure = (promise) => promise.then(() => assert.fail("it did not fail"), (e) => e);

async function sameAsFromMemory(f) {
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

describe("servers", () => {
  test("that answer one range at a time", () => behaving({ several: false }, async () => {
    const f = await using(open(server.url("large.h5"), { cache: 1 << 20 }));
    const datasets = [];
    await f.visit((path, object) => void (object.kind === "dataset" && datasets.push(object)));
    const values = await Promise.all(datasets.map((d) => d.read("100:200")));
    for (const [i, { data: [first] }] of values.entries()) assert.equal(first, 100 + Number(datasets[i].name.slice(5)));
    assert.ok(server.log.filter(({ range }) => range.includes(",")).length <= 1);
    assert.deepEqual(f.stats.notices, []);
  }));

  const odd = {
    "give only the first of several ranges": (range) => ({ range: range.split(",")[0] }),
    "give all of several ranges as one, with what is between": (range) => ({ range: `${range.split("-")[0]}-${range.split("-").at(-1)}` }),
  };
  for (const [what, change] of Object.entries(odd)) {
    test(`that ${what}`, () => behaving({
      answer(request) {
        if (request.headers.range?.includes(",")) Object.assign(request.headers, change(request.headers.range));
      },
    }, async () => {
      const f = await using(open(server.url("large.h5")));
      const all = await Promise.all(Array.from({ length: 40 }, async (_, i) => (await (await f.get(`run ${i % 4}/data ${i}`)).read("10000")).data ?? i));
      assert.equal(all.length, 40);
      assert.equal((await (await f.get("run 1/data 5")).read("19999")), 5 + 19_999);
    }));
  }

  test("that leave parts out, or answer several ranges with an error", async () => {
    const parts = (list) => list.map(([from, to]) => `\r\n--x\r\nContent-Range: bytes ${from}-${to - 1}/${large.length}\r\n\r\n`);
    const answers = {
      "an error": (request, send) => send(400, {}, "what?"),
      "no parts": (request, send) => send(206, { "content-type": "multipart/byteranges; boundary=x" }, "\r\n--x--\r\n"),
      "nonsense": (request, send) => send(206, { "content-type": "multipart/byteranges; boundary=x" }, "nonsense"),
      "the first half": (request, send) => {
        const list = request.headers.range.slice(6).split(",").map((one) => one.split("-").map(Number)).map(([a, b]) => [a, b + 1]).slice(0, 2);
        const heads = parts(list);
        const body = Buffer.concat(list.flatMap(([from, to], i) => [Buffer.from(heads[i]), large.subarray(from, to)]).concat(Buffer.from("\r\n--x--")));
        send(206, { "content-type": 'multipart/byteranges; boundary="x"' }, body);
      },
      "all of it": (request, send) => send(200, {}, large),
    };
    for (const [what, say] of Object.entries(answers)) {
      let asked = 0;
      const answer = (request, response, n, send) => {
        if (!request.headers.range?.includes(",")) return false;
        asked += 1;
        say(request, send);
        return true;
      };
      await behaving({ answer }, async () => {
        const f = await using(open(server.url("large.h5")));
        const datasets = [];
        await f.visit((path, object) => void (object.kind === "dataset" && datasets.push(object)));
        const values = await Promise.all(datasets.map((d) => d.read("12345:12350")));
        for (const [i, { data: [first] }] of values.entries()) assert.equal(first, 12_345 + Number(datasets[i].name.slice(5)), what);
        assert.equal(asked, 1, what);
      });
    }
  });

  test("that do not give ranges: all of it, with a notice, if it is not too large", async () => {
    for (const how of [{ ranges: false }, { answer: (request, response, n, send) => request.headers.range ? (send(200, {}, data), true) : false }]) {
      await behaving(how, async () => {
        const told = [];
        const f = await using(open(server.url("kinds.h5"), { http: { onNotice: (notice) => told.push(notice) } }));
        await sameAsFromMemory(f);
        assert.equal(server.log.length, 1);
        assert.deepEqual(told, f.stats.notices);
        assert.match(told[0], /kinds\.h5 is read as a whole: .*ranges|parts/);
        assert.ok(f.stats.memory >= data.length);
        const e = await failure(open(server.url("kinds.h5"), { http: { whole: 1000, ...quiet } }));
        assert.ok(isHyperslabError(e, "Limit") && /whole/.test(e.message), e.message);
      });
    }
    // Said on the console unless somebody listens.
    const { warn } = console;
    const said = [];
    console.warn = (text) => said.push(text);
    try {
      await behaving({ ranges: false }, async () => (await open(server.url("kinds.h5"))).close());
    } finally {
      console.warn = warn;
    }
    assert.equal(said.length, 1);
  });

  test("that do not say how large the file is", async () => {
    // Neither a length of the whole nor a total.
    const answer = (request, response, n, send) => {
      const [, from, last] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
      if (request.method === "HEAD") return send(405, {}), true;
      if (from === undefined || last === "") return response.writeHead(200).write(data.subarray(0, 10_000)), response.end(data.subarray(10_000)), true;
      const to = Math.min(Number(last) + 1, data.length);
      return send(206, { "content-range": `bytes ${from}-${to - 1}/*` }, data.subarray(Number(from), to)), true;
    };
    await behaving({ answer }, async () => {
      const f = await using(open(server.url("kinds.h5"), { http: quiet }));
      await sameAsFromMemory(f);
      const e = await failure(open(server.url("kinds.h5"), { http: { whole: 50_000, ...quiet } }).then((g) => g.toBytes()));
      assert.ok(data.length <= 65_536 || isHyperslabError(e, "Limit"), e?.message);
    });
  });

  test("that compress what they send", async () => {
    const answer = (request, response, n, send) => {
      const zipped = gzipSync(large);
      const [, from, last] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
      if (from === undefined) return send(200, { "content-encoding": "gzip" }, zipped), true;
      const to = Math.min(Number(last) + 1, zipped.length);
      return send(206, { "content-encoding": "gzip", "content-range": `bytes ${from}-${to - 1}/${zipped.length}` }, zipped.subarray(Number(from), to)), true;
    };
    await behaving({ answer }, async () => {
      const f = await using(open(server.url("large.h5"), { http: quiet }));
      assert.equal((await (await f.get("run 2/data 6")).read()).data[9], 15);
      assert.match(f.stats.notices[0], /gzip/);
    });
  });

  test("that fail now and then", async () => {
    const fails = (status, times, headers = {}) => {
      let left = times;
      return (request, response, n, send) => (left-- > 0 ? (send(status, headers, "not now"), true) : false);
    };
    for (const [status, headers] of [[503], [429, { "retry-after": "0" }], [502, { "retry-after": new Date(0).toUTCString() }]]) {
      await behaving({ answer: fails(status, 2, headers) }, async () => {
        const f = await using(open(server.url("kinds.h5")));
        assert.equal(sum(await (await f.get("grid/contiguous")).read()), total);
        assert.equal(f.stats.requests, server.log.length);
        assert.ok(server.log.length >= 3);
      });
    }
    // Not for ever, and not when they want a long rest.
    await behaving({ answer: fails(503, Infinity) }, async () => {
      const e = await failure(open(server.url("kinds.h5"), { http: { retries: 1 } }));
      assert.ok(isHyperslabError(e, "Io") && /503/.test(e.message), e.message);
      assert.equal(server.log.length, 2);
    });
    await behaving({ answer: fails(503, 1, { "retry-after": "3600" }) }, async () => {
      assert.match((await failure(open(server.url("kinds.h5")))).message, /3600 seconds/);
      assert.equal(server.log.length, 1);
    });
  });

  test("whose answers break off", async () => {
    const answer = (request, response, n) => {
      const [, from, last] = /bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
      const to = Math.min(Number(last) + 1, large.length);
      if (n % 2 === 0 || from === undefined || to - from < 50) return false;
      // Half of what was promised.
      response.writeHead(206, { etag: '"1"', "content-range": `bytes ${from}-${to - 1}/${large.length}`, "content-length": to - from });
      response.write(large.subarray(Number(from), Number(from) + Math.floor((to - from) / 2)), () => response.destroy());
      return true;
    };
    await behaving({ answer }, async () => {
      const f = await using(open(server.url("large.h5")));
      for (const i of [0, 17, 39]) assert.equal(sum(await (await f.get(`run ${i % 4}/data ${i}`)).read()), 20_000 * i + (19_999 * 20_000) / 2);
    });
    // Shorter than asked for, and said to be complete.
    const short = (request, response, n, send) => {
      const [, from, last] = /bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      if (from === undefined || n === 1) return false;
      const to = Math.min(Number(from) + 70_000, Number(last) + 1, large.length);
      return send(206, { "content-range": `bytes ${from}-${to - 1}/${large.length}` }, large.subarray(Number(from), to)), true;
    };
    await behaving({ answer: short }, async () => {
      const f = await using(open(server.url("large.h5")));
      assert.equal(sum(await (await f.get("run 1/data 5")).read()), 20_000 * 5 + (19_999 * 20_000) / 2);
    });
  });

  test("that give other bytes than they are asked for", async () => {
    const wrong = (from, to, size, body) => (request, response, n, send) => {
      if (n === 1) return false;
      return send(206, { "content-range": `bytes ${from}-${to - 1}/${size}` }, body ?? large.subarray(from, to)), true;
    };
    for (const [answer, what] of [
      [wrong(0, 65_536, large.length), /asked for bytes from/],
      [wrong(500_000, 500_100, large.length), /asked for bytes from/],
    ]) {
      await behaving({ answer }, async () => {
        const f = await using(open(server.url("large.h5")));
        const e = await failure(f.get("run 3/data 39").then((d) => d.read()));
        assert.ok(isHyperslabError(e, "Io") && what.test(e.message), e.message);
      });
    }
    const more = (request, response, n, send) => (n > 1 ? (send(206, {}, Buffer.alloc(9_000_000)), true) : false);
    await behaving({ answer: more }, async () => {
      const f = await using(open(server.url("large.h5")));
      assert.ok(isHyperslabError(await failure(f.get("run 3/data 39").then((d) => d.read())), "Io"));
    });
    // At the beginning.
    await behaving({ answer: (request, response, n, send) => (send(206, { "content-range": "bytes 5-9/10" }, "12345"), true) }, async () => {
      assert.ok(isHyperslabError(await failure(open(server.url("large.h5"))), "Io"));
    });
  });

  test("that refuse", async () => {
    for (const [status, code, text] of [[404, "NotFound", /404/], [410, "NotFound", /410/], [403, "Io", /403.*headers/], [401, "Io", /401/], [416, "Io", /416/], [500, "Io", /500/], [301, "Io", /301/]]) {
      await behaving({ answer: (request, response, n, send) => (send(status, {}, "no"), true) }, async () => {
        const e = await failure(open(`${server.url("kinds.h5")}?key=secret`, { http: { retries: 0 } }));
        assert.ok(isHyperslabError(e, code) && text.test(e.message), `${status}: ${e}`);
        assert.ok(!e.message.includes("secret"));
      });
    }
    await assert.rejects(open(server.url("none.h5")), { code: "NotFound" });
    await behaving({ answer: (request, response, n, send) => (send(416, { "content-range": "bytes */0" }), true) }, async () => {
      await assert.rejects(open(server.url("kinds.h5")), { code: "Malformed" });
    });
    const nobody = await served({});
    await nobody.close();
    const e = await failure(open(nobody.url("x.h5"), { http: { retries: 1 } }));
    assert.ok(isHyperslabError(e, "Io") && /cannot be reached.*ECONNREFUSED/.test(e.message) && e.cause, e.message);
    await assert.rejects(open("https://"), { code: "Argument" });
  });

  test("that redirect", async () => {
    const answer = (request, response) => {
      if (!request.url.startsWith("/old/")) return false;
      response.writeHead(302, { location: `/${request.url.slice(5)}` }).end();
      return true;
    };
    await behaving({ answer }, async () => {
      const f = await using(open(server.url("old/large.h5")));
      assert.equal((await (await f.get("run 2/data 6")).read()).data[9], 15);
      // The detour is made once.
      assert.equal(server.log.filter(({ name }) => name.startsWith("old/")).length, 1);
    });
    // Where it leads to may go out of date.
    let turn = 0;
    const turning = (request, response, n, send) => {
      if (request.url.startsWith("/old/")) return response.writeHead(307, { location: `/large.h5?turn=${++turn}` }).end(), true;
      return request.url.endsWith("turn=1") && n > 2 ? (send(403, {}, "out of date"), true) : false;
    };
    await behaving({ answer: turning }, async () => {
      const f = await using(open(server.url("old/large.h5")));
      assert.equal((await (await f.get("run 2/data 6")).read()).data[9], 15);
      assert.equal(turn, 2);
    });
  });
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
