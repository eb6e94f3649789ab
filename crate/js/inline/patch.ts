/** How one module becomes another that is nearly the same: see `patch` in scripts/build/inline.mjs. */

/** What `difference` makes of `from`. */
export function unpatch(from: Uint8Array, difference: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new DataView(difference.buffer, difference.byteOffset);
  const out = new Uint8Array(head.getUint32(0, true));
  let at = 12;
  let literal = at + head.getUint32(8, true);
  const number = (): number => {
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = difference[at++]!;
      n += (byte & 127) * scale;
      if (byte < 128) return n;
    }
  };
  let [to, source] = [0, 0];
  for (let copies = head.getUint32(4, true); copies > 0; copies--) {
    const literals = number();
    out.set(difference.subarray(literal, (literal += literals)), to);
    to += literals;
    const away = number();
    source += literals + (away % 2 ? -(away + 1) / 2 : away / 2);
    const length = number();
    out.set(from.subarray(source, source + length), to);
    to += length;
    source += length;
  }
  out.set(difference.subarray(literal), to);
  return out;
}
