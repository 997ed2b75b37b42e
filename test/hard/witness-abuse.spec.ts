import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import { Chance } from '../simulation/chance.js';
import { AbusedWitness, type WitnessProcess } from './abused-witness.js';
import { countOf, replayOf, SEED } from './counts.js';
import type { Offer } from './forking-log.js';

jest.setTimeout(3 * 3_600_000);

const OFFERS = 4;
/** One step in so many has a process killed in its middle. */
const KILL_EVERY = 12;

/** Every offer to every process at the same time, to each another one first; gives those that were cosigned. */
const hammer = async (
  witness: AbusedWitness,
  processes: readonly WitnessProcess[],
  offers: readonly Offer[],
): Promise<readonly Offer[]> => {
  const asked = offers.flatMap((_, at) =>
    processes.map(async (one, turn) => {
      const offer = offers[(at + turn) % offers.length]!;
      return (await witness.ask(one, offer)) === true ? offer : undefined;
    }),
  );
  return (await Promise.all(asked)).filter((offer) => offer !== undefined);
};

it('two processes with one witness.db never cosign two histories, killed or not', async () => {
  const chance = new Chance(SEED);
  const faults: string[] = [];
  const witness = new AbusedWitness();
  let cosignedHeads = 0;
  try {
    const processes = [await witness.start(), await witness.start()];
    for (let step = 1; step <= countOf('witnessAbuse'); step += 1) {
      const victim = step % KILL_EVERY === 0 ? chance.below(processes.length) : undefined;
      const offers = witness.log.offers(OFFERS);
      const hammered = hammer(witness, processes, offers);
      if (victim !== undefined) {
        await pause(chance.next() * 8);
        await processes[victim]!.kill();
      }
      const cosigned = new Map((await hammered).map((offer) => [offer.root, offer]));
      if (victim !== undefined) processes[victim] = await witness.start();
      if (cosigned.size > 1)
        faults.push(`step ${step}: cosigned of sizes ${[...cosigned.values()].map(({ size }) => size).join()}`);
      const heads = await Promise.all(processes.map((one) => witness.remembered(one)));
      const [root] = heads.map((head) => head?.root);
      if (heads.some((head) => head?.root !== root)) faults.push(`step ${step}: the processes remember two heads`);
      const winner = offers.find((offer) => offer.root === root);
      if (winner === undefined && victim === undefined) faults.push(`step ${step}: no offer was taken`);
      if ([...cosigned.keys()].some((one) => one !== root)) faults.push(`step ${step}: a cosigned head is forgotten`);
      if (winner !== undefined) witness.log.goOn(winner);
      cosignedHeads += cosigned.size;
    }
  } finally {
    await witness.remove();
  }
  if (faults.length > 0) faults.push(replayOf('witness-abuse'));
  expect(faults).toEqual([]);
  expect(cosignedHeads).toBeGreaterThan(countOf('witnessAbuse') / 2);
});
