/** A list of any length of which only the rows in sight are in the document. */

import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Browsers end an element at 33.5 million pixels; longer lists are scaled. */
const TALLEST = 30_000_000;
/** Rows kept ready above and below. */
const SPARE = 6;

interface Props {
  count: number;
  rowHeight: number;
  /** Renders the rows `[from, to)`, which begin at the given offset. */
  render(from: number, to: number): ComponentChildren;
  scroller: RefObject<HTMLDivElement | null>;
  /** Told which rows are in sight. */
  onRange?(from: number, to: number): void;
}

/** The window of rows inside a scrolling element, which the caller provides. */
export function VirtualRows({ count, rowHeight, render, scroller, onRange }: Props) {
  const [range, setRange] = useState<[number, number]>([0, 0]);
  const inner = useRef<HTMLDivElement>(null);
  const full = count * rowHeight;
  const height = Math.min(full, TALLEST);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const update = (): void => {
      const top = (box.scrollTop / Math.max(1, height - box.clientHeight)) * Math.max(0, full - box.clientHeight);
      const from = Math.max(0, Math.floor(top / rowHeight) - SPARE);
      const to = Math.min(count, Math.ceil((top + box.clientHeight) / rowHeight) + SPARE);
      setRange((old) => (old[0] === from && old[1] === to ? old : [from, to]));
    };
    update();
    box.addEventListener("scroll", update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(box);
    return () => {
      box.removeEventListener("scroll", update);
      observer.disconnect();
    };
  }, [count, rowHeight, scroller.current]);

  const [from, to] = [Math.min(range[0], count), Math.min(range[1], count)];
  useLayoutEffect(() => onRange?.(from, to), [from, to, count]);
  // Where the first row stands; scaled lists keep rows at their own height around the place that is in sight.
  const offset = full === height ? from * rowHeight : Math.min(height - (to - from) * rowHeight, ((from * rowHeight) / full) * height);
  return (
    <div ref={inner} class="virtual" role="presentation" style={{ height: `${height}px` }}>
      <div role="presentation" style={{ transform: `translateY(${offset}px)` }}>
        {render(from, to)}
      </div>
    </div>
  );
}

/** Scrolls so that a row is in sight. */
export function reveal(box: HTMLElement | null, row: number, rowHeight: number, count: number): void {
  if (!box) return;
  const full = count * rowHeight;
  const height = Math.min(full, TALLEST);
  if (full === height) {
    const top = row * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
  } else {
    box.scrollTop = (row / count) * (height - box.clientHeight);
  }
}
