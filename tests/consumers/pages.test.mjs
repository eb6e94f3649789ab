// Pages that no bundler has seen: the package's files lie on a host of static files, as they are.
import { copyFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { consumer, data, installed } from "./lib/home.mjs";
import { closeBrowser, hosted, works } from "./lib/pages.mjs";

after(closeBrowser);

const html = (script) => `<!doctype html><meta charset="utf-8"><title>consumer</title><script type="module" src="${script}"></script>`;

/** Shows what a worker or a frame says. Workers are counted where they are made: in a page inspectors see them, elsewhere not. */
const SHOW = "({ data }) => { document.title = JSON.stringify(data); }";
const IN_WORKER = `
  let workers = 0;
  globalThis.Worker = class extends Worker { constructor(...args) { super(...args); workers += 1; } };
  const main = async (load) => {
    const { program } = await load();
    const file = await fetch(new URL("data.h5", location.href));
    return { answer: await program(new Uint8Array(await file.arrayBuffer()), 1), workers };
  };`;
const ANSWER = `main(() => import("./program.js")).catch((e) => ({ failed: String(e?.stack ?? e) })).then((answer) => postMessage(answer));`;

const FILES = {
  "index.html": html("page.js"),
  "worker.html": html("asks.js"),
  "asks.js": `new Worker("worker.js", { type: new URL(location.href).searchParams.get("type") }).onmessage = ${SHOW};`,
  "worker.js": `{ ${IN_WORKER} ${ANSWER} }`,
  "frame.html": `<!doctype html><meta charset="utf-8"><title>frame</title><script type="module">${IN_WORKER} ${ANSWER.replace("postMessage(answer)", 'parent.postMessage(answer, "*")')}</script>`,
  "framed.html": '<!doctype html><meta charset="utf-8"><title>consumer</title><script src="framed.js"></script><iframe sandbox="allow-scripts" src="frame.html"></iframe>',
  "framed.js": `addEventListener("message", ${SHOW});`,
};

/** A host of the package's files and of pages that use them. */
async function site(t, name, { headers, entry = "./hyperslab/index.js", files = {} } = {}) {
  const dir = consumer(name, { ...FILES, ...files }, { entry });
  symlinkSync(installed("hyperslab/dist"), path.join(dir, "hyperslab"));
  copyFileSync(data(), path.join(dir, "data.h5"));
  const host = await hosted(dir, headers);
  t.after(() => host.close());
  return host.url;
}

const ANYBODY = { "access-control-allow-origin": "*" };

test("a plain page", async (t) => {
  await works(await site(t, "plain"));
});

test("a page whose policy allows WebAssembly and nothing from elsewhere, with workers", async (t) => {
  await works(await site(t, "policy", { headers: { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'" } }));
});

test("a page that is isolated", async (t) => {
  await works(await site(t, "isolated", { headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } }));
});

test("a page that has the package from another host", async (t) => {
  const other = await site(t, "cdn", { headers: ANYBODY });
  await works(await site(t, "plain-cdn", { entry: `${other}hyperslab/index.js` }));
});

for (const type of ["module", "classic"]) {
  test(`a worker that is a ${type} script`, async (t) => {
    const url = await site(t, `worker-${type}`);
    await works(`${url}worker.html?type=${type}`, { inside: true });
  });
}

for (const [name, workers] of [["index", 2], ["inline", 3]]) {
  test(`a sandboxed frame, which has no origin: ${name}`, async (t) => {
    const url = await site(t, `sandbox-${name}`, { headers: ANYBODY, entry: `./hyperslab/${name}.js` });
    await works(`${url}framed.html`, { inside: true, workers });
  });
}
