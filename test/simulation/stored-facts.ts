import { eventName, type HubEvent } from '@delta-hub/contracts';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { readEvent } from '@delta-hub/handoff-app';
import type { NodeName, World } from './world.js';

/** A signed fact as it lies in a node's store. */
export interface StoredFact {
  readonly node: NodeName;
  readonly id: string;
  readonly stream: string;
  /** E.g. `transfer.decided`. */
  readonly name: string;
  readonly jws: string;
  readonly event: HubEvent;
}

/** All that the stores of a world hold, past every part that could have failed. */
export class StoredFacts {
  readonly all: readonly StoredFact[];
  private readonly streams: ReadonlyMap<string, readonly StoredFact[]>;

  constructor(stored: readonly (readonly [NodeName, readonly RecordedEvent[]])[]) {
    this.all = stored.flatMap(([node, events]) => events.map((event) => factOf(node, event)));
    this.streams = Map.groupBy(this.all, ({ node, stream }) => `${node} ${stream}`);
  }

  /** A stream as a node holds it, in its order. */
  of(node: NodeName, stream: string): readonly StoredFact[] {
    return this.streams.get(`${node} ${stream}`) ?? [];
  }

  /** The facts of the whole world, each once. */
  distinct(): readonly StoredFact[] {
    return [...new Map(this.all.map((fact) => [fact.id, fact])).values()];
  }
}

const factOf = (node: NodeName, recorded: RecordedEvent): StoredFact => ({
  ...{ node, id: recorded.id, stream: recorded.stream, event: readEvent(recorded) },
  ...{ name: eventName(recorded.type) ?? recorded.type, jws: Buffer.from(recorded.data).toString('ascii') },
});

export const readStores = async (world: World): Promise<StoredFacts> =>
  new StoredFacts(
    await Promise.all(
      [...world.nodes.values()].map(async ({ name, store }) => [name, await everything(store)] as const),
    ),
  );

const everything = async (store: EventStore): Promise<readonly RecordedEvent[]> => {
  const all: RecordedEvent[] = [];
  for (let batch = await store.readAll(undefined, 1_000); batch.length > 0;) {
    all.push(...batch);
    batch = await store.readAll(batch.at(-1)?.position, 1_000);
  }
  return all;
};
