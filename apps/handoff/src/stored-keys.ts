import { type KeyHistory, storedKeyHistory, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';

/** The key history of this node, folded from its event store: the one truth about keys of everything that signs or checks here. */
export class StoredKeys {
  private known: Promise<KeyHistory> | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'read'>,
    private readonly trust: TrustList,
    private readonly node: string,
  ) {}

  /** As of now; read from the store once and after each change. */
  current(): Promise<KeyHistory> {
    const reading = (this.known ??= storedKeyHistory(this.trust, this.node, this.store));
    reading.catch(() => this.changed());
    return reading;
  }

  /** A key event was stored. */
  changed(): void {
    this.known = undefined;
  }
}
