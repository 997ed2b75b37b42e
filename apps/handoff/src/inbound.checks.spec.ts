import type { IncomingRecord } from '@delta-hub/broker';
import type { EventToAppend, RecordedEvent } from '@delta-hub/event-store';
import type { Outage, PersonFile } from '@delta-hub/handoff';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { inspect } from './inbound.checks.js';
import {
  ACTS,
  CASE,
  decryptionKeyOf,
  keys,
  open,
  recordOf,
  resigned,
  sealedRecordOf,
  signed,
} from './testing/sample-records.js';

const stored = (events: readonly EventToAppend[]): readonly RecordedEvent[] =>
  events.map((event, index) => ({
    ...event,
    stream: CASE,
    revision: BigInt(index),
    position: BigInt(index + 1),
    receivedAt: '2025-03-10T01:00:00.000Z',
  }));

/** What node 31, which holds `history` of the case, makes of a record. */
const at31 = (record: IncomingRecord, history: readonly EventToAppend[] = [], person?: PersonFile) =>
  inspect(record, {
    node: '31',
    keys,
    open,
    readStream: () => Promise.resolve(stored(history)),
    person: () => Promise.resolve(person),
    outage: () => Promise.resolve(undefined),
    pair: () => Promise.resolve({ person: undefined, duplicate: undefined, isTaken: false }),
    decryptionKey: { kid: '31/enc/1', jwk: decryptionKeyOf('31') },
  });

const checkOf = async (
  record: IncomingRecord,
  history: readonly EventToAppend[] = [],
  person?: PersonFile,
): Promise<string> => {
  const verdict = await at31(record, history, person);
  return verdict.verdict === 'refuse' ? verdict.check : verdict.verdict;
};
const detailOf = async (record: IncomingRecord, history: readonly EventToAppend[] = []): Promise<string> => {
  const verdict = await at31(record, history);
  return verdict.verdict === 'refuse' ? verdict.detail : verdict.verdict;
};

const applied = signed(ACTS.applied, '32');
const opinion = signed(ACTS.opinion, '32');
const consulted = signed(ACTS.consulted, '32');
const received = signed(ACTS.received, '31');
const replied = signed(ACTS.replied, '31');
const decided = signed(ACTS.decided, '32');

describe('a record that is in order', () => {
  it('is accepted as the very bytes that were signed, after what is there', async () => {
    const verdict = await at31(recordOf(opinion, '32'), [applied]);
    expect(verdict).toMatchObject({
      verdict: 'accept',
      jws: Buffer.from(opinion.data).toString('ascii'),
      expected: 0n,
    });
  });
  it('begins a case', async () =>
    expect(await at31(recordOf(applied, '32'))).toMatchObject({ verdict: 'accept', expected: 'no-stream' }));
  it('that comes again is a duplicate', async () =>
    expect(await checkOf(recordOf(applied, '32'), [applied])).toBe('duplicate'));
  it('that is not for this node is left to others', async () => {
    expect(await checkOf(recordOf(signed(ACTS.applied, '32', { recipients: ['32', '33'] }), '32'))).toBe('not-ours');
  });
});

describe('a sealed record', () => {
  it('is opened with the key of the node, and is then as any other', async () => {
    expect(await checkOf(await sealedRecordOf(opinion, '32', '31'), [applied])).toBe('accept');
    expect(await checkOf(await sealedRecordOf(opinion, '32', '31'))).toBe('DOMAIN');
  });
  it('that is encrypted to others is left to them', async () =>
    expect(await checkOf(await sealedRecordOf(opinion, '32', '33'), [applied])).toBe('not-ours'));
  it('that is encrypted to a key of this node that it does not hold is refused, not passed over', async () => {
    const record = await sealedRecordOf(opinion, '32', '31');
    const other = Buffer.from(Buffer.from(record.value).toString().replace('31/enc/1', '31/enc/2'));
    expect(await checkOf({ ...record, value: other })).toBe('KEY');
  });
  it('that does not open, or holds no signed event, is refused', async () => {
    const record = await sealedRecordOf(opinion, '32', '31');
    expect(await checkOf({ ...record, value: Buffer.from('rubbish') })).toBe('FORM');
    expect(await checkOf(await sealedRecordOf({ data: Buffer.from('rubbish') }, '32', '31'))).toBe('FORM');
    const forged = { data: Buffer.from(Buffer.from(opinion.data).toString('ascii').replace(/.{8}$/, 'AAAAAAAA')) };
    expect(await checkOf(await sealedRecordOf(forged, '32', '31'))).toBe('SIGNATURE');
  });
});

describe('a record that is not', () => {
  it('reply to a consultation that was never sent', async () => {
    const elsewhere = { ...ACTS.replied, actor: { ...ACTS.replied.actor, agencyId: 'cca-320509' } };
    expect(await detailOf(recordOf(signed(elsewhere, '32'), '32'), [applied, opinion])).toBe('ACT_NOT_YOURS');
    const at32 = await inspect(recordOf(replied, '31'), {
      node: '32',
      keys,
      open,
      readStream: () => Promise.resolve(stored([applied, opinion])),
      person: () => Promise.resolve(undefined),
      outage: () => Promise.resolve(undefined),
      pair: () => Promise.resolve({ person: undefined, duplicate: undefined, isTaken: false }),
    });
    expect(at32).toMatchObject({ verdict: 'refuse', check: 'DOMAIN', detail: 'CONSULTATION_NOT_SENT' });
  });
  it('a second decision', async () => {
    const history = [applied, opinion, consulted, received, replied, decided];
    expect(await detailOf(recordOf(signed(ACTS.decided, '32'), '32'), history)).toBe('ALREADY_DECIDED');
  });
  it('an act by a judicial office without a delegation for it', async () => {
    const byOffice = {
      ...ACTS.decided,
      actor: { officerId: 'officer-1', role: 'office-officer', agencyId: 'jo-320509001' },
    } as const;
    expect(await detailOf(recordOf(signed(byOffice, '32'), '32'), [applied])).toMatch(/^DELEGATION_MISSING/);
  });
  it('the same id with other bytes', async () => {
    const other = resigned(applied, '32', { rule: '办法30@2020.2' });
    expect(await checkOf(other, [applied])).toBe('ID_REUSED');
  });
  const known: PersonFile = {
    personId: 'T-320509-0001',
    category: 'SuspendedSentence',
    correctionEnd: '2026-07-05',
    agency: 'cca-320509',
    since: '2025-01-01T00:00:00.000Z',
  };
  it('an application that takes away a person for whom this node’s agency answers', async () => {
    const person = { ...known, agency: 'cca-310115' };
    expect(await at31(recordOf(applied, '32'), [], person)).toMatchObject({
      check: 'DOMAIN',
      detail: 'PERSON_NOT_YOURS',
    });
  });
  const sealedAct = {
    ...{ ...ACTS.applied, actor: { ...ACTS.applied.actor, duty: 'juvenile' } as const },
    data: { ...ACTS.applied.data, confidentiality: 'MINOR_SEALED' },
  };
  it('an event of a sealed case that does not say so in its envelope, or the other way about', async () => {
    expect(await checkOf(recordOf(signed(sealedAct, '32', { isSealed: true }), '32'))).toBe('accept');
    expect(await detailOf(recordOf(signed(sealedAct, '32'), '32'))).toBe('CLASSIFICATION_WRONG');
    const loud = signed(ACTS.applied, '32', { isSealed: true });
    expect(await detailOf(recordOf(loud, '32'))).toBe('CLASSIFICATION_WRONG');
  });
  it('an act of another officer in a sealed case', async () => {
    const history = [signed(sealedAct, '32', { isSealed: true })];
    expect(await detailOf(recordOf(signed(ACTS.opinion, '32', { isSealed: true }), '32'), history)).toBe(
      'TRANSFER_UNKNOWN',
    );
  });
  it('an application without the seal that this node knows the person to be under', async () => {
    const person: PersonFile = { ...known, confidentiality: 'MINOR_SEALED' };
    expect(await at31(recordOf(applied, '32'), [], person)).toMatchObject({ check: 'DOMAIN', detail: 'SEAL_BROKEN' });
  });
  it('a verdict excused by an outage of which this node has not seen the heartbeats of both sides', async () => {
    const due = '2025-03-18T16:00:00.000Z';
    const about = { step: 'REPLY', due, rung: 1, rule: 'REPLY@2020.1', because: 'outage' } as const;
    const actor = { officerId: 'node-32', role: 'system', agencyId: 'cca-320509' } as const;
    const data = { ...about, outage: '0195b000-0000-7000-8000-000000000001' };
    const superseded = signed({ type: 'transfer.deadline-superseded', occurredAt: due, actor, data }, '32');
    const line = { node: '31', peer: '32', from: '2025-03-17T00:00:00.000Z', until: '2025-03-19T00:00:00.000Z' };
    const knowing = (outage: Outage | undefined) =>
      inspect(recordOf(superseded, '32'), {
        ...{
          node: '31',
          keys,
          open,
          readStream: () => Promise.resolve(stored([applied, opinion, consulted, received])),
        },
        ...{ person: () => Promise.resolve(undefined), outage: () => Promise.resolve(outage) },
        pair: () => Promise.resolve({ person: undefined, duplicate: undefined, isTaken: false }),
      });
    expect(await knowing(undefined)).toMatchObject({ verdict: 'hold', detail: 'OUTAGE_UNKNOWN' });
    const useless = [
      { ...line, peer: '33' },
      { ...line, until: '2025-03-18T15:54:59.999Z' },
    ];
    for (const outage of useless)
      expect(await knowing(outage)).toMatchObject({ verdict: 'refuse', detail: 'OUTAGE_EXCUSES_NOTHING' });
    expect(await knowing(line)).toMatchObject({ verdict: 'accept' });
  });
  it('an act signed before it was done', async () => {
    const early = signed(ACTS.opinion, '32', { signedAt: '2025-03-10T00:00:00.000Z' });
    expect(await detailOf(recordOf(early, '32'), [applied])).toBe('OCCURRED_IN_FUTURE');
  });
  it('names its sender only once the signature has proved it', async () => {
    expect(await at31(recordOf(applied, '33'))).toMatchObject({ check: 'ADDRESSEE', sender: { node: '32' } });
    const forged = recordOf(applied, '32');
    expect(
      await at31({ ...forged, headers: { jws: `${forged.headers['jws']!.slice(0, -4)}AAAA` } }),
    ).not.toHaveProperty('sender');
  });
});

/**
 * Each row is broken in one way; each is broken in the ways of all later rows too, as far as one record can be, and still
 * reports its own check: so each check fires before the next.
 */
describe('the order of the checks', () => {
  const good = recordOf(applied, '32');
  const jws = good.headers['jws']!;
  const badSchema = { data: { occurredAt: 'yesterday' } };
  const wrongPlace = { recipients: '33' };

  it('SIZE before FORM', async () => {
    expect(await checkOf({ ...good, value: Buffer.alloc(70_000, 'x'), headers: {} })).toBe('SIZE');
  });
  it('FORM before KEY', async () => {
    const header = Buffer.from('{"alg":"EdDSA","kid":"39/1","typ":"JWT"}').toString('base64url');
    expect(await checkOf({ ...good, headers: { jws: `${header}..${jws.split('.')[2]!}` } })).toBe('FORM');
  });
  it('KEY before SIGNATURE', async () => {
    const header = Buffer.from('{"alg":"EdDSA","kid":"34/1","typ":"hub-event+jws"}').toString('base64url');
    expect(await checkOf({ ...good, headers: { jws: `${header}..${jws.split('.')[2]!}` } })).toBe('KEY');
  });
  it('SIGNATURE before CANONICAL', async () => {
    const loose = Buffer.from(Buffer.from(good.value).toString().replace('{', '{ '));
    expect(await checkOf({ ...good, value: loose })).toBe('SIGNATURE');
  });
  it('CANONICAL before SCHEMA', async () => {
    const body = Buffer.from('{ "data":{}}').toString('base64url');
    const record = resigned(applied, '32', badSchema);
    const [header] = record.headers['jws']!.split('..');
    const { signerOf } = await import('./testing/sample-records.js');
    const signature = Buffer.from(signerOf('32').sign(Buffer.from(`${header!}.${body}`))).toString('base64url');
    expect(await checkOf(recordOf({ data: Buffer.from(`${header!}.${body}.${signature}`) }, '32'))).toBe('CANONICAL');
  });
  it('KEY, by what only the payload says, before SCHEMA', async () => {
    expect(await checkOf(resigned(applied, '33', badSchema))).toBe('KEY');
    expect(await checkOf(resigned(applied, '32', { time: '2019-01-01T00:00:00.000Z', ...badSchema }))).toBe('KEY');
  });
  it('SCHEMA before ADDRESSEE', async () => {
    expect(await checkOf({ ...resigned(applied, '32', badSchema), topic: 'delta-hub.33.events.v1' })).toBe('SCHEMA');
    expect(await checkOf(resigned(applied, '32', { type: 'cn.delta-hub.transfer.vanished.v1', ...wrongPlace }))).toBe(
      'SCHEMA',
    );
  });
  it('ADDRESSEE before COMPETENCE', async () => {
    const stranger = signed({ ...ACTS.applied, actor: { ...ACTS.applied.actor, agencyId: 'cca-310118' } }, '32');
    expect(await checkOf({ ...recordOf(stranger, '32'), topic: 'delta-hub.33.events.v1' })).toBe('ADDRESSEE');
  });
  it('COMPETENCE before ID_REUSED', async () => {
    const data = {
      ...ACTS.applied.data,
      occurredAt: ACTS.applied.occurredAt,
      actor: { ...ACTS.applied.actor, agencyId: 'cca-310118' },
    };
    expect(await checkOf(resigned(applied, '32', { data }), [applied])).toBe('COMPETENCE');
  });
  it('ID_REUSED before DOMAIN', async () => {
    expect(await checkOf(resigned(applied, '32', { commandid: uuidv7() }), [applied])).toBe('ID_REUSED');
  });
  it('DOMAIN last', async () =>
    expect(await checkOf(recordOf(signed(ACTS.applied, '32'), '32'), [applied])).toBe('DOMAIN'));
});
