/** `hyperslab serve`: files and the web app from this machine. */

import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { command, UsageError, type Values, wholeNumber } from "./frame.js";
import type { Io } from "./io.js";
import { handler } from "./serving.js";

const options = {
  port: { type: "string", short: "p", value: "N", help: "default 8080, or the next one that is free; 0: any" },
  host: { type: "string", value: "ADDRESS", help: "who can reach it; default 127.0.0.1, this machine alone" },
  cors: { type: "string", value: "ORIGIN", help: "pages of this origin may read the files, too; * for all pages" },
  open: { type: "boolean", help: "open a browser" },
  json: { type: "boolean", help: "print {url, files} as JSON" },
} as const;

type Given = Values<typeof options>;

/** Ports that are tried. */
const TRIES = 20;

function listen(server: Server, host: string, port: number, tries: number): Promise<number> {
  return new Promise((done, fail) => {
    const failed = (e: NodeJS.ErrnoException): void => {
      if (e.code === "EADDRINUSE" && tries > 1) done(listen(server, host, port + 1, tries - 1));
      else fail(e);
    };
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      const address = server.address();
      done(typeof address === "object" && address ? address.port : port);
    });
  });
}

function browse(url: string): void {
  const [program, ...args] = process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  spawn(program!, [...args, url], { stdio: "ignore", detached: true }).on("error", () => {}).unref();
}

export default command({
  name: "serve",
  summary: "look at files in the browser",
  usage: ["[OPTIONS] [FOLDER]", "[OPTIONS] FILE"],
  text: "Serves the web app at / and the files below the folder (default: this one) at /files/, with ranges. Files whose names begin\nwith a dot are left out, and so is what symbolic links lead to outside of the folder. Nothing is written.",
  options,
  takes: [0, 1],
  async run([target = "."]: string[], given: Given, io: Io): Promise<number> {
    const stat = statSync(target, { throwIfNoEntry: false });
    if (!stat) throw new UsageError(`there is no ${target}`);
    const home = stat.isDirectory() ? resolve(target) : dirname(resolve(target));
    const only = stat.isDirectory() ? undefined : basename(target);
    const host = given.host ?? "127.0.0.1";
    const app = fileURLToPath(new URL("./www", import.meta.url));
    const server = createServer(handler({ home, only, app, local: host === "127.0.0.1" || host === "localhost" || host === "::1", cors: given.cors }));
    const wanted = given.port === undefined ? 8080 : wholeNumber(given.port, "--port");
    if (wanted > 65_535) throw new UsageError("ports end at 65535");
    const port = await listen(server, host, wanted, given.port === undefined ? TRIES : 1);
    const base = `http://${host.includes(":") ? `[${host}]` : host}:${port}/`;
    const files = `${base}files/`;
    const url = only === undefined ? files : `${base}?open=${encodeURIComponent(`files/${encodeURIComponent(only)}`)}`;
    await io.out.write(given.json ? `${JSON.stringify({ url, files })}\n` : `${url}\n`);
    if (given.open) browse(url);
    await new Promise<void>((done) => {
      if (io.signal.aborted) done();
      else io.signal.addEventListener("abort", () => done(), { once: true });
    });
    await new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
    return 0;
  },
});
