import { digest } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import type { Actor } from '@delta-hub/handoff';
import { type Keeper, sign } from './signed-events.js';

/** Who was shown the cases of a person out of the log of this node, and why. */
export interface Inspection {
  readonly officerId: string;
  readonly role: Actor['role'];
  readonly agencyId: string;
  /** The hub's pseudonymous number. */
  readonly personId: string;
  /** 1 to 500 characters. */
  readonly reason: string;
  /** The log was shown up to this many entries. */
  readonly size: number;
}

/**
 * Puts an inspection 检察查阅 on record as a fact of this node; it is stored when the call returns. Each is a fact of its
 * own, also of the same person again.
 * @throws Error for what the contract does not allow; StoreError when it cannot be stored
 */
export const recordInspection = async (
  store: EventStore,
  { node, signer, clock, newId }: Keeper,
  { officerId, role, agencyId, ...data }: Inspection,
): Promise<void> => {
  const now = clock.now();
  const id = newId();
  const stream = `inspection-${id}`;
  const inspection = sign(
    { type: 'inspection.person-replayed', occurredAt: now, actor: { officerId, role, agencyId }, data },
    {
      ...{ id, node, stream, signedAt: now, recipients: [node], rule: 'hub-replay@1' },
      ...{ causationId: undefined, commandId: id, commandHash: digest(Buffer.from(JSON.stringify(data))) },
    },
    signer,
  );
  await store.append(stream, 'no-stream', [inspection]);
};
