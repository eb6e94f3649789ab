/** What a command sees of the world, so that tests can give it another one. */

import { once } from "node:events";

/** Where text and bytes go. */
export interface Sink {
  readonly isTty: boolean;
  /** Columns of a terminal. */
  readonly columns: number;
  /** Resolves when there is room for more. */
  write(data: string | Uint8Array): Promise<void>;
}

export interface Io {
  readonly out: Sink;
  readonly err: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends long commands; Ctrl-C. */
  readonly signal: AbortSignal;
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  // Whoever read from us has gone: nothing is wrong, and nobody listens.
  stream.on("error", (e: NodeJS.ErrnoException) => process.exit(e.code === "EPIPE" ? 0 : 1));
  return {
    isTty: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    async write(data) {
      if (!stream.write(data)) await once(stream, "drain");
    },
  };
}

/** The world of this process. */
export function processIo(): Io {
  const controller = new AbortController();
  // Once: what is half done is tidied up. Twice: at once.
  process.once("SIGINT", () => {
    controller.abort(new Error("interrupted"));
    process.once("SIGINT", () => process.exit(130));
    setTimeout(() => process.exit(130), 500).unref();
  });
  return { out: sinkOf(process.stdout), err: sinkOf(process.stderr), env: process.env, signal: controller.signal };
}
