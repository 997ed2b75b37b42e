import { InMemoryEventStore } from '@delta-hub/event-store';
import { expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { Refuser } from './refuser.js';
import { ACTS, recordOf, signed, signerOf } from './testing/sample-records.js';

const record = recordOf(signed(ACTS.applied, '32'), '32');
const clock = new NodeClock('2025-03-20T00:00:00.000Z');

/** The streams of what a node has stored after it refused the record twice. */
const refusedBy = async (node: '31' | '33'): Promise<readonly string[]> => {
  const store = new InMemoryEventStore();
  const refuser = new Refuser(store, { node, signer: signerOf(node), clock, newId: uuidv7 });
  for (let time = 0; time < 2; time += 1) await refuser.refuse(record, { verdict: 'refuse', check: 'KEY', detail: '' });
  expect(await refuser.hasRefused(record)).toBe(true);
  const stored = await store.readAll(undefined, 10);
  await store.close();
  return stored.map(({ stream }) => stream);
};

it('two nodes that refuse one record do it in streams of their own, each once', async () => {
  const streams = [await refusedBy('31'), await refusedBy('33')].flat();
  expect(streams).toHaveLength(2);
  expect(new Set(streams).size).toBe(2);
});
