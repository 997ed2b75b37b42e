import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import { Chance } from '../simulation/chance.js';
import { countOf, replayOf, SEED } from './counts.js';
import { type Acknowledged, HurtNode } from './hurt-node.js';
import { wrongWith } from './one-history.js';

jest.setTimeout(3 * 3_600_000);

/** After so many kills a fresh log, so that the last ones are looked through as fast as the first. */
const KILLS_OF_A_LOG = 50;
const MOST_EVENTS = 10_000;

it('kill -9 at any moment loses no acknowledged event and doubles none', async () => {
  const chance = new Chance(SEED);
  const faults: string[] = [];
  let node = new HurtNode();
  let told: Acknowledged[] = [];
  for (let kill = 1; kill <= countOf('kills'); kill += 1) {
    const [after, delay] = [chance.below(12), chance.next() * 8];
    const run = await node.write(MOST_EVENTS, {
      onAcknowledged: (count, child) => {
        if (count === after + 1) void pause(delay).then(() => child.kill('SIGKILL'));
      },
    });
    told.push(...run.acknowledged);
    if (run.signal !== 'SIGKILL') faults.push(`kill ${kill}: it ended by itself: ${run.fault ?? run.errors}`);
    const isLast = kill % KILLS_OF_A_LOG === 0 || kill === countOf('kills');
    if (isLast) await node.startClean();
    faults.push(...(await wrongWith(node, told, isLast ? 0 : 2)).map((fault) => `kill ${kill}: ${fault}`));
    if (isLast) {
      node.remove();
      node = new HurtNode();
      told = [];
    }
  }
  node.remove();
  if (faults.length > 0) faults.push(replayOf('kills'));
  expect(faults).toEqual([]);
});
