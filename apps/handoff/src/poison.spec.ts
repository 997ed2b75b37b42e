import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IncomingRecord, InMemoryBroker } from '@delta-hub/broker';
import type { HubEvent } from '@delta-hub/contracts';
import { openEvent } from '@delta-hub/crypto';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { HeldRecords } from './held-records.js';
import { InboundConsumer } from './inbound.consumer.js';
import { InboundRecords } from './inbound.records.js';
import { eventsTopic } from './outbound.publisher.js';
import { Positions } from './positions.js';
import { Refuser } from './refuser.js';
import { schemaFault } from './schema-check.js';
import { jwsOf } from './signed-events.js';
import { ACTS, CASE, recordOf, resigned, signed, signerOf, keys, open, trust } from './testing/sample-records.js';
import { until } from './testing/until.js';

const OTHER_CASE = 'transfer-3c3c8556-2394-5832-92e2-000000000002';

let dir: string;
let store: InMemoryEventStore;
let broker: InMemoryBroker;
let closers: (() => unknown)[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-poison-'));
  store = new InMemoryEventStore();
  broker = new InMemoryBroker();
  closers = [() => store.close(), () => broker.close()];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  rmSync(dir, { recursive: true, force: true });
});

const clock = new NodeClock('2025-03-20T00:00:00.000Z');

/** Node 31 follows node 32 from the positions of a file. */
const follow = (positionsFile = 'positions.db'): InboundConsumer => {
  const positions = new Positions(join(dir, positionsFile));
  const held = new HeldRecords(join(dir, positionsFile));
  const readStream = (stream: string) => store.read(stream);
  const context = {
    node: '31',
    keys,
    open,
    readStream,
    person: () => Promise.resolve(undefined),
    outage: () => Promise.resolve(undefined),
    pair: () => Promise.resolve({ person: undefined, duplicate: undefined, isTaken: false }),
  };
  const refuser = new Refuser(store, { node: '31', signer: signerOf('31'), clock, newId: uuidv7 });
  const records = new InboundRecords({
    store,
    context,
    keys: { changed: () => Promise.resolve() },
    refuser,
    isAllHere: () => true,
    held,
    clock,
  });
  const consumer = new InboundConsumer({ peer: '32', broker, positions, records });
  consumer.start();
  closers.push(
    () => positions.close(),
    () => held.close(),
    () => consumer.stop(),
  );
  return consumer;
};

const publish = (...records: readonly IncomingRecord[]): Promise<void> =>
  broker.publish(
    eventsTopic('32'),
    records.map(({ value, headers }) => ({ key: CASE, value, headers })),
  );

/** Resolves when the consumer has taken all there is. */
const caughtUp = (consumer: InboundConsumer): Promise<void> => until(async () => (await consumer.state()).behind === 0);

const refusals = async (): Promise<readonly HubEvent<'refusal.issued'>[]> =>
  (await store.readAll(undefined, 100))
    .filter(({ stream }) => stream.startsWith('refusal-'))
    .map((recorded) => {
      const opened = openEvent(jwsOf(recorded), trust);
      if (!opened.ok) throw new Error(opened.detail);
      return opened.event as unknown as HubEvent<'refusal.issued'>;
    });

const applied = signed(ACTS.applied, '32');
const elsewhere = signed(ACTS.applied, '32', { stream: OTHER_CASE });
const { occurredAt, actor, data } = ACTS.applied;
const saying = (change: object) => resigned(elsewhere, '32', { data: { occurredAt, actor, ...data, ...change } });

describe('a record that only a trusted node could make', () => {
  it.each([
    ['says an hour that is none', saying({ occurredAt: '2025-03-10T25:30:00.000Z' })],
    ['says a day that is none', saying({ correctionEnd: '2026-02-30' })],
    ['says an instant no limit can be counted from', saying({ occurredAt: '0999-12-31T23:59:59.999Z' })],
    ['is of the end of time', resigned(elsewhere, '32', { time: '9999-12-31T23:59:59.999Z' })],
    ['has a type of characters outside the basic plane', resigned(elsewhere, '32', { type: '𠮷'.repeat(600) })],
    ['has a type of control characters', resigned(elsewhere, '32', { type: '\u0001'.repeat(4_800) })],
    ['has an id of 30,000 characters', resigned(elsewhere, '32', { id: 'x'.repeat(30_000) })],
    ['puts a transfer into a person’s stream', resigned(elsewhere, '32', { subject: 'person-T-310118-0001' })],
    ['has an empty list of recipients', resigned(elsewhere, '32', { recipients: '' })],
  ])('and that %s is refused by SCHEMA, in a sound refusal, and blocks nothing', async (_name, poison) => {
    await publish(poison, recordOf(applied, '32'));
    await caughtUp(follow());
    const [refusal, ...others] = await refusals();
    expect(others).toEqual([]);
    expect(refusal?.data).toMatchObject({ check: 'SCHEMA', refusedSource: 'urn:delta-hub:node:32' });
    expect(schemaFault(refusal!)).toBeUndefined();
    expect((await store.read(CASE)).map(({ id }) => id)).toEqual([applied.id]);
    expect(await store.readAll(undefined, 100)).toHaveLength(2);
  });

  it('and whose id this node knows from another case is refused by ID_REUSED and blocks nothing', async () => {
    const own = signed({ ...ACTS.applied, actor: { ...actor, agencyId: 'cca-310118' } }, '31', { stream: OTHER_CASE });
    await store.append(OTHER_CASE, 'no-stream', [own]);
    await publish(resigned(applied, '32', { id: own.id }), recordOf(applied, '32'));
    await caughtUp(follow());
    expect((await refusals()).map((refusal) => refusal.data)).toMatchObject([
      { check: 'ID_REUSED', refusedId: own.id },
    ]);
    expect((await store.read(CASE)).map(({ id }) => id)).toEqual([applied.id]);
  });
});

describe('an approval by someone without the power to give it (G6)', () => {
  const HISTORY = ['applied', 'opinion', 'consulted'] as const;
  const approvedBy = (officerId: string, role: 'officer' | 'office-officer', agencyId: string) =>
    signed({ ...ACTS.decided, actor: { officerId, role, agencyId } }, '32');
  const right = approvedBy('officer-320509-002', 'officer', 'cca-320509');

  it.each([
    [
      'of a judicial office',
      approvedBy('officer-9', 'office-officer', 'jo-320509001'),
      'COMPETENCE',
      'DELEGATION_MISSING',
    ],
    ['of the city above', approvedBy('officer-9', 'officer', 'city-320500'), 'COMPETENCE', 'ACT_NOT_YOURS'],
    ['who prepared it', approvedBy('officer-320509-001', 'officer', 'cca-320509'), 'DOMAIN', 'FOUR_EYES_REQUIRED'],
  ])('%s, signed by a trusted node: kept as evidence, and nothing rests on it', async (_name, forged, check, code) => {
    const before = HISTORY.map((name) => recordOf(signed(ACTS[name], '32'), '32'));
    await publish(...before);
    const consumer = follow();
    await caughtUp(consumer);
    const last = (await store.read(CASE)).at(-1)?.revision;
    const own = [signed(ACTS.received, '31'), signed(ACTS.replied, '31')];
    await store.append(CASE, last ?? 'no-stream', own);
    await publish(recordOf(forged, '32'), recordOf(right, '32'));
    await caughtUp(consumer);
    const [refusal, ...others] = await refusals();
    expect(others).toEqual([]);
    expect(refusal?.data).toMatchObject({ check, refusedId: forged.id, refusedSource: 'urn:delta-hub:node:32' });
    expect(refusal?.data.detail).toContain(code);
    expect(refusal?.data.refusedJws).toMatch(/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+$/);
    expect((await store.read(CASE)).at(-1)?.id).toBe(right.id);
  });
});

describe('a record that was refused', () => {
  it('stays refused when everything is taken again, also when the case has moved on', async () => {
    await publish(recordOf(signed(ACTS.opinion, '32'), '32'), recordOf(applied, '32'));
    const consumer = follow();
    await caughtUp(consumer);
    await consumer.stop();
    expect((await refusals()).map((refusal) => refusal.data.detail)).toEqual(['TRANSFER_UNKNOWN']);
    const before = await store.head();

    await caughtUp(follow('lost.db'));
    expect(await store.head()).toBe(before);
  });

  it('is taken when its author sends it once more in its turn', async () => {
    const opinion = recordOf(signed(ACTS.opinion, '32'), '32');
    await publish(opinion, recordOf(applied, '32'), opinion);
    await caughtUp(follow());
    expect(await store.read(CASE)).toHaveLength(2);
    expect(await refusals()).toHaveLength(1);
  });
});
