import { HubFault } from '../faults.js';
import type { Fleet } from '../fleet.js';
import { ask } from '../graphql-client.js';
import { NODES, type NodeId } from '../nodes.js';
import type { Actor } from './scenario-file.js';

const WITHIN_MS = 60_000;
const PAUSE_MS = 10;

interface Subscriber {
  readonly name: string;
  readonly position: string | null;
  readonly behind: number;
}

/**
 * Waits until nothing is on its way any more: every subscriber of every node has done all there is, twice in a row with
 * the same positions. A node that is off the line is waited for as far as its own work goes.
 * @throws HubFault `TIMED_OUT`
 */
export const settle = async ({
  fleet,
  tokenFor,
}: {
  readonly fleet: Fleet;
  readonly tokenFor: (actor: Actor) => Promise<string>;
}): Promise<void> => {
  const until = Date.now() + WITHIN_MS;
  for (let before = ''; ;) {
    const states = await Promise.all(NODES.map(({ id }) => statesOf(id, fleet, tokenFor)));
    const busy = states.flat().find(({ behind }) => behind > 0);
    const now = JSON.stringify(states);
    if (busy === undefined && now === before) return;
    if (Date.now() > until)
      throw new HubFault('TIMED_OUT', `${busy?.name ?? 'a subscriber'} is still behind after ${WITHIN_MS / 1000} s`);
    if (busy !== undefined) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    before = now;
  }
};

const statesOf = async (
  node: NodeId,
  fleet: Fleet,
  tokenFor: (actor: Actor) => Promise<string>,
): Promise<readonly Subscriber[]> => {
  const operator = { agency: `prov-${node}0000`, role: 'operator' as const, officer: 'operator-001' };
  const answer = await ask<{ node: { subscribers: readonly Subscriber[] } }>(
    fleet.url(node),
    await tokenFor(operator),
    '{ node { subscribers { name position behind } } }',
    {},
  );
  const isAlone = !fleet.isLinked(node);
  return answer.node.subscribers.filter(({ name }) => !isAlone || !isOfTheLine(name));
};

/** The subscribers that wait for the broker, and so for the line. */
const isOfTheLine = (name: string): boolean => /^(publisher|copies|consumer-)/.test(name);
