/** Answers to requests for files: what a careful static server does. */

import { createReadStream, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { type Range, rangesOf, sendParts } from "./parts.js";

export interface Serving {
  /** The folder, and the one file of it that is served if it is not all. */
  readonly home: string;
  readonly only: string | undefined;
  /** The folder of the web app; the engines are beside it. */
  readonly app: string;
  /** Whether only this machine is served: requests for other names come from pages that play tricks with them. */
  readonly local: boolean;
  /** Pages of other origins that may read. */
  readonly cors: string | undefined;
}

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
const HDF5 = /\.(h5|hdf5?|he5|nc4?|nxs|nx|h5ad|h5mu|mat|loom|cxi|hdf|jld2|keras)$/i;
const ENGINE = /^assets\/(hyperslab\w*_bg)-[\w-]+\.wasm$/;
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

function typeOf(name: string): string {
  return HDF5.test(name) ? "application/x-hdf5" : (TYPES[extname(name).toLowerCase()] ?? "application/octet-stream");
}

interface FoundFile {
  readonly file: string;
  readonly stat: Stats;
}

/** What a path below a folder means; nothing that is hidden, elsewhere, or no file or folder. */
function locate(home: string, parts: readonly string[]): FoundFile | undefined {
  if (parts.some((p) => p === "" || p.startsWith(".") || /[/\\\0]/.test(p))) return undefined;
  try {
    const root = realpathSync(home);
    const file = realpathSync(join(root, ...parts));
    if (file !== root && !file.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    return { file, stat: statSync(file) };
  } catch {
    return undefined;
  }
}

/** The range that is asked for: nothing if it is all, `null` if it lies outside. */
function rangeOf(header: string | undefined, size: number): Range | null | undefined {
  const found = header && /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!found || (found[1] === "" && found[2] === "")) return undefined;
  const [first, last] = [found[1]!, found[2]!];
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (first !== "" && last !== "" && Number(last) < from) return undefined;
  return from < to ? [from, to] : null;
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

function sendFile(request: IncomingMessage, response: ServerResponse, { file, stat }: FoundFile, name: string): void {
  const tag = `"${stat.size.toString(16)}-${Math.round(stat.mtimeMs * 1000).toString(16)}"`;
  const headers: Record<string, string | number> = {
    "content-type": typeOf(name),
    "accept-ranges": "bytes",
    "last-modified": stat.mtime.toUTCString(),
    "cache-control": "no-cache",
    etag: tag,
  };
  if (request.headers["if-none-match"] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== tag && request.headers["if-match"] !== "*") return end(response, 412, "the file has changed");
  const condition = request.headers["if-range"];
  const asked = condition === undefined || condition === tag ? request.headers.range : undefined;
  const several = rangesOf(asked, stat.size);
  if (several) return sendParts(response, file, stat.size, several, headers, request.method === "HEAD");
  const range = rangeOf(asked, stat.size);
  if (range === null) {
    response.setHeader("content-range", `bytes */${stat.size}`);
    return end(response, 416, "there are no such bytes");
  }
  const [from, to] = range ?? [0, stat.size];
  headers["content-length"] = to - from;
  if (range) headers["content-range"] = `bytes ${from}-${to - 1}/${stat.size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === "HEAD" || to === from) response.end();
  else createReadStream(file, { start: from, end: to - 1 }).on("error", () => response.destroy()).pipe(response);
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The page that lists a folder: HDF5 files lead into the app. */
function listing(folder: string, parts: readonly string[]): string {
  const at = ["files", ...parts].map(encodeURIComponent).join("/");
  const rows = readdirSync(folder, { withFileTypes: true })
    .filter((e) => !e.name.startsWith(".") && locate(folder, [e.name]))
    .map((e) => ({ name: e.name, folder: statSync(join(folder, e.name)).isDirectory() }))
    .toSorted((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1))
    .map(({ name, folder: inside }) => {
      const address = `${at}/${encodeURIComponent(name)}`;
      const link = inside ? `/${address}/` : HDF5.test(name) ? `/?open=${encodeURIComponent(address)}` : `/${address}`;
      const bytes = !inside && HDF5.test(name) ? ` <a href="/${escape(address)}" download>bytes</a>` : "";
      return `<li><a href="${escape(link)}">${escape(name)}${inside ? "/" : ""}</a>${bytes}</li>`;
    });
  const title = escape(parts.join("/") || "Files");
  const up = parts.length ? '<li><a href="../">..</a></li>' : "";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><ul>${up}${rows.join("")}</ul></html>\n`;
}

function serveFiles(request: IncomingMessage, response: ServerResponse, { home, only }: Serving, parts: string[]): void {
  const isFolder = parts.at(-1) === "";
  if (isFolder) parts.pop();
  const found = only === undefined || (parts.length === 1 && parts[0] === only) ? locate(home, parts) : undefined;
  if (!found || (isFolder && !found.stat.isDirectory())) return end(response, 404, "there is nothing");
  if (found.stat.isDirectory()) {
    if (!isFolder) {
      response.writeHead(301, { location: `/${["files", ...parts].map(encodeURIComponent).join("/")}/` }).end();
      return;
    }
    const page = listing(found.file, parts);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache", "content-security-policy": "default-src 'none'" });
    response.end(request.method === "HEAD" ? undefined : page);
    return;
  }
  if (!found.stat.isFile()) return end(response, 404, "there is nothing");
  sendFile(request, response, found, parts.at(-1)!);
}

function serveApp(request: IncomingMessage, response: ServerResponse, { app }: Serving, parts: string[]): void {
  if (parts.length === 1 && parts[0] === "") parts = ["index.html"];
  const [, engine] = ENGINE.exec(parts.join("/")) ?? [];
  const found = engine ? locate(join(app, ".."), [`${engine}.wasm`]) : locate(app, parts);
  if (!found?.stat.isFile()) return end(response, 404, "there is nothing");
  sendFile(request, response, found, parts.at(-1)!);
}

/** Who may read, of other origins. Whether that was all that was asked. */
function allow(request: IncomingMessage, response: ServerResponse, cors: string | undefined): boolean {
  const { origin } = request.headers;
  if (cors !== undefined && origin !== undefined && (cors === "*" || cors === origin)) {
    response.setHeader("access-control-allow-origin", cors);
    response.setHeader("access-control-expose-headers", "accept-ranges, content-length, content-range, etag, last-modified");
    if (request.method === "OPTIONS") {
      response.setHeader("access-control-allow-methods", "GET, HEAD");
      response.setHeader("access-control-allow-headers", "range, if-match, if-range, if-none-match");
      response.setHeader("access-control-max-age", "600");
    }
  }
  if (cors !== undefined) response.setHeader("vary", "origin");
  if (request.method !== "OPTIONS") return false;
  response.writeHead(204).end();
  return true;
}

/** The server's answers. */
export function handler(serving: Serving): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    response.setHeader("x-content-type-options", "nosniff");
    if (serving.local && !LOCAL.test(request.headers.host ?? "")) return end(response, 403, "this server answers to localhost alone");
    if (allow(request, response, serving.cors)) return;
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD, OPTIONS");
      return end(response, 405, "only GET and HEAD");
    }
    let parts: string[];
    try {
      // Not by URL: that would take `..` for what it says before it is looked at.
      parts = (request.url ?? "/").split(/[?#]/, 1)[0]!.split("/").slice(1).map(decodeURIComponent);
    } catch {
      return end(response, 400, "an address that cannot be read");
    }
    try {
      if (parts[0] === "files" && parts.length > 1) serveFiles(request, response, serving, parts.slice(1));
      else serveApp(request, response, serving, parts);
    } catch {
      if (!response.headersSent) end(response, 500, "it went wrong");
      else response.destroy();
    }
  };
}
