import { setImmediate as nextTurn } from 'node:timers/promises';
import { agencyById, eventName, type HubEvent } from '@delta-hub/contracts';
import { isKeyEventType } from '@delta-hub/crypto';
import type { RecordedEvent } from '@delta-hub/event-store';
import {
  aboutCopy,
  copiesOf,
  hubRules,
  type Instant,
  isMergeEvent,
  isReading,
  isTransferEvent,
  nextLook,
  type TransferEvent,
  type TransferSummary,
  worklistOf,
} from '@delta-hub/handoff';
import { copiesHere, type CopyParent, isNoted } from './copy-answers.js';
import type { CopyEntry } from './copy-table.js';
import type { ReadModels } from './read-models.js';
import { actOf, jwsOf, nodeOfSource, readEvent, recipientsOf } from './signed-events.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

/** Writes the read models from the store's events. Nothing else writes them. */
export class Projector extends StoreSubscriber {
  constructor(feed: StoreFeed, readModels: ReadModels, node: string) {
    super({
      name: 'projector',
      feed,
      load: () => readModels.position(),
      handle: async (events) => {
        await nextTurn(); // So the publisher's facts are on their way before this keeps everybody waiting.
        readModels.apply(events.at(-1)!.position, () => project(events, readModels, node), events.length);
      },
      settle: () => readModels.commit(),
    });
    readModels.takenBack = () => this.goBack();
  }
}

/** What each fact says by itself, then what the facts of each case together make of it. */
const project = (events: readonly RecordedEvent[], readModels: ReadModels, node: string): void => {
  const signed = events.map((recorded) => readEvent(recorded));
  for (const [at, recorded] of events.entries()) projectFact(recorded, signed[at]!, readModels);
  const counted = signed.map((event) => ({ source: nodeOfSource(event.source), recipients: recipientsOf(event) }));
  readModels.tally.count(node, counted, events.at(-1)!.position);
  const ofCases = events.filter(({ type }) => eventName(type)?.startsWith('transfer.'));
  for (const [id, facts] of Map.groupBy(ofCases, ({ stream }) => stream)) projectCase(id, facts, readModels, node);
};

const projectFact = (recorded: RecordedEvent, event: HubEvent, readModels: ReadModels): void => {
  putFact(recorded, event, readModels);
  if (eventName(recorded.type) === 'refusal.issued') {
    readModels.putRefusal({
      id: event.id,
      position: Number(recorded.position),
      record: event.data as HubEvent<'refusal.issued'>['data'],
    });
    return;
  }
  // The fact itself is all there is to show of an incident and of an inspection.
  if (['incident.log-forked', 'inspection.person-replayed'].includes(eventName(recorded.type) ?? '')) return;
  if (eventName(recorded.type) === 'outage.declared') {
    const { peer, from, until } = event.data as HubEvent<'outage.declared'>['data'];
    readModels.putOutage({ id: event.id, node: nodeOfSource(event.source), peer, from, until });
    return;
  }
  if (isKeyEventType(recorded.type)) return;
  const act = actOf(recorded);
  // A reading changes nothing of what is read.
  if (isTransferEvent(act) || isReading(act)) return;
  if (isMergeEvent(act)) readModels.putMerge(recorded.stream, [act.data.personId, act.data.duplicateId]);
  else readModels.putPerson({ personId: act.data.personId, stream: recorded.stream, event: act });
};

const projectCase = (id: string, facts: readonly RecordedEvent[], readModels: ReadModels, node: string): void => {
  const acts = facts.map((recorded) => actOf(recorded) as TransferEvent);
  const before = readModels.cases.keptOf(id);
  const isNew = facts[0]!.revision === 0n;
  const summary = readModels.cases.advance(id, acts, isNew);
  if (summary === undefined) {
    readModels.copies.put(id, copiesHere(readModels, id, undefined).flatMap(inboxEntry));
    return;
  }
  readModels.cases.put(summary, facts.at(-1)!.position, lookOf(summary, node));
  // Half of all facts are verdicts, and most of them change no limit: no duty and no copy is another than before.
  if (before?.dues === summary.dues) return;
  const rows = worklistOf(id, summary.facts, hubRules, agencyById);
  readModels.duties.put(id, rows, summary.confidentiality !== undefined, isNew);
  readModels.copies.put(
    id,
    copiesOf(summary.facts).flatMap((copy) => inboxEntry({ copy })),
  );
};

const inboxEntry = ({ copy }: Pick<CopyParent, 'copy'>): readonly CopyEntry[] => {
  const { recipient } = copy.sent.data;
  return recipient === undefined ? [] : [{ about: aboutCopy(copy.sent.data), recipient, isOpen: !isNoted(copy) }];
};

/** When this node must look at the limits of a case again, for the parties of it that are here. */
const lookOf = ({ originNode, receivingNode, facts }: TransferSummary, node: string): Instant | undefined =>
  [
    originNode === node ? nextLook(facts, hubRules, 'origin') : undefined,
    receivingNode === node ? nextLook(facts, hubRules, 'receiving') : undefined,
  ]
    .filter((look) => look !== undefined)
    .toSorted()[0];

const putFact = (recorded: RecordedEvent, event: HubEvent, readModels: ReadModels): void => {
  const { actor, occurredAt } = event.data;
  readModels.putFact({
    id: event.id,
    position: Number(recorded.position),
    stream: recorded.stream,
    type: event.type,
    node: nodeOfSource(event.source),
    agency: actor.agencyId,
    occurredAt,
    signedAt: event.time,
    receivedAt: recorded.receivedAt,
    command: event.commandid,
    jws: jwsOf(recorded),
  });
};
