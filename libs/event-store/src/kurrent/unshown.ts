import type { Stored } from '../append-rules.js';
import type { RecordedEvent } from '../event-store.js';
import { tampered } from './client-errors.js';

/**
 * What the server says that it has stored and that was not read back yet. Its word is checked afterwards: whatever is read
 * instead, or passed over, is not what we have told others.
 */
export class Unshown {
  readonly #events = new Map<string, Stored>();
  #end: bigint | undefined;

  get size(): number {
    return this.#events.size;
  }

  add(event: Stored): void {
    this.#events.set(event.id, event);
    if (this.#end === undefined || event.position > this.#end) this.#end = event.position;
  }

  find(id: string): Stored | undefined {
    return this.#events.get(id);
  }

  /** The last position that was told of, read back or not. */
  end(): bigint | undefined {
    return this.#end;
  }

  /** An event was read back; says whether it was told of. @throws EventStoreError `SUBSTRATE_TAMPERED` */
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
