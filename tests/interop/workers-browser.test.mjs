// Workers in a real browser, on a plain host: no headers for shared memory. h5py reads what they wrote.
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { at, folder, local } from "../../scripts/lib/paths.mjs";
import { serve } from "../../scripts/lib/serve.mjs";
import { browser as browserPath } from "../../scripts/setup/system.mjs";
import { seenByH5py } from "./lib/h5py.mjs";

const home = path.join(local, "workers-browser");
let [server, browser, page] = [];

before(async () => {
  rmSync(home, { recursive: true, force: true });
  folder(home);
  symlinkSync(at("dist"), path.join(home, "dist"));
  writeFileSync(path.join(home, "index.html"), '<!doctype html><meta charset="utf-8"><title>workers</title>');
  writeFileSync(
    path.join(home, "member.js"),
    `import { join } from "./dist/index.js";
     addEventListener("message", async ({ data: { port, rank, size } }) => {
       const f = await join(port);
       const d = await f.createDataset("x", { shape: [400, 300], dtype: "float32", chunks: [50, 100], compression: "gzip" });
       for (let block = rank; block < 8; block += size) await d.write(\`\${block * 50}:\${block * 50 + 50}\`, new Float32Array(15_000).fill(block));
       const whole = (await d.read()).data;
       await f.close();
       postMessage(whole.length);
     });`,
  );
  server = await serve(home);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  page = await browser.newPage();
  await page.goto(server.url);
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(path.join(home, "dist"), { force: true });
});

/** Runs in the page; bytes come back as a file. */
async function inPage(name, program) {
  const { text, ...answer } = await page.evaluate(program);
  if (text) writeFileSync(path.join(home, name), Buffer.from(text, "base64"));
  return answer;
}

test("chunks are decoded and encoded in workers of a page", async () => {
  const answer = await inPage("made.h5", async () => {
    const { open } = await import("/dist/index.js");
    const data = Float64Array.from({ length: 700_000 }, (_, i) => i % 1009);
    const f = await open(new Uint8Array(), { mode: "w", workers: 2 });
    await f.createDataset("x", { data, shape: [1000, 700], compression: "gzip", shuffle: true });
    await f.createDataset("z", { data, shape: [1000, 700], compression: "zstd" });
    const bytes = await f.toBytes();
    await f.close();
    const same = [];
    for (const source of [new File([bytes], "made.h5"), bytes]) {
      const g = await open(source, { workers: 2 });
      for (const name of ["x", "z"]) same.push((await (await g.get(name)).read()).data.every((v, i) => v === data[i]));
      await g.close();
    }
    const scripts = performance.getEntriesByType("resource").map(({ name }) => name.split("/").at(-1));
    const reader = new FileReader();
    const url = await new Promise((resolve) => {
      reader.addEventListener("load", () => resolve(reader.result));
      reader.readAsDataURL(new Blob([bytes]));
    });
    return { same, isolated: crossOriginIsolated, worker: scripts.includes("worker.js"), text: url.slice(url.indexOf(",") + 1) };
  });
  assert.deepEqual(answer, { same: [true, true, true, true], isolated: false, worker: true });
  const seen = seenByH5py(
    path.join(home, "made.h5"),
    `import hdf5plugin, numpy as np
expected = (np.arange(700_000) % 1009).reshape(1000, 700)
print(json.dumps([bool((f[n][()] == expected).all()) for n in "xz"] + [f["x"].compression, f["x"].shuffle]))`,
  );
  assert.deepEqual(seen, [true, true, "gzip", true]);
});

test("workers of a page write one file together", async () => {
  const answer = await inPage("shared.h5", async () => {
    const { open } = await import("/dist/index.js");
    const f = await open(new Uint8Array(), { mode: "w" });
    const member = async (rank) => {
      const port = await f.share();
      const worker = new Worker("/member.js", { type: "module" });
      const done = new Promise((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => resolve(data));
        worker.addEventListener("error", reject);
      });
      worker.postMessage({ port, rank, size: 3 }, [port]);
      const length = await done;
      worker.terminate();
      return length;
    };
    const lengths = await Promise.all([0, 1, 2].map(member));
    const bytes = await f.toBytes();
    await f.close();
    const reader = new FileReader();
    const url = await new Promise((resolve) => {
      reader.addEventListener("load", () => resolve(reader.result));
      reader.readAsDataURL(new Blob([bytes]));
    });
    return { lengths, text: url.slice(url.indexOf(",") + 1) };
  });
  assert.deepEqual(answer, { lengths: [120_000, 120_000, 120_000] });
  const seen = seenByH5py(path.join(home, "shared.h5"), `d = f["x"]; print(json.dumps([list(d.shape), d.compression, [float(d[i * 50, 7]) for i in range(8)], float(d[()].sum())]))`);
  assert.deepEqual(seen, [[400, 300], "gzip", [0, 1, 2, 3, 4, 5, 6, 7], 15_000 * 28]);
});
