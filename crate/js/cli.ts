#!/usr/bin/env node
/** The command `hyperslab`. As a module it exports `main`, which is given its surroundings. */

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import "./node.js";
import { processIo } from "./cli/io.js";
import { main } from "./cli/main.js";

export { main };
export type { Io } from "./cli/io.js";

/** Whether this is the program, and not a module of another one. */
function isProgram(): boolean {
  try {
    return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
  } catch {
    return false;
  }
}

if (isProgram()) {
  const code = await main(process.argv.slice(2), processIo());
  process.exitCode = code;
}
