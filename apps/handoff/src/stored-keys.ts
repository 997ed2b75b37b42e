import { type KeyHistory, type Signer, storedKeyHistory, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';

/** The node's key was taken away: what it signed from here on would be no entry of any log. */
export class KeyRevokedError extends Error {
  readonly code = 'KEY_REVOKED';
}

/** The key history of this node, folded from its event store: the one truth about keys of everything that signs or checks here. */
export class StoredKeys {
  private known: Promise<KeyHistory> | undefined;
  /** As it was read last. */
  private last: KeyHistory | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'read'>,
    private readonly trust: TrustList,
    private readonly node: string,
  ) {}

  /** As of now; read from the store once and after each change. */
  current(): Promise<KeyHistory> {
    return (this.known ??= this.read());
  }

  /** A key event was stored. Resolves when whoever signs knows. */
  async changed(): Promise<void> {
    this.known = undefined;
    await this.current();
  }

  /** Signs until the key is taken away. @throws KeyRevokedError */
  whileValid(signer: Signer): Signer {
    return {
      ...signer,
      sign: (bytes) => {
        const revoked = this.last?.periods[signer.kid]?.revoked;
        if (revoked === undefined) return signer.sign(bytes);
        throw new KeyRevokedError(
          `key ${signer.kid} was revoked (${revoked.reason}): this node has to be given another`,
        );
      },
    };
  }

  private async read(): Promise<KeyHistory> {
    try {
      return (this.last = await storedKeyHistory(this.trust, this.node, this.store));
    } catch (error) {
      this.known = undefined;
      throw error;
    }
  }
}
