// One browser and one server for a test file; each test gets a page that writes down everything that must not happen.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../../scripts/setup/system.mjs";
import { app } from "./files.mjs";

/** The app is served from a folder below the root: everything in it has to be addressed relatively. */
const SUB = "some/where/hyperslab";

/** What the browser says of the way in which these tests look at pixels. */
const OURS = /willReadFrequently/;

let browser;
let server;
let site;

/** Starts browser and server for the tests of this file. */
export function setUp() {
  before(async () => {
    site = mkdtempSync(path.join(os.tmpdir(), "hyperslab-e2e-"));
    cpSync(app, path.join(site, SUB), { recursive: true });
    server = await serve(site);
    browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    rmSync(site, { recursive: true, force: true });
  });
}

/** Address of the app. */
export const address = () => `${server.url}${SUB}/`;

/**
 * Opens the app in a fresh profile, runs `work(page, context)`, and fails if anything was asked of another origin, anything
 * went wrong in the console or the policy was broken on the way. `servers`: addresses that may be asked, too; `at`: what follows
 * the app's address.
 */
export async function withPage(work, options = {}) {
  const { expectedErrors = [], servers = [], at = "", ...more } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...more });
  // Generous for a busy machine; what does not come by then does not come.
  context.setDefaultTimeout(30_000);
  const wrong = [];
  const origin = new URL(server.url).origin;
  context.on("request", (r) => {
    if (![`${origin}/`, ...servers].some((s) => r.url().startsWith(s)) && !/^(blob|data):/.test(r.url())) wrong.push(`request to ${r.url()}`);
  });
  // Without the chooser that only a person can answer, the page downloads.
  await context.addInitScript(() => {
    delete Window.prototype.showSaveFilePicker;
    delete window.showSaveFilePicker;
    delete Window.prototype.showOpenFilePicker;
    delete window.showOpenFilePicker;
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective}: ${e.blockedURI}`));
  });
  const page = await context.newPage();
  page.on("console", (m) => {
    if (["error", "warning"].includes(m.type()) && ![...expectedErrors, OURS].some((e) => e.test(m.text()))) wrong.push(`console ${m.type()}: ${m.text()}`);
  });
  page.on("pageerror", (e) => wrong.push(`uncaught: ${e.stack}`));
  try {
    await page.goto(address() + at);
    await work(page, context);
    wrong.push(...(await page.evaluate(() => window.violations)).map((v) => `policy: ${v}`));
    assert.deepEqual(wrong, []);
  } catch (e) {
    if (process.env.SHOTS) await page.screenshot({ path: path.join(process.env.SHOTS, `failed-${Date.now()}.png`) });
    if (wrong.length > 0) e.message += `\n(besides: ${wrong.join("; ")})`;
    throw e;
  } finally {
    await context.close();
  }
}

/** Drops files on the page as a person does. */
export async function drop(page, ...files) {
  await page.evaluate(() => {
    const input = Object.assign(document.createElement("input"), { type: "file", id: "from-the-desktop", multiple: true });
    document.body.append(input);
  });
  await page.setInputFiles("#from-the-desktop", files);
  await page.evaluate(() => {
    const input = document.getElementById("from-the-desktop");
    const data = new DataTransfer();
    for (const f of input.files) data.items.add(f);
    input.remove();
    const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    for (const type of ["dragenter", "dragover", "drop"]) {
      target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
    }
  });
}

/** Drops a file and waits until its tree is there. */
export async function open(page, file) {
  await drop(page, file);
  await page.waitForFunction((name) => document.title.startsWith(name), path.basename(file));
  await page.getByRole("treeitem").nth(1).waitFor();
}

/** Unfolds the tree down to a path and selects what is there. */
export async function choose(page, to) {
  const names = to.split("/").filter(Boolean);
  for (const [i, name] of names.entries()) {
    const row = page.getByRole("tree").locator(`[role=treeitem][aria-level="${i + 2}"]`).filter({ has: page.getByText(name, { exact: true }) });
    await row.first().click();
  }
  await page.locator(".crumb.here", { hasText: names.at(-1) }).waitFor();
  // What is known of it comes after its name.
  await page.locator(`.object[data-path="/${names.join("/")}"], main > .trouble`).first().waitFor();
}

/** Waits until a plot, a table or a value shows the answer to the last question. */
export const ready = (page) => page.locator('[data-ready="yes"]').waitFor();

/** The exact texts of a table's rows that are in sight. */
export async function cells(page) {
  await ready(page);
  return page.getByRole("grid").evaluate((grid) =>
    [...grid.querySelectorAll("[role=row]")]
      .filter((r) => r.ariaRowIndex !== "1")
      .toSorted((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
      .map((r) =>
        [...r.querySelectorAll("[role=gridcell]")]
          .toSorted((a, b) => Number(a.getAttribute("aria-colindex")) - Number(b.getAttribute("aria-colindex")))
          .map((c) => c.textContent),
      ),
  );
}

/** The plotting area's pixels: {width, height, data} of RGBA. */
export async function pixels(page) {
  await ready(page);
  // The bitmap is put on the canvas in the frame after its arrival.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => {
    const canvas = document.querySelector(".uplot canvas");
    const scale = canvas.width / canvas.getBoundingClientRect().width;
    const over = document.querySelector(".u-over").getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const [x, y, w, h] = [over.left - box.left, over.top - box.top, over.width, over.height].map((v) => Math.round(v * scale));
    return { width: w, height: h, data: [...canvas.getContext("2d").getImageData(x, y, w, h).data] };
  });
}

/** A row of facts beside the data. */
export async function fact(page, name) {
  return page.locator("aside .facts > div").filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd").innerText();
}

/** The attributes as shown. */
export async function attributes(page) {
  return Object.fromEntries(
    await page.locator(".attributes > div").evaluateAll((rows) => rows.map((r) => [r.querySelector("dt").textContent, r.querySelector("dd").textContent])),
  );
}
