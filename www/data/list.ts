/** Lists as people write them: JSON, but with every kind of number that there is. Pure. */

import { ValueError } from "./value-error.js";

/** One value of a list, as text; whether it stood in quotes. */
export interface Item {
  text: string;
  quoted: boolean;
}

export type Nested = Item | readonly Nested[];

export const isItem = (n: Nested): n is Item => "text" in n;

/** Lists in lists that are followed. */
const DEEPEST = 32;

/** Reads `[1, 2]`, `[[1, nan], [3, 4]]`, `["a", "b"]`. */
export function readList(text: string): Nested[] {
  const reader = new Reader(text);
  const list = reader.list(0);
  reader.end();
  return list;
}

class Reader {
  #at = 0;

  constructor(private readonly text: string) {}

  list(depth: number): Nested[] {
    if (depth > DEEPEST) throw new ValueError("these lists are nested too deep");
    this.#expect("[");
    const items: Nested[] = [];
    if (this.#next() === "]") {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(this.#next() === "[" ? this.list(depth + 1) : this.#item());
      if (this.#next() !== ",") break;
      this.#at++;
    }
    this.#expect("]");
    return items;
  }

  end(): void {
    if (this.#next() !== "") throw new ValueError(`there is more after the list: “${this.text.slice(this.#at, this.#at + 20)}”`);
  }

  #item(): Item {
    return this.#next() === '"' ? { text: this.#quoted(), quoted: true } : { text: this.#word(), quoted: false };
  }

  #quoted(): string {
    const found = /"(?:[^"\\]|\\.)*"/sy;
    found.lastIndex = this.#at;
    const literal = found.exec(this.text)?.[0];
    if (literal === undefined) throw new ValueError("a quotation mark is not closed");
    this.#at += literal.length;
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw new ValueError(`${literal} is no text as JSON has it`);
    }
  }

  #word(): string {
    const found = /[^,[\]"]+/y;
    found.lastIndex = this.#at;
    const word = found.exec(this.text)?.[0] ?? "";
    this.#at += word.length;
    if (word.trim() === "") throw new ValueError("a value is missing in the list");
    return word.trim();
  }

  #expect(c: string): void {
    if (this.#next() !== c) throw new ValueError(`a list is written as [1, 2, 3]: “${c}” is missing`);
    this.#at++;
  }

  /** The next character that is not white. */
  #next(): string {
    while (/\s/.test(this.text[this.#at] ?? "")) this.#at++;
    return this.text[this.#at] ?? "";
  }
}

/** The extents of nested lists; throws when they are not those of an array. */
export function extentsOf(list: readonly Nested[]): number[] {
  const first = list[0];
  if (first === undefined || isItem(first)) {
    if (!list.every(isItem)) throw new ValueError("values and lists are mixed");
    return [list.length];
  }
  const inner = extentsOf(first);
  for (const one of list) {
    if (isItem(one)) throw new ValueError("values and lists are mixed");
    if (String(extentsOf(one)) !== String(inner)) throw new ValueError("the lists inside are not all of one length");
  }
  return [list.length, ...inner];
}

/** All values, from first to last. */
export const itemsOf = (list: readonly Nested[]): Item[] => list.flatMap((n) => (isItem(n) ? [n] : itemsOf(n)));
