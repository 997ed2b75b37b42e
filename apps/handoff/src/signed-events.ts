import { type EventName, type HubEvent, schemaAddress, wireType } from '@delta-hub/contracts';
import { type Signer, signEvent } from '@delta-hub/crypto';
import type { EventToAppend, RecordedEvent } from '@delta-hub/event-store';
import type { Actor, Instant } from '@delta-hub/handoff';
import { v7 as uuidv7 } from 'uuid';

/** A domain event before it is signed. */
export interface Act {
  readonly type: EventName;
  readonly occurredAt: Instant;
  readonly actor: Actor;
  readonly data: object;
}

/** What the envelope says beside the act itself. */
export interface EnvelopeContext {
  readonly node: string;
  readonly stream: string;
  readonly signedAt: Instant;
  readonly recipients: readonly string[];
  readonly rule: string;
  readonly causationId: string | undefined;
  readonly commandId: string;
  readonly commandHash: string;
}

/** The canonical CloudEvent of an act, signed: the bytes that are stored, sent and sequenced (design section 3). */
export const sign = (act: Act, context: EnvelopeContext, signer: Signer): EventToAppend => {
  const id = uuidv7();
  const event = {
    specversion: '1.0',
    id,
    source: `urn:delta-hub:node:${context.node}`,
    type: wireType(act.type),
    subject: context.stream,
    time: context.signedAt,
    datacontenttype: 'application/json',
    dataschema: schemaAddress(act.type),
    correlationid: context.stream,
    ...(context.causationId === undefined ? {} : { causationid: context.causationId }),
    partitionkey: context.stream,
    recipients: [...new Set(context.recipients)].sort().join(','),
    dataclassification: 'N',
    rule: context.rule,
    commandid: context.commandId,
    commandhash: context.commandHash,
    data: { occurredAt: act.occurredAt, actor: act.actor, ...act.data },
  };
  return { id, type: event.type, data: Buffer.from(signEvent(event, signer), 'ascii') };
};

/** The event inside stored bytes. The signature was verified before the bytes were stored; `ledger verify` verifies it again. */
export const readEvent = (recorded: Pick<RecordedEvent, 'data'>): HubEvent => {
  const [, payload = ''] = jwsOf(recorded).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as HubEvent;
};

export const jwsOf = (recorded: Pick<RecordedEvent, 'data'>): string => Buffer.from(recorded.data).toString('ascii');

export const nodeOfSource = (source: string): string => source.slice(source.lastIndexOf(':') + 1);
