// How many elements a serialised selection chooses, without the dataset that it chooses from.

const HEADER = { 1: 16, 2: 13, 3: 10 }; // bytes of a hyperslab before its rank, by version

/** Numbers of `width` bytes, one after the other. */
function* numbers(view, at, width) {
  for (; ; at += width) {
    if (width === 8) yield Number(view.getBigUint64(at, true));
    else yield width === 4 ? view.getUint32(at, true) : view.getUint16(at, true);
  }
}

const take = (n, source) => Array.from({ length: n }, () => source.next().value);

/** Elements that `selection` (as it is stored) chooses from a dataspace of that shape; undefined if it is cut off. */
export function points(selection, shape) {
  try {
    return chosen(selection, shape);
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
}

function chosen(selection, shape) {
  const view = new DataView(selection.buffer, selection.byteOffset, selection.byteLength);
  const [kind, version] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (kind === 0) return 0;
  if (kind === 3) return shape.reduce((n, d) => n * d, 1);
  if (kind === 1) {
    return version === 1 ? view.getUint32(20, true) : numbers(view, 13, view.getUint8(8)).next().value;
  }
  const flags = version === 1 ? 0 : view.getUint8(8);
  const at = HEADER[version];
  const rank = view.getUint32(at, true);
  const width = { 1: 4, 2: 8 }[version] ?? view.getUint8(9);
  // What is damaged must not be counted for ever.
  if (rank < 1 || rank > 32 || ![2, 4, 8].includes(width)) throw new RangeError("a damaged selection");
  const rest = numbers(view, at + 4, width);
  if (flags & 1) {
    let n = 1;
    for (let axis = 0; axis < rank; axis++) {
      const [, , count, block] = take(4, rest);
      n *= count * block;
    }
    return n;
  }
  // The library writes blocks that have nothing in common.
  const [blocks] = take(1, rest);
  let n = 0;
  for (let k = 0; k < blocks; k++) {
    const corners = take(2 * rank, rest);
    n += corners.slice(0, rank).reduce((size, start, axis) => size * (corners[rank + axis] - start + 1), 1);
  }
  return n;
}
