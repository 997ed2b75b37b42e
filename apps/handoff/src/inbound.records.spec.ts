import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryEventStore } from '@delta-hub/event-store';
import type { PersonFile } from '@delta-hub/handoff';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { HeldRecords } from './held-records.js';
import { InboundRecords } from './inbound.records.js';
import { Refuser } from './refuser.js';
import { readEvent } from './signed-events.js';
import { ACTS, CASE, digest, recordOf, signed, signerOf, keys, open as openRecord } from './testing/sample-records.js';

const APPLIED = recordOf(signed(ACTS.applied, '32'), '32', 1n);
const OPINION = recordOf(signed(ACTS.opinion, '32'), '32', 2n);
const paper = { kind: 'proof', digest, size: 1 };
const OFFICER = { officerId: 'officer-320509-002', role: 'officer', agencyId: 'cca-320509' } as const;
/** A person of whom an agency of node 32 answers. */
const HERS = { agency: 'cca-320509' } as PersonFile;
/** The person as node 31 knows them: one of its own counties answers, until it hears that they reported at 吴江. */
const OURS = { agency: 'cca-310115' } as PersonFile;

let dir: string;
let store: InMemoryEventStore;
let held: HeldRecords;
let now: string;
let person: PersonFile | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-held-'));
  store = new InMemoryEventStore();
  now = '2025-03-10T02:00:00.000Z';
  person = OURS;
  isAllHere = true;
  open();
});
afterEach(() => {
  held.close();
  rmSync(dir, { recursive: true, force: true });
});

let records: InboundRecords;
/** Whether the peers have told of nothing that is not here. */
let isAllHere = true;
const open = (): void => {
  held = new HeldRecords(join(dir, 'positions.db'));
  const clock = { now: () => now };
  const context = {
    node: '31',
    keys,
    open: openRecord,
    readStream: (stream: string) => store.read(stream),
    person: () => Promise.resolve(person),
    outage: () => Promise.resolve(undefined),
    pair: () => Promise.resolve({ person: undefined, duplicate: HERS, isTaken: false }),
  };
  const refuser = new Refuser(store, { node: '31', signer: signerOf('31'), clock, newId: uuidv7 });
  records = new InboundRecords({
    store,
    context,
    keys: { changed: () => Promise.resolve() },
    refuser,
    isAllHere: () => isAllHere,
    held,
    clock,
  });
};

const types = async (): Promise<readonly string[]> =>
  (await store.readAll(undefined, 10)).map(({ type }) => type.replace('cn.delta-hub.', ''));

it('an application for a person of ours waits, and all of its case behind it, until we hear that the person has gone', async () => {
  await records.take(APPLIED);
  await records.take(OPINION);
  expect([await types(), held.count()]).toEqual([[], 2]);

  person = { agency: 'cca-320509' } as PersonFile;
  await records.retry();
  expect([await types(), held.count()]).toEqual([['transfer.applied.v1', 'transfer.opinion-given.v1'], 0]);
});

it('what waits outlives the process, and waits once however often it is delivered', async () => {
  await records.take(APPLIED);
  held.close();
  open();
  await records.take(APPLIED);
  await records.take({ ...APPLIED, offset: 7n });
  expect(held.all().map(({ reason, since }) => [reason, since])).toEqual([['PERSON_NOT_YOURS', now]]);
});

it('what has waited for more than seven days is refused also where nothing new comes, with all of its case', async () => {
  await records.take(APPLIED);
  await records.take(OPINION);
  now = '2025-03-17T02:00:00.000Z';
  await records.refuseOverdue();
  expect(held.count()).toBe(2);
  now = '2025-03-17T02:00:00.001Z';
  await records.refuseOverdue();
  expect([await types(), held.count()]).toEqual([['refusal.issued.v1', 'refusal.issued.v1'], 0]);
});

it('what has waited for more than seven days is refused for what it waited for', async () => {
  await records.take(APPLIED);
  now = '2025-03-17T02:00:00.000Z';
  await records.retry();
  expect([await types(), held.count()]).toEqual([[], 1]);

  now = '2025-03-17T02:00:00.001Z';
  await records.retry();
  const [refusal] = await store.readAll(undefined, 10);
  expect(held.count()).toBe(0);
  expect(readEvent(refusal!).data).toMatchObject({ check: 'DOMAIN', detail: 'PERSON_NOT_YOURS' });
});

it('a fact waits for what was done before it as long as that may have been lost, and is taken when it has been sent again', async () => {
  person = undefined;
  const applied = signed(ACTS.applied, '32');
  const [of, again] = [{ causationId: applied.id }, recordOf(applied, '32', 3n)];
  await records.take(recordOf(signed(ACTS.opinion, '32', of), '32', 2n));
  now = '2025-06-10T02:00:00.000Z';
  isAllHere = false;
  await records.retry();
  expect(held.all().map(({ reason }) => reason)).toEqual(['CAUSE_UNKNOWN']);

  await records.take(again);
  expect([await types(), held.count()]).toEqual([['transfer.applied.v1', 'transfer.opinion-given.v1'], 0]);
});

it('a merge waits for the end of the one before it, when that was lost and is sent again', async () => {
  const data = { personId: 'T-320509-0099', duplicateId: 'T-320509-0001', documents: [paper] };
  const said = (type: 'person.merged' | 'person.unmerged', day: string, offset: bigint) =>
    recordOf(
      signed({ type, occurredAt: `2025-03-${day}T02:00:00.000Z`, actor: OFFICER, data }, '32', {
        stream: 'person-T-320509-0099',
        recipients: ['31', '32'],
        signedAt: '2025-03-09T02:00:00.000Z',
      }),
      '32',
      offset,
    );
  await records.take(said('person.merged', '01', 1n));
  const [end, next] = [said('person.unmerged', '02', 4n), said('person.merged', '03', 2n)];
  await records.take(next);
  await records.take(said('person.unmerged', '04', 3n));
  now = '2025-06-10T02:00:00.000Z';
  isAllHere = false;
  await records.retry();
  expect(held.all().map(({ reason }) => reason)).toEqual(['CAUSE_UNKNOWN']);

  await records.take(end);
  expect([await types(), held.count()]).toEqual([
    ['person.merged.v1', 'person.unmerged.v1', 'person.unmerged.v1', 'person.merged.v1'],
    0,
  ]);
});

it('a fact waits for the one that its node signed before it, too', async () => {
  person = undefined;
  const [applied, opinion] = [signed(ACTS.applied, '32'), signed(ACTS.opinion, '32')];
  await records.take(recordOf(applied, '32', 1n));
  const letter = signed(ACTS.consulted, '32', { causationId: applied.id, previousId: opinion.id });
  await records.take(recordOf(letter, '32', 3n));
  expect([await types(), held.count()]).toEqual([['transfer.applied.v1'], 1]);

  await records.take(recordOf(opinion, '32', 4n));
  expect(await types()).toEqual(['transfer.applied.v1', 'transfer.opinion-given.v1', 'transfer.consultation-sent.v1']);
});

it('a case that waits holds up no other', async () => {
  await records.take(APPLIED);
  const other = CASE.replace('3c3c', '4d4d');
  person = undefined;
  await records.take({ ...recordOf(signed(ACTS.applied, '32', { stream: other }), '32', 3n), key: other });
  expect(await types()).toContain('transfer.applied.v1');
});
