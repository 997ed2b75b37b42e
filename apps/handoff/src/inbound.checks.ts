import type { IncomingRecord } from '@delta-hub/broker';
import { agencyById, eventName, type HubEvent, wireType } from '@delta-hub/contracts';
import {
  AFTER_ALL,
  evolveKeys,
  isKeyEventType,
  MAX_EVENT_BYTES,
  type PrivateEncryptionJwk,
  toDetached,
  type KeyHistory,
  type KeyRule,
  nodeOfKeyId,
  openEvent,
  type OpenedEvent,
  type OpenSoon,
  ruleAt,
} from '@delta-hub/crypto';
import { unsealMessage } from '@delta-hub/crypto/sealed-message';
import { fold } from '@delta-hub/decider';
import type { RecordedEvent } from '@delta-hub/event-store';
import {
  actsOfType,
  admit,
  disputeBodies,
  excusesAt,
  type Instant,
  isMergeEvent,
  type KnownPair,
  mergeAdmission,
  type Outage,
  type PersonFile,
  personMergeDecider,
  type PersonMergeEvent,
  signingRejection,
  type TransferEvent,
  type TransferState,
  upcast,
} from '@delta-hub/handoff';
import { CAUSE_UNKNOWN, lacksCause } from './causes.js';
import { copyFault } from './copy-recipients.js';
import { eventsTopic, SEALED_CONTENT } from './outbound.publisher.js';
import { schemaFault } from './schema-check.js';
import { outageFault } from './signed-beats.js';
import { actOf, jwsOf, nodeOfSource, recipientsOf, stateOf } from './signed-events.js';

/** The checks an inbound record passes, in this order; the first that fails names the refusal (design section 3). */
export const INBOUND_CHECKS = [
  ...(['SIZE', 'FORM', 'KEY', 'SIGNATURE', 'CANONICAL'] as const),
  ...(['SCHEMA', 'ADDRESSEE', 'COMPETENCE', 'ID_REUSED', 'DOMAIN'] as const),
] as const;

export type InboundCheck = (typeof INBOUND_CHECKS)[number];

/** A record that failed `check`. */
export interface Refused {
  readonly verdict: 'refuse';
  readonly check: InboundCheck;
  readonly detail: string;
  /** Known once the signature has been verified: who sent it, and under which id. */
  readonly sender?: { readonly node: string; readonly id: string; readonly type: string };
}

/** Fails `check` as things stand, but what would let it pass may still be on its way. */
type Held = Omit<Refused, 'verdict'> & { readonly verdict: 'hold' };

/** What is stored of an event: its very bytes, at this place of its stream. */
export interface Addition {
  readonly event: HubEvent;
  readonly jws: string;
  readonly expected: 'no-stream' | bigint;
}

export type Verdict =
  | (Addition & {
      readonly verdict: 'accept';
      /** What the event passes on, which is stored before it. */
      readonly first?: Addition;
    })
  | { readonly verdict: 'duplicate' }
  | { readonly verdict: 'not-ours' }
  | Held
  | Refused;

export interface InboundContext {
  readonly node: string;
  /** The keys of all nodes as this node knows them now. */
  readonly keys: () => Promise<KeyHistory>;
  /** Verifies what came. */
  readonly open: OpenSoon;
  readonly readStream: (stream: string) => Promise<readonly RecordedEvent[]>;
  /** The person as this node's facts show them. */
  readonly person: (personId: string) => Promise<PersonFile | undefined>;
  /** Two persons as this node's facts show each by itself, and whether at an instant either was merged otherwise. */
  readonly pair: (personId: string, duplicateId: string, at: Instant) => Promise<KnownPair>;
  /** An outage that is known here, and so verified, by the id of its fact. */
  readonly outage: (id: string) => Promise<Outage | undefined>;
  /** The node's own key for sealed records. */
  readonly decryptionKey?: { readonly kid: string; readonly jwk: PrivateEncryptionJwk } | undefined;
}

const refuse = (check: InboundCheck, detail: string): Refused => ({ verdict: 'refuse', check, detail });

/** Judges one record. Reads the store, writes nothing. */
export const inspect = async (record: IncomingRecord, context: InboundContext): Promise<Verdict> => {
  const keys = await context.keys();
  const open = await unsealed(record, context);
  if ('verdict' in open) return open;
  const opened = await context.open(open.payload, open.detached, ruleAt(keys, AFTER_ALL));
  if (!opened.ok) {
    const { check, detail, unknownKid } = opened;
    const mayCome = unknownKid !== undefined && mayBeIntroduced(unknownKid, record, keys);
    return mayCome ? { verdict: 'hold', check, detail } : refuse(check, detail);
  }

  const event = opened.event as unknown as HubEvent;
  const verdict = await inspectAuthentic(record, event, opened, keys, context);
  const sender = { node: opened.node, id: event.id, type: event.type };
  return verdict.verdict === 'refuse' || verdict.verdict === 'hold' ? { ...verdict, sender } : verdict;
};

/** What was signed, out of its encryption where it came in one. Nothing of it is verified yet. */
const unsealed = async (
  { value, headers }: IncomingRecord,
  { node, decryptionKey }: InboundContext,
): Promise<Verdict | { readonly payload: Uint8Array; readonly detached: string | undefined }> => {
  if (headers['content-type'] !== SEALED_CONTENT) return { payload: value, detached: headers['jws'] };
  if (value.length > MOST_SEALED_BYTES) return refuse('SIZE', 'a sealed record is too large');
  if (decryptionKey === undefined) return refuse('KEY', 'this node has no key for sealed records');
  const opened = await unsealMessage(value, decryptionKey.kid, decryptionKey.jwk);
  if (!opened.ok && opened.reason === 'invalid') return refuse('FORM', 'a sealed record does not open');
  if (!opened.ok)
    return opened.kids.some((kid) => kid.startsWith(`${node}/enc/`))
      ? refuse('KEY', 'encrypted to another key of this node')
      : { verdict: 'not-ours' };
  try {
    return toDetached(Buffer.from(opened.message).toString('latin1'));
  } catch {
    return refuse('FORM', 'in a sealed record is no compact JWS');
  }
};

/** Base64 twice over, and what an envelope and the recipients need. */
const MOST_SEALED_BYTES = 2 * MAX_EVENT_BYTES;

/** The checks that follow once the signature has been verified. */
const inspectAuthentic = async (
  record: IncomingRecord,
  event: HubEvent,
  opened: OpenedEvent,
  keys: KeyHistory,
  context: InboundContext,
): Promise<Verdict> => {
  const { jws } = opened;
  const fault = schemaFault(event);
  if (fault !== undefined) return refuse('SCHEMA', fault);

  const source = nodeOfSource(event.source);
  if (record.topic !== eventsTopic(source))
    return refuse('ADDRESSEE', `an event of node ${source} on topic ${record.topic}`);
  if (!recipientsOf(event).includes(context.node)) return { verdict: 'not-ours' };

  const competence = competenceFault(event, source);
  if (competence !== undefined) return refuse('COMPETENCE', competence);

  const stream = await context.readStream(event.subject);
  const again = known(event, jws, stream);
  if (again !== undefined) return again;

  if (lacksCause(event, stream, context.node)) return { verdict: 'hold', check: 'DOMAIN', detail: CAUSE_UNKNOWN };
  if (MERGES.has(event.type)) return mergeVerdict(event, jws, stream, context);
  const domain = isKeyEventType(event.type)
    ? evolveKeys(keys, opened, AFTER_ALL).fault
    : (domainFault(event, stream, ruleAt(keys, AFTER_ALL), context.node) ?? applicationFault(event));
  if (domain !== undefined) return refuse('DOMAIN', domain);
  const person = await personApplied(event, context);
  if (isHeldBy(context.node, person, event)) return { verdict: 'hold', check: 'DOMAIN', detail: 'PERSON_NOT_YOURS' };
  if (person?.confidentiality !== undefined && event.dataclassification !== 'MINOR_SEALED')
    return refuse('DOMAIN', 'SEAL_BROKEN');
  const excuse = await excuseFault(event, source, context);
  if (excuse !== undefined) return excuse;
  const accepted = { verdict: 'accept', event, jws, expected: placeIn(stream) } as const;
  const first = await toldVerdict(event, stream, keys, context);
  if (first === undefined || first.verdict === 'duplicate') return accepted;
  return first.verdict === 'accept' ? { ...accepted, first } : first;
};

/** What is said of two ids of one person is exchanged with whoever holds a transfer of theirs; nothing else of a person is. */
const MERGES: ReadonlySet<string> = new Set(
  (['person.match-proposed', 'person.merged', 'person.unmerged'] as const).map(wireType),
);

const placeIn = (stream: readonly RecordedEvent[]): 'no-stream' | bigint => stream.at(-1)?.revision ?? 'no-stream';

/**
 * The verdict on what a case passes on of two ids, which has to pass the same checks as if its author had sent it here; but
 * that its author answered, the origin of the case says. Undefined for every other event.
 */
const toldVerdict = async (
  event: HubEvent,
  stream: readonly RecordedEvent[],
  keys: KeyHistory,
  context: InboundContext,
): Promise<Verdict | undefined> => {
  if (eventName(event.type) !== 'transfer.merge-told') return undefined;
  const { fact, jws } = (event as HubEvent<'transfer.merge-told'>).data;
  const opened = openEvent(jws, ruleAt(keys, AFTER_ALL));
  if (!opened.ok) {
    const { check, detail, unknownKid } = opened;
    return unknownKid !== undefined && isOfKnownNode(unknownKid, keys)
      ? { verdict: 'hold', check, detail }
      : refuse(check, detail);
  }
  const told = opened.event as unknown as HubEvent;
  const fault = schemaFault(told);
  if (fault !== undefined) return refuse('SCHEMA', fault);
  const { personId, duplicateId } = told.data as unknown as Readonly<Record<string, unknown>>;
  const isOfCase = [personId, duplicateId].includes(stateOf(stream)['transfer.applied']?.data.personId);
  if (!MERGES.has(told.type) || told.id !== fact || !isOfCase) return refuse('DOMAIN', 'FACT_UNKNOWN');
  const competence = competenceFault(told, opened.node);
  if (competence !== undefined) return refuse('COMPETENCE', competence);
  const own = await context.readStream(told.subject);
  return known(told, jws, own) ?? mergeVerdict(told, jws, own, context, true);
};

/** The verdict on an event whose id its stream has already. */
const known = ({ id }: HubEvent, jws: string, stream: readonly RecordedEvent[]): Verdict | undefined => {
  const same = stream.find((each) => each.id === id);
  if (same === undefined) return undefined;
  return jwsOf(same) === jws ? { verdict: 'duplicate' } : refuse('ID_REUSED', `event ${id} is known with other bytes`);
};

const mergeVerdict = async (
  event: HubEvent,
  jws: string,
  stream: readonly RecordedEvent[],
  { pair }: InboundContext,
  isTold = false,
): Promise<Verdict> => {
  const act = upcast(event.type, event.data) as PersonMergeEvent;
  if (act.occurredAt > event.time) return refuse('DOMAIN', 'OCCURRED_IN_FUTURE');
  if (event.subject !== `person-${act.data.personId}`) return refuse('DOMAIN', 'PERSON_UNKNOWN');
  const both = await pair(act.data.personId, act.data.duplicateId, act.occurredAt);
  const isSealed = [both.person, both.duplicate].some((file) => file?.confidentiality !== undefined);
  if (isSealed && event.dataclassification !== 'MINOR_SEALED') return refuse('DOMAIN', 'SEAL_BROKEN');
  const said = stream.map(actOf).filter(isMergeEvent);
  const rejection = mergeAdmission(fold(personMergeDecider, said), act, both, isTold);
  if (rejection === undefined) return { verdict: 'accept', event, jws, expected: placeIn(stream) };
  const hold = { verdict: 'hold', check: 'DOMAIN' } as const;
  // The merge that it ends, or the end of the one before it, is late or lost.
  if (rejection.code === 'NOT_MERGED' || rejection.code === 'ALREADY_MERGED')
    return { ...hold, detail: isTold ? rejection.code : CAUSE_UNKNOWN };
  // What comes before it may come with a case, and so another way.
  const mayCome =
    !isTold &&
    (rejection.code === 'PERSON_UNKNOWN' || (rejection.code === 'PERSON_NOT_YOURS' && act.type !== 'person.unmerged'));
  return mayCome ? { ...hold, detail: rejection.code } : refuse('DOMAIN', rejection.code);
};

/**
 * Whether the event that introduces a key may still be on its way: the key would be one of the node whose topic this is.
 * Key events themselves come in the order of their one stream, so what introduces their key is here before them.
 */
const mayBeIntroduced = (kid: string, record: IncomingRecord, keys: KeyHistory): boolean =>
  isOfKnownNode(kid, keys) && record.topic === eventsTopic(nodeOfKeyId(kid) ?? '') && !record.key.startsWith('key-');

const isOfKnownNode = (kid: string, { periods }: KeyHistory): boolean => {
  const node = nodeOfKeyId(kid);
  return node !== undefined && Object.values(periods).some((period) => period.node === node);
};

/** The verdict on an event whose id this node knows from another case, which only the append can tell. */
export const idElsewhere = ({ source, id, type }: HubEvent): Refused => ({
  ...refuse('ID_REUSED', `event ${id} is known in another case`),
  sender: { node: nodeOfSource(source), id, type },
});

/** The acting agency exists, sits at the node that signed, and may sign this type: itself, or by a delegation in force. */
const competenceFault = (event: HubEvent, source: string): string | undefined => {
  const { actor, occurredAt } = event.data;
  const agency = agencyById(actor.agencyId);
  if (agency === undefined) return `unknown agency ${actor.agencyId}`;
  if (agency.node !== source) return `agency ${agency.id} does not belong to node ${source}`;
  const name = eventName(event.type);
  if (name === undefined) return `unknown type ${event.type}`;
  if (name === 'node.heartbeat') return 'a heartbeat is no fact of a case';
  if (name === 'inspection.person-replayed') return 'an inspection stays at its node';
  if (name === 'refusal.issued' || name === 'outage.declared' || name === 'incident.log-forked')
    return actor.role === 'system' ? undefined : `${name} is signed by the node itself`;
  if (name === 'key.introduced' || name === 'key.revoked' || name === 'key.reattested')
    return actor.role === 'operator' ? undefined : 'a key event is signed by an operator of the node';
  const rejection = signingRejection({ type: name, actor, occurredAt }, agency);
  return rejection === undefined ? undefined : `${rejection.code}: agency ${agency.id}, ${event.type}`;
};

const domainFault = (
  event: HubEvent,
  stream: readonly RecordedEvent[],
  rule: KeyRule,
  node: string,
): string | undefined => {
  const name = eventName(event.type);
  if (name === 'refusal.issued' || name === 'incident.log-forked')
    return stream.length === 0 ? undefined : `${name} is known already`;
  if (name === 'outage.declared')
    return stream.length === 0
      ? outageFault(event as HubEvent<'outage.declared'>, rule)
      : 'the outage is known already';
  if (!event.type.startsWith('cn.delta-hub.transfer.')) return `${event.type} is not exchanged between nodes`;
  const act = upcast(event.type, event.data) as TransferEvent;
  const author = agencyById(act.actor.agencyId);
  if (author === undefined) return 'AGENCY_UNKNOWN';
  if (act.occurredAt > event.time) return 'OCCURRED_IN_FUTURE';
  const state = stateOf(stream);
  const rejection = admit(state, act, author)?.code ?? sealFault(event, state);
  if (rejection === undefined && act.type === 'transfer.copy-sent') return copyFault(state, act, node);
  if (rejection !== undefined || act.type !== 'transfer.dispute-raised') return rejection;
  // Only the directory can tell who stands above the parties.
  const parties = state['transfer.applied']?.data;
  const bodies = parties && disputeBodies(act.data.level, parties, agencyById);
  const isRight = act.data.originBody === bodies?.originBody && act.data.receivingBody === bodies.receivingBody;
  return isRight ? undefined : 'AGENCY_UNKNOWN';
};

/** The classification of an event is that of its case. */
const sealFault = (event: HubEvent, state: TransferState): string | undefined => {
  const [copy] = actsOfType(state, 'transfer.copy-sent');
  // The application says it; where only copies of the case are, they do.
  const said =
    state['transfer.applied']?.data ??
    copy?.data ??
    (event as HubEvent<'transfer.applied' | 'transfer.copy-sent'>).data;
  return (said.confidentiality === 'MINOR_SEALED') === (event.dataclassification === 'MINOR_SEALED')
    ? undefined
    : 'CLASSIFICATION_WRONG';
};

/** A partner's application names a county agency of the node it says. */
const applicationFault = (event: HubEvent): string | undefined => {
  if (eventName(event.type) !== 'transfer.applied') return undefined;
  const { origin, originNode, receiving, receivingNode } = (event as HubEvent<'transfer.applied'>).data;
  const [from, to] = [agencyById(origin), agencyById(receiving)];
  if (from?.node !== originNode || to?.node !== receivingNode) return 'AGENCY_UNKNOWN';
  return to.level === 'county' ? undefined : 'AGENCY_NOT_COUNTY';
};

/** A verdict that an outage excuses rests on the outage: one that is not known here yet may be on its way. */
const excuseFault = async (
  event: HubEvent,
  source: string,
  { node, outage }: InboundContext,
): Promise<Refused | Held | undefined> => {
  if (eventName(event.type) !== 'transfer.deadline-superseded') return undefined;
  const { outage: id, occurredAt } = (event as HubEvent<'transfer.deadline-superseded'>).data;
  if (id === undefined) return undefined;
  const known = await outage(id);
  if (known === undefined) return { verdict: 'hold', check: 'DOMAIN', detail: 'OUTAGE_UNKNOWN' };
  return excusesAt(known, occurredAt, [source, node]) ? undefined : refuse('DOMAIN', 'OUTAGE_EXCUSES_NOTHING');
};

/** The person that an application is about, as far as this node knows them; undefined for every other event. */
const personApplied = async (event: HubEvent, context: InboundContext): Promise<PersonFile | undefined> =>
  eventName(event.type) === 'transfer.applied'
    ? context.person((event as HubEvent<'transfer.applied'>).data.personId)
    : undefined;

/**
 * Whether a partner applies for a person for whom an agency of this node answers, as far as this node knows. The partner
 * may be wrong; or the person has reported elsewhere, and that fact comes another way and later.
 */
const isHeldBy = (node: string, person: PersonFile | undefined, event: HubEvent): boolean =>
  person !== undefined &&
  agencyById(person.agency)?.node === node &&
  person.agency !== (event as HubEvent<'transfer.applied'>).data.origin;
