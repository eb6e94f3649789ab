// Runs the command in this process: quicker than a process for each file, and what it writes can be looked at.
import { main } from "../../../dist/cli.js";

/** What it printed (bytes and text), what it complained about, and its exit code. */
export async function hyperslab(args, { tty = false, columns = 80, env = {}, signal = new AbortController().signal } = {}) {
  const out = [];
  const err = [];
  const sink = (list) => ({ isTty: tty, columns, write: async (data) => void list.push(Buffer.from(data)) });
  const code = await main(args, { out: sink(out), err: sink(err), env, signal });
  const bytes = Buffer.concat(out);
  return { code, bytes, out: bytes.toString(), err: Buffer.concat(err).toString() };
}
