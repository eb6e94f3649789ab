// Files behind URLs whose servers do as they please.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { isHyperslabError, open } from "hyperslab";
import { served } from "./served.mjs";
import { behaving, data, failure, large, quiet, sameAsFromMemory, server, sum, total, using } from "./urls.mjs";

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
        assert.deepEqual(e.server, { url: server.url("kinds.h5"), why: "refused", status });
      });
    }
    await assert.rejects(open(server.url("none.h5")), { code: "NotFound", server: { url: server.url("none.h5"), why: "refused", status: 404 } });
    await behaving({ answer: (request, response, n, send) => (send(416, { "content-range": "bytes */0" }), true) }, async () => {
      await assert.rejects(open(server.url("kinds.h5")), { code: "Malformed" });
    });
    const nobody = await served({});
    await nobody.close();
    const e = await failure(open(nobody.url("x.h5"), { http: { retries: 1 } }));
    assert.ok(isHyperslabError(e, "Io") && /cannot be reached.*ECONNREFUSED/.test(e.message) && e.cause, e.message);
    assert.deepEqual(e.server, { url: nobody.url("x.h5"), why: "unreachable" });
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
