import type { EventStore, RecordedEvent } from '@delta-hub/event-store';

const READ_AT_ONCE = 256;

/** Reads an event store, one event after the other, from its beginning or from behind a position. */
export class StoreCursor {
  readonly #events: Pick<EventStore, 'readAll'>;
  #buffer: readonly RecordedEvent[] = [];
  #at = 0;
  #after: bigint | undefined;

  constructor(events: Pick<EventStore, 'readAll'>, after?: bigint) {
    this.#events = events;
    this.#after = after;
  }

  /** The next event if it was read already; `next` gives it again. */
  atHand(): RecordedEvent | undefined {
    return this.#buffer[this.#at];
  }

  /** Passes over the event at hand. */
  skip(): void {
    this.#after = this.#buffer[this.#at]?.position ?? this.#after;
    this.#at += 1;
  }

  async next(): Promise<RecordedEvent | undefined> {
    if (this.#at >= this.#buffer.length) {
      this.#buffer = await this.#read();
      this.#at = 0;
    }
    const event = this.atHand();
    this.skip();
    return event;
  }

  /** An event that cannot be read is met alone, after all that can be read before it. */
  async #read(): Promise<readonly RecordedEvent[]> {
    try {
      return await this.#events.readAll(this.#after, READ_AT_ONCE);
    } catch {
      return this.#events.readAll(this.#after, 1);
    }
  }
}
