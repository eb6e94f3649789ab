// A static file server on 127.0.0.1, for `npm start` and for the tests in a browser. No headers that a plain host would lack.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The file that a request means, or undefined when it is missing or outside the folder. */
function locate(folder, url) {
  let name;
  try {
    name = decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return undefined;
  }
  if (name.includes("\0")) return undefined;
  const file = path.join(folder, name.endsWith("/") ? `${name}index.html` : name);
  if (file !== folder && !file.startsWith(folder + path.sep)) return undefined;
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? { file, stat } : undefined;
}

/** Starts serving `folder`; tries the next ports when `port` is taken (0 takes any free one). Resolves to {url, close}. */
export function serve(folder, port = 0) {
  const home = path.resolve(folder);
  const server = createServer((request, response) => {
    const found = locate(home, request.url);
    if (!found || !["GET", "HEAD"].includes(request.method)) {
      response.writeHead(found ? 405 : 404, { "content-type": "text/plain" });
      response.end(found ? "only GET and HEAD\n" : "not found\n");
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[path.extname(found.file)] ?? "application/octet-stream",
      "content-length": found.stat.size,
      "cache-control": "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(found.file).on("error", () => response.destroy()).pipe(response);
  });
  return new Promise((resolve, reject) => {
    let candidate = port;
    server.on("error", (e) => {
      if (e.code === "EADDRINUSE" && candidate < port + 20) server.listen((candidate += 1), "127.0.0.1");
      else reject(e);
    });
    server.on("listening", () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}/`,
        close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
      }),
    );
    server.listen(candidate, "127.0.0.1");
  });
}
