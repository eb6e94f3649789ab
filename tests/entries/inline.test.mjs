// `hyperslab/inline`: everything in one file, in Node and in the places that cannot fetch another one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { at } from "../../scripts/lib/paths.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";

const text = readFileSync(at("dist/inline.js"), "utf8");

test("it imports nothing, asks for nothing and evaluates nothing", () => {
  const found = /\bimport\s*["{(*]|import\.meta|\beval\(|new Function|importScripts|sourceMappingURL/.exec(text);
  assert.equal(found && text.slice(found.index - 40, found.index + 40), null);
});

/** What a program does with the module: all of it at once, without `ready`. */
const program = `
  const f = h.create();
  f.createDataset("plain", { data: [1, 2, 3], compression: "gzip" });
  f.createDataset("further", { data: Float64Array.from({ length: 1000 }, (_, i) => i / 3), compression: "zstd" });
  const g = h.openSync(f.toBytes());
  const seen = [...g.get("plain").read().data, g.get("further").read()?.data[300]];
`;

test("in Node, with and without SIMD, what is embedded is what lies beside the package", async () => {
  const { Module, validate } = WebAssembly;
  const modules = [];
  WebAssembly.Module = new Proxy(Module, {
    construct(target, [bytes]) {
      modules.push(Buffer.from(bytes));
      return new target(bytes);
    },
  });
  try {
    for (const suffix of ["", "_scalar"]) {
      if (suffix) WebAssembly.validate = () => false;
      modules.length = 0;
      const h = await import(`${at("dist/inline.js")}?${suffix}`);
      const seen = new Function("h", `${program} return seen;`)(h);
      assert.deepEqual(seen, [1, 2, 3, 100]);
      const names = ["hyperslab_edit", "hyperslab_codecs"];
      assert.equal(modules.length, names.length);
      for (const [i, name] of names.entries()) assert.ok(modules[i].equals(readFileSync(at(`dist/${name}${suffix}_bg.wasm`))), name + suffix);
    }
  } finally {
    Object.assign(WebAssembly, { Module, validate });
  }
});

test("a path, which needs Node, is refused", async () => {
  const { openSync } = await import(at("dist/inline.js"));
  assert.throws(() => openSync("file.h5"), { code: "Argument", message: /file\.h5/ });
});

test("its errors are those of the other entry points, too", async () => {
  const [own, main] = [await import(at("dist/inline.js")), await import("hyperslab")];
  assert.notEqual(own.HyperslabError, main.HyperslabError);
  for (const [one, other] of [[own, main], [main, own]]) {
    const e = await one.open(new Uint8Array(10)).catch((e) => e);
    assert.ok(e instanceof other.HyperslabError && other.isHyperslabError(e, e.code) && !other.isHyperslabError(e, "Internal"));
    class Special extends other.HyperslabError {}
    assert.ok(!(e instanceof Special) && new Special("Io", "x") instanceof Special);
  }
  for (const e of [new Error("x"), Object.assign(new Error("x"), { name: "HyperslabError" }), null, undefined, "x"]) assert.ok(!(e instanceof own.HyperslabError));
});

test("in Node there are no workers, which a notice says", async () => {
  const h = await import(at("dist/inline.js"));
  const f = await h.open(h.create().toBytes(), { workers: 2 });
  assert.deepEqual([f.stats.notices.length, /workers/.test(f.stats.notices[0])], [1, true]);
  await assert.rejects(h.open(h.create().toBytes(), { workers: "many" }), { code: "Argument" });
});

/** What never answers is a failure. */
const soon = { timeout: 30_000 };

/** The module and what is done with it as one script: its names are the frame's or the worker's. */
function joined(what) {
  const names = (list) => list.split(",").map((pair) => pair.trim().split(" as ").toReversed().join(": "));
  return text.replace(/\bexport\s*\{([^}]*\bas HyperslabError\b[^}]*)\};?/, (_, list) => `{ const h = { ${names(list).join(", ")} }; ${program} ${what} }`);
}

let browser;
let server;
let url;
/** Paths that pages asked for. */
const asked = [];
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; frame-src 'self'";
/** The same without workers, with those of data: alone, and with none that work. */
const POLICIES = { "/data": STRICT.replace("worker-src blob:", "worker-src data:"), "/none": STRICT.replace("worker-src blob:", "worker-src 'none'") };
/** What takes workers: how many there were, whether they gave what there is, and what is said. */
const crowd = `
  let made = 0;
  const Own = globalThis.Worker;
  globalThis.Worker = class extends Own { constructor(...args) { super(...args); made += 1; } };
  const all = Float64Array.from({ length: 1 << 20 }, (_, i) => i % 1000);
  const big = h.create();
  big.createDataset("big", { data: all, chunks: [1 << 16], compression: "zstd" });
  const open = await h.open(big.toBytes(), { workers: 2 });
  const { data } = await (await open.get("big")).read();
  const grown = await h.open(big.toBytes(), { mode: "r+", workers: 2 });
  await grown.createDataset("again", { data: all, chunks: [1 << 16], compression: "gzip" });
  const again = (await (await grown.get("again")).read()).data;
  seen.push(made, [data, again].every((some) => some.length === all.length && some.every((v, i) => v === all[i])), open.stats.notices);
  await open.close();
  await grown.close();
`;
const say = 'parent.postMessage(seen, "*");';
const files = {
  "/inline.js": text,
  "/main.js": `import * as h from "/inline.js"; ${program} globalThis.seen = seen;`,
  "/promise.js": `import * as h from "/inline.js"; h.ready({ codecs: true }).then(async () => { ${program} globalThis.seen = seen; });`,
  "/framed.js": `import * as h from "/inline.js"; ${program} ${say}`,
  "/": '<!doctype html><title>plain</title><script type="module" src="/main.js"></script>',
  "/promise": '<!doctype html><title>promise</title><script type="module" src="/promise.js"></script>',
  "/frame": '<!doctype html><title>frame</title><script type="module" src="/framed.js"></script>',
  "/crowd.js": `import * as h from "/inline.js"; ${program} ${crowd} globalThis.seen = seen;`,
  ...Object.fromEntries(["/blob", "/data", "/none"].map((where) => [where, '<!doctype html><title>workers</title><script type="module" src="/crowd.js"></script>'])),
  "/empty": "<!doctype html><title>empty</title>",
};

before(async () => {
  server = http.createServer((request, response) => {
    const body = files[request.url];
    asked.push(request.url);
    // A sandboxed frame has no origin: a module is fetched for it only from where everybody may fetch.
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": request.url.endsWith(".js") ? "text/javascript" : "text/html",
      "content-security-policy": POLICIES[request.url] ?? STRICT,
      "access-control-allow-origin": "*",
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** A page whose errors are the test's. */
async function page(where) {
  const tab = await browser.newPage();
  tab.on("pageerror", (e) => console.error(where, e));
  tab.on("console", (m) => m.type() === "error" && !/favicon/.test(m.location().url) && console.error(where, m.text()));
  asked.length = 0;
  await tab.goto(url + where);
  return tab;
}

/** Without the page's icon, for which browsers ask by themselves. */
const requests = () => asked.filter((path) => path !== "/favicon.ico");

for (const where of ["/", "/promise"]) {
  test(`a plain script of the page ${where}, under a strict policy`, soon, async () => {
    const tab = await page(where);
    // Not `waitForFunction`, which evaluates text: the policy forbids that.
    const seen = await tab.evaluate(async () => {
      while (!globalThis.seen) await new Promise((resolve) => setTimeout(resolve, 20));
      return globalThis.seen;
    });
    assert.deepEqual(seen, [1, 2, 3, 100]);
    assert.deepEqual(requests(), [where, where === "/" ? "/main.js" : "/promise.js", "/inline.js"]);
  });
}

for (const [where, workers] of [["/blob", true], ["/data", true], ["/none", false]]) {
  test(`workers out of text, with the policy of ${where}`, soon, async () => {
    const tab = await browser.newPage();
    await tab.goto(url + where);
    const [made, right, notices] = (
      await tab.evaluate(async () => {
        while (!globalThis.seen) await new Promise((resolve) => setTimeout(resolve, 20));
        return globalThis.seen;
      })
    ).slice(-3);
    assert.ok(right);
    // Some are made to see whether they can be made.
    if (workers) assert.deepEqual([made >= 3, notices], [true, []]);
    else assert.deepEqual([notices.length, /without them/.test(notices[0])], [1, true]);
    await tab.close();
  });
}

// They put functions of their own beside the module's: for names, for fields of classes, for `async` and copies of objects.
for (const [what, options] of Object.entries({ names: { keepNames: true }, fields: { target: "es2021" }, async: { supported: { "async-await": false, "object-rest-spread": false } } })) {
  test(`workers of what a bundler makes of it that has functions for ${what}`, soon, async () => {
    const { outputFiles } = await build({ entryPoints: [at("dist/inline.js")], bundle: true, format: "esm", minify: true, write: false, ...options });
    files[`/${what}.js`] = outputFiles[0].text;
    files[`/${what}`] = `<!doctype html><title>${what}</title><script type="module" src="/${what}-main.js"></script>`;
    files[`/${what}-main.js`] = files["/crowd.js"].replace("/inline.js", `/${what}.js`);
    const tab = await page(`/${what}`);
    const [made, right, notices] = (
      await tab.evaluate(async () => {
        while (!globalThis.seen) await new Promise((resolve) => setTimeout(resolve, 20));
        return globalThis.seen;
      })
    ).slice(-3);
    assert.deepEqual([made >= 3, right, notices], [true, true, []]);
    await tab.close();
  });
}

/** Makes a sandboxed frame in the page and waits for what it says. */
const framed = ([name, value]) =>
  new Promise((resolve) => {
    addEventListener("message", ({ data, origin }) => resolve([origin, ...data]), { once: true });
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame[name] = value;
    document.body.append(frame);
  });

test("a sandboxed frame without an origin", soon, async () => {
  const tab = await page("/empty");
  assert.deepEqual(await tab.evaluate(framed, ["src", "/frame"]), ["null", 1, 2, 3, 100]);
  assert.deepEqual(requests(), ["/empty", "/frame", "/framed.js", "/inline.js"]);
});

test("a sandboxed frame whose page is a text, with the module in it", soon, async () => {
  const tab = await browser.newPage();
  await tab.goto("about:blank");
  const answer = await tab.evaluate(framed, ["srcdoc", `<script type="module">${joined(say)}</script>`]);
  assert.deepEqual(answer, ["null", 1, 2, 3, 100]);
});

test("workers in a sandboxed frame whose page is a text", soon, async () => {
  const tab = await browser.newPage();
  await tab.goto("about:blank");
  const answer = await tab.evaluate(framed, ["srcdoc", `<script type="module">${joined(`(async () => { ${crowd} ${say} })();`)}</script>`]);
  const [made, right, notices] = answer.slice(-3);
  assert.deepEqual([made >= 3, right, notices], [true, true, []]);
});

test("a worker made of a blob, under a strict policy", soon, async () => {
  const tab = await page("/empty");
  const seen = await tab.evaluate(
    (body) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([body], { type: "text/javascript" })), { type: "module" });
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", (e) => reject(new Error(e.message)));
      }),
    joined("postMessage(seen);"),
  );
  assert.deepEqual(seen, [1, 2, 3, 100]);
  assert.deepEqual(requests(), ["/empty"]);
});
