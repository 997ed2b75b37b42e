import { eventName, type EventName, type HubEvent, schemaAddress, wireType } from '@delta-hub/contracts';
import { type Signer, signEvent } from '@delta-hub/crypto';
import type { EventToAppend, RecordedEvent } from '@delta-hub/event-store';
import {
  type Actor,
  type HandoffEvent,
  type Instant,
  transferDecider,
  type TransferEvent,
  type TransferState,
  upcast,
} from '@delta-hub/handoff';
import type { Clock } from './clock.js';
import { schemaFault } from './schema-check.js';

/** Who signs the node's facts, when, and under which ids. */
export interface Keeper {
  readonly node: string;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Names a fact: a UUIDv7 in lower case, new each time. */
  readonly newId: () => string;
}

/** A domain event before it is signed. */
export interface Act {
  readonly type: EventName;
  readonly occurredAt: Instant;
  readonly actor: Actor;
  readonly data: object;
}

/** What the envelope says beside the act itself. */
export interface EnvelopeContext {
  /** A UUIDv7 in lower case. */
  readonly id: string;
  readonly node: string;
  readonly stream: string;
  readonly signedAt: Instant;
  readonly recipients: readonly string[];
  readonly rule: string;
  /** The newest fact of the stream when this one was done. */
  readonly causationId: string | undefined;
  /** The fact that this node signed before it in the stream, unless that is the cause. */
  readonly previousId?: string | undefined;
  readonly commandId: string;
  readonly commandHash: string;
  /** Of a sealed record 封存. */
  readonly isSealed?: boolean;
  /** The trace of the request that led to it (W3C Trace Context). */
  readonly traceparent?: string | undefined;
}

/**
 * The canonical CloudEvent of an act, signed: the bytes that are stored, sent and sequenced (design section 3).
 * @throws Error for what the contract does not allow, which every peer would refuse: it is not signed
 */
export const sign = (act: Act, context: EnvelopeContext, signer: Signer): EventToAppend => {
  const event = {
    specversion: '1.0',
    id: context.id,
    source: `urn:delta-hub:node:${context.node}`,
    type: wireType(act.type),
    subject: context.stream,
    time: context.signedAt,
    datacontenttype: 'application/json',
    dataschema: schemaAddress(act.type),
    correlationid: context.stream,
    ...(context.causationId === undefined ? {} : { causationid: context.causationId }),
    ...(context.previousId === undefined ? {} : { previousid: context.previousId }),
    partitionkey: context.stream,
    recipients: [...new Set(context.recipients)].sort().join(','),
    dataclassification: context.isSealed === true ? 'MINOR_SEALED' : 'N',
    rule: context.rule,
    commandid: context.commandId,
    commandhash: context.commandHash,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
    data: { occurredAt: act.occurredAt, actor: act.actor, ...act.data },
  };
  const fault = schemaFault(event as HubEvent);
  if (fault !== undefined) throw new Error(`${event.type} of ${event.subject} is not signed: ${fault}`);
  return { id: event.id, type: event.type, data: Buffer.from(signEvent(event, signer), 'ascii') };
};

const parsed = new WeakMap<Pick<RecordedEvent, 'data'>, HubEvent>();

/**
 * The event inside stored bytes, parsed once however many ask. The signature was verified before the bytes were stored;
 * `ledger verify` verifies it again.
 */
export const readEvent = (recorded: Pick<RecordedEvent, 'data'>): HubEvent => {
  const known = parsed.get(recorded);
  if (known !== undefined) return known;
  const event = eventIn(jwsOf(recorded));
  parsed.set(recorded, event);
  return event;
};

/** Texts read lately, by their signatures: stored bytes come as one object after another, from the store and from the read models. */
const read = new Map<string, { readonly jws: string; readonly event: HubEvent }>();
const MOST_READ = 2_048;
/** Of an Ed25519 signature in base64url. */
const SIGNATURE_LENGTH = 86;

/** The same of the text itself, which is parsed once as long as it is remembered. */
export const eventIn = (jws: string): HubEvent => {
  const signature = jws.slice(-SIGNATURE_LENGTH);
  const known = read.get(signature);
  if (known?.jws === jws) return known.event;
  const event = parsedIn(jws);
  if (read.size >= MOST_READ) read.clear();
  read.set(signature, { jws, event });
  return event;
};

const parsedIn = (jws: string): HubEvent => {
  const start = jws.indexOf('.') + 1;
  const payload = Buffer.from(jws.slice(start, jws.indexOf('.', start)), 'base64url');
  return JSON.parse(payload.toString('utf8')) as HubEvent;
};

/** The nodes that are to have a fact, the one that signed it among them. */
export const recipientsOf = ({ recipients }: Pick<HubEvent, 'recipients'>): readonly string[] => recipients.split(',');

const acts = new WeakMap<Pick<RecordedEvent, 'data'>, HandoffEvent>();

/** The act of a stored fact of a case or a person, as this version knows it; made once of each. @throws HandoffFault for any other fact */
export const actOf = (recorded: Pick<RecordedEvent, 'type' | 'data'>): HandoffEvent => {
  let act = acts.get(recorded);
  if (act === undefined) acts.set(recorded, (act = upcast(recorded.type, readEvent(recorded).data)));
  return act;
};

/** The act of a fact of a case, from its text; undefined for a fact of anything else. */
export const actOfRow = ({ type, jws }: { readonly type: string; readonly jws: string }): TransferEvent | undefined =>
  eventName(type)?.startsWith('transfer.') === true ? (upcast(type, eventIn(jws).data) as TransferEvent) : undefined;

const states = new WeakMap<RecordedEvent, TransferState>();

/** What a transfer has come to by all its stored facts, the oldest first. What stands before a fact never changes: it is folded once. */
export const stateOf = (recorded: readonly RecordedEvent[]): TransferState => {
  const last = recorded.at(-1);
  if (last === undefined) return transferDecider.initialState;
  const done = recorded.findLastIndex((event) => states.has(event));
  const before = done < 0 ? transferDecider.initialState : states.get(recorded[done]!)!;
  const acts = recorded.slice(done + 1).map((event) => actOf(event) as TransferEvent);
  const state = acts.reduce((so, act) => transferDecider.evolve(so, act), before);
  if (done >= 0) states.delete(recorded[done]!);
  states.set(last, state);
  return state;
};

export const jwsOf = ({ data }: Pick<RecordedEvent, 'data'>): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');

export const nodeOfSource = (source: string): string => source.slice(source.lastIndexOf(':') + 1);
