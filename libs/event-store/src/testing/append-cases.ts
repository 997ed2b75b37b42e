import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { AppendResult, EventToAppend, RecordedEvent } from '../event-store.js';
import { anEvent, contractCase, everything, given, mustAppend, someEvents } from './contract-case.js';

const STREAM = 'transfer-1';

/** Many bytes as one text: their difference can be shown. */
const inHex = <E extends EventToAppend>(event: E) => ({ ...event, data: Buffer.from(event.data).toString('hex') });

/** What an append stores, and when it is a conflict. */
export const appendCases = [
  contractCase('an absent stream reads empty, and so does an empty store', async ({ store }) => {
    deepStrictEqual(await store.read(STREAM), []);
    deepStrictEqual(await store.readAll(undefined, 10), []);
    strictEqual(await store.head(), undefined);
  }),

  contractCase('revisions start at 0 and have no hole, whatever the size of the appends', async ({ store }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    await mustAppend(store, STREAM, 0n, someEvents(3));
    await mustAppend(store, STREAM, 3n, someEvents(1));
    deepStrictEqual(
      (await store.read(STREAM)).map(({ revision }) => revision),
      [0n, 1n, 2n, 3n, 4n],
    );
  }),

  contractCase('the answer names revision and position of the last event appended', async ({ store }) => {
    const first = await mustAppend(store, STREAM, 'no-stream', someEvents(2));
    const second = await mustAppend(store, STREAM, 1n, someEvents(1));
    const events = await store.read(STREAM);
    deepStrictEqual(first, { outcome: 'appended', revision: 1n, position: events[1]?.position });
    deepStrictEqual(second, { outcome: 'appended', revision: 2n, position: events[2]?.position });
  }),

  contractCase('id, type, stream and every byte of the data come back as given', async ({ store }) => {
    const events = [
      { ...anEvent(), data: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
      { ...anEvent(), type: 'x', data: new Uint8Array() },
      { ...anEvent(), data: Uint8Array.from([0xc3, 0x28, 0xef, 0xbb, 0xbf, 0x00]) },
      { ...anEvent(), data: new Uint8Array(65_535).fill(0xff) },
    ];
    const { position } = await mustAppend(store, STREAM, 'no-stream', events);
    const recorded = (await store.read(STREAM)).map(inHex);
    deepStrictEqual(
      recorded.map(({ id, type, data }) => ({ id, type, data })),
      events.map(inHex),
    );
    deepStrictEqual([...new Set(recorded.map(({ stream }) => stream))], [STREAM]);
    strictEqual(recorded.at(-1)?.position, position);
    deepStrictEqual((await everything(store)).map(inHex), recorded);
  }),

  contractCase(
    'the bytes are those of the moment of the call, and nobody can change them afterwards',
    async ({ store }) => {
      const event = anEvent('as given');
      const appending = store.append(STREAM, 'no-stream', [event]);
      event.data.fill(0);
      await appending;
      (await store.read(STREAM))[0]?.data.fill(1);
      (await everything(store))[0]?.data.fill(2);
      deepStrictEqual((await store.read(STREAM))[0]?.data, anEvent('as given').data);
      deepStrictEqual((await everything(store))[0]?.data, anEvent('as given').data);
    },
  ),

  contractCase('when an event was received tells the clock of the store that took it', async ({ connect, listen }) => {
    const [first, second] = ['2025-03-10T01:00:00.000Z', '2025-03-10T01:00:00.001Z'] as const;
    const [early, late] = [await connect(() => first), await connect(() => second)];
    const events = someEvents(2);
    await mustAppend(early, STREAM, 'no-stream', events);
    await mustAppend(late, STREAM, 'no-stream', events); // a repeat
    await mustAppend(late, STREAM, 1n, someEvents(1));
    const times = [first, first, second];
    const timesOf = (recorded: readonly RecordedEvent[]) => recorded.map(({ receivedAt }) => receivedAt);
    deepStrictEqual(timesOf(await (await connect()).read(STREAM)), times);
    deepStrictEqual(timesOf(await everything(early)), times);
    deepStrictEqual(timesOf(await (await listen(late, undefined)).holding(3)), times);
  }),

  contractCase('a stale revision is a conflict that names the actual one, and stores nothing', async ({ store }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(3));
    deepStrictEqual(await store.append(STREAM, 1n, someEvents(1)), { outcome: 'conflict', actual: 2n });
    deepStrictEqual(await store.append(STREAM, 0n, someEvents(2)), { outcome: 'conflict', actual: 2n });
    strictEqual((await everything(store)).length, 3);
  }),

  contractCase('a revision not yet reached is a conflict that names the actual one', async ({ store }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    deepStrictEqual(await store.append(STREAM, 1n, someEvents(1)), { outcome: 'conflict', actual: 0n });
    strictEqual((await everything(store)).length, 1);
  }),

  contractCase('no-stream is a conflict when the stream exists, a revision when it does not', async ({ store }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    deepStrictEqual(await store.append(STREAM, 'no-stream', someEvents(1)), { outcome: 'conflict', actual: 0n });
    deepStrictEqual(await store.append('transfer-2', 0n, someEvents(1)), { outcome: 'conflict', actual: undefined });
    deepStrictEqual(await store.read('transfer-2'), []);
    strictEqual((await everything(store)).length, 1);
  }),

  contractCase('an event with the bytes of a stored one, but another id, is another event', async ({ store }) => {
    await mustAppend(store, STREAM, 'no-stream', [anEvent('same bytes')]);
    deepStrictEqual(await store.append(STREAM, 'no-stream', [anEvent('same bytes')]), {
      outcome: 'conflict',
      actual: 0n,
    });
    await mustAppend(store, STREAM, 0n, [anEvent('same bytes')]);
    strictEqual((await store.read(STREAM)).length, 2);
  }),

  contractCase('ids that met a conflict are free to be appended at the right revision', async ({ store }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    const events = someEvents(2);
    strictEqual((await store.append(STREAM, 'no-stream', events)).outcome, 'conflict');
    await mustAppend(store, STREAM, 0n, events);
    deepStrictEqual(given((await store.read(STREAM)).slice(1)), events);
  }),

  contractCase('streams are independent, however alike their names', async ({ store }) => {
    const streams = ['transfer-1', 'transfer-10', 'Transfer-1', 'transfer-%', 'transfer-_', "transfer-'1"];
    for (const stream of streams) await mustAppend(store, stream, 'no-stream', [anEvent(stream)]);
    await mustAppend(store, STREAM, 0n, someEvents(1));
    strictEqual((await store.read(STREAM)).length, 2);
    for (const stream of streams.slice(1))
      deepStrictEqual(given(await store.read(stream))[0]?.data, anEvent(stream).data);
  }),

  contractCase('of many writers who race for one revision exactly one wins', async ({ store, connect }) => {
    const other = await connect();
    await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    const racers = Array.from({ length: 16 }, (_, index) => ({
      events: someEvents(2),
      store: index % 2 === 0 ? store : other,
    }));
    const results = await Promise.all(racers.map((racer) => racer.store.append(STREAM, 0n, racer.events)));
    const conflict: AppendResult = { outcome: 'conflict', actual: 2n };
    const winner = results.findIndex(({ outcome }) => outcome === 'appended');
    deepStrictEqual(
      results.filter((_, index) => index !== winner),
      racers.slice(1).map(() => conflict),
    );
    deepStrictEqual(given((await store.read(STREAM)).slice(1)), racers[winner]?.events);
  }),

  contractCase('of many writers who race to begin a stream exactly one wins', async ({ store, connect }) => {
    const other = await connect();
    const results = await Promise.all(
      [store, other, store, other].map((each) => each.append(STREAM, 'no-stream', someEvents(1))),
    );
    strictEqual(results.filter(({ outcome }) => outcome === 'appended').length, 1);
    strictEqual((await everything(store)).length, 1);
  }),

  contractCase('appends of one moment do not spoil each other', async ({ store }) => {
    await mustAppend(store, 'transfer-0', 'no-stream', someEvents(1));
    const reused = (await store.read('transfer-0'))[0]!;
    const results = await Promise.allSettled([
      store.append(STREAM, 'no-stream', someEvents(2)),
      store.append('transfer-0', 'no-stream', someEvents(2)),
      store.append('transfer-2', 'no-stream', [anEvent(), anEvent('other bytes', reused.id)]),
      store.append('transfer-3', 'no-stream', []),
      store.append('transfer-4', 'no-stream', someEvents(1)),
    ]);
    deepStrictEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value.outcome : 'refused')),
      ['appended', 'conflict', 'refused', 'refused', 'appended'],
    );
    deepStrictEqual((await everything(store)).map(({ stream, revision }) => `${stream}@${revision}`).sort(), [
      'transfer-0@0',
      'transfer-1@0',
      'transfer-1@1',
      'transfer-4@0',
    ]);
  }),

  contractCase('many appends at once are all stored, each in its own place', async ({ store, connect }) => {
    const stores = [store, await connect()];
    const streams = Array.from({ length: 40 }, (_, index) => `transfer-${index}`);
    const results = await Promise.all(
      streams.map((stream, index) => mustAppend(stores[index % 2]!, stream, 'no-stream', someEvents(3))),
    );
    strictEqual(new Set(results.map(({ position }) => position)).size, streams.length);
    for (const stream of streams)
      deepStrictEqual(
        (await store.read(stream)).map(({ revision }) => revision),
        [0n, 1n, 2n],
      );
  }),
];
