import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { type Gap, LineLog } from './line-log.js';
import { signBeat, type SignedBeat } from './signed-beats.js';
import { signerOf } from './testing/sample-records.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-line-'));
  file = join(dir, 'positions.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const beat = (node: '31' | '32', sequence: number): SignedBeat =>
  signBeat(
    { sequence, heard: [], told: [] },
    {
      ...{ node, newId, signer: signerOf(node) },
      clock: { now: () => new Date(Date.UTC(2025, 0, 6) + sequence * 60_000).toISOString() },
    },
  );

const known = (log: LineLog): readonly (readonly [Gap, ...unknown[]])[] =>
  log.gaps().map((gap) => [gap, log.evidence(gap, '31'), log.evidence(gap, '33'), log.evidence(gap, '34')]);

it('a gap and what each peer shows of it are known at once, and the same after a restart', () => {
  const log = new LineLog(file);
  log.nextSequence();
  const [sent, alone, last, shown] = [beat('32', 2), beat('32', 3), beat('32', 4), beat('31', 8)];
  log.unsent(beat('32', 1)); // nothing has gone out before: there is nothing to show
  expect(log.gaps()).toEqual([]);
  log.sent(sent);
  for (const one of [alone, last]) log.unsent(one);
  const [gap] = log.gaps();
  for (const one of [beat('31', 7), shown]) log.shown(gap!, one);
  log.done(gap!, '33');
  log.shown(gap!, { ...shown, node: '33' }); // what has been dealt with stays so
  expect(known(log)).toEqual([[{ before: sent, alone: last }, shown, 'done', undefined]]);
  log.close();
  const again = new LineLog(file);
  expect(known(again)).toEqual([[{ before: sent, alone: last }, shown, 'done', undefined]]);
  again.close();
});

it('of a hundred and one gaps the oldest is forgotten, with what was shown of it', () => {
  const log = new LineLog(file);
  log.nextSequence();
  for (let n = 1; n <= 101; n += 1) {
    log.sent(beat('32', 2 * n));
    log.unsent(beat('32', 2 * n + 1));
    if (n === 1) log.shown(log.gaps()[0]!, beat('31', 1));
  }
  const first = { before: beat('32', 2), alone: beat('32', 3) };
  for (const each of [log, new LineLog(file)]) {
    const sequences = each.gaps().map(({ before }) => before.sequence);
    expect([sequences.length, sequences[0], sequences.at(-1)]).toEqual([100, 4, 202]);
    expect(each.evidence(first, '31')).toBeUndefined();
    each.close();
  }
});
