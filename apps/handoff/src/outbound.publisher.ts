import type { OutgoingRecord } from '@delta-hub/broker';
import { CryptoError, toDetached, type TrustList } from '@delta-hub/crypto';
import { sealMessage } from '@delta-hub/crypto/sealed-message';
import type { RecordedEvent } from '@delta-hub/event-store';
import { jwsOf, nodeOfSource, readEvent, recipientsOf } from './signed-events.js';
import type { StoreSubscriber } from './subscriber.js';
import { topicWriter, type WriterDeps } from './topic-writer.js';

/** Under which name its position is kept. */
export const PUBLISHER = 'publisher';

/** The topic that only `node` writes. */
export const eventsTopic = (node: string): string => `delta-hub.${node}.events.v1`;

/** The record of one signed event: the canonical CloudEvent as value, the detached signature beside it (RFC 7515 appendix F). */
export const recordOf = (event: RecordedEvent, key: string): OutgoingRecord => {
  const { payload, detached } = toDetached(jwsOf(event));
  return { key, value: payload, headers: { 'content-type': 'application/cloudevents+json', jws: detached } };
};

/** What a sealed record is on the way: the whole compact JWS, encrypted to the nodes that are to have it (RFC 7516). */
export const SEALED_CONTENT = 'application/jose+json';

const sealedRecordOf = async (event: RecordedEvent, to: readonly string[], trust: TrustList) => {
  const keys = to.flatMap((node) => trust.nodes.find((one) => one.node === node)?.encryptionKeys.at(-1) ?? []);
  if (keys.length < to.length) throw new CryptoError('ENCRYPTION_KEY_MISSING', `of a node among ${to.join(', ')}`);
  const value = await sealMessage(Buffer.from(jwsOf(event), 'ascii'), keys);
  return { key: event.stream, value, headers: { 'content-type': SEALED_CONTENT } };
};

/** What goes out of a stored fact: its record when another node is to have it, `peer` if one is named; nothing otherwise. */
export type Outgoing = (recorded: RecordedEvent, peer?: string) => Promise<OutgoingRecord[]>;

/** Of this node's own facts. What is of a sealed record is encrypted to the nodes that are to have it. */
export const outgoingOf =
  (node: string, trust: TrustList): Outgoing =>
  async (recorded, peer) => {
    const event = readEvent(recorded);
    const others = recipientsOf(event).filter((recipient) => recipient !== node);
    if (nodeOfSource(event.source) !== node || !(peer === undefined ? others.length > 0 : others.includes(peer)))
      return [];
    const isSealed = event.dataclassification === 'MINOR_SEALED';
    return [isSealed ? await sealedRecordOf(recorded, others, trust) : recordOf(recorded, event.partitionkey)];
  };

/** Sends what goes out, in the order of the store. The stream is the outbox: there is no second write. */
export const createPublisher = (deps: WriterDeps, outgoing: Outgoing): StoreSubscriber =>
  topicWriter(deps, PUBLISHER, eventsTopic(deps.node), (recorded) => outgoing(recorded));
