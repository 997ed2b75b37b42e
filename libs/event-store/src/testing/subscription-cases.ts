import { Hands, Inbox } from '@delta-hub/local-log/testing';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import type { EventStore, RecordedEvent } from '../event-store.js';
import { codeOf, contractCase, everything, mustAppend, someEvents } from './contract-case.js';

const STREAM = 'transfer-1';

/** Appends events one by one to a stream of its own. */
const write = async (store: EventStore, stream: string, count: number) => {
  for (let index = 0; index < count; index++)
    await mustAppend(store, stream, index === 0 ? 'no-stream' : BigInt(index - 1), someEvents(1));
};

/** What a subscriber is given, and from where on. */
const deliveryCases = [
  contractCase('from the start: every event in global order, then the new ones', async ({ store, listen }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(3));
    const listener = await listen(store, undefined);
    deepStrictEqual(await listener.holding(3), await everything(store));
    await mustAppend(store, 'transfer-2', 'no-stream', someEvents(2));
    await mustAppend(store, STREAM, 2n, someEvents(1));
    deepStrictEqual(await listener.holding(6), await everything(store));
  }),

  contractCase('from a position: exactly the events after it', async ({ store, listen }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(5));
    const all = await everything(store);
    for (const taken of [1, 3]) {
      const listener = await listen(store, all[taken - 1]?.position);
      deepStrictEqual(await listener.holding(5 - taken), all.slice(taken));
    }
  }),

  contractCase('from the head: only what is new', async ({ store, listen }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(2));
    const listener = await listen(store, await store.head());
    await mustAppend(store, STREAM, 1n, someEvents(1));
    deepStrictEqual(await listener.holding(1), (await store.read(STREAM)).slice(2));
  }),

  contractCase('on an empty store: waits for the first event', async ({ store, listen }) => {
    const listener = await listen(store, undefined);
    await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    deepStrictEqual(await listener.holding(1), await everything(store));
  }),

  contractCase('what another process stores arrives too', async ({ store, connect, listen }) => {
    const other = await connect();
    const listener = await listen(store, undefined);
    await mustAppend(other, STREAM, 'no-stream', someEvents(2));
    await listener.holding(2);
    await mustAppend(store, STREAM, 1n, someEvents(1));
    await mustAppend(other, STREAM, 2n, someEvents(1));
    deepStrictEqual(await listener.holding(4), await everything(store));
  }),

  contractCase(
    'nothing is lost or doubled while it catches up with two writers',
    async ({ store, connect, listen }) => {
      const other = await connect();
      await mustAppend(store, 'transfer-0', 'no-stream', someEvents(300));
      const writing = Promise.all([write(store, 'transfer-1', 60), write(other, 'transfer-2', 60)]);
      const listener = await listen(store, undefined);
      await writing;
      await mustAppend(store, 'transfer-3', 'no-stream', someEvents(1));
      deepStrictEqual(await listener.holding(421), await everything(store));
    },
  ),

  contractCase('a long past arrives whole', async ({ store, listen }) => {
    for (let block = 0; block < 5; block++)
      await mustAppend(store, STREAM, block === 0 ? 'no-stream' : BigInt(block * 257 - 1), someEvents(257));
    const listener = await listen(store, undefined);
    deepStrictEqual(await listener.holding(1285), await everything(store));
  }),

  contractCase('resumed from its own position, nothing is lost or doubled', async ({ store, connect, listen }) => {
    await mustAppend(store, STREAM, 'no-stream', someEvents(2));
    const first = await listen(store, undefined);
    const before = await first.holding(2);
    await first.stop();
    await mustAppend(store, STREAM, 1n, someEvents(2));
    await store.close();
    const reopened = await connect();
    const second = await listen(reopened, before.at(-1)?.position);
    await second.holding(2);
    await mustAppend(reopened, STREAM, 3n, someEvents(1));
    deepStrictEqual([...before, ...(await second.holding(3))], await everything(reopened));
  }),

  contractCase('two subscribers each get everything, at their own pace', async ({ store, listen, soon }) => {
    const slow = new Hands<RecordedEvent>();
    const held = await store.subscribe(undefined, slow.take);
    const quick = await listen(store, undefined);
    await mustAppend(store, STREAM, 'no-stream', someEvents(3));
    const all = await everything(store);
    deepStrictEqual(await quick.holding(3), all);
    deepStrictEqual(await soon(slow.taken.holding(1), 'the first event'), all.slice(0, 1));
    slow.letAllGo();
    deepStrictEqual(await soon(slow.taken.holding(3), 'the others'), all);
    await soon(held.stop(), 'the slow subscription to stop');
  }),

  contractCase('a position beyond the end is an error, not a wait', async ({ store }) => {
    const subscribe = (after: bigint) => store.subscribe(after, () => Promise.resolve());
    strictEqual(await codeOf(subscribe(1n)), 'POSITION_BEYOND_END');
    const { position } = await mustAppend(store, STREAM, 'no-stream', someEvents(1));
    strictEqual(await codeOf(subscribe(position + 1n)), 'POSITION_BEYOND_END');
  }),
];

/** The handler, and how a subscription ends. */
const handlingCases = [
  contractCase('the next event is handed over when the one before has been handled', async ({ store, soon }) => {
    const hands = new Hands<RecordedEvent>();
    const subscription = await store.subscribe(undefined, hands.take);
    await mustAppend(store, STREAM, 'no-stream', someEvents(3));
    const witness = new Inbox<RecordedEvent>();
    for (let held = 1; held <= 3; held++) {
      await soon(hands.taken.holding(held), `event ${held}`);
      const other = await store.subscribe(undefined, witness.take);
      await soon(witness.holding(held * 3), 'another subscriber to get everything');
      await soon(other.stop(), 'another subscriber to stop');
      strictEqual(hands.taken.items.length, held);
      hands.letGo();
    }
    hands.letAllGo();
    await soon(subscription.stop(), 'the subscription to stop');
  }),

  contractCase('a handler may append', async ({ store, listen, soon }) => {
    const answers = new Inbox<RecordedEvent>();
    const subscription = await store.subscribe(undefined, async (event) => {
      if (event.stream === STREAM) await mustAppend(store, `leave-${event.revision}`, 'no-stream', someEvents(1));
      else await answers.take(event);
    });
    await mustAppend(store, STREAM, 'no-stream', someEvents(3));
    await soon(answers.holding(3), 'the answers');
    await soon(subscription.stop(), 'the subscription to stop');
    deepStrictEqual(await (await listen(store, undefined)).holding(6), await everything(store));
  }),

  contractCase(
    'a handler that throws ends its subscription with that very error, and no other',
    async ({ store, listen, soon }) => {
      const fault = new Error('invented fault');
      const seen: bigint[] = [];
      const failing = await store.subscribe(undefined, ({ revision }) => {
        seen.push(revision);
        return revision === 1n ? Promise.reject(fault) : Promise.resolve();
      });
      const ended = rejects(failing.finished, (error) => error === fault);
      const healthy = await listen(store, undefined);
      await mustAppend(store, STREAM, 'no-stream', someEvents(3));
      await soon(ended, 'the subscription to end');
      await mustAppend(store, STREAM, 2n, someEvents(1));
      strictEqual((await healthy.holding(4)).length, 4);
      deepStrictEqual(seen, [0n, 1n]);
      await soon(failing.stop(), 'stop after the end');
    },
  ),

  contractCase(
    'stop waits for the event in hand, hands over no other, and may be called twice',
    async ({ store, listen, soon }) => {
      const hands = new Hands<RecordedEvent>();
      await mustAppend(store, STREAM, 'no-stream', someEvents(3));
      const subscription = await store.subscribe(undefined, hands.take);
      await soon(hands.taken.holding(1), 'an event in hand');
      let stopped = false;
      const stops = [subscription.stop(), subscription.stop()].map((stop) => stop.then(() => (stopped = true)));
      await (await listen(store, undefined)).holding(3);
      strictEqual(stopped, false);
      hands.letAllGo();
      await soon(Promise.all(stops), 'the subscription to stop');
      await soon(subscription.finished, 'the subscription to have finished');
      await soon(subscription.stop(), 'stop after the end');
      await mustAppend(store, STREAM, 2n, someEvents(1));
      await (await listen(store, undefined)).holding(4);
      strictEqual(hands.taken.items.length, 1);
    },
  ),

  contractCase('stop ends a subscription that waits', async ({ store, listen, soon }) => {
    const waiting = await listen(store, undefined);
    await waiting.stop();
    await soon(waiting.finished, 'the subscription to have finished');
  }),

  contractCase('closing the store ends its subscriptions, after the event in hand', async ({ store, listen, soon }) => {
    const hands = new Hands<RecordedEvent>();
    const waiting = await listen(store, undefined);
    await mustAppend(store, STREAM, 'no-stream', someEvents(2));
    await waiting.holding(2);
    const holding = await store.subscribe(undefined, hands.take);
    await soon(hands.taken.holding(1), 'an event in hand');
    const closing = store.close();
    await soon(waiting.finished, 'the waiting subscription to finish');
    hands.letAllGo();
    await soon(Promise.all([holding.finished, closing]), 'the other to finish');
    strictEqual(hands.taken.items.length, 1);
  }),
];

export const subscriptionCases = [...deliveryCases, ...handlingCases];
