/**
 * Deflate, undone at once: browsers' own streams are asynchronous, and younger than some of the browsers this runs in. Only for
 * what this package embeds: what is malformed was never written.
 */

/** What one lookup gives: the symbol, and in the lowest four bits how many bits its code has. */
interface Codes {
  table: Uint16Array;
  /** The longest code, in bits. */
  bits: number;
}

/** The codes whose lengths these are, by their bits in the order in which they arrive. */
function codesOf(lengths: Uint8Array): Codes {
  const bits = Math.max(1, ...lengths);
  const table = new Uint16Array(1 << bits);
  let code = 0;
  for (let length = 1; length <= bits; length++, code <<= 1) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      let reversed = 0;
      for (let i = 0, rest = code; i < length; i++, rest >>= 1) reversed = (reversed << 1) | (rest & 1);
      for (let i = reversed; i < table.length; i += 1 << length) table[i] = (symbol << 4) | length;
      code += 1;
    }
  }
  return { table, bits };
}

/** Codes 257 and up are lengths, the others are distances: their smallest values, and how many bits follow. */
function ranges(first: number, count: number, perStep: number, plain: number): [base: Uint16Array, extra: Uint8Array] {
  const [base, extra] = [new Uint16Array(count), new Uint8Array(count)];
  for (let i = 0, value = first; i < count; i++) {
    extra[i] = i < plain ? 0 : Math.floor(i / perStep) - 1;
    base[i] = value;
    value += 1 << extra[i]!;
  }
  return [base, extra];
}

const [LENGTH, LENGTH_BITS] = ranges(3, 29, 4, 8);
// The longest has a code of its own.
LENGTH[28] = 258;
LENGTH_BITS[28] = 0;
const [DISTANCE, DISTANCE_BITS] = ranges(1, 30, 2, 4);
/** The order in which the lengths of the codes of lengths are stored. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** What `input`, raw deflate, was. */
export function inflate(input: Uint8Array): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(input.length * 4);
  let [filled, at, held, count] = [0, 0, 0, 0];
  /** Sees to it that there are `n` bits; after the end zeros come. */
  const need = (n: number): void => {
    for (; count < n; count += 8) held |= (input[at++] ?? 0) << count;
  };
  const take = (n: number): number => {
    need(n);
    const value = held & ((1 << n) - 1);
    held >>>= n;
    count -= n;
    return value;
  };
  const symbol = ({ table, bits }: Codes): number => {
    need(bits);
    const entry = table[held & ((1 << bits) - 1)]!;
    held >>>= entry & 15;
    count -= entry & 15;
    return entry >> 4;
  };
  const room = (n: number): void => {
    if (filled + n <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, filled + n));
    larger.set(out);
    out = larger;
  };
  const stored = (): void => {
    take(count % 8);
    const length = take(16);
    take(16); // the same once more, inverted
    room(length);
    for (let i = 0; i < length; i++) out[filled++] = take(8);
  };
  const dynamic = (): [Codes, Codes] => {
    const [literals, distances, lengths] = [257 + take(5), 1 + take(5), 4 + take(4)];
    const small = new Uint8Array(19);
    for (let i = 0; i < lengths; i++) small[ORDER[i]!] = take(3);
    const codes = codesOf(small);
    const all = new Uint8Array(literals + distances);
    for (let i = 0; i < all.length; ) {
      const s = symbol(codes);
      if (s < 16) all[i++] = s;
      else {
        const value = s === 16 ? all[i - 1]! : 0;
        const times = s === 16 ? 3 + take(2) : s === 17 ? 3 + take(3) : 11 + take(7);
        all.fill(value, i, (i += times));
      }
    }
    return [codesOf(all.subarray(0, literals)), codesOf(all.subarray(literals))];
  };
  const fixed = (): [Codes, Codes] => {
    const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
    return [codesOf(lengths), codesOf(new Uint8Array(30).fill(5))];
  };
  const block = ([literals, distances]: [Codes, Codes]): void => {
    for (let s = symbol(literals); s !== 256; s = symbol(literals)) {
      room(258);
      if (s < 256) {
        out[filled++] = s;
        continue;
      }
      const length = LENGTH[s - 257]! + take(LENGTH_BITS[s - 257]!);
      const d = symbol(distances);
      const back = DISTANCE[d]! + take(DISTANCE_BITS[d]!);
      for (let i = 0; i < length; i++, filled++) out[filled] = out[filled - back]!;
    }
  };
  for (let last = 0; !last; ) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) stored();
    else block(kind === 1 ? fixed() : dynamic());
  }
  return out.subarray(0, filled);
}
