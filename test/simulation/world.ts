import { join } from 'node:path';
import { type Broker, InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { generateKeyPair, parseTrustList, type Signer, signerFromJwk, trustedNode } from '@delta-hub/crypto';
import { type EventStore, InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { type OpenHandoff, openHandoff } from '@delta-hub/handoff-app';
import type { Chance } from './chance.js';
import { FaultyBroker, FaultyEventStore, type Faults, Life, NO_FAULTS } from './faulty-parts.js';

export const NODES = ['31', '32', '33', '34'] as const;
export type NodeName = (typeof NODES)[number];

const keys = new Map(NODES.map((node) => [node, { event: generateKeyPair(), ledger: generateKeyPair() }]));
const keysOf = (node: NodeName) => keys.get(node)!;
const trust = parseTrustList({
  nodes: NODES.map((node) =>
    trustedNode(node, keysOf(node).event.publicJwk, keysOf(node).ledger.publicJwk, '2020-07-01T00:00:00.000Z'),
  ),
});
const signers = new Map<NodeName, Signer>(
  NODES.map((node) => [node, signerFromJwk(keysOf(node).event.privateJwk, `${node}/1`)]),
);

/** Where the nodes of a world keep what lasts. */
export interface Substrate {
  store(node: NodeName, now: () => string): Promise<EventStore>;
  broker(): Promise<Broker>;
}

export const inMemory = (chance: Chance): Substrate => {
  const disks = new Map(NODES.map((node) => [node, new InMemoryEvents()]));
  const topics = new InMemoryTopics(3, () => chance.uuid());
  return {
    store: (node, now) => Promise.resolve(new InMemoryEventStore(disks.get(node), now)),
    broker: () => Promise.resolve(new InMemoryBroker(topics)),
  };
};

/** The same on files. */
export const onSqlite = (_chance: Chance, directory: string): Substrate => ({
  store: (node, now) => openSqliteEventStore(join(directory, `${node}-events.db`), { now }),
  broker: () => openSqliteBroker(join(directory, 'broker.db')),
});

/** One province in a world: its store outlives its crashes, its clock is wrong by up to a minute and a half. */
export class SimulatedNode {
  handoff!: OpenHandoff;
  isCut = false;
  crashes = 0;
  private life!: Life;
  private broker!: Broker;
  store!: EventStore;
  private readonly skewMs: number;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly name: NodeName,
    private readonly world: World,
  ) {
    this.skewMs = world.chance.below(180_000) - 90_000;
  }

  get isDown(): boolean {
    return this.life.isOver;
  }

  /** The clock strikes. */
  tick(): void {
    if (!this.isDown) for (const listener of this.listeners) listener();
  }

  now(): string {
    return new Date(this.world.time + this.skewMs).toISOString();
  }

  /** A UUIDv7 of this node's time; its random part comes from the seed. */
  private newId(): string {
    const time = Date.parse(this.now()).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${this.world.chance.uuid().slice(15)}`;
  }

  async start(): Promise<void> {
    this.life = new Life(
      this.world.chance,
      () => this.world.faults,
      () => (this.crashes += 1),
    );
    this.store = await this.world.substrate.store(this.name, () => this.now());
    this.broker = await this.world.substrate.broker();
    this.handoff = openHandoff({
      node: this.name,
      peers: NODES.filter((peer) => peer !== this.name),
      eventStore: new FaultyEventStore(this.store, this.life),
      broker: new FaultyBroker(this.broker, this.life, () => this.isCut),
      signer: signers.get(this.name)!,
      trust,
      clock: {
        now: () => this.now(),
        onTick: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
      },
      newId: () => this.newId(),
      positionsFile: join(this.world.directory, `${this.name}-positions.db`),
      readModelsFile: ':memory:',
    });
    this.handoff.start();
  }

  /** Ends this life, by itself or as a crash: nothing it still has under way comes to anything. */
  async stop(): Promise<void> {
    this.life.end();
    await this.handoff.stop();
    await this.broker.close();
    await this.store.close();
  }
}

/** Four nodes, a broker between them, a clock, and the faults of the moment. */
export class World {
  faults: Faults = NO_FAULTS;
  /** The true time, ms since the epoch. */
  time = Date.parse('2025-01-06T01:00:00Z');
  readonly nodes: ReadonlyMap<NodeName, SimulatedNode>;

  constructor(
    readonly chance: Chance,
    readonly substrate: Substrate,
    /** For the files of the nodes' own. */
    readonly directory: string,
  ) {
    this.nodes = new Map(NODES.map((name) => [name, new SimulatedNode(name, this)]));
  }

  node(name: NodeName): SimulatedNode {
    return this.nodes.get(name)!;
  }

  async start(): Promise<void> {
    for (const node of this.nodes.values()) await node.start();
  }

  /** Starts again what has crashed. */
  async revive(): Promise<void> {
    for (const node of this.nodes.values())
      if (node.isDown) {
        await node.stop();
        await node.start();
      }
  }

  /** Every fault ends and every line is up. */
  async heal(): Promise<void> {
    this.faults = NO_FAULTS;
    for (const node of this.nodes.values()) node.isCut = false;
    await this.revive();
  }

  async stop(): Promise<void> {
    for (const node of this.nodes.values()) await node.stop();
  }
}
