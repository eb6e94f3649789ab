/** Many read, or one changes: in the order in which they asked. */

interface Waiting {
  alone: boolean;
  go(): void;
}

export class Lock {
  private readers = 0;
  private changing = false;
  private readonly queue: Waiting[] = [];

  /** Waits for its turn. */
  enter(alone: boolean): Promise<void> {
    return new Promise((go) => {
      this.queue.push({ alone, go });
      this.next();
    });
  }

  leave(alone: boolean): void {
    if (alone) this.changing = false;
    else this.readers -= 1;
    this.next();
  }

  private next(): void {
    for (let first = this.queue[0]; first && !this.changing && (!first.alone || this.readers === 0); first = this.queue[0]) {
      this.queue.shift();
      if (first.alone) this.changing = true;
      else this.readers += 1;
      first.go();
    }
  }
}
