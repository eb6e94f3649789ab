// Running commands: quietly into a log with a sign of life, or with the output passed on.
import { spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import path from "node:path";
import { env, folder, local, root } from "./paths.mjs";

/** 83.4 s as "1 m 23 s". */
export function duration(ms) {
  const s = ms / 1000;
  return s < 10 ? `${s.toFixed(1)} s` : s < 60 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} m ${String(Math.round(s % 60)).padStart(2, "0")} s`;
}

/** Thrown when a command ends badly; `output` is what it printed. */
export class CommandError extends Error {
  constructor(command, code, output) {
    super(`${command} ended with ${code}`);
    this.output = output;
  }
}

/**
 * Runs a command and returns {code, output}. Options: `cwd`, `env` (added to ours), `onLine(line)` for each line as it comes,
 * `timeout` in seconds (the command is killed and counts as failed).
 */
export function command(argv, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: options.cwd ?? root,
      env: env(options.env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let rest = "";
    let late = false;
    const timer = options.timeout && setTimeout(() => { late = true; child.kill("SIGKILL"); }, options.timeout * 1000);
    const take = (chunk) => {
      output += chunk;
      if (!options.onLine) return;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) options.onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (e) => { output += `${e.message}\n`; });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (rest && options.onLine) options.onLine(rest);
      if (late) output += `\nstopped after ${options.timeout} s\n`;
      resolve({ code: late ? "time-out" : code ?? signal ?? 1, output });
    });
  });
}

/** Runs a command for its output; throws a CommandError when it fails. */
export async function must(argv, options) {
  const { code, output } = await command(argv, options);
  if (code !== 0) throw new CommandError(argv.join(" "), code, output);
  return output;
}

/**
 * Runs a command whose output goes to .cache/logs/NAME.log, saying every 15 seconds what its last line was.
 * `say(text)` prints under the caller's name. On failure the end of the log is in the error.
 */
export async function logged(name, argv, say, options = {}) {
  const file = path.join(folder(local, "logs"), `${name}.log`);
  const log = createWriteStream(file, { flags: "a" });
  log.write(`$ ${argv.join(" ")}\n`);
  let last = "";
  const began = Date.now();
  const tick = setInterval(() => say(`${duration(Date.now() - began)}: ${last.trim().slice(0, 100)}`), 15000);
  const { code } = await command(argv, {
    ...options,
    onLine: (line) => {
      log.write(`${line}\n`);
      if (line.trim()) last = line;
    },
  });
  clearInterval(tick);
  await new Promise((done) => log.end(done));
  if (code !== 0) {
    const tail = readFileSync(file, "utf8").trimEnd().split("\n").slice(-30).join("\n");
    throw new CommandError(argv.join(" "), code, `${tail}\n(whole log: ${path.relative(root, file)})`);
  }
}
