import { InMemoryBroker } from '@delta-hub/broker';
import { expect, it } from '@jest/globals';
import { lagOf } from './lag.js';

const broker = new InMemoryBroker();
const answering = (lag: () => Promise<bigint>) => Object.assign(new InMemoryBroker(), { lag });

it('is what the broker tells', async () => {
  await broker.publish('a', [{ key: 'k', value: new Uint8Array(1), headers: {} }]);
  expect(await lagOf(broker, 'a', [])).toBe(1);
});

it('is -1 where the broker refuses to tell, or does not answer', async () => {
  expect(
    await lagOf(
      answering(() => Promise.reject(new Error('away'))),
      'a',
      [],
    ),
  ).toBe(-1);
  expect(
    await lagOf(
      answering(() => new Promise(() => undefined)),
      'a',
      [],
    ),
  ).toBe(-1);
});
