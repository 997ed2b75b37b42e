import type { Stored } from '../append-rules.js';
import { EventStoreError, type RecordedEvent } from '../event-store.js';

/**
 * What the server says that it has stored and our feed has not shown yet. The feed checks its word afterwards: whatever
 * it shows instead, or passes over, is not what we have told others.
 */
export class Unshown {
  readonly #events = new Map<string, Stored>();

  add(event: Stored): void {
    this.#events.set(event.id, event);
  }

  find(id: string): Stored | undefined {
    return this.#events.get(id);
  }

  /** The last position that was told of. */
  end(): bigint | undefined {
    return [...this.#events.values()].at(-1)?.position;
  }

  /** The feed shows an event; says whether it was told of. @throws EventStoreError `SUBSTRATE_TAMPERED` */
  show(event: RecordedEvent): boolean {
    const told = this.#events.get(event.id);
    if (told !== undefined && !isSame(told, event))
      throw tampered(`event ${event.id} is not the one that was stored at position ${told.position}`);
    this.#events.delete(event.id);
    const [first] = this.#events.values();
    if (first !== undefined && first.position <= event.position)
      throw tampered(`event ${first.id} is not at position ${first.position}, where it was stored`);
    return told !== undefined;
  }
}

const isSame = (told: Stored, shown: RecordedEvent): boolean =>
  told.stream === shown.stream &&
  told.revision === shown.revision &&
  told.position === shown.position &&
  told.type === shown.type &&
  Buffer.compare(told.data, shown.data) === 0;

const tampered = (detail: string): EventStoreError => new EventStoreError('SUBSTRATE_TAMPERED', `KurrentDB: ${detail}`);
