// Filters that are loaded when a dataset needs them: from the app's own files, also without a network.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes, cells, choose, open, ready, setUp, withPage } from "./support/browser.mjs";
import { file } from "./support/files.mjs";

setUp();

const CODECS = /hyperslab_codecs.*\.wasm$/;

/** What every dataset of `filters.h5` shows: rows count in hundreds, columns in ones. */
const PICTURE = /90 × 70, lowest 0 at \(0, 0\), highest 8969 at \(89, 69\)/;

/** Counts requests for the file with the filters. */
function watch(page) {
  const asked = [];
  page.context().on("request", (r) => CODECS.test(new URL(r.url()).pathname) && asked.push(r.url()));
  return asked;
}

/** Those of the file that come with it. */
const NAMES = ["lzf", "szip", "scale-offset", "bzip2", "lz4", "zstd", "bitshuffle", "blosc", "blosc2", "zfp"];

// Without the service worker, which fetches everything there is.
test("further filters are loaded by themselves, once, drawn and listed", () =>
  withPage(
    async (page) => {
      const asked = watch(page);
      await open(page, file("filters.h5"));
      await choose(page, "/gzip");
      await page.getByRole("img", { name: PICTURE }).waitFor();
      assert.deepEqual(asked, [], "nothing needs it yet");
      for (const name of NAMES) {
        await choose(page, `/${name}`);
        await page.getByRole("img", { name: new RegExp(`Heatmap of /${name}, `) }).and(page.getByRole("img", { name: PICTURE })).waitFor();
        assert.deepEqual(await attributes(page), { units: name });
      }
      for (const name of NAMES) {
        await choose(page, `/${name}`);
        await page.getByRole("button", { name: "Table" }).click();
        assert.deepEqual((await cells(page))[3].slice(0, 3), ["300", "301", "302"], name);
      }
      assert.equal(asked.length, 1);
    },
    { serviceWorkers: "block", expectedErrors: [/Service Worker registration blocked/] },
  ));

test("filters are there without a network", () =>
  withPage(async (page, context) => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await context.setOffline(true);
    await page.reload();
    await open(page, file("filters.h5"));
    await choose(page, "/lzf");
    await page.getByRole("img", { name: PICTURE }).waitFor();
    await ready(page);
  }));
