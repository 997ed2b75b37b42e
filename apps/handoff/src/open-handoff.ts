import { v7 as uuidv7 } from 'uuid';
import type { Broker } from '@delta-hub/broker';
import {
  type KeyHistory,
  openingTogether,
  type PrivateEncryptionJwk,
  type Signer,
  type TrustList,
} from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { type Instant, isSilent } from '@delta-hub/handoff';
import type { TickingClock } from './clock.js';
import { HandleCommand, HandlerParts } from './command-handler.js';
import { createDeadLetters } from './dead-letters.js';
import { DeadlineWorker } from './deadline-worker.js';
import { HeldRecords } from './held-records.js';
import { HeartbeatListener, HeartbeatSender, peerStates } from './heartbeats.js';
import { InboundConsumer } from './inbound.consumer.js';
import { createRetries, InboundRecords } from './inbound.records.js';
import { Completeness } from './completeness.js';
import { CurrentKnowledge } from './knowledge.js';
import { LineLog } from './line-log.js';
import { createMergeTeller } from './merge-teller.js';
import { NodeHealth } from './node-health.js';
import { type LogForked, raiseLogForked } from './incidents.js';
import { type Inspection, recordInspection } from './inspections.js';
import { createCopiesPublisher } from './copies.publisher.js';
import { createPublisher, eventsTopic, type Outgoing, outgoingOf } from './outbound.publisher.js';
import { Positions } from './positions.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { createReceipts } from './receipts.js';
import { Refuser } from './refuser.js';
import { Resending } from './resending.js';
import type { Handle, Outcome } from './requests.js';
import type { Keeper } from './signed-events.js';
import { StoredKeys } from './stored-keys.js';
import { StoreFeed } from './store-feed.js';

/** What a node's handoff service stands on. */
export interface HandoffDeps {
  /** Two digits, e.g. `32`. */
  readonly node: string;
  /** The nodes whose topics this one follows. */
  readonly peers: readonly string[];
  readonly eventStore: EventStore;
  readonly broker: Broker;
  readonly signer: Signer;
  readonly trust: TrustList;
  /** The node's own key for the sealed records that come to it; without it they are refused. */
  readonly decryptionKey?: PrivateEncryptionJwk;
  readonly clock: TickingClock;
  /** Names facts; random UUIDv7 unless given. */
  readonly newId?: () => string;
  /** Files of the node's own: how far its subscribers are, and what queries read. */
  readonly positionsFile: string;
  /** Whether the facts of a node are held, because its log has forked; never, unless given. */
  readonly isFrozen?: (node: string) => boolean;
  readonly readModelsFile: string;
  /** Told when a consumer of a peer's facts has stopped until a person has looked, and why; without personal data. */
  readonly onStopped?: (name: string, fault: string) => void;
}

/** A node's handoff service without an entry point: commands come by `execute`, everything else follows the stored facts. */
export interface OpenHandoff {
  readonly parts: HandlerParts;
  /** For subscribers of the node's facts beside its own. */
  readonly feed: StoreFeed;
  readonly projector: Projector;
  readonly readModels: ReadModels;
  readonly health: NodeHealth;
  execute(handle: Handle): Promise<Outcome>;
  /** Says to all nodes that a log has forked; once for each proof. */
  raiseLogForked(fork: LogForked): Promise<void>;
  recordInspection(inspection: Inspection): Promise<void>;
  /** Judges again what waits, after an operator has settled a fork. */
  retryHeld(): Promise<void>;
  start(): void;
  /** Stops every subscriber after what it has in hand, then closes the files. */
  stop(): Promise<void>;
}

const decryptionKeyOf = ({ node, trust, decryptionKey: jwk }: HandoffDeps) => {
  const own = trust.nodes.find((one) => one.node === node)?.encryptionKeys.at(-1);
  return jwk === undefined || own === undefined ? undefined : { kid: own.kid, jwk };
};

/** The line to the peers: heartbeats both ways, and by them whether all facts have come. */
const openLine = (
  { node, peers, broker, eventStore: store, clock, positionsFile }: HandoffDeps,
  parts: {
    readonly keeper: Keeper;
    readonly positions: Positions;
    readonly projector: Projector;
    readonly readModels: ReadModels;
    readonly held: HeldRecords;
    readonly outgoing: Outgoing;
    readonly keys: () => Promise<KeyHistory>;
    readonly onHeard: () => void;
  },
) => {
  const log = new LineLog(positionsFile);
  const resending = new Resending({ ...parts, node, store, broker, log });
  const completeness = new Completeness({ ...parts, node, peers, broker, store, resending });
  const line = { ...parts, broker, store, log, completeness };
  const sender = new HeartbeatSender(line);
  return {
    parts: [sender, ...peers.map((peer) => new HeartbeatListener(peer, line))],
    peers: () => peerStates(node, peers, log, completeness, clock.now()),
    isAllHere: () =>
      peers.every((peer) => completeness.hasAllOf(peer) && !isSilent(log.lastHeard(peer)?.time, clock.now())),
    tick: () => sender.tick(),
    close: async () => {
      await resending.stop();
      log.close();
    },
  };
};

/** Where the records lie that were refused before the node began, once the read models show all of them. */
const earlierRefusals = (store: EventStore, projector: Projector, readModels: ReadModels) => {
  let begun: { readonly head: bigint | undefined } | undefined;
  return {
    begin: (): void => {
      store.head().then(
        (head) => (begun = { head }),
        () => undefined, // Then they are never all known, and the store is asked for every record.
      );
    },
    places: () => {
      const isShown = begun !== undefined && (begun.head === undefined || projector.hasDone(begun.head));
      return isShown ? readModels.refusedPlaces() : undefined;
    },
  };
};

/** Puts the parts of a node together; nothing runs before `start`. */
export const openHandoff = (deps: HandoffDeps): OpenHandoff => {
  const { node, eventStore: store, broker, signer, clock, onStopped } = deps;
  const positions = new Positions(deps.positionsFile);
  const readModels = new ReadModels(deps.readModelsFile);
  const feed = new StoreFeed(store);
  const projector = new Projector(feed, readModels, node);
  const knowledge = new CurrentKnowledge(store, readModels, projector, clock);
  const keys = new StoredKeys(store, deps.trust, node);
  const keeper = { node, signer: keys.whileValid(signer), clock, newId: deps.newId ?? uuidv7 };
  const parts = new HandlerParts(store, keeper, knowledge);
  const handler = new HandleCommand(parts);
  const execute = (handle: Handle): Promise<Outcome> => handler.execute(handle);
  const context = {
    node,
    keys: () => keys.current(),
    open: openingTogether(),
    readStream: (stream: string) => store.read(stream),
    person: (personId: string) => knowledge.person(personId),
    pair: (personId: string, duplicateId: string, at: Instant) => knowledge.pair(personId, duplicateId, at),
    outage: (id: string) => knowledge.outage(id),
    decryptionKey: decryptionKeyOf(deps),
  };
  const outgoing = outgoingOf(node, deps.trust);
  const publisher = createPublisher({ node, feed, broker, positions }, outgoing);
  const copies = createCopiesPublisher({ node, feed, broker, positions });
  const deadLetters = createDeadLetters({ node, feed, broker, positions });
  const held = new HeldRecords(deps.positionsFile);
  const earlier = earlierRefusals(store, projector, readModels);
  const records = new InboundRecords({
    store,
    context,
    keys,
    refuser: new Refuser(store, keeper, earlier.places),
    held,
    clock,
    isAllHere: () => line.isAllHere(),
    isFrozen: (topic) => deps.peers.some((peer) => topic === eventsTopic(peer) && deps.isFrozen?.(peer) === true),
  });
  const consumers = deps.peers.map((peer) => new InboundConsumer({ peer, broker, positions, records, onStopped }));
  const retries = createRetries({ feed, positions, records });
  const line = openLine(deps, {
    ...{ keeper, positions, projector, readModels, held, outgoing, keys: context.keys },
    // The next heartbeat, or the next fact, finds a fault again.
    onHeard: () => void records.refuseOverdue().catch(() => undefined),
  });
  const receipts = createReceipts({ node, feed, positions, execute });
  const mergeTeller = createMergeTeller({ node, feed, positions, readModels, projector, execute });
  const deadlines = new DeadlineWorker({ keeper, feed, positions, readModels, projector, execute });
  const ofFacts = [publisher, projector, copies, deadLetters, receipts, mergeTeller, retries];
  const others = [...consumers, ...line.parts, deadlines];
  const subscribers = [...ofFacts, ...others];
  let endTicks = (): void => undefined;
  return {
    ...{ parts, feed, projector, readModels },
    health: new NodeHealth(keeper, subscribers, held, () => line.peers()),
    execute,
    raiseLogForked: (fork) => raiseLogForked(store, keeper, deps.peers, fork),
    recordInspection: (inspection) => recordInspection(store, keeper, inspection),
    retryHeld: () => records.retry(),
    start: () => {
      earlier.begin();
      feed.start();
      for (const subscriber of subscribers) subscriber.start();
      endTicks = clock.onTick(() => {
        line.tick();
        deadlines.tick();
      });
    },
    stop: async () => {
      endTicks();
      await Promise.all(others.map((subscriber) => subscriber.stop()));
      // From the last to the first: what one has in hand may wait for the read models.
      for (const subscriber of ofFacts.toReversed()) await subscriber.stop();
      await feed.stop();
      readModels.close();
      held.close();
      await line.close();
      positions.close();
    },
  };
};
