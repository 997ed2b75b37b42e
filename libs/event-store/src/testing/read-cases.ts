import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { RecordedEvent } from '../event-store.js';
import { codeOf, contractCase, everything, given, mustAppend, someEvents } from './contract-case.js';

const isRising = (events: readonly RecordedEvent[]) =>
  events.every(({ position }, index) => index === 0 || position > events[index - 1]!.position);

/** Reading, in global order and after a new start. */
export const readCases = [
  contractCase('the global order is the order of the appends, and positions rise', async ({ store }) => {
    const appended = someEvents(6);
    await mustAppend(store, 'transfer-1', 'no-stream', appended.slice(0, 2));
    await mustAppend(store, 'transfer-2', 'no-stream', appended.slice(2, 3));
    await mustAppend(store, 'transfer-1', 1n, appended.slice(3, 5));
    await mustAppend(store, 'transfer-2', 0n, appended.slice(5));
    const all = await everything(store);
    deepStrictEqual(given(all), appended);
    ok(isRising(all));
    deepStrictEqual(
      all.filter(({ stream }) => stream === 'transfer-1'),
      await store.read('transfer-1'),
    );
  }),

  contractCase(
    'pages of any size join to the whole, each after the last position of the one before',
    async ({ store }) => {
      await mustAppend(store, 'transfer-1', 'no-stream', someEvents(4));
      await mustAppend(store, 'transfer-2', 'no-stream', someEvents(3));
      const all = await store.readAll(undefined, 100);
      strictEqual(all.length, 7);
      for (const limit of [1, 2, 3, 7, 8]) deepStrictEqual(await everything(store, limit), all);
    },
  ),

  contractCase('a page limit that is not a whole number from 1 is a mistake', async ({ store }) => {
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(1));
    for (const limit of [0, -1, 1.5, Number.NaN]) await rejects(store.readAll(undefined, limit), RangeError);
  }),

  contractCase('the head is the position of the last event', async ({ store, connect }) => {
    const first = await mustAppend(store, 'transfer-1', 'no-stream', someEvents(2));
    strictEqual(await store.head(), first.position);
    const second = await mustAppend(store, 'transfer-2', 'no-stream', someEvents(1));
    strictEqual(await store.head(), second.position);
    strictEqual(await (await connect()).head(), second.position);
    deepStrictEqual(await store.readAll(second.position, 10), []);
  }),

  contractCase('what was answered as appended is there for everybody at once', async ({ store, connect }) => {
    const other = await connect();
    for (let revision = -1n; revision < 5n; revision++) {
      await mustAppend(store, 'transfer-1', revision < 0n ? 'no-stream' : revision, someEvents(1));
      strictEqual((await other.read('transfer-1')).length, Number(revision) + 2);
      strictEqual(await other.head(), await store.head());
    }
  }),

  contractCase('everything is there after a new start, and positions go on rising', async ({ store, connect }) => {
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(3));
    const before = await everything(store);
    await store.close();
    const reopened = await connect();
    deepStrictEqual(await everything(reopened), before);
    deepStrictEqual(await reopened.read('transfer-1'), before);
    const more = someEvents(1);
    await mustAppend(reopened, 'transfer-1', 2n, more);
    const after = await everything(reopened);
    ok(isRising(after));
    deepStrictEqual(given(after.slice(3)), more);
  }),

  contractCase('a closed store says so, and may be closed again', async ({ store }) => {
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(1));
    await store.close();
    await store.close();
    strictEqual(await codeOf(store.append('transfer-1', 0n, someEvents(1))), 'UNAVAILABLE');
    strictEqual(await codeOf(store.read('transfer-1')), 'UNAVAILABLE');
    strictEqual(await codeOf(store.readAll(undefined, 1)), 'UNAVAILABLE');
    strictEqual(await codeOf(store.head()), 'UNAVAILABLE');
    strictEqual(await codeOf(store.subscribe(undefined, () => Promise.resolve())), 'UNAVAILABLE');
  }),

  contractCase(
    'an append under way when the store is closed is stored or refused, as it says',
    async ({ store, connect }) => {
      const appending = store.append('transfer-1', 'no-stream', someEvents(1)).then(
        ({ outcome }) => outcome,
        () => 'refused' as const,
      );
      await store.close();
      const stored = (await (await connect()).read('transfer-1')).length;
      strictEqual(stored, (await appending) === 'appended' ? 1 : 0);
    },
  ),
];
