import { eventName, type HubEvent } from '@delta-hub/contracts';
import { isMergeEvent, isOpen, type PersonMergeEvent, stillToTell } from '@delta-hub/handoff';
import { v5 as uuidv5 } from 'uuid';
import type { RecordedEvent } from '@delta-hub/event-store';
import { lastingMerge, saidOf } from './merged-persons.js';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import type { ReadModels } from './read-models.js';
import { Handle, type Outcome } from './requests.js';
import { actOf, eventIn, nodeOfSource, readEvent } from './signed-events.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

const NAME = 'merge-teller';
const TELLING_NAMESPACE = '1f0a7c52-6f0b-5a34-9d0e-3a5a2f4c8b71';

interface Deps {
  readonly node: string;
  readonly feed: StoreFeed;
  readonly positions: Positions;
  readonly readModels: ReadModels;
  readonly projector: StoreSubscriber;
  readonly execute: (handle: Handle) => Promise<Outcome>;
}

/**
 * Passes on what is said of two ids after an application from here has told a node of their merge, and a merge that came here
 * while such a case was open: to that node its author sends nothing, for it need not know of the case. Looks when something is
 * said and when a merge has been told, so that neither overtakes the other. A command's key comes from fact and case: telling
 * twice records it once.
 */
export const createMergeTeller = (deps: Deps): StoreSubscriber =>
  new StoreSubscriber({
    name: NAME,
    feed: deps.feed,
    load: () => storePosition(deps.positions, NAME),
    handle: async (events) => {
      const pairs = events.flatMap((recorded) => pairIn(recorded, deps.node));
      if (pairs.length > 0) await deps.projector.waitFor(events.at(-1)!.position);
      for (const pair of pairs) await tell(pair, deps);
      saveStorePosition(deps.positions, NAME, events);
    },
  });

type Pair = Pick<PersonMergeEvent['data'], 'personId' | 'duplicateId'>;

/** The two ids that a fact is about: itself, or because a merge of theirs has been told from here. */
const pairIn = (recorded: RecordedEvent, node: string): readonly Pair[] => {
  const name = eventName(recorded.type);
  if (name?.startsWith('person.') === true) {
    const act = actOf(recorded);
    return isMergeEvent(act) ? [act.data] : [];
  }
  if (name !== 'transfer.merge-told') return [];
  const { source, data } = readEvent(recorded) as HubEvent<'transfer.merge-told'>;
  return nodeOfSource(source) === node ? [eventIn(data.jws).data as unknown as Pair] : [];
};

const tell = async ({ personId, duplicateId }: Pair, deps: Deps): Promise<void> => {
  const { node, readModels, execute } = deps;
  const said = saidOf(readModels, { personId, duplicateId });
  const lasting = lastingMerge(readModels, personId)?.fact;
  const cases = [personId, duplicateId].flatMap((id) => readModels.transfersOfPerson(id));
  for (const { id: transferId, facts, origin, originNode } of cases.filter((each) => each.originNode === node))
    for (const { fact, jws } of stillToTell(facts, said, isOpen(facts) ? lasting : undefined))
      await execute(
        new Handle(
          { type: 'TellMerge', input: { transferId, merge: { fact, jws } } },
          uuidv5(`${fact} ${transferId}`, TELLING_NAMESPACE),
          { officerId: `node-${originNode}`, role: 'system', agencyId: origin, node },
        ),
      );
};
