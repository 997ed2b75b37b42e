import { digest } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { v5 as uuidv5 } from 'uuid';
import { type Keeper, sign } from './signed-events.js';

const INCIDENT_NAMESPACE = '5d7d0c0a-8c5e-5e61-9d5f-0a3c3a1f7e42';

/** A log whose key signed two histories, with the portable proof of it. */
export interface LogForked {
  /** The node whose log it is, two digits. */
  readonly forkedNode: string;
  readonly proof: string;
}

/**
 * Says to all nodes that a log has forked. Each node that finds it says so in its own log; its stream is derived from the
 * proof, so that the same finding is said once however often it is made.
 */
export const raiseLogForked = async (
  store: EventStore,
  { node, signer, clock, newId }: Keeper,
  peers: readonly string[],
  { forkedNode, proof }: LogForked,
): Promise<void> => {
  const proofDigest = digest(Buffer.from(proof, 'utf8'));
  const key = uuidv5(`${node}|${forkedNode}|${proofDigest}`, INCIDENT_NAMESPACE);
  const stream = `incident-${key}`;
  const now = clock.now();
  const actor = { officerId: 'system', role: 'system', agencyId: `prov-${node}0000` } as const;
  const incident = sign(
    { type: 'incident.log-forked', occurredAt: now, actor, data: { forkedNode, proofDigest, proof } },
    {
      id: newId(),
      node,
      stream,
      signedAt: now,
      recipients: [node, ...peers],
      rule: 'hub-witness@1',
      causationId: undefined,
      commandId: key,
      commandHash: proofDigest,
    },
    signer,
  );
  // A conflict means that this node has said it before.
  await store.append(stream, 'no-stream', [incident]);
};
