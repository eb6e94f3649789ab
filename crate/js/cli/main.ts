/** Finds the command that was asked for. */

import { readFileSync } from "node:fs";
import { type Command, CODES, describeError, runCommand, UsageError } from "./frame.js";
import type { Io } from "./io.js";

/** Commands, each loaded when it is run. */
const COMMANDS: Record<string, () => Promise<{ default: Command }>> = {
  ls: () => import("./ls.js"),
  cat: () => import("./cat.js"),
  dump: () => import("./dump.js"),
  stat: () => import("./stat.js"),
  diff: () => import("./diff.js"),
  repack: () => import("./repack.js"),
  copy: () => import("./copy.js"),
  refs: () => import("./refs.js"),
  serve: () => import("./serve.js"),
};

const SUMMARIES: Record<string, string> = {
  ls: "list groups and datasets",
  dump: "print a file as h5dump does",
  cat: "print the values of a dataset or attribute",
  stat: "what takes up the space",
  diff: "compare two files or objects",
  repack: "a compact copy, compressed as you like",
  copy: "copy objects, within a file or into another",
  refs: "references to the chunks, as kerchunk writes them",
  serve: "look at files in the browser",
};

function help(): string {
  const rows = Object.keys(COMMANDS).map((name) => `  ${name.padEnd(8)}${SUMMARIES[name]}`);
  return [
    "hyperslab: HDF5 files from the command line",
    "",
    "usage: hyperslab COMMAND [OPTIONS] FILE...",
    "",
    ...rows,
    "",
    "`hyperslab COMMAND --help` says more. Objects are given behind their file: run.h5/entry/data.",
    CODES,
    "",
  ].join("\n");
}

/** The version of the package: its description is beside the folder we are in. */
function version(): string {
  return (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;
}

/** Runs a command; the exit code. */
export async function main(argv: string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  const fail = async (line: string, code: number): Promise<number> => {
    await io.err.write(`hyperslab: ${line}\n`);
    return code;
  };
  if (name === "--version" || name === "-V") {
    await io.out.write(`${version()}\n`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    await (name === undefined ? io.err : io.out).write(help());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) return await fail(`there is no command "${name}": ${Object.keys(COMMANDS).join(", ")}`, 2);
  try {
    const { default: found } = await load();
    return await runCommand(found, rest, io);
  } catch (e) {
    if (io.signal.aborted) return 130;
    if (io.env["DEBUG"]) await io.err.write(`${(e as Error).stack ?? String(e)}\n`);
    if (e instanceof UsageError) return await fail(`${e.message} (hyperslab ${name} --help)`, 2);
    return await fail(describeError(e), 1);
  }
}
