/** Where one is along an axis of any length, although browsers end an element at 33.5 million pixels. Pure. */

const TALLEST = 15_000_000;

export class Scroll {
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
}
