import { type IncomingRecord, InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { CheckpointPublisher, checkpointsTopic } from './checkpoint-publisher.js';

const ORIGIN = 'delta-hub.cn/ledger/32';
const note = (size: number, cosigned: number): string =>
  `${ORIGIN}\n${size}\nroot\n\n— own sig\n${'— witness sig\n'.repeat(cosigned)}`;

let broker: InMemoryBroker;
beforeEach(() => {
  broker = new InMemoryBroker(new InMemoryTopics());
});
afterEach(() => broker.close());

it('sends a head when it is larger or has more cosignatures, the signed note itself, keyed by its log', async () => {
  let head: { size: number; note: string } | undefined;
  const publisher = new CheckpointPublisher('32', broker, () => head);
  const seen = async (next: typeof head): Promise<void> => {
    head = next;
    publisher.look();
    await publisher.stop();
  };
  await seen(undefined);
  await seen({ size: 3, note: note(3, 2) });
  await seen({ size: 3, note: note(3, 2) });
  await seen({ size: 3, note: note(3, 3) });
  await seen({ size: 7, note: note(7, 2) });
  const records: IncomingRecord[] = [];
  await new Promise<void>((resolve, reject) => {
    const take = (record: IncomingRecord): Promise<void> => {
      if (records.push(record) === 3) resolve();
      return Promise.resolve();
    };
    broker.subscribe(checkpointsTopic('32'), [], take).catch(reject);
  });
  expect(records.map(({ key, value }) => [key, Buffer.from(value).toString()])).toEqual([
    [ORIGIN, note(3, 2)],
    [ORIGIN, note(3, 3)],
    [ORIGIN, note(7, 2)],
  ]);
});

it('a broker that is away is tried again', async () => {
  const publisher = new CheckpointPublisher('32', broker, () => ({ size: 1, note: note(1, 2) }));
  const { publish } = broker;
  broker.publish = () => Promise.reject(new Error('away'));
  publisher.look();
  await publisher.stop();
  broker.publish = publish;
  publisher.look();
  await publisher.stop();
  expect(await broker.lag(checkpointsTopic('32'), [])).toBe(1n);
});
