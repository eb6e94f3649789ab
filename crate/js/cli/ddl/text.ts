/**
 * Text as h5dump prints it. Its output is bytes, and in places not valid UTF-8: here it is "binary text", strings in which each
 * character stands for a byte, until it is written.
 */

/** Binary text of a name or path. */
export function binary(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

const PRINTABLE = /^[ -~]*$/;
const ESCAPES: Record<string, string> = { '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
/** Where control characters are not escaped, lines go on below. */
const RAW: Record<string, string> = { '"': '"', "\\": "\\", "\b": "\b", "\f": "\f", "\n": "\n           ", "\r": "\r           ", "\t": "\t" };

function octal(c: string): string {
  return `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

/** As C prints a signed character in octal. */
function signedOctal(c: string): string {
  const code = c.charCodeAt(0);
  return code < 0x80 ? octal(c) : `\\${(code + 0xffffff00).toString(8)}`;
}

function isPrintable(c: string): boolean {
  return c >= " " && c <= "~";
}

/** The inside of a quoted value. */
export function escapeValue(text: string, escape: boolean): string {
  if (!escape && PRINTABLE.test(text)) return text;
  const special = escape ? ESCAPES : RAW;
  let out = "";
  for (const c of text) out += special[c] ?? (isPrintable(c) ? c : signedOctal(c));
  return out;
}

const NAME_ESCAPES: Record<string, string> = { ...ESCAPES, "'": "\\'", "?": "\\?", "\x07": "\\a", "\v": "\\v" };

/** The name of an enum's value. After something that was escaped h5dump leaves a character as it is. */
export function escapeName(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const escape = NAME_ESCAPES[c] ?? (isPrintable(c) ? undefined : octal(c));
    out += escape ?? c;
    if (escape !== undefined && i + 1 < text.length) out += text[++i]!;
  }
  return out;
}
