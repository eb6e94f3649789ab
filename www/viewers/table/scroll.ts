/** Where one is along an axis of any length, although browsers end an element at 33.5 million pixels. Pure. */

const TALLEST = 15_000_000;

/** What a grid has to know of an axis. Places are in elements, with fractions. */
export interface Track {
  readonly pixels: number;
  readonly scaled: boolean;
  readonly most: number;
  at(offset: number): number;
  offset(at: number): number;
  seen(at: number): [from: number, to: number];
  reveal(i: number, at: number): number;
  /** Pixels from the edge at place `at` to element `i`, and its size. */
  from(at: number, i: number): number;
  sizeOf(i: number): number;
}

/** Any number of elements of one size. */
export class Scroll implements Track {
  /** Height or width of the element that is scrolled over. */
  readonly pixels: number;
  /** Whether one pixel of scrolling is more than one pixel of content. */
  readonly scaled: boolean;
  readonly #full: number;

  constructor(
    readonly count: number,
    readonly size: number,
    readonly view: number,
  ) {
    this.#full = count * size;
    this.pixels = Math.min(this.#full, TALLEST);
    this.scaled = this.#full > TALLEST;
  }

  /** The furthest one can go, in elements (with fractions). */
  get most(): number {
    return Math.max(0, (this.#full - this.view) / this.size);
  }

  /** The element at the edge for a scroll offset. */
  at(offset: number): number {
    if (!this.scaled) return Math.min(this.most, Math.max(0, offset / this.size));
    return Math.min(1, Math.max(0, offset / Math.max(1, this.pixels - this.view))) * this.most;
  }

  /** The scroll offset for an element at the edge. */
  offset(at: number): number {
    if (!this.scaled) return at * this.size;
    return this.most === 0 ? 0 : (at / this.most) * (this.pixels - this.view);
  }

  /** The elements `[from, to)` in sight. */
  seen(at: number): [from: number, to: number] {
    const from = Math.floor(at);
    return [from, Math.min(this.count, Math.ceil(at + this.view / this.size))];
  }

  /** The nearest place that has element `i` in sight, beginning from `at`. */
  reveal(i: number, at: number): number {
    const fit = Math.max(1, Math.floor(this.view / this.size));
    if (i < at) return Math.min(this.most, i);
    return i + 1 > at + fit ? Math.min(this.most, Math.max(0, i + 1 - fit)) : at;
  }

  from(at: number, i: number): number {
    return (i - at) * this.size;
  }

  sizeOf(): number {
    return this.size;
  }
}

/** A few elements, each of its own size. */
export class Sizes implements Track {
  readonly pixels: number;
  readonly scaled = false;
  readonly most: number;
  /** Where each element begins, and where the last one ends. */
  readonly #starts: number[] = [0];

  constructor(
    readonly sizes: readonly number[],
    readonly view: number,
  ) {
    for (const size of sizes) this.#starts.push((this.#starts.at(-1) as number) + size);
    this.pixels = this.#starts.at(-1) as number;
    this.most = this.at(Math.max(0, this.pixels - view));
  }

  at(offset: number): number {
    const i = Math.max(0, this.#starts.findLastIndex((start) => start <= offset));
    return i >= this.sizes.length ? this.sizes.length : i + (offset - this.#start(i)) / this.sizeOf(i);
  }

  offset(at: number): number {
    const i = Math.min(this.sizes.length, Math.floor(at));
    return this.#start(i) + (at - i) * this.sizeOf(i);
  }

  seen(at: number): [from: number, to: number] {
    const edge = this.offset(at);
    const end = this.#starts.findIndex((start) => start >= edge + this.view);
    return [Math.min(this.sizes.length, Math.floor(at)), end < 0 ? this.sizes.length : Math.min(end, this.sizes.length)];
  }

  reveal(i: number, at: number): number {
    const edge = this.offset(at);
    if (this.#start(i) < edge) return Math.min(this.most, i);
    const end = this.#start(i) + this.sizeOf(i);
    return end > edge + this.view ? Math.min(this.most, this.at(Math.min(this.#start(i), end - this.view))) : at;
  }

  from(at: number, i: number): number {
    return this.#start(i) - this.offset(at);
  }

  sizeOf(i: number): number {
    return this.sizes[i] ?? 0;
  }

  #start(i: number): number {
    return this.#starts[i] ?? this.pixels;
  }
}
