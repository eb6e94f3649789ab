// A server of files that counts what it is asked for, and misbehaves as it is told.
import { createReadStream, openSync, readSync, closeSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";

/** Where a file's bytes come from: a path on disk, or bytes. */
function opened(file) {
  if (typeof file !== "string") return { size: file.length, part: (from, to) => file.subarray(from, to), close() {} };
  const fd = openSync(file, "r");
  return {
    size: statSync(file).size,
    part(from, to) {
      const bytes = Buffer.alloc(to - from);
      readSync(fd, bytes, 0, bytes.length, from);
      return bytes;
    },
    close: () => closeSync(fd),
  };
}

/** Ranges of a header, as [from, to); nothing if there is none that can be given. */
function rangesOf(header, size) {
  const [, list] = /^bytes=(.+)$/.exec(header ?? "") ?? [];
  return list?.split(",").map((one) => {
    const [, from, last] = /^\s*(\d*)-(\d*)\s*$/.exec(one) ?? [];
    if (from === "") return [Math.max(0, size - Number(last)), size];
    return [Number(from), last === "" ? size : Math.min(Number(last) + 1, size)];
  }).filter(([from, to]) => from < to);
}

/**
 * Serves `files`, by name: bytes or paths. `how` is looked at for each request, and may be changed meanwhile:
 * `several` (whether there are answers of many ranges), `ranges`, `etag`, `modified`, `headers` (more of them), `answer` (a function of
 * request, response and the number of the request that answers itself and says `true`).
 */
export async function served(files, how = {}) {
  const log = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://x");
    const name = decodeURIComponent(url.pathname.slice(1));
    const entry = { method: request.method, name, range: request.headers.range, headers: request.headers, bytes: 0 };
    log.push(entry);
    const headers = { "content-type": "application/x-hdf5", ...how.headers };
    if (how.etag !== null) headers.etag = how.etag ?? '"1"';
    if (how.modified) headers["last-modified"] = how.modified;
    const send = (status, more, body) => {
      entry.bytes += body?.length ?? 0;
      response.writeHead(status, { ...headers, ...more }).end(request.method === "HEAD" ? undefined : body);
    };
    if (how.answer?.(request, response, log.length, send)) return;
    const file = files[path.posix.normalize(name)];
    if (file === undefined) return send(404, {}, "there is nothing");
    const source = opened(file);
    const { size } = source;
    const ranges = how.ranges === false ? undefined : rangesOf(request.headers.range, size);
    response.on("close", () => source.close());
    if (ranges === undefined || (ranges.length > 1 && how.several === false)) {
      if (request.method === "HEAD") return send(200, { "content-length": size });
      if (typeof file === "string") {
        response.writeHead(200, { ...headers, "content-length": size });
        return pipeline(createReadStream(file), response, () => {});
      }
      return send(200, { "content-length": size, "accept-ranges": "none" }, file);
    }
    if (ranges.length === 0) return send(416, { "content-range": `bytes */${size}` });
    const said = ([from, to]) => `bytes ${from}-${to - 1}/${size}`;
    if (ranges.length === 1) {
      const [range] = ranges;
      return send(206, { "content-range": said(range), "content-length": range[1] - range[0] }, source.part(...range));
    }
    const parts = ranges.flatMap((range) => [`\r\n--edge\r\ncontent-type: application/x-hdf5\r\ncontent-range: ${said(range)}\r\n\r\n`, source.part(...range)]);
    return send(206, { "content-type": "multipart/byteranges; boundary=edge" }, Buffer.concat([...parts, "\r\n--edge--\r\n"].map((part) => Buffer.from(part))));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    how,
    log,
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
