import type { OutgoingRecord } from '@delta-hub/broker';
import { eventName, type HubEvent } from '@delta-hub/contracts';
import type { RecordedEvent } from '@delta-hub/event-store';
import { nodeOfSource, readEvent } from './signed-events.js';
import type { StoreSubscriber } from './subscriber.js';
import { topicWriter, type WriterDeps } from './topic-writer.js';

/** Under which name its position is kept. */
export const DEAD_LETTERS = 'dead-letters';

/** The topic on which `node` shows the records that it refused. Only that node writes it. */
export const deadLettersTopic = (node: string): string => `delta-hub.${node}.dlq.v1`;

/**
 * Puts every record that this node refused on its topic of dead letters: the bytes as they came, with where they came from
 * and why they were refused as headers. The signed refusal is the fact; this is for those who watch topics.
 */
export const createDeadLetters = (deps: WriterDeps): StoreSubscriber =>
  topicWriter(deps, DEAD_LETTERS, deadLettersTopic(deps.node), (recorded) => {
    const letter = letterOf(recorded, deps.node);
    return Promise.resolve(letter === undefined ? [] : [letter]);
  });

const letterOf = (recorded: RecordedEvent, node: string): OutgoingRecord | undefined => {
  const event = readEvent(recorded);
  if (eventName(event.type) !== 'refusal.issued' || nodeOfSource(event.source) !== node) return undefined;
  const { data, id } = event as HubEvent<'refusal.issued'>;
  return {
    key: data.topic,
    // What was too large to be kept is not here either; its digest is.
    value: Buffer.from(data.refusedEvidence ?? '', 'base64url'),
    headers: {
      'dlq-topic': data.topic,
      'dlq-partition': `${data.partition}`,
      'dlq-offset': data.offset,
      'dlq-check': data.check,
      'dlq-class': data.transient ? 'transient' : 'permanent',
      'dlq-first-seen': data.occurredAt,
      'dlq-digest': data.refusedDigest,
      'dlq-size': `${data.refusedSize}`,
      'dlq-refusal': id,
      ...(data.refusedJws === undefined ? {} : { jws: data.refusedJws }),
    },
  };
};
