/** The adapter in trouble that can be made at will only on the double: the traps of section 10, one by one. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore, EventToAppend, RecordedEvent } from '@delta-hub/event-store';
import { type KurrentOptions, openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { Inbox } from '@delta-hub/local-log/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../kurrentdb-double/database.js';
import { KurrentDouble } from '../../kurrentdb-double/server.js';
import { code, event, texts } from './testing/events.js';

const PREFIX = '32.';
let double: KurrentDouble;
let stores: EventStore[];

beforeEach(async () => {
  double = await new KurrentDouble().start();
  stores = [];
});
afterEach(async () => {
  double.release();
  await Promise.all(stores.map((store) => store.close()));
  double.stop();
});

const open = async (options: Partial<KurrentOptions> = {}): Promise<EventStore> => {
  const { connectionString } = double;
  const store = await openKurrentEventStore({ connectionString, prefix: PREFIX, patienceMs: 60_000, ...options });
  stores.push(store);
  return store;
};
/** Appends, each to a stream of its own, until one is refused. */
const refusal = async (store: EventStore): Promise<unknown> => {
  for (;;) {
    const failure = await code(store.append(crypto.randomUUID(), 'no-stream', [event()]));
    if (failure !== 'no error') return failure;
  }
};

describe('the outcome of an append', () => {
  it('a lost answer is OUTCOME_UNKNOWN, and the same call again finds what was stored', async () => {
    const store = await open();
    const events = [event('one'), event('two')];
    double.trouble('lose-answer');
    expect(await code(store.append('a', 'no-stream', events))).toBe('OUTCOME_UNKNOWN');
    expect(await store.append('a', 'no-stream', events)).toMatchObject({ outcome: 'appended', revision: 1n });
    expect(texts(await store.read('a'))).toEqual(['one', 'two']);
  });

  it('a lost answer followed by other appends loses and doubles nothing', async () => {
    const store = await open();
    const lost = event('lost');
    double.trouble('lose-answer');
    const answers = await Promise.allSettled([
      store.append('a', 'no-stream', [lost]),
      store.append('b', 'no-stream', [event('b')]),
    ]);
    expect(answers[0]).toMatchObject({ status: 'rejected', reason: { code: 'OUTCOME_UNKNOWN' } });
    await store.append('a', 'no-stream', [lost]);
    await store.append('a', 0n, [event('next')]);
    expect(texts(await store.read('a'))).toEqual(['lost', 'next']);
  });

  it('a server that starts up answers nothing of use: OUTCOME_UNKNOWN, and nothing is stored', async () => {
    const store = await open();
    double.trouble('not-ready');
    expect(await code(store.append('a', 'no-stream', [event()]))).toBe('OUTCOME_UNKNOWN');
    expect(await store.read('a')).toEqual([]);
  });

  it('no answer at all is OUTCOME_UNKNOWN after the patience, and may be stored later all the same', async () => {
    const store = await open({ patienceMs: 1500 });
    const events = [event('late')];
    double.trouble('hold');
    expect(await code(store.append('a', 'no-stream', events))).toBe('OUTCOME_UNKNOWN');
    double.release();
    const again = await open();
    expect(await again.append('a', 'no-stream', events)).toMatchObject({ outcome: 'appended', revision: 0n });
    expect(texts(await again.read('a'))).toEqual(['late']);
  });

  it('success without a position is a failure: the stream was deleted', async () => {
    const store = await open();
    double.trouble('no-position-answer');
    expect(await code(store.append('a', 'no-stream', [event()]))).toBe('SUBSTRATE_TAMPERED');
  });

  it('other bytes under a stored id are refused, also by a store that is opened later', async () => {
    const first = event('one');
    await (await open()).append('a', 'no-stream', [first]);
    const later = await open();
    expect(await code(later.append('a', 'no-stream', [event('other', first.id)]))).toBe('ID_REUSED');
    expect(await code(later.append('b', 'no-stream', [first]))).toBe('ID_REUSED');
  });
});

describe('the word of the server', () => {
  /** A store that has seen that the server names the very positions, and that cannot read back now. */
  const trusting = async () => {
    const store = await open();
    await store.append('a', 'no-stream', [event('first')]);
    return { store, ...double.silence() };
  };
  it('is checked page by page, however much was told meanwhile', async () => {
    const { store, speak } = await trusting();
    const told = Array.from({ length: 1100 }, (_, at) => event(`${at}`));
    for (const one of told)
      expect(await store.append(one.id, 'no-stream', [one])).toMatchObject({ outcome: 'appended', revision: 0n });
    double.database.redact(`${PREFIX}${told.at(-1)!.id}`, 0n);
    speak();
    expect(await refusal(store)).toBe('SUBSTRATE_TAMPERED');
  });

  it('once found wrong, is no ground to be ready or to answer anything on', async () => {
    const { store, speak } = await trusting();
    await store.append('a', 0n, [event('one')]);
    double.database.redact(`${PREFIX}a`, 1n);
    speak();
    expect(await refusal(store)).toBe('SUBSTRATE_TAMPERED');
    expect(await code(store.head())).toBe('SUBSTRATE_TAMPERED');
    expect(await code(store.subscribe(undefined, () => Promise.resolve()))).toBe('SUBSTRATE_TAMPERED');
  });

  it('is enough for appends although the server ends whoever follows too slowly', async () => {
    double.stop();
    double = await new KurrentDouble(new Database(), { abortSlowAfter: 0 }).start();
    const { store } = await trusting();
    const given = Array.from({ length: 300 }, () => event('x'.repeat(2000)));
    const appended = await Promise.all(given.map((one) => store.append(one.id, 'no-stream', [one])));
    expect(appended.filter(({ outcome }) => outcome === 'appended')).toHaveLength(300);
  });

  it('does not keep a store from being closed while the server says nothing', async () => {
    const { store, asked } = await trusting();
    await store.append('a', 0n, [event('one')]);
    await asked;
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve('late'), 20_000);
    expect(await Promise.race([store.close().then(() => 'closed'), late.promise])).toBe('closed');
    clearTimeout(timer);
  });

  const foreign = (id: string) => ({
    ...{ id, type: 'invented', data: new Uint8Array(1), isJson: false },
    metadata: Buffer.from('{"receivedAt":"2025-03-10T01:00:00.000Z"}'),
  });

  it('is the answer before the event was read back, which is known from then on', async () => {
    const { store, speak } = await trusting();
    const one = event('one');
    const answer = await store.append('a', 0n, [one]);
    expect(answer).toMatchObject({ outcome: 'appended', revision: 1n });
    expect(await store.head()).toBe((answer as { position: bigint }).position);
    expect(await store.append('a', 0n, [one])).toEqual(answer);
    expect(await code(store.append('a', 0n, [event('other', one.id)]))).toBe('ID_REUSED');
    expect(await code(store.append('b', 'no-stream', [one]))).toBe('ID_REUSED');
    expect(await store.append('a', 0n, [event('late')])).toEqual({ outcome: 'conflict', actual: 1n });
    speak();
    expect(await store.append('a', 0n, [one])).toEqual(answer);
    expect(texts(await store.readAll(undefined, 10))).toEqual(['first', 'one']);
  });

  it('is not taken for an id whose append was never answered: what is stored is compared', async () => {
    const { store, speak } = await trusting();
    const lost = event('lost');
    double.trouble('lose-answer');
    expect(await code(store.append('a', 0n, [lost]))).toBe('OUTCOME_UNKNOWN');
    const other = code(store.append('a', 0n, [event('other', lost.id)]));
    const again = store.append('a', 0n, [lost]);
    speak();
    expect(await other).toBe('ID_REUSED');
    expect(await again).toMatchObject({ outcome: 'appended', revision: 1n });
  });

  it('is not taken for one id that two appends give at once', async () => {
    const { store, speak } = await trusting();
    const id = crypto.randomUUID();
    const both = ['one', 'other'].map((text) => code(store.append('a', 0n, [event(text, id)])));
    speak();
    expect((await Promise.all(both)).toSorted()).toEqual(['ID_REUSED', 'no error']);
  });

  it('is not enough for one id that two appends give at once to two streams: it is stored twice, and that is told', async () => {
    const store = await open();
    const id = crypto.randomUUID();
    await Promise.all(['a', 'b'].map((stream) => code(store.append(stream, 'no-stream', [event('one', id)]))));
    expect(await refusal(store)).toBe('SUBSTRATE_TAMPERED');
  });

  it.each([
    ['shows other bytes', () => double.database.redact(`${PREFIX}a`, 1n)],
    [
      'shows another event in its place',
      () => {
        double.database.loseFrom(double.database.all().at(-1)!.position);
        double.database.append(`${PREFIX}b`, 'any', [foreign(crypto.randomUUID())]);
      },
    ],
    [
      'shows the event a second time',
      () => double.database.append(`${PREFIX}b`, 'any', [foreign(double.database.all().at(-1)!.id)]),
    ],
  ])('is checked afterwards: when the server %s, nothing is appended any more', async (_, change) => {
    const { store, speak } = await trusting();
    await store.append('a', 0n, [event('one')]);
    change();
    speak();
    expect(await refusal(store)).toBe('SUBSTRATE_TAMPERED');
  });
});

describe('a server that goes away and comes back', () => {
  it('kill and start: everything that was acknowledged is there once, and subscribers go on', async () => {
    const store = await open();
    const inbox = new Inbox<RecordedEvent>();
    await store.subscribe(undefined, inbox.take);
    const given = Array.from({ length: 60 }, (_, at) => event(`${at}`));
    const appendPatiently = async (one: EventToAppend, at: number): Promise<void> => {
      for (;;) {
        const failure = await code(store.append(`stream-${at}`, 'no-stream', [one]));
        if (failure === 'no error') return;
        expect(failure).toBe('OUTCOME_UNKNOWN');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const appending = given.map(async (one, at) => {
      await inbox.holding(Math.max(0, at - 8));
      if (at === 20 || at === 40) {
        double.stop();
        await double.start();
      }
      await appendPatiently(one, at);
    });
    await Promise.all(appending);
    const seen = texts(await inbox.holding(given.length));
    expect(seen.toSorted()).toEqual(texts(given).toSorted());
    expect(texts(await store.readAll(undefined, 100))).toEqual(seen);
  });

  it('while it is away, reads are UNAVAILABLE', async () => {
    const store = await open();
    double.stop();
    expect(await code(store.read('a'))).toBe('UNAVAILABLE');
    expect(await code(store.head())).toBe('UNAVAILABLE');
    await double.start();
    expect(await store.read('a')).toEqual([]);
  });

  it.each([
    ['', () => undefined],
    [' though the first question after the line was cut fails', () => double.failRead()],
  ])('a subscriber does not wait for ever on one with fewer events%s, nor does an append', async (_, trouble) => {
    const store = await open();
    const inbox = new Inbox<RecordedEvent>();
    const subscription = await store.subscribe(undefined, inbox.take);
    await store.append('a', 'no-stream', [event('0')]);
    await store.append('a', 0n, [event('1')]);
    await inbox.holding(2);
    double.stop();
    double.database.loseFrom(double.database.all().at(-1)!.position);
    trouble();
    await double.start();
    expect(await code(subscription.finished)).toBe('SUBSTRATE_TAMPERED');
    expect(await code(store.append('a', 0n, [event('other')]))).toBe('SUBSTRATE_TAMPERED');
  });

  it.each([
    ['ends', { abortSlowAfter: 4 }],
    ['takes back to the past', { fallBackAfter: 4 }],
  ])('a subscriber that is too slow, and that the server %s, goes on where it was', async (_, does) => {
    double.stop();
    double = await new KurrentDouble(new Database(), does).start();
    const store = await open();
    const inbox = new Inbox<RecordedEvent>();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const subscription = await store.subscribe(undefined, async (one) => {
      if (one.revision === 0n) await held;
      await inbox.take(one);
    });
    await store.append('a', 'no-stream', [event('0')]);
    for (let revision = 0n; revision < 400n; revision++) await store.append('a', revision, [event('x'.repeat(2000))]);
    letGo();
    expect((await inbox.holding(401)).map(({ revision }) => Number(revision))).toEqual([...Array(401).keys()]);
    await subscription.stop();
  });
});

describe('a server that was changed behind our back', () => {
  const storeOf = async (count: number): Promise<EventStore> => {
    const store = await open();
    await store.append(
      'a',
      'no-stream',
      Array.from({ length: count }, (_, at) => event(`${at}`)),
    );
    return store;
  };

  it.each([
    ['truncated', () => double.database.setMetadata(`${PREFIX}a`, { $tb: 2 })],
    ['truncated beyond its end', () => double.database.setMetadata(`${PREFIX}a`, { $tb: 100 })],
    ['cut to its last events', () => double.database.setMetadata(`${PREFIX}a`, { $maxCount: 1 })],
    ['deleted', () => double.database.softDelete(`${PREFIX}a`)],
    ['deleted for ever', () => double.database.tombstone(`${PREFIX}a`)],
  ])('a stream that was %s is SUBSTRATE_TAMPERED to its readers and to subscribers', async (_, change) => {
    const store = await storeOf(4);
    const subscription = await store.subscribe(undefined, () => Promise.resolve());
    change();
    expect(await code(store.read('a'))).toBe('SUBSTRATE_TAMPERED');
    expect(await code(subscription.finished)).toBe('SUBSTRATE_TAMPERED');
    expect(await code(store.append('b', 'no-stream', [event()]))).toBe('SUBSTRATE_TAMPERED');
    expect(await code(open())).toBe('SUBSTRATE_TAMPERED');
  });

  it('is met by who only appends: nothing is appended any more', async () => {
    const store = await storeOf(4);
    double.database.setMetadata(`${PREFIX}a`, { $tb: 2 });
    expect(await refusal(store)).toBe('SUBSTRATE_TAMPERED');
  });

  it('events that were scavenged away are missed by who has an index of them', async () => {
    const store = await storeOf(4);
    double.database.setMetadata(`${PREFIX}a`, { $tb: 3 });
    double.database.scavenge();
    expect(await code(store.read('a'))).toBe('SUBSTRATE_TAMPERED');
  });

  it('a server put back to an older state is SUBSTRATE_TAMPERED when the node starts', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'delta-hub-index-'));
    try {
      const indexFile = join(directory, 'index.db');
      const store = await open({ indexFile });
      await store.append('a', 'no-stream', [event()]);
      await store.close();
      await (await open({ indexFile })).close();
      double.stop();
      double = await new KurrentDouble().start();
      expect(await code(open({ indexFile }))).toBe('SUBSTRATE_TAMPERED');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('an event that somebody else has written among ours is FOREIGN_STORE', async () => {
    double.database.append(`${PREFIX}a`, 'any', [
      {
        id: crypto.randomUUID(),
        type: 'invented',
        data: new Uint8Array(1),
        metadata: new Uint8Array(0),
        isJson: false,
      },
    ]);
    expect(await code(open())).toBe('FOREIGN_STORE');
  });

  it('streams of others on the same server are none of ours', async () => {
    const store = await storeOf(2);
    double.database.append('other', 'any', [
      {
        id: crypto.randomUUID(),
        type: 'invented',
        data: new Uint8Array(1),
        metadata: new Uint8Array(0),
        isJson: false,
      },
    ]);
    double.database.softDelete('other');
    expect(await store.readAll(undefined, 10)).toHaveLength(2);
    expect((await store.read('a')).length).toBe(2);
  });
});
