// What the tests share: the fixture with one value of every kind, and sources that count what is asked of them.
import { readFileSync } from "node:fs";
import { at } from "../../scripts/lib/paths.mjs";

export const kinds = at("tests/fixtures/kinds.h5");
export const bytes = () => new Uint8Array(readFileSync(kinds));

/** A source over bytes that answers by promise and remembers what it was asked for. */
export function counting(data, { delay = 0 } = {}) {
  const requests = [];
  let underWay = 0;
  return {
    requests,
    most: 0,
    size: data.length,
    async read(offset, length) {
      requests.push([offset, length]);
      this.most = Math.max(this.most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, delay));
      underWay -= 1;
      return data.slice(offset, offset + length);
    },
  };
}
