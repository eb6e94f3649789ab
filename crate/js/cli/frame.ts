/** What all commands share: how they are described, how their arguments are read, how they fail. */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { HyperslabError } from "../errors.js";
import type { Io } from "./io.js";

/** One option. */
export interface Option {
  readonly type: "boolean" | "string";
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for its value in the help. */
  readonly value?: string;
  readonly help: string;
}

type Options = Readonly<Record<string, Option>>;

/** What was given for options. */
export type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends { type: "boolean" } ? boolean : O[K] extends { multiple: true } ? string[] : string;
};

/** A command. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  /** In half a line. */
  readonly summary: string;
  /** What follows the name, one way a line. */
  readonly usage: readonly string[];
  /** Further text for the help. */
  readonly text?: string;
  readonly options: O;
  /** Fewest and most arguments. */
  readonly takes: readonly [least: number, most: number];
  /** The exit code: 0 if all is well, 1 if there is a difference or something failed. */
  run(args: string[], values: Values<O>, io: Io): Promise<number>;
}

/** A command with the types of its own options. */
export function command<const O extends Options>(definition: Command<O>): Command {
  return definition as unknown as Command;
}

/** Somebody called us in a way that we do not understand: exit code 2. */
export class UsageError extends Error {}

const COMMON = {
  help: { type: "boolean", short: "h", help: "print this" },
} satisfies Options;

export const CODES = "Exit codes: 0 all is well, 1 a difference or a failure, 2 arguments that make no sense.";

/** The help of a command. */
export function helpOf({ name, summary, usage, text, options }: Command): string {
  const rows = Object.entries<Option>({ ...options, ...COMMON }).map(([long, o]) => {
    const value = o.type === "string" ? ` ${o.value ?? "TEXT"}` : "";
    return [`  ${o.short ? `-${o.short}, ` : "    "}--${long}${value}`, o.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = [
    `hyperslab ${name}: ${summary}`,
    "",
    ...usage.map((u, i) => `${i ? "      " : "usage:"} hyperslab ${name} ${u}`),
    ...(text ? ["", text] : []),
    "",
    ...rows.map(([left, help]) => left.padEnd(width) + help.replaceAll("\n", `\n${" ".repeat(width)}`)),
    "",
    CODES,
    "",
  ];
  return lines.join("\n");
}

/** Reads arguments and runs a command. */
export async function runCommand(c: Command, argv: string[], io: Io): Promise<number> {
  const everything: Options = { ...c.options, ...COMMON };
  const config: ParseArgsConfig["options"] = {};
  for (const [name, { type, short, multiple }] of Object.entries(everything)) config[name] = { type, ...(short && { short }), ...(multiple && { multiple }) };
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: config, allowPositionals: true, strict: true });
  } catch (e) {
    throw new UsageError((e as Error).message.split("\n")[0]!.replace(/\. To specify .*$/, ""));
  }
  const values = parsed.values as Record<string, unknown>;
  if (values["help"]) {
    await io.out.write(helpOf(c));
    return 0;
  }
  const n = parsed.positionals.length;
  const [least, most] = c.takes;
  if (n < least || n > most) throw new UsageError(n < least ? "something is missing: which file?" : `too much: ${parsed.positionals[most]}`);
  return await c.run(parsed.positionals, values as Values<Options>, io);
}

/** A count or size that was given as text. */
export function wholeNumber(text: string, what: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(n)) throw new UsageError(`${what} is a whole number, not ${text}`);
  return n;
}

/** A number that was given as text. */
export function realNumber(text: string, what: string): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isFinite(n) || n < 0) throw new UsageError(`${what} is a number, not ${text}`);
  return n;
}

/** An error that names the file it is about. */
export class FileError extends Error {
  constructor(
    readonly file: string,
    override readonly cause: unknown,
  ) {
    super(String(cause));
  }
}

/** An error that is one of a file's: what tools read of headers by themselves ends where it goes beyond them. */
export function settled(e: unknown): unknown {
  return e instanceof RangeError ? new HyperslabError("Malformed", `a header that says what cannot be: ${e.message}`, { cause: e }) : e;
}

/** What went wrong, in one line. */
export function describeError(e: unknown): string {
  e = settled(e);
  if (e instanceof FileError) return `${e.file}: ${describeError(e.cause).replace(`cannot open ${e.file}: `, "")}`;
  if (!(e instanceof HyperslabError)) return e instanceof Error ? e.message.split("\n")[0]! : String(e);
  const details = [
    e.code,
    ...(e.path === undefined || e.path === "/" ? [] : [`object ${e.path}`]),
    ...(e.address === undefined ? [] : [`address ${e.address}`]),
    ...(e.trail ? [`in ${e.trail.join(" > ")}`] : []),
  ];
  return `${e.message} (${details.join(", ")})`;
}
