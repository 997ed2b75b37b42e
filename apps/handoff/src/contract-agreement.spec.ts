import { EVENT_NAMES, type EventData, wireType } from '@delta-hub/contracts';
import {
  type HandoffEventType,
  isTransferEvent,
  type PersonEvent,
  type PersonMergeEvent,
  type SealedRecordEvent,
  type TransferFacts,
  upcast,
} from '@delta-hub/handoff';
import { describe, expect, it } from '@jest/globals';

/** What an event says beside when it was done and by whom, as the contract has it. */
type Said<T extends keyof EventData> = Omit<EventData[T], 'occurredAt' | 'actor'>;
/** The same shape with arrays that may be written, which is how types are generated from schemas. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;
/** Each can stand for the other, and neither has a field the other lacks. */
type Agree<A, B> = [A, B] extends [B, A] ? ([keyof A, keyof B] extends [keyof B, keyof A] ? true : false) : false;

type DomainData = TransferFacts & { readonly 'person.intake-registered': PersonEvent['data'] } & {
  readonly [T in PersonMergeEvent['type']]: PersonMergeEvent['data'];
} & { readonly [T in SealedRecordEvent['type']]: SealedRecordEvent['data'] };
/** `kind` of a document is any text in the core and a closed list in the contract. */
type Closed<T> = T extends { documents: { kind: string }[] }
  ? Omit<T, 'documents' | 'outside'> & {
      documents: EventData['transfer.applied']['documents'];
    } & ('outside' extends keyof T ? Pick<EventData['transfer.copy-sent'], 'outside'> : unknown)
  : T;
type Empty<T> = T extends Record<string, never> ? object : T;
type Agreement = { readonly [T in HandoffEventType]: Agree<Empty<Closed<Writable<DomainData[T]>>>, Empty<Said<T>>> };

/** Fails to compile, naming the event, when the core and the contract say different things. */
const agreement: Agreement = {
  'person.intake-registered': true,
  'person.match-proposed': true,
  'person.merged': true,
  'person.unmerged': true,
  'person.sealed-record-read': true,
  'transfer.applied': true,
  'transfer.opinion-given': true,
  'transfer.consultation-sent': true,
  'transfer.consultation-received': true,
  'transfer.consultation-replied': true,
  'transfer.reply-superseded': true,
  'transfer.decided': true,
  'transfer.decision-served': true,
  'transfer.file-sent': true,
  'transfer.file-received': true,
  'transfer.file-receipted': true,
  'transfer.person-reported': true,
  'transfer.completed': true,
  'transfer.withdrawn': true,
  'transfer.dispute-raised': true,
  'transfer.dispute-resolved': true,
  'transfer.recusal-declared': true,
  'transfer.fact-corrected': true,
  'transfer.correction-acknowledged': true,
  'transfer.merge-told': true,
  'transfer.copy-sent': true,
  'transfer.copy-acknowledged': true,
  'transfer.custody-file-placed': true,
  'transfer.nonreport-notified': true,
  'transfer.search-started': true,
  'transfer.police-notified': true,
  'transfer.search-closed': true,
  'transfer.sanction-proposed': true,
  'transfer.sanction-decided': true,
  'transfer.deadline-reminded': true,
  'transfer.deadline-breached': true,
  'transfer.deadline-escalated': true,
  'transfer.deadline-superseded': true,
};

describe('the core and the contract', () => {
  it('know the same events of a transfer and a person; refusals and incidents are the shell’s', () => {
    const ofCases = EVENT_NAMES.filter((name) => /^(transfer|person)\./.test(name));
    expect(Object.keys(agreement).sort()).toEqual(ofCases.sort());
  });

  it('read each other’s data', () => {
    const actor = { officerId: 'officer-1', role: 'officer', agencyId: 'cca-320509' };
    const event = upcast(wireType('transfer.completed'), { occurredAt: '2025-03-24T01:05:00.000Z', actor });
    expect(isTransferEvent(event) && event.data).toEqual({});
  });
});
