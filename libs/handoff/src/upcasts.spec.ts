import { describe, expect, it } from '@jest/globals';
import type { AgencyRecord } from './agency.js';
import { articleOf, signingRejection } from './signing.js';
import { at, by, qingpu, songling, suzhou, wujiang } from './testing/cast.js';
import { histories } from './testing/play.js';
import { PROCEDURE } from './transfer.procedure.js';
import { type HandoffEventType, isTransferEvent, upcast } from './upcasts.js';

const types: HandoffEventType[] = ['person.intake-registered', ...(Object.keys(PROCEDURE) as HandoffEventType[])];

/** Anybody may step back from a case; the note of a copy is its recipient's. */
const restricted = types.filter(
  (type) => type !== 'transfer.recusal-declared' && type !== 'transfer.copy-acknowledged',
);

const isByNode = (type: HandoffEventType) =>
  ['transfer.consultation-received', 'transfer.nonreport-notified', 'transfer.merge-told'].includes(type) ||
  type.startsWith('transfer.deadline-');

describe('stored payloads', () => {
  it('come back as the acts they were', () => {
    for (const event of histories.completed) {
      const { type, occurredAt, actor, data } = event;
      expect(upcast(`cn.delta-hub.${type}.v1`, { occurredAt, actor, ...data })).toEqual(event);
    }
  });

  it.each(types)('%s is known', (type) => {
    const { actor } = by(wujiang, '2025-03-10 09:30');
    const event = upcast(`cn.delta-hub.${type}.v1`, { occurredAt: at('2025-03-10 09:30'), actor });
    expect([event.type, isTransferEvent(event)]).toEqual([type, type.startsWith('transfer.')]);
    expect(articleOf(type)).toMatch(/^(法|办法|刑诉法|个保法|电子签名法)\d+$/);
  });

  it.each([
    'cn.delta-hub.transfer.applied.v2',
    'cn.delta-hub.transfer.disputed.v1',
    'cn.delta-hub.refusal.issued.v1',
    'cn.delta-hub.toString.v1',
    'transfer.applied',
    '',
  ])('%j is not folded around', (wireType) =>
    expect(() => upcast(wireType, {})).toThrow(expect.objectContaining({ code: 'EVENT_TYPE_UNKNOWN' })),
  );

  it.each([
    undefined,
    null,
    'text',
    {},
    { occurredAt: '2025-03-10', actor: {} },
    { occurredAt: at('2025-03-10 09:30') },
  ])('data without an act is a fault: %j', (data) =>
    expect(() => upcast('cn.delta-hub.transfer.decided.v1', data)).toThrow(
      expect.objectContaining({ code: 'EVENT_DATA_INVALID' }),
    ),
  );
});

describe('who may sign a type at all', () => {
  const mayNot = (
    type: HandoffEventType,
    agency: AgencyRecord,
    role?: Parameters<typeof by>[2],
    delegationId?: string,
  ) => {
    const { actor, occurredAt } = by(agency, '2025-03-10 09:30', role);
    const citing = delegationId === undefined ? actor : { ...actor, delegationId };
    return signingRejection({ type, occurredAt, actor: citing }, agency)?.code;
  };

  it.each(restricted)('%s: officers of the county, or the node itself; never a city, never an inspector', (type) => {
    const isSystem = isByNode(type);
    if (type === 'transfer.dispute-resolved') return expect(mayNot(type, suzhou, 'officer')).toBeUndefined();
    expect(mayNot(type, qingpu, 'officer')).toBe(isSystem ? 'ROLE_NOT_PERMITTED' : undefined);
    expect(mayNot(type, qingpu, 'system')).toBe(isSystem ? undefined : 'ROLE_NOT_PERMITTED');
    expect(mayNot(type, suzhou, 'officer')).toBe(isSystem ? 'ROLE_NOT_PERMITTED' : 'ACT_NOT_YOURS');
    return expect(mayNot(type, qingpu, 'inspector')).toBe('ROLE_NOT_PERMITTED');
  });

  it.each(restricted)('%s: an office only under a delegation the law allows and it cites', (type) => {
    const delegated = {
      ...songling,
      delegations: types.map((each) => ({
        ...{ id: `for-${each}`, type: each, validFrom: '2025-01-01', validTo: null },
      })),
    };
    const otherwise = isByNode(type) ? 'ROLE_NOT_PERMITTED' : 'DELEGATION_MISSING';
    const expected = type === 'transfer.opinion-given' ? undefined : otherwise;
    expect(mayNot(type, delegated, 'office-officer', `for-${type}`)).toBe(expected);
    expect(mayNot(type, delegated, 'office-officer', 'for-another')).toBe(otherwise);
  });

  it.each([
    ['2024-12-31 23:59', 'DELEGATION_MISSING'],
    ['2025-01-01 00:00', undefined],
    ['2025-12-31 23:59', undefined],
    ['2026-01-01 00:00', 'DELEGATION_MISSING'],
  ])('a delegation for the year 2025 at %s: %s', (when, code) => {
    const { actor, occurredAt } = by(songling, when);
    const act = {
      type: 'transfer.opinion-given',
      occurredAt,
      actor: { ...actor, delegationId: 'delegation-1' },
    } as const;
    expect(signingRejection(act, songling)?.code).toBe(code);
  });
});
