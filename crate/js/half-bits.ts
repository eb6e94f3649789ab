/** Half floats as bits, for files that have them where the platform has no array of them. */

const word = new DataView(new ArrayBuffer(4));

/** The bits of a half that is given as the number it is equal to. */
export function halfBits(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const mantissa = bits & 0x7fffff;
  if (exponent > 30) return sign | 0x7c00 | (mantissa >>> 13);
  if (exponent > 0) return sign | (exponent << 10) | (mantissa >>> 13);
  return sign | (exponent < -10 ? 0 : (mantissa | 0x800000) >>> (14 - exponent));
}
