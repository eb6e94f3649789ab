// Servers of another origin, as they are on the web: with ranges or without, and letting pages read or not.
import path from "node:path";
import { served } from "../../js/served.mjs";
import { file } from "./files.mjs";

const OPEN = { "access-control-allow-origin": "*", "access-control-expose-headers": "content-range, etag", "access-control-allow-headers": "range" };

/**
 * Serves made files by their names. `how` as in `served`, and `cors: false`. The log has no questions whether one may ask; `url` is
 * the address of a file, `all` that of everything there.
 */
export async function web(names, { cors = true, ...how } = {}) {
  const files = Object.fromEntries(names.map((name) => [path.basename(name), file(name)]));
  const given = how.answer;
  const server = await served(files, {
    ...how,
    headers: cors ? { ...OPEN, ...how.headers } : how.headers,
    answer(request, response, n, send) {
      if (given?.(request, response, n, send)) return true;
      if (request.method !== "OPTIONS") return false;
      server.log.pop();
      response.writeHead(204, cors ? OPEN : {}).end();
      return true;
    },
  });
  return Object.assign(server, { all: server.url("") });
}

/** Bytes that a server has sent, and requests. */
export const sent = ({ log }) => ({ bytes: log.reduce((n, { bytes }) => n + bytes, 0), requests: log.length });
