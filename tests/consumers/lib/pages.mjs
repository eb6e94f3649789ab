// Consumers in a browser.
import assert from "node:assert/strict";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { chromium } from "playwright-core";
import { browser as browserPath } from "../../../scripts/setup/system.mjs";
import { expected } from "./home.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** A host of static files: `headers` are on all of them. */
export async function hosted(folder, headers = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const file = path.join(folder, path.posix.normalize(pathname), pathname.endsWith("/") ? "index.html" : "");
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream", ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}

let browser;

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** Waits for the title. Not by `waitForFunction`, which evaluates text: policies forbid that. */
const answered = (page) =>
  page.evaluate(async (patience) => {
    const until = Date.now() + patience;
    while (!document.title.startsWith("{")) {
      if (Date.now() > until) throw new Error("no answer");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, 60_000);

/** Opens a page and waits for the answer that becomes its title; how many workers it had, and what went wrong meanwhile. */
export async function shown(url, titled = answered) {
  browser ??= await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const page = await browser.newPage();
  const trouble = [];
  let workers = 0;
  page.on("worker", () => (workers += 1));
  page.on("pageerror", (e) => trouble.push(String(e)));
  page.on("console", (m) => m.type() === "error" && trouble.push(m.text()));
  page.on("response", (r) => r.status() >= 400 && trouble.push(`${r.status()} ${r.url()}`));
  try {
    await page.goto(url);
    await titled(page).catch((e) => assert.fail(`${e.message.split("\n")[0]}: ${trouble.join("\n")}`));
    return { answer: JSON.parse(await page.title()), workers, trouble: trouble.filter((text) => !text.includes("favicon")) };
  } finally {
    await page.close();
  }
}

/** The same, which has to be as it should. `inside`: what does it is a worker or a frame, which counts its workers itself. */
export async function works(url, { workers = 2, inside = false } = {}) {
  const seen = await shown(url);
  const { answer, workers: made } = inside ? seen.answer : seen;
  assert.deepEqual(answer, expected(), `${seen.answer.failed ?? ""}\n${seen.trouble.join("\n")}`);
  assert.equal(made, workers, "workers");
  assert.deepEqual(seen.trouble.filter((text) => !/favicon|Failed to load resource/.test(text)), []);
}
