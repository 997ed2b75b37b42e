import type { EventToAppend, RecordedEvent } from '@delta-hub/event-store';
import type { PersonFile } from '@delta-hub/handoff';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { inspect, type Verdict } from './inbound.checks.js';
import { ACTS, CASE, digest, keys, open, recordOf, signed } from './testing/sample-records.js';

const PERSON = 'T-320509-0001';
const OTHER = 'T-320509-0099';
const STREAM = `person-${OTHER}`;
const documents = [{ kind: 'proof', digest, size: 1 }];
const pair = { personId: OTHER, duplicateId: PERSON, documents };
const officer = { officerId: 'officer-320509-001', role: 'officer', agencyId: 'cca-320509' } as const;
const second = { ...officer, officerId: 'officer-320509-002' };
const node32 = { officerId: 'node-32', role: 'system', agencyId: 'cca-320509' } as const;

const saying = (
  type: 'person.merged' | 'person.unmerged' | 'person.match-proposed',
  day: string,
  more: object = {},
) => ({
  ...{ type, occurredAt: `2025-03-${day}T02:00:00.000Z`, actor: second, data: pair },
  ...more,
});
const inStream = { stream: STREAM, recipients: ['32'] };
const merged = signed(saying('person.merged', '05'), '32', inStream);
const unmerged = signed(saying('person.unmerged', '20'), '32', { ...inStream, recipients: ['31', '32'] });
const applied = signed(ACTS.applied, '32');
const telling = (event: Pick<EventToAppend, 'id' | 'data'>, fact = event.id): EventToAppend =>
  signed(
    {
      ...{ type: 'transfer.merge-told', occurredAt: '2025-03-10T02:00:00.000Z', actor: node32 },
      data: { fact, jws: Buffer.from(event.data).toString('ascii') },
    },
    '32',
  );

const storedIn = (stream: string, events: readonly EventToAppend[]): readonly RecordedEvent[] =>
  events.map((event, index) => ({
    ...{ ...event, stream, revision: BigInt(index), position: BigInt(index + 1) },
    receivedAt: '2025-03-10T02:00:01.000Z',
  }));

/** The person as node 31 knows them by the application. */
const known: PersonFile = {
  ...{ personId: PERSON, category: 'SuspendedSentence', correctionEnd: '2026-07-05', agency: 'cca-320509' },
  since: '2025-01-06T01:00:00.000Z',
};

/** What node 31, which has the application and `said` of the two ids, makes of an event of node 32. */
const at31 = (
  event: EventToAppend,
  said: readonly EventToAppend[] = [],
  duplicate: PersonFile | undefined = known,
): Promise<Verdict> =>
  inspect(recordOf(event, '32'), {
    ...{ node: '31', keys, open },
    readStream: (stream) => Promise.resolve(stream === CASE ? storedIn(CASE, [applied]) : storedIn(stream, said)),
    person: () => Promise.resolve(duplicate),
    outage: () => Promise.resolve(undefined),
    pair: () => Promise.resolve({ person: undefined, duplicate, isTaken: false }),
  });

describe('a merge that comes with a case', () => {
  it('is stored as the very bytes its author signed, before the fact that brings it', async () =>
    expect(await at31(telling(merged))).toMatchObject({
      ...{ verdict: 'accept', expected: 0n },
      first: {
        event: { id: merged.id, subject: STREAM },
        jws: Buffer.from(merged.data).toString(),
        expected: 'no-stream',
      },
    }));

  it('that is here already is not stored again', async () => {
    const verdict = await at31(telling(merged), [merged]);
    expect([verdict.verdict, 'first' in verdict]).toEqual(['accept', false]);
  });

  it('is believed of an agency that answered before the one whose case it is', async () => {
    const elsewhere = { ...known, agency: 'cca-330421' };
    expect(await at31(telling(merged), [], elsewhere)).toMatchObject({ verdict: 'accept', first: expect.anything() });
  });

  const forged = Buffer.from(Buffer.from(merged.data).toString('ascii').replace(/.{8}$/, 'AAAAAAAA'));
  const proposed = signed(saying('person.match-proposed', '04'), '32', inStream);
  const stranger = { personId: OTHER, duplicateId: 'T-320509-0098', documents };
  it.each([
    ['of another person', 'DOMAIN', signed(saying('person.merged', '05', { data: stranger }), '32', inStream)],
    [
      'without evidence',
      'DOMAIN',
      signed(saying('person.merged', '05', { data: { ...pair, documents: [] } }), '32', inStream),
    ],
    [
      'in the stream of another',
      'DOMAIN',
      signed(saying('person.merged', '05'), '32', { ...inStream, stream: 'person-T-1' }),
    ],
    [
      'signed before it was done',
      'DOMAIN',
      signed(saying('person.merged', '05'), '32', { ...inStream, signedAt: '2025-03-04T02:00:00.000Z' }),
    ],
    ['of an agency of another node', 'COMPETENCE', signed(saying('person.merged', '05'), '33', inStream)],
    ['with a signature that is none', 'SIGNATURE', { ...merged, data: forged }],
  ] as const)('%s is refused, with the fact that brings it', async (_, check, event) =>
    expect(await at31(telling(event))).toMatchObject({ verdict: 'refuse', check }),
  );

  it('by one officer alone, or what is no merge, or under another id, is refused', async () => {
    const alone = signed(saying('person.merged', '05', { actor: second }), '32', inStream);
    expect(await at31(telling(alone), [proposed])).toMatchObject({ check: 'DOMAIN', detail: 'FOUR_EYES_REQUIRED' });
    expect(await at31(telling(applied))).toMatchObject({ check: 'DOMAIN', detail: 'FACT_UNKNOWN' });
    expect(await at31(telling(merged, uuidv7()))).toMatchObject({ check: 'DOMAIN', detail: 'FACT_UNKNOWN' });
  });

  it('whose end comes first, from its author, is waited for', async () => {
    expect(await at31(unmerged)).toMatchObject({ verdict: 'hold', detail: 'CAUSE_UNKNOWN' });
    expect(await at31(unmerged, [merged])).toMatchObject({ verdict: 'accept' });
  });
});
