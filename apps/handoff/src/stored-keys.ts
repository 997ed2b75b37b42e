import { type KeyHistory, keyHistoryOf, keyStreamOf, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';

/** What is arriving comes after everything there is. */
export const ARRIVING = Number.MAX_SAFE_INTEGER;

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
    const reading = (this.known ??= this.read());
    reading.catch(() => this.changed());
    return reading;
  }

  /** A key event was stored. */
  changed(): void {
    this.known = undefined;
  }

  private async read(): Promise<KeyHistory> {
    const streams = await Promise.all(this.trust.nodes.map(({ node }) => this.store.read(keyStreamOf(node))));
    const events = streams.flat().map(({ position, data }) => ({ index: Number(position), jws: data }));
    return keyHistoryOf(this.trust, this.node, events);
  }
}
