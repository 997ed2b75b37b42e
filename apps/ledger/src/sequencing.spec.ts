import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventStore, EventStoreError, InMemoryEventStore, type RecordedEvent } from '@delta-hub/event-store';
import { createLedgerApp, type LedgerApp, type LedgerAppDeps } from './service.js';
import { ledgerPaths } from './ledger-paths.js';
import { openLedgerStore } from './sqlite-ledger-store.js';
import { replacing } from './testing/failing.js';
import { sampleDeps } from './testing/sample-app.js';
import { sampleEvent, sampleKeys, SampleNode, sampleStream } from './testing/sample-node.js';

let node: SampleNode;
let apps: LedgerApp[];

beforeEach(() => {
  node = new SampleNode();
  apps = [];
});

afterEach(async () => {
  for (const app of apps) await app.close();
  node.remove();
});

const start = async (change: Partial<LedgerAppDeps> = {}): Promise<LedgerApp> => {
  const app = await createLedgerApp({ ...sampleDeps(node), ...change });
  apps.push(app);
  return app;
};

/** A ledger that has sequenced some events and was closed. */
const sequenced = async (count: number): Promise<void> => {
  await node.append(count);
  const app = await start();
  await app.sequencer.waitFor(BigInt(count));
  await app.close();
};

/** What a test puts in the place of a stored event. */
const spoil = (index: number, change: Partial<RecordedEvent>): void => {
  node.events.all[index] = { ...node.events.all[index]!, ...change };
};

describe('sequencing', () => {
  it('takes what the store holds and what comes, in the order of the store', async () => {
    await node.append(5);
    const app = await start();
    expect((await app.sequencer.waitFor(5n)).size).toBe(5);
    const [, last] = await node.append(2);
    expect((await app.sequencer.waitFor(last!.id)).size).toBe(7);
    expect((await app.sequencer.waitFor(node.events.all[0]!.id)).size).toBe(7);
    expect(await app.health()).toMatchObject({ size: 7, behind: 0, publishedAt: '2025-03-10T01:30:00.000Z' });
    await app.close();
    const store = openLedgerStore(ledgerPaths(node.directory).ledger);
    expect(store.entries(0, 9).map(({ storePosition }) => storePosition)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    store.close();
  });

  it('takes all there is at once, at most 1,024', async () => {
    await node.append(1100);
    const reads: number[] = [];
    const eventStore = replacing(node.store as EventStore, 'readAll', (original) => async (...given) => {
      const events = (await original(...given)) as readonly RecordedEvent[];
      reads.push(events.length);
      return events;
    });
    const app = await start({ eventStore });
    await app.sequencer.waitFor(1100n);
    // From the second group on, the last event known comes along.
    expect(reads.slice(0, 2)).toEqual([1024, 77]);
  });

  it('goes on after the last event that it has', async () => {
    await sequenced(4);
    await node.append(1);
    const app = await start();
    expect((await app.sequencer.waitFor(5n)).size).toBe(5);
  });

  it('keeps an event that comes twice in one place', async () => {
    await sequenced(2);
    const [first] = node.events.all;
    node.events.all.push({ ...first!, position: 3n });
    await start().then((app) => app.sequencer.waitFor(3n));
    await node.append(1);
    const app = await start();
    const head = await app.sequencer.waitFor(node.events.all.at(-1)!.position);
    expect(head.size).toBe(3);
    expect(await start()).toMatchObject({ sequencer: { fault: undefined } });
  });

  it('waits for a store that is away', async () => {
    await node.append(2);
    let failures = 3;
    const eventStore = replacing(node.store as EventStore, 'readAll', (original) => (...given) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new EventStoreError('UNAVAILABLE', 'away')) : original(...given);
    });
    const app = await start({ eventStore });
    expect((await app.sequencer.waitFor(2n)).size).toBe(2);
    expect(app.sequencer.fault).toBeUndefined();
  });

  it('goes on with a new subscription when one ends', async () => {
    const ended = new InMemoryEventStore(node.events);
    let subscriptions = 0;
    const eventStore = replacing(node.store as EventStore, 'subscribe', (original) => (...given) => {
      subscriptions += 1;
      if (subscriptions > 1) return original(...given);
      const finished = Promise.reject(new EventStoreError('UNAVAILABLE', 'away'));
      finished.catch(() => undefined);
      return Promise.resolve({ finished, stop: () => Promise.resolve() });
    });
    const app = await start({ eventStore });
    await node.append(1);
    expect((await app.sequencer.waitFor(1n)).size).toBe(1);
    await ended.close();
  });

  it('tells those who wait when it is closed', async () => {
    const app = await start();
    const waiting = app.sequencer.waitFor(1n);
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'CLOSED' }), app.close()]);
    await expect(app.sequencer.waitFor(1n)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('an event store that is no longer what was sequenced', () => {
  const refusal = () => expect(start()).rejects.toMatchObject({ code: 'SUBSTRATE_DIVERGENCE' });

  it.each<[string, () => unknown]>([
    ['a changed byte', () => spoil(1, { data: node.events.all[1]!.data.with(40, 65) })],
    ['another event', () => spoil(1, { id: node.events.all[3]!.id, data: node.events.all[3]!.data })],
    ['an event fewer at its end', () => node.events.all.pop()],
    ['an event fewer in the middle', () => node.events.all.splice(2, 1)],
    ['no event at all', () => node.events.all.splice(0)],
    ['an event at another position', () => spoil(4, { position: 9n })],
  ])('is noticed at the start: %s', async (_, change) => {
    await sequenced(5);
    change();
    await refusal();
  });

  it('is noticed at the start, also 10,000 entries back', async () => {
    await sequenced(1500);
    spoil(3, { data: node.events.all[3]!.data.with(40, 65) });
    await refusal();
  });

  it.each<[string, () => unknown]>([
    ['a changed byte', () => spoil(4, { data: node.events.all[4]!.data.with(40, 65) })],
    ['another event in its place', () => spoil(4, { id: node.events.all[0]!.id })],
    ['none in its place', () => node.events.all.splice(4, 1)],
  ])('is noticed with the next event: %s', async (_, change) => {
    await node.append(5);
    const app = await start();
    await app.sequencer.waitFor(5n);
    change();
    const next = (await node.append(2)).at(-1);
    await expect(app.sequencer.waitFor(next!.id)).rejects.toMatchObject({ code: 'SUBSTRATE_DIVERGENCE' });
    expect(await app.sequencer.failed).toBe(app.sequencer.fault);
    expect(await app.health()).toMatchObject({ size: 5, fault: { code: 'SUBSTRATE_DIVERGENCE' } });
    expect((await app.sequencer.waitFor(2n)).size).toBe(5);
  });

  it('is noticed when a stream has a hole', async () => {
    await node.append(2);
    spoil(1, { revision: 2n });
    const app = await start();
    expect(await app.sequencer.failed).toMatchObject({ code: 'SUBSTRATE_DIVERGENCE' });
  });
});

describe('an event that is not authentic', () => {
  it.each<[string, string, () => unknown]>([
    ['SIGNATURE', 'one with a changed byte', () => spoil(1, { data: forge(node.events.all[1]!.data) })],
    ['FORM', 'one that is no JWS', () => spoil(1, { data: Buffer.from('no event') })],
    ['TYPE', 'a row of another type', () => spoil(1, { type: 'cn.delta-hub.transfer.decided.v1' })],
    ['STREAM', 'a row of another stream', () => spoil(1, { stream: sampleStream(9), revision: 0n })],
    ['ID', 'a row of another id', () => spoil(1, { id: node.events.all[2]!.id })],
  ])('stops the log and is not signed: %s, %s', async (what, _, change) => {
    await node.append(3);
    change();
    const app = await start();
    const fault = await app.sequencer.failed;
    expect(fault).toMatchObject({ code: 'EVENT_NOT_AUTHENTIC', evidence: { what } });
    expect(app.sequencer.head()).toBeUndefined();
  });

  it('is one of a node that the trust list does not name', async () => {
    const [stranger] = sampleKeys('34').keys;
    await node.store.append(sampleStream(7), 'no-stream', [sampleEvent(stranger!, 70, sampleStream(7))]);
    const app = await start();
    expect(await app.sequencer.failed).toMatchObject({ code: 'EVENT_NOT_AUTHENTIC', evidence: { what: 'KEY' } });
  });

  /** The same length and form, another payload: the last digit of its number. */
  const forge = (data: Uint8Array): Uint8Array => {
    const [header, payload, signature] = Buffer.from(data).toString('latin1').split('.');
    const text = Buffer.from(payload!, 'base64url').toString('utf8').replace('"number":1', '"number":2');
    return Buffer.from(`${header}.${Buffer.from(text, 'utf8').toString('base64url')}.${signature}`, 'latin1');
  };
});
