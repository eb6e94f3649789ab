// Next, as it comes: what builds it since 16 (Turbopack), and webpack.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { consumer, data, ran, started, tool } from "./lib/home.mjs";
import { closeBrowser, works } from "./lib/pages.mjs";

after(closeBrowser);

const FILES = {
  "package.json": '{ "name": "consumer", "private": true }',
  // A word about where this folder is, below two lock files; none about the package.
  "next.config.mjs": 'export default { turbopack: { root: new URL("..", import.meta.url).pathname } };',
  "public/README": "",
  "app/layout.js": "export default function Layout({ children }) { return <html><body>{children}</body></html>; }",
  "app/page.js": `"use client";
import { useEffect } from "react";

export default function Page() {
  useEffect(() => void import("./page-script.js"), []);
  return <p>consumer</p>;
}`,
};

const env = { NEXT_TELEMETRY_DISABLED: "1" };
const next = (...args) => [...tool("next/dist/bin/next"), ...args];

// What is not found in two minutes is never found.
for (const builder of ["turbopack", "webpack"]) test(`Next by ${builder}`, { timeout: 240_000 }, async (t) => {
  const dir = consumer(`next-${builder}`, FILES, { sources: "app" });
  // `page.js` is Next's name for a page.
  copyFileSync(at("tests/consumers/program/page.js"), path.join(dir, "app/page-script.js"));
  copyFileSync(data(), path.join(dir, "public/data.h5"));
  await ran(next("build", `--${builder}`), dir, env);
  const server = started(next("start", "--port", "0", "--hostname", "127.0.0.1"), dir, env);
  t.after(() => server.stop());
  const [url] = await server.says(/http:\/\/127\.0\.0\.1:[1-9]\d*/);
  await works(`${url}/`);
});
