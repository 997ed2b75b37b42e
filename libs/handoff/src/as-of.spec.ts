import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { knownAt, trueAt } from './as-of.js';
import { hubRules } from './rule-book.js';
import { agencies, at, qingpu } from './testing/cast.js';
import { histories } from './testing/play.js';
import type { TransferEvent } from './transfer.events.js';
import { transferDecider } from './transfer.js';
import { statusOf } from './transfer.status.js';
import { worklistOf } from './worklist.js';

describe('what was known and what was true are two questions', () => {
  // The reply of 03-17 reached the other node on 03-20 only.
  const facts = histories.agreed.map((event, index, all) => ({
    event,
    receivedAt: index === all.length - 1 ? at('2025-03-20 08:00') : event.occurredAt,
  }));
  const known = (local: string) => fold(transferDecider, knownAt(facts, at(local)));

  it('on 03-18 the reply was true and not known', () => {
    expect(statusOf(known('2025-03-18 09:00'))).toBe('CONSULTING');
    expect(statusOf(trueAt(known('2025-03-20 08:00'), at('2025-03-18 09:00')))).toBe('REPLIED_AGREE');
    expect(statusOf(trueAt(known('2025-03-20 08:00'), at('2025-03-17 15:39')))).toBe('CONSULTING');
  });
});

it('what was known holds every fact before the last that had come, whatever the clock stamped on them', () => {
  const [cause, effect, later] = histories.consulted as [TransferEvent, TransferEvent, TransferEvent];
  const facts = [
    { event: cause, receivedAt: at('2025-03-12 09:00') },
    { event: effect, receivedAt: at('2025-03-11 09:00') },
    { event: later, receivedAt: at('2025-03-13 09:00') },
  ];
  expect(knownAt(facts, at('2025-03-11 08:59'))).toEqual([]);
  expect(knownAt(facts, at('2025-03-11 09:00'))).toEqual([cause, effect]);
  expect(knownAt(facts, at('2025-03-13 08:59'))).toEqual([cause, effect]);
  expect(knownAt(facts, at('2025-03-13 09:00'))).toEqual([cause, effect, later]);
});

it('the worklist has the open duties of each agency with all above it', () => {
  const directory = (id: string) => agencies.find((agency) => agency.id === id);
  expect(worklistOf('transfer-1', fold(transferDecider, histories.received), hubRules, directory)).toEqual([
    {
      ...{ transferId: 'transfer-1', step: 'REPLY', agency: qingpu.id, owedBy: 'agency', ruleId: 'REPLY@2020.1' },
      ...{ due: at('2025-03-19 00:00'), chain: [qingpu.id, 'prov-31'] },
    },
  ]);
});
