/** Colours, and how numbers of bytes are written for people. */

import type { Io, Sink } from "./io.js";

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };
export type Colour = keyof typeof CODES;

/** Paints text, or leaves it. */
export type Paint = (colour: Colour, text: string) => string;

/** Colours if it is a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function painter({ env }: Io, sink: Sink): Paint {
  const forced = env["FORCE_COLOR"];
  const coloured = env["NO_COLOR"] ? false : forced !== undefined ? forced !== "0" : sink.isTty && env["TERM"] !== "dumb";
  return (colour, text) => (coloured && text ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
}

/** Text for one line: control characters of names could do anything to a terminal. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => (c === "\n" ? "\\n" : c === "\t" ? "\\t" : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`));
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A number of bytes, in the unit that suits it. */
export function bytesText(n: number): string {
  let unit = 0;
  while (n >= 1024 && unit < UNITS.length - 1) {
    n /= 1024;
    unit += 1;
  }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${UNITS[unit]}`;
}

/** Writes progress over itself, if somebody watches. */
export class Progress {
  private shown = false;
  constructor(
    private readonly sink: Sink,
    private readonly what: string,
  ) {}

  update(done: number, total: number): void {
    if (!this.sink.isTty) return;
    this.shown = true;
    const part = total > 0 ? Math.floor((done / total) * 100) : 100;
    void this.sink.write(`\r${this.what}: ${part} % of ${bytesText(total)}\u001b[K`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.shown) void this.sink.write("\r\u001b[K");
  }
}
