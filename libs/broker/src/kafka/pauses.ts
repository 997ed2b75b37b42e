/** Pauses that end all at once when there is nothing more to wait for; at the latest with those of `whole`. */
export class Pauses {
  readonly #ends = new Set<() => void>();
  #areOver = false;
  #unlisten = (): void => undefined;

  constructor(whole?: Pauses) {
    if (whole?.areOver === true) this.end();
    else if (whole !== undefined) this.#unlisten = whole.onEnd(() => this.end());
  }

  get areOver(): boolean {
    return this.#areOver;
  }

  /** Resolves after `ms`, or when the pauses are over. */
  async pause(ms: number): Promise<void> {
    if (this.#areOver) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const unlisten = this.onEnd(resolve);
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
    unlisten();
  }

  /** Calls `listener` at the end, unless the returned function is called before. */
  onEnd(listener: () => void): () => void {
    this.#ends.add(listener);
    return () => void this.#ends.delete(listener);
  }

  end(): void {
    this.#areOver = true;
    this.#unlisten();
    for (const end of this.#ends) end();
    this.#ends.clear();
  }
}
