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
  const e = Number(exponent);
  if (e < -4 || e >= digits) {
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return `${short}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  }
  const minus = x < 0 ? "-" : "";
  const all = mantissa.replace(/[-.]/g, "");
  const text = e < 0 ? `0.${"0".repeat(-e - 1)}${all}` : `${all.slice(0, e + 1)}${e + 1 < all.length ? `.${all.slice(e + 1)}` : ""}`;
  return minus + (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
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
