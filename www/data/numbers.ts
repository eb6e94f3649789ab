/** Numbers as text that reads back as the same number, in the shortest form. */

/** Text of a float64: `NaN`, `inf`, `-0`, `1e300`. */
export function float64(x: number): string {
  if (Number.isFinite(x)) return Object.is(x, -0) ? "-0" : String(x).replace("e+", "e");
  return special(x);
}

/** Text of a float32: the fewest digits that give the same float32. */
export function float32(x: number): string {
  // Subnormals carry fewer digits.
  return shortest(x, Math.abs(x) < 1.2e-38 ? 1 : 6, 9, Math.fround);
}

/** Text of a float16: the fewest digits that give the same float16. */
export function float16(x: number): string {
  return shortest(x, 1, 5, half);
}

function special(x: number): string {
  return Number.isNaN(x) ? "NaN" : x > 0 ? "inf" : "-inf";
}

function shortest(x: number, from: number, to: number, round: (x: number) => number): string {
  // A whole number is spelled in full: 65504, although 65500 would be the same float16.
  if (!Number.isFinite(x) || (Number.isInteger(x) && Math.abs(x) < 1e15)) return float64(x);
  for (let digits = from; digits < to; digits++) {
    const y = Number(x.toPrecision(digits));
    if (round(y) === x) return float64(y);
  }
  return float64(Number(x.toPrecision(to)));
}

/** The float16 nearest to a number, ties to even. */
export function half(x: number): number {
  const a = Math.abs(x);
  if (!(a < 65520)) return a === a ? Math.sign(x) * Infinity : NaN;
  // The distance between neighbours: 2^-24 for subnormals, else 2^(exponent - 10).
  const unit = a < 2 ** -14 ? 2 ** -24 : 2 ** (Math.floor(Math.log2(a)) - 10);
  const n = x / unit;
  const low = Math.floor(n);
  const up = n - low > 0.5 || (n - low === 0.5 && low % 2 !== 0);
  return (up ? low + 1 : low) * unit;
}

/** A number for people: some `digits` significant ones, as for limits and read-outs, but never rounded above the decimal point. */
export function brief(x: number, digits = 5): string {
  if (!Number.isFinite(x)) return special(x);
  const a = Math.abs(x);
  if (a < 1e12 && (Number.isInteger(x) || a >= 10 ** digits)) return float64(Math.round(x));
  return float64(Number(x.toPrecision(digits)));
}
