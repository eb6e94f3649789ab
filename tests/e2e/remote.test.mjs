// Files on the web: read where they are, in parts, from nowhere else; and what is said when that fails.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { axe } from "./support/axe.mjs";
import { cells, choose, ready, setUp, withPage } from "./support/browser.mjs";
import { cell, show, type } from "./support/edit.mjs";
import { differences, file, mustBeEqual } from "./support/files.mjs";
import { sent, web } from "./support/web.mjs";

setUp();

/** Runs `work(page, server)` with a server of another origin. */
async function onWeb(names, how, work, { open, ...options } = {}) {
  const server = await web(names, how);
  const at = open === undefined ? "" : `?open=${encodeURIComponent(server.url(open))}`;
  try {
    await withPage((page, context) => work(page, server, context), { ...options, at, servers: [server.all] });
  } finally {
    await server.close();
  }
}

const isOpen = (page, name) => page.waitForFunction((n) => document.title.startsWith(n), name);
const dialog = (page, name) => page.getByRole("dialog", { name });

/** Bytes that the page says it has fetched, as it says it. */
const badge = (page) => page.getByRole("button", { name: /On the web: .* of .* fetched/ });

test("14 GB on the web: opened by its address, with keys alone, and only what is looked at is fetched", () =>
  onWeb(["huge.h5"], {}, async (page, server) => {
    await page.getByRole("button", { name: "Open URL…" }).focus();
    await page.keyboard.press("Enter");
    await dialog(page, "Open a URL").getByText(/nothing is sent there/).waitFor();
    await page.keyboard.type(server.url("huge.h5"));
    await page.keyboard.press("Enter");
    await isOpen(page, "huge.h5");
    await page.getByText(/Overview: .* of 3,600,000,000 elements read/).waitFor();
    await ready(page);
    const overview = sent(server);
    assert.ok(overview.bytes < 24e6, `an overview took ${overview.bytes} bytes`);
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByLabel("Go to row").fill("59999");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => [...document.querySelectorAll("[role=gridcell]")].some((c) => c.textContent === "1"));
    const all = sent(server);
    assert.ok(all.bytes < 72e6 && all.requests < 200, `${all.bytes} bytes in ${all.requests} requests`);
    // What is said of it is true: all requests are in it, and no byte is missing.
    await badge(page).click();
    const said = await dialog(page, "huge.h5 is on the web").innerText();
    assert.match(said, new RegExp(`in ${all.requests} requests`));
    assert.match(said, /Size\n14\.4 GB/);
    assert.ok(said.includes(server.url("huge.h5")));
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.classList.contains("remote")), true);
    // Nothing about the user or the page is told, but for what the browser itself says.
    for (const { method, name, headers } of server.log) {
      assert.deepEqual([method, name, headers.referer, headers.cookie], ["GET", "huge.h5", undefined, undefined]);
    }
  }, { bypassCSP: true }), { timeout: 120_000 });

test("a chunk of a compressed file, then another: each is fetched once", () =>
  onWeb(["gzip64.h5"], {}, async (page, server) => {
    await isOpen(page, "gzip64.h5");
    await show(page, "Table");
    const before = sent(server);
    const size = statSync(file("gzip64.h5")).size;
    assert.ok(before.bytes < size, `${before.bytes} of ${size}`);
    await page.getByLabel("Go to row").fill("4000");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "4,000", exact: true }).waitFor();
    await ready(page);
    // A read that was given up on the way may be asked for again; what is shown is here.
    const fetched = new Set(server.log.map((entry) => entry.range));
    const so = server.log.length;
    await page.getByLabel("Go to row").fill("0");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "0", exact: true }).waitFor();
    await ready(page);
    assert.deepEqual(server.log.slice(so).filter((entry) => fetched.has(entry.range)), []);
  }, { open: "gzip64.h5" }), { timeout: 60_000 });

test("the page's address is that of the file and of what is shown of it", () =>
  onWeb(["values.h5", "weather.hdf5"], {}, async (page, server) => {
    await isOpen(page, "values.h5");
    await choose(page, "/table/records");
    const values = await cells(page);
    const { search, hash } = new URL(page.url());
    assert.equal(new URLSearchParams(search).get("open"), server.url("values.h5"));
    assert.match(hash, /^#f=values\.h5&p=\/table\/records/);
    await page.reload();
    await page.locator(".crumb.here", { hasText: "records" }).waitFor();
    assert.deepEqual(await cells(page), values);
    // Another one, and back by the list of open files.
    await page.getByRole("button", { name: "Open URL…" }).click();
    await page.getByLabel("Address of the file").fill(server.url("weather.hdf5"));
    await page.keyboard.press("Enter");
    await isOpen(page, "weather.hdf5");
    const files = page.getByRole("combobox", { name: "Open files" });
    assert.deepEqual(await files.locator("option").evaluateAll((all) => all.map((o) => o.title)), [server.url("values.h5"), server.url("weather.hdf5")]);
    await files.selectOption({ index: 0 });
    await isOpen(page, "values.h5");
    // A file of this computer has no address.
    await page.getByRole("button", { name: "Open", exact: true }).waitFor();
  }, { open: "values.h5" }), { timeout: 60_000 });

test("references, links and attributes are as in a file of one's own", () =>
  onWeb(["references.h5", "values.h5"], {}, async (page) => {
    await isOpen(page, "references.h5");
    await choose(page, "/refs/list");
    assert.deepEqual((await cells(page)).map((row) => row[0]), ["→ /data/one", "→ /data", "→ /", "null reference"]);
    await page.getByRole("button", { name: "→ /data", exact: true }).click();
    await page.locator(".crumb.here", { hasText: "data" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("single");
    await page.getByRole("option", { name: "/refs/single" }).click();
    await page.locator(".big-value").getByRole("button", { name: "→ /data/two" }).waitFor();
  }, { open: "references.h5" }), { timeout: 60_000 });

test("files that it names are asked for beside it", () =>
  onWeb(["whole.h5", "part0.h5", "part1.h5", "part2.h5", "numbers.raw"], {}, async (page, server) => {
    await isOpen(page, "whole.h5");
    await choose(page, "/one");
    await page.getByRole("img", { name: /50 elements, lowest 100 at \[0\]/ }).waitFor();
    await choose(page, "/raw");
    await page.getByRole("img", { name: /10 elements, lowest 0 at \[0\], highest 2.25 at \[9\]/ }).waitFor();
    await choose(page, "/stack");
    await page.getByText(/Not all of it is here: part3\.h5 is missing/).waitFor();
    await page.getByRole("button", { name: "Table" }).click();
    assert.deepEqual((await cells(page)).map((r) => r[1]), ["1", "101", "201", "-1"]);
    await choose(page, "/gone");
    await page.getByText("The external link points to nowhere.h5 : /data").waitFor();
    const asked = new Set(server.log.map((entry) => entry.name));
    assert.deepEqual([...asked].toSorted(), ["nowhere.h5", "numbers.raw", "part0.h5", "part1.h5", "part2.h5", "part3.h5", "whole.h5"]);
  }, { open: "whole.h5", expectedErrors: [/404/] }), { timeout: 60_000 });

test("a server that gives no parts: all of it is fetched, which is said", () =>
  onWeb(["scales.h5"], { ranges: false }, async (page, server) => {
    await isOpen(page, "scales.h5");
    await choose(page, "/field");
    await ready(page);
    const size = statSync(file("scales.h5")).size;
    assert.equal(server.log.length, 1);
    await badge(page).click();
    const said = await dialog(page, "scales.h5 is on the web").innerText();
    assert.match(said, /Its server does not give parts of files: all of it, [\d.]+ kB, was fetched/);
    assert.match(said, /\(100 %\) in 1 request\n/);
    assert.ok(size < 1e6);
  }, { open: "scales.h5" }), { timeout: 60_000 });

const REFUSED = {
  404: /There is nothing at .*values\.h5 \(404\)\. Check the address/,
  403: /does not give it to everybody \(403\)\. Use an address that contains the permission/,
  401: /does not give it to everybody \(401\)/,
  500: /answers 500\. Perhaps it does in a moment: try again/,
};

for (const [status, words] of Object.entries(REFUSED)) {
  test(`a server that answers ${status}: what that means, and another try`, () => {
    let refuse = true;
    const answer = (request, response, n, send) => {
      if (!refuse || request.method === "OPTIONS") return false;
      send(Number(status), {}, "no");
      return true;
    };
    return onWeb(["values.h5"], { answer }, async (page) => {
      const alert = page.getByRole("alert");
      await alert.getByText(words).waitFor();
      assert.match(await alert.innerText(), /^values\.h5 could not be opened/);
      refuse = false;
      await alert.getByRole("button", { name: "Try again" }).click();
      await isOpen(page, "values.h5");
      await alert.waitFor({ state: "detached" });
    }, { open: "values.h5", expectedErrors: [new RegExp(status)] });
  });
}

test("a server that does not let pages read: that is what is said", () =>
  onWeb(["values.h5"], { cors: false }, async (page) => {
    await page.getByRole("alert").getByText(/does not let pages of http:\/\/127\.0\.0\.1:\d+ read it\. .*Access-Control-Allow-Origin/).waitFor();
    assert.deepEqual(await axe(page), []);
  }, { open: "values.h5", bypassCSP: true, expectedErrors: [/CORS|ERR_FAILED/] }), { timeout: 60_000 });

test("no server at all, no address, no HDF5 file", () =>
  onWeb(["text.h5"], {}, async (page, server) => {
    await page.getByRole("alert").getByText("This is not an HDF5 file: it is text and starts with “this is not hdf5”").waitFor();
    await page.getByRole("button", { name: "Open URL…" }).click();
    const field = page.getByLabel("Address of the file");
    await field.fill("ftp://example.org/a.h5");
    await page.keyboard.press("Enter");
    await page.getByText(/This is no address that a page can ask for/).waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.deepEqual(await axe(page), []);
    await server.close();
    await field.fill(server.url("text.h5"));
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/There is no answer from http:\/\/127\.0\.0\.1:\d+\. Check the address and the network/).waitFor();
  }, { open: "text.h5", bypassCSP: true, expectedErrors: [/ERR_CONNECTION/] }), { timeout: 60_000 });

test("without a network it says so, and goes on when there is one", () =>
  onWeb(["gzip64.h5"], {}, async (page, server, context) => {
    await isOpen(page, "gzip64.h5");
    await ready(page);
    await context.setOffline(true);
    await show(page, "Table").catch(() => undefined);
    await page.getByLabel("Go to row").fill("2000").catch(() => undefined);
    await page.keyboard.press("Enter");
    const alert = page.getByRole("alert");
    await alert.getByText(/This computer has no network at the moment/).first().waitFor();
    await context.setOffline(false);
    await alert.getByRole("button", { name: "Try again" }).first().click();
    await ready(page);
    assert.equal(await page.getByRole("alert").count(), 0);
  }, { open: "gzip64.h5", expectedErrors: [/ERR_INTERNET_DISCONNECTED/] }), { timeout: 90_000 });

test("a file that changes meanwhile: parts of two versions are never mixed", () =>
  onWeb(["gzip64.h5"], { etag: '"1"' }, async (page, server) => {
    await isOpen(page, "gzip64.h5");
    await ready(page);
    server.how.etag = '"2"';
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByLabel("Go to row").fill("2000");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/The file has changed on its server since it was opened/).waitFor();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await ready(page);
  }, { open: "gzip64.h5" }), { timeout: 90_000 });

test("a change asks for a copy; that is changed and saved, the file on the web is not", () =>
  onWeb(["values.h5"], {}, async (page, server) => {
    await isOpen(page, "values.h5");
    await choose(page, "/plots/grid");
    await show(page, "Table");
    await cell(page, 0, 0).dblclick();
    const asked = dialog(page, "Edit a copy");
    await asked.getByText(/values\.h5 cannot be changed where it is/).waitFor();
    assert.deepEqual(await axe(page), []);
    await asked.getByRole("button", { name: "Cancel" }).click();
    await asked.waitFor({ state: "detached" });
    assert.equal(server.log.every((entry) => entry.range !== undefined), true);
    await cell(page, 0, 0).dblclick();
    await asked.getByRole("button", { name: "Fetch and edit" }).click();
    await asked.waitFor({ state: "detached" });
    // The same place of the copy, without an address.
    await page.locator(".crumb.here", { hasText: "grid" }).waitFor();
    assert.equal(new URL(page.url()).search, "");
    await show(page, "Table");
    await type(page, 0, 0, "77");
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const path = await (await saved).path();
    assert.deepEqual(differences(file("values.h5"), path), ["/plots/grid"]);
    assert.ok(server.log.every((entry) => entry.method === "GET"));
  }, { open: "values.h5", bypassCSP: true }), { timeout: 90_000 });

test("what is wanted of an object goes on with the copy; fetching can be stopped", () => {
  let slow = true;
  const answer = (request, response) => {
    if (!slow || request.method !== "GET" || request.headers.range !== undefined) return false;
    response.writeHead(200, { "access-control-allow-origin": "*", "content-length": 1e6 });
    response.write(Buffer.alloc(1000));
    return true;
  };
  return onWeb(["values.h5"], { answer }, async (page, server) => {
    await isOpen(page, "values.h5");
    await choose(page, "/plots");
    await page.getByRole("treeitem", { name: "plots" }).press("F2");
    const asked = dialog(page, "Edit a copy");
    await asked.getByRole("button", { name: "Fetch and edit" }).click();
    await asked.getByText(/^[\d.]+ kB of [\d.]+ MB$/).waitFor();
    await asked.getByRole("progressbar").waitFor();
    await asked.getByRole("button", { name: "Cancel" }).click();
    await asked.getByRole("button", { name: "Fetch and edit" }).waitFor();
    slow = false;
    await asked.getByRole("button", { name: "Fetch and edit" }).click();
    await dialog(page, "Rename or move").getByLabel("New path").fill("/drawings");
    await page.keyboard.press("Enter");
    await page.getByRole("treeitem", { name: "drawings" }).waitFor();
    assert.ok(server.log.length > 0);
  }, { open: "values.h5" });
}, { timeout: 90_000 });

test("all of it can be saved, as it is or compressed anew", () =>
  onWeb(["values.h5"], {}, async (page) => {
    await isOpen(page, "values.h5");
    await badge(page).click();
    await page.getByRole("button", { name: "Download…" }).click();
    await page.getByRole("button", { name: "Fetch", exact: true }).click();
    let saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save to disk" }).click();
    assert.deepEqual(readFileSync(await (await saved).path()), readFileSync(file("values.h5")));
    await page.getByRole("button", { name: "Save as…" }).click();
    await page.getByRole("button", { name: "Make the copy" }).click();
    saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save to disk" }).click();
    mustBeEqual(file("values.h5"), await (await saved).path());
  }, { open: "values.h5" }), { timeout: 90_000 });

test("opening can be given up", () =>
  onWeb([], { answer: (request, response) => request.method === "GET" && response.flushHeaders() === undefined }, async (page) => {
    await page.getByText("Opening slow.h5…").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Opening slow.h5…").waitFor({ state: "detached" });
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.getByText("Drop an HDF5 file anywhere on this page").waitFor();
  }, { open: "slow.h5" }), { timeout: 60_000 });

test("390 pixels wide: nothing sticks out", () =>
  onWeb(["values.h5"], {}, async (page) => {
    await isOpen(page, "values.h5");
    const widths = () => page.evaluate(() => [...document.querySelectorAll("html, main, header, dialog")].map((e) => e.scrollWidth));
    assert.ok((await widths()).every((w) => w <= 390), String(await widths()));
    for (const [button, name] of [[badge(page), "values.h5 is on the web"], [page.getByRole("button", { name: "Open URL…" }), "Open a URL"]]) {
      await button.click();
      await dialog(page, name).waitFor();
      assert.ok((await widths()).every((w) => w <= 390), `${name}: ${await widths()}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
      await page.keyboard.press("Escape");
    }
  }, { open: "values.h5", viewport: { width: 390, height: 844 }, hasTouch: true }), { timeout: 60_000 });
