import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { anEvent, codeOf, contractCase, everything, given, mustAppend, someEvents } from './contract-case.js';

const STREAM = 'transfer-1';

/** The same call again, and the same id for something else. */
export const retryCases = [
  contractCase('the same append again is answered as before and stores nothing', async ({ store }) => {
    const [first, more] = [someEvents(2), someEvents(1)];
    const answers = [
      await mustAppend(store, STREAM, 'no-stream', first),
      await mustAppend(store, STREAM, 'no-stream', first),
      await mustAppend(store, STREAM, 1n, more),
      await mustAppend(store, STREAM, 1n, more),
    ];
    deepStrictEqual(answers[1], answers[0]);
    deepStrictEqual(answers[3], answers[2]);
    deepStrictEqual(given(await everything(store)), [...first, ...more]);
  }),

  contractCase('the same append again is answered as before when later events follow', async ({ store, connect }) => {
    const events = someEvents(2);
    const answer = await mustAppend(store, STREAM, 'no-stream', events);
    await mustAppend(store, STREAM, 1n, someEvents(3));
    await mustAppend(store, 'transfer-2', 'no-stream', someEvents(1));
    deepStrictEqual(await store.append(STREAM, 'no-stream', events), answer);
    deepStrictEqual(await (await connect()).append(STREAM, 'no-stream', events), answer);
    strictEqual((await everything(store)).length, 6);
  }),

  contractCase('the same append twice at once is stored once', async ({ store, connect }) => {
    const events = someEvents(2);
    const other = await connect();
    const answers = await Promise.all(
      [store, store, other, other].map((each) => each.append(STREAM, 'no-stream', events)),
    );
    strictEqual(answers[0]?.outcome, 'appended');
    for (const answer of answers) deepStrictEqual(answer, answers[0]);
    deepStrictEqual(given(await everything(store)), events);
  }),

  contractCase('stored events followed by a new one are a conflict, not a repeat', async ({ store }) => {
    const events = someEvents(2);
    await mustAppend(store, STREAM, 'no-stream', events);
    const longer = [...events, ...someEvents(1)];
    deepStrictEqual(await store.append(STREAM, 'no-stream', longer), { outcome: 'conflict', actual: 1n });
    strictEqual((await everything(store)).length, 2);
  }),

  contractCase('a stored id with other bytes is refused and stores nothing', async ({ store }) => {
    const [event, follower] = [anEvent('one'), anEvent('two')];
    await mustAppend(store, STREAM, 'no-stream', [event]);
    for (const data of ['onE', 'one ', 'on', ''])
      strictEqual(await codeOf(store.append(STREAM, 'no-stream', [anEvent(data, event.id)])), 'ID_REUSED');
    strictEqual(await codeOf(store.append(STREAM, 'no-stream', [{ ...event, type: 'other' }])), 'ID_REUSED');
    strictEqual(await codeOf(store.append(STREAM, 0n, [follower, anEvent('other', event.id)])), 'ID_REUSED');
    deepStrictEqual(given(await everything(store)), [event]);
    await mustAppend(store, STREAM, 0n, [follower]);
  }),

  contractCase('a stored id at another place of its stream is refused', async ({ store }) => {
    const [first, second] = [anEvent('one'), anEvent('two')];
    await mustAppend(store, STREAM, 'no-stream', [first, second]);
    strictEqual(await codeOf(store.append(STREAM, 1n, [first])), 'ID_REUSED');
    strictEqual(await codeOf(store.append(STREAM, 1n, [second])), 'ID_REUSED');
    strictEqual(await codeOf(store.append(STREAM, 'no-stream', [second])), 'ID_REUSED');
    strictEqual(await codeOf(store.append(STREAM, 'no-stream', [second, first])), 'ID_REUSED');
    strictEqual((await everything(store)).length, 2);
  }),

  contractCase('a stored id in another stream is refused', async ({ store }) => {
    const event = anEvent();
    await mustAppend(store, STREAM, 'no-stream', [event]);
    strictEqual(await codeOf(store.append('transfer-2', 'no-stream', [event])), 'ID_REUSED');
    strictEqual(await codeOf(store.append('transfer-2', 'no-stream', [anEvent(), event])), 'ID_REUSED');
    deepStrictEqual(await store.read('transfer-2'), []);
    strictEqual((await everything(store)).length, 1);
  }),
];
