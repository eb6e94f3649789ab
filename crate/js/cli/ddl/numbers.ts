/** Numbers as C prints them. */

const VIEW = new DataView(new ArrayBuffer(8));

/** C's `%g`: six significant digits, as short as they can be. */
export function general(x: number, digits = 6): string {
  if (Number.isNaN(x)) {
    VIEW.setFloat64(0, x);
    return VIEW.getUint8(0) & 0x80 ? "-nan" : "nan";
  }
  if (!Number.isFinite(x)) return x < 0 ? "-inf" : "inf";
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  const [mantissa, exponent] = rounded(x, digits).split("e") as [string, string];
  return (x < 0 ? "-" : "") + spelled(mantissa.replace(/[-.]/g, ""), Number(exponent));
}

/** Digits and the exponent of the first one, as `%g` writes them. */
function spelled(all: string, e: number): string {
  if (e < -4 || e >= all.length) {
    const short = `${all[0]}.${all.slice(1)}`.replace(/\.?0+$/, "");
    return `${short}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  }
  const text = e < 0 ? `0.${"0".repeat(-e - 1)}${all}` : `${all.slice(0, e + 1)}${e + 1 < all.length ? `.${all.slice(e + 1)}` : ""}`;
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The same for `mantissa` times 2 to the power of `exponent`, however large. */
export function generalOf(mantissa: bigint, exponent: number, digits = 6): string {
  if (mantissa === 0n) return "0";
  const two = 1n << BigInt(Math.abs(exponent));
  const [above, below] = exponent < 0 ? [mantissa, two] : [mantissa * two, 1n];
  // From the number of its bits, or one too many.
  let e = Math.floor((mantissa.toString(2).length - 1 + exponent) * Math.LOG10E * Math.LN2) + 1;
  for (;;) {
    const shift = digits - 1 - e;
    const [p, q] = shift < 0 ? [above, below * 10n ** BigInt(-shift)] : [above * 10n ** BigInt(shift), below];
    let whole = p / q;
    const rest = 2n * (p % q);
    if (rest > q || (rest === q && whole % 2n === 1n)) whole += 1n;
    const text = String(whole);
    if (text.length < digits) e -= 1;
    else if (text.length > digits) e += 1;
    else return spelled(text, e);
  }
}

/** Digits that say whether a number lies in the middle between two shorter ones. */
const EXACT = 60;

/** The nearest number of so many digits; in the middle between two, as C does it, the even one. */
function rounded(x: number, digits: number): string {
  const [long, exponent] = x.toExponential(EXACT).split("e") as [string, string];
  const head = long.slice(0, long.indexOf(".") + digits);
  const rest = long.slice(head.length);
  const even = /[02468]$/.test(head);
  return even && /^50*$/.test(rest) ? `${head}e${exponent}` : x.toExponential(digits - 1);
}

/** C's `%.3f` and the like. */
export function fixed(x: number, digits: number): string {
  return x.toFixed(digits);
}

/** Bytes in hexadecimal with colons between them; a single one as `0x00`. */
export function hexadecimal(bytes: Uint8Array): string {
  if (bytes.length === 1) return `0x${bytes[0]!.toString(16).padStart(2, "0")}`;
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(":");
}

/** The low `size` bytes of a whole number, the least significant first. */
export function littleEndian(value: number | bigint, size: number): Uint8Array {
  let rest = BigInt.asUintN(size * 8, BigInt(value));
  return Uint8Array.from({ length: size }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}
