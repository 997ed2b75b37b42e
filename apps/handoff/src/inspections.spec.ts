import { InMemoryEventStore } from '@delta-hub/event-store';
import { expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { recordInspection } from './inspections.js';
import { readEvent } from './signed-events.js';
import { signerOf } from './testing/sample-records.js';

const clock = new NodeClock('2025-03-20T00:00:00.000Z');
const inspector = { officerId: 'inspector-1', role: 'inspector', agencyId: 'prov-320000' } as const;
const shown = { personId: 'T-320509-0001', reason: '控告 7', size: 12 };

it('an inspection is a fact of its own each time, for its node alone', async () => {
  const store = new InMemoryEventStore();
  const keeper = { node: '32', signer: signerOf('32'), clock, newId: uuidv7 };
  for (let time = 0; time < 2; time += 1) await recordInspection(store, keeper, { ...inspector, ...shown });
  const facts = (await store.readAll(undefined, 10)).map(readEvent);
  expect(facts.map(({ subject, data }) => ({ subject, data }))).toEqual(
    facts.map(({ id }) => ({
      subject: `inspection-${id}`,
      data: { occurredAt: '2025-03-20T00:00:00.000Z', actor: inspector, ...shown },
    })),
  );
  expect(facts.map(({ type, recipients }) => ({ type, recipients }))).toEqual(
    Array(2).fill({ type: 'cn.delta-hub.inspection.person-replayed.v1', recipients: '32' }),
  );
  await store.close();
});

it('what the contract does not allow is not signed, and nothing is stored', async () => {
  const store = new InMemoryEventStore();
  const keeper = { node: '32', signer: signerOf('32'), clock, newId: uuidv7 };
  await expect(recordInspection(store, keeper, { ...inspector, ...shown, reason: '' })).rejects.toThrow(
    'is not signed',
  );
  expect(await store.head()).toBeUndefined();
  await store.close();
});
