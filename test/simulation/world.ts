import { createHash, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { type Broker, InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { parseTrustList, type PrivateJwk, type Signer, signerFromJwk, trustedNode } from '@delta-hub/crypto';
import { type EventStore, InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import type { TransferSummary } from '@delta-hub/handoff';
import { type OpenHandoff, openHandoff } from '@delta-hub/handoff-app/service';
import type { Chance } from './chance.js';
import { FaultyBroker, FaultyEventStore } from './faulty-parts.js';
import { CRASH_SITES, type Faults, Life, NO_FAULTS, Strikes } from './life.js';
import { type FileNames, NodeFiles } from './node-files.js';
import { oneObjectEach } from './one-object.js';

export const NODES = ['31', '32', '33', '34'] as const;
export type NodeName = (typeof NODES)[number];

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key made from its name, the same in every run: signatures are part of a history. */
const keyOf = (name: string): PrivateJwk => {
  const der = Buffer.concat([PKCS8, createHash('sha256').update(name).digest()]);
  const jwk = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: jwk.x!, d: jwk.d! };
};
const publicHalf = ({ d: _d, ...jwk }: PrivateJwk) => jwk;

const trust = parseTrustList({
  nodes: NODES.map((node) =>
    trustedNode(node, publicHalf(keyOf(`${node}/1`)), publicHalf(keyOf(`${node}/ledger`)), '2020-07-01T00:00:00.000Z'),
  ),
});
const signers = new Map<NodeName, Signer>(NODES.map((node) => [node, signerFromJwk(keyOf(`${node}/1`), `${node}/1`)]));

/** Where the nodes of a world keep what lasts. */
export interface Substrate {
  store(node: NodeName, now: () => string): Promise<EventStore>;
  broker(node: NodeName): Promise<Broker>;
  files(node: NodeName): FileNames;
  /** Whether the files of a node may refuse to be written for a moment. */
  readonly mayLock: boolean;
  /** What is done to a node once it is open; nothing, unless a fault is planted. */
  readonly opened?: (node: SimulatedNode) => void;
}

export type MakeSubstrate = (chance: Chance, directory: string) => Substrate;

let worlds = 0;

export const inMemory: MakeSubstrate = (chance) => {
  const disks = new Map(NODES.map((node) => [node, new InMemoryEvents()]));
  const topics = new InMemoryTopics(3, () => chance.uuid());
  const world = (worlds += 1);
  const named = (name: string): string => `file:world-${world}-${name}?mode=memory&cache=shared`;
  return {
    store: (node, now) => Promise.resolve(new InMemoryEventStore(disks.get(node), now, oneObjectEach())),
    broker: () => Promise.resolve(new InMemoryBroker(topics)),
    files: (node) => ({ positions: named(`${node}-positions`), readModels: named(`${node}-read`) }),
    mayLock: true,
  };
};

/** The same on files. */
export const onSqlite: MakeSubstrate = (_chance, directory) => ({
  store: (node, now) => openSqliteEventStore(join(directory, `${node}-events.db`), { now }),
  broker: () => openSqliteBroker(join(directory, 'broker.db')),
  files: (node) => ({
    positions: join(directory, `${node}-positions.db`),
    readModels: join(directory, `${node}-read.db`),
  }),
  mayLock: false,
});

/** One province in a world: its store and its files outlive its crashes, its clock is wrong. */
export class SimulatedNode {
  handoff!: OpenHandoff;
  isCut = false;
  /** How far its clock is from the true time. */
  skewMs: number;
  readonly files: NodeFiles;
  private life!: Life;
  private broker!: Broker;
  store!: EventStore;
  /** What its clock said last: it is asked a hundred times before it says another time. */
  private told = { time: Number.NaN, text: '' };
  private readonly listeners = new Set<() => void>();
  private earlier: ReturnType<NodeFiles['positionsNow']> = [];

  constructor(
    readonly name: NodeName,
    private readonly world: World,
  ) {
    this.skewMs = world.chance.below(180_000) - 90_000;
    this.files = new NodeFiles(world.substrate.files(name));
  }

  get isDown(): boolean {
    return this.life.isOver;
  }

  /** The clock strikes. */
  tick(): void {
    if (!this.isDown) for (const listener of this.listeners) listener();
  }

  now(): string {
    const time = this.world.time + this.skewMs;
    if (time !== this.told.time) this.told = { time, text: new Date(time).toISOString() };
    return this.told.text;
  }

  /** A case as the node shows it. */
  transfer(id: string): TransferSummary | undefined {
    return this.handoff.readModels.transfer(id);
  }

  /** A UUIDv7 of this node's time; its random part comes from the seed. */
  private newId(): string {
    const time = (this.world.time + this.skewMs).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${this.world.chance.uuid().slice(15)}`;
  }

  async start(): Promise<void> {
    const { world } = this;
    this.life = new Life(world.chance, () => world.faults, world.struck, world.nextDeath());
    this.store = await world.substrate.store(this.name, () => this.now());
    this.broker = await world.substrate.broker(this.name);
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
      positionsFile: this.files.names.positions,
      readModelsFile: this.files.names.readModels,
    });
    world.substrate.opened?.(this);
    this.handoff.start();
  }

  /** Somebody notes how far its subscribers are: a power cut may take them back to here. */
  remember(): void {
    this.earlier = this.files.positionsNow();
  }

  /** Ends this life: nothing it still has under way comes to anything. */
  async stop(): Promise<void> {
    this.life.end();
    this.files.unlock();
    await this.handoff.stop();
    await this.broker.close();
    await this.store.close();
  }

  /** Starts again after a crash. What was not in the files is lost; now and then they have suffered more. */
  async revive(): Promise<void> {
    const { files, world } = this;
    const written = files.positionsNow();
    await this.stop();
    files.takeBack(world.strikes(0.06, 'positions taken back') ? this.earlier : written);
    if (world.strikes(0.06, 'read models lost')) files.loseReadModels();
    await this.start();
  }
}

/** Four nodes, a broker between them, a clock, and the faults of the moment. */
export class World {
  faults: Faults = NO_FAULTS;
  /** The true time, ms since the epoch. */
  time = Date.parse('2025-01-06T01:00:00Z');
  readonly struck = new Strikes();
  private deaths: string[] = [];
  readonly nodes: ReadonlyMap<NodeName, SimulatedNode>;

  constructor(
    readonly chance: Chance,
    readonly substrate: Substrate,
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
    for (const node of this.nodes.values()) if (node.isDown) await node.revive();
  }

  /** A disk is full for a moment, or is not full any more. */
  fillDisks(): void {
    for (const { files } of this.nodes.values()) {
      files.unlock();
      if (this.substrate.mayLock && this.strikes(0.01, 'files locked')) files.lock();
    }
  }

  /** Every fault ends, every line is up, every clock nearly right. */
  async heal(): Promise<void> {
    this.faults = NO_FAULTS;
    for (const node of this.nodes.values()) {
      node.isCut = false;
      node.skewMs %= 90_000;
      node.files.unlock();
    }
    await this.revive();
  }

  async stop(): Promise<void> {
    for (const node of this.nodes.values()) await node.stop();
    for (const { files } of this.nodes.values()) files.close();
  }

  /** Where the next life ends, if it lasts so long: one operation after the other, in an order of this world's own. */
  nextDeath(): string {
    if (this.deaths.length === 0)
      this.deaths = CRASH_SITES.map((site) => ({ site, at: this.chance.next() }))
        .sort((one, other) => one.at - other.at)
        .map(({ site }) => site);
    return this.deaths.pop()!;
  }

  /** Whether something happens to a node now. */
  strikes(probability: number, what: string): boolean {
    if (!this.chance.is(probability)) return false;
    this.struck.count(what);
    return true;
  }
}
