import { trustedHistory } from '@delta-hub/crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closedLog } from '../testing/sample-app.js';
import { openSampleLog } from '../testing/sample-log.js';
import { sampleId, type SampleNode, sampleStream } from '../testing/sample-node.js';
import { Replay } from './replay.js';
import { replayDirectory, type ReplayQuestion } from './replay-directory.js';
import type { ReplayedEntry } from './replayed-entry.js';
import { belongingOf, isInScope, type ReplayScope } from './scope.js';

let node: SampleNode;

beforeEach(async () => {
  node = await closedLog([4, 6]);
});

afterEach(() => node.remove());

const entriesOf = (question: Partial<ReplayQuestion>): ReplayedEntry[] => {
  const replayed = replayDirectory(node.directory, node.trust, {
    scope: { kind: 'WHOLE' },
    asOf: undefined,
    ...question,
  });
  const entries = [...replayed.entries];
  replayed.close();
  return entries;
};

const idsOf = (question: Partial<ReplayQuestion>): (string | undefined)[] =>
  entriesOf(question).map(({ event }) => event?.id);

describe('a replay', () => {
  it('of everything is what the event store holds, in its order, each verified', () => {
    const entries = entriesOf({});
    expect(entries.map(({ index, verdict, event }) => [index, verdict, event?.id, event?.subject])).toEqual(
      node.events.all.map(({ id, stream }, index) => [index, 'VERIFIED', id, stream]),
    );
  });

  it.each([0, 1, 4, 7, 10])('as of %i entries is exactly the beginning', (asOf) => {
    expect(idsOf({ asOf })).toEqual(node.events.all.slice(0, asOf).map(({ id }) => id));
  });

  it('as of an instant ends before the first event that was signed later', () => {
    expect(idsOf({ asOf: '2025-03-10T01:29:59.999Z' })).toEqual([]);
    expect(idsOf({ asOf: '2025-03-10T01:30:00.000Z' })).toHaveLength(10);
  });

  it('goes no further than the newest signed head', () => {
    expect(() => entriesOf({ asOf: 11 })).toThrow(expect.objectContaining({ code: 'BEYOND_THE_HEAD' }));
  });

  it('of a case gives its entries', () => {
    expect(idsOf({ scope: { kind: 'CASE', id: sampleStream(1) } })).toEqual([3, 4, 5].map(sampleId));
  });

  it('of a region gives what its node signed', () => {
    expect(idsOf({ scope: { kind: 'REGION', id: '32' } })).toHaveLength(10);
    expect(idsOf({ scope: { kind: 'REGION', id: '33' } })).toEqual([]);
  });

  it('of a person needs a reason, and leaves it behind before it answers', () => {
    const scope: ReplayScope = { kind: 'PERSON', id: 'person-1' };
    const record = join(node.directory, 'inspections.ndjson');
    expect(() => entriesOf({ scope })).toThrow(expect.objectContaining({ code: 'REASON_MISSING' }));
    for (const [reason, code] of [
      [' ', 'REASON_MISSING'],
      ['x'.repeat(501), 'REASON_TOO_LONG'],
    ] as const)
      expect(() =>
        entriesOf({ scope, inspector: { at: '2025-03-11T00:00:00.000Z', officerId: 'i', agencyId: 'a', reason } }),
      ).toThrow(expect.objectContaining({ code }));
    expect(existsSync(record)).toBe(false);
    const inspector = { at: '2025-03-11T00:00:00.000Z', officerId: 'inspector-1', agencyId: 'a', reason: 'complaint' };
    expect(idsOf({ scope, inspector })).toEqual([]);
    expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({ ...inspector, personId: 'person-1', size: 10 });
  });

  it('names an entry that does not verify, and says nothing of it', () => {
    const ledger = new DatabaseSync(join(node.directory, 'ledger.db'));
    ledger.exec('UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE pos = 1) WHERE pos = 6');
    ledger.close();
    const found = entriesOf({}).filter(({ verdict }) => verdict !== 'VERIFIED');
    expect(found).toEqual([{ index: 6, verdict: 'NOT_INCLUDED', event: undefined }]);
  });

  it('does not pass over an entry that is gone', () => {
    const ledger = new DatabaseSync(join(node.directory, 'ledger.db'));
    ledger.exec('DELETE FROM entries WHERE pos = 3');
    ledger.close();
    expect(() => entriesOf({})).toThrow(
      expect.objectContaining({ code: 'LEDGER_DAMAGED', evidence: expect.objectContaining({ position: 3 }) }),
    );
  });
});

it('pages have no gap and nothing twice while the log grows', async () => {
  const seen: number[] = [];
  let from = 0;
  for (const more of [3, 0, 5, 0]) {
    await closedLog([more], node);
    const log = openSampleLog(node);
    const replay = new Replay({ store: log.store, head: log.start().head!, keys: trustedHistory(node.trust, '32') });
    const page = replay.page({ kind: 'WHOLE' }, replay.moment(undefined), from, 4);
    seen.push(...page.entries.map(({ index }) => index));
    from = page.next;
    log.crash();
  }
  expect(seen).toEqual(Array.from({ length: 16 }, (_, index) => index));
});

describe('an event belongs to', () => {
  const leaf = (data: object, source = 'urn:delta-hub:node:31'): Uint8Array => {
    const event = { subject: 'transfer-1', source, time: '2025-03-10T01:30:00.000Z', data };
    return Buffer.from(`h.${Buffer.from(JSON.stringify(event)).toString('base64url')}.s`);
  };
  const applied = belongingOf(
    leaf({ personId: 'p', origin: 'a', receiving: 'b', originNode: '31', receivingNode: '32' }),
  );
  const reply = belongingOf(leaf({ actor: { agencyId: 'b' } }, 'urn:delta-hub:node:32'));

  it.each<[ReplayScope['kind'], string, boolean]>([
    ['PERSON', 'p', true],
    ['PERSON', 'q', false],
    ['AGENCY', 'a', true],
    ['AGENCY', 'b', true],
    ['AGENCY', 'c', false],
    ['REGION', '31', true],
    ['REGION', '32', true],
    ['REGION', '33', false],
    ['CASE', 'transfer-1', true],
    ['CASE', 'transfer-2', false],
  ])('%s %s: %s, by itself or by how its case began', (kind, id, expected) => {
    for (const own of [applied, reply]) expect(isInScope({ kind, id }, own, () => applied)).toBe(expected);
  });

  it('every scope, when nothing can be read in it', () => {
    expect(isInScope({ kind: 'CASE', id: 'x' }, belongingOf(Buffer.from('nothing')), () => undefined)).toBe(true);
  });
});
