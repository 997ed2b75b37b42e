import { digest, type KeyHistory, keyStreamOf, type Signer, type TrustList } from '@delta-hub/crypto';
import type { EventStore, EventToAppend } from '@delta-hub/event-store';
import { v7 as uuidv7 } from 'uuid';
import { schemaFault } from './schema-check.js';
import { readEvent, sign } from './signed-events.js';
import { StoredKeys } from './stored-keys.js';

/** What an operator says of keys. */
export interface KeyAct {
  readonly type: 'key.introduced' | 'key.revoked' | 'key.reattested';
  readonly data: object;
}

/** A key event of a node, signed: for every other node too. */
export const signKeyEvent = (
  { type, data }: KeyAct,
  by: { readonly node: string; readonly signer: Signer; readonly now: string; readonly recipients: readonly string[] },
): EventToAppend => {
  const actor = { officerId: 'operator', role: 'operator', agencyId: `prov-${by.node}0000` } as const;
  const context = {
    id: uuidv7(),
    node: by.node,
    stream: keyStreamOf(by.node),
    signedAt: by.now,
    recipients: by.recipients,
    rule: 'hub-keys@1',
    causationId: undefined,
    commandId: uuidv7(),
    commandHash: digest(Buffer.from(JSON.stringify({ type, data }))),
  };
  const signed = sign({ type, occurredAt: by.now, actor, data }, context, by.signer);
  const fault = schemaFault(readEvent(signed));
  // What a peer would refuse must not become a fact here.
  if (fault !== undefined) throw new TypeError(`${type} is not as its schema has it: ${fault}`);
  return signed;
};

/** The key history of a node as its event store has it. */
export const readKeys = (store: Pick<EventStore, 'read'>, trust: TrustList, node: string): Promise<KeyHistory> =>
  new StoredKeys(store, trust, node).current();
