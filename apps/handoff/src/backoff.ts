const FIRST = 50;
const LONGEST = 5_000;

/** The pause before a subscriber tries again: 50 ms, doubled after every failure up to 5 s, short again after a success. */
export class Backoff {
  private next = FIRST;
  private wake: (() => void) | undefined;
  private ended = false;

  async pause(): Promise<void> {
    if (this.ended) return;
    const length = this.next;
    this.next = Math.min(length * 2, LONGEST);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, length);
      this.wake = () => (clearTimeout(timer), resolve());
    });
  }

  succeeded(): void {
    this.next = FIRST;
  }

  /** Ends the pause under way and every later one. */
  end(): void {
    this.ended = true;
    this.wake?.();
  }
}
