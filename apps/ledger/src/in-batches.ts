interface Gathering<V> {
  readonly keys: Set<string>;
  readonly answers: Promise<ReadonlyMap<string, V>>;
}

/**
 * Answers single questions with one look-up for all that are asked in the same turn of the event loop.
 * For one request only: answers are not kept.
 */
export class InBatches<V> {
  readonly #lookUp: (keys: readonly string[]) => ReadonlyMap<string, V>;
  #next: Gathering<V> | undefined;

  constructor(lookUp: (keys: readonly string[]) => ReadonlyMap<string, V>) {
    this.#lookUp = lookUp;
  }

  /** Undefined when the look-up has no answer for the key. */
  async get(key: string): Promise<V | undefined> {
    this.#next ??= this.#gather();
    const { keys, answers } = this.#next;
    keys.add(key);
    return (await answers).get(key);
  }

  #gather(): Gathering<V> {
    const keys = new Set<string>();
    const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#next = undefined;
      return this.#lookUp([...keys]);
    });
    return { keys, answers };
  }
}
