import { createHash } from 'node:crypto';
import type { KeyHistory, PrivateJwk, TrustList } from '@delta-hub/crypto';
import {
  formatForkProof,
  type ForkProof,
  type NoteSignature,
  parseForkProof,
  type Policy,
  verifyForkProof,
} from '@delta-hub/ledger';
import type { LedgerFault } from '../ledger-fault.js';
import type { SignedHead } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin, pastVerifiers, originOf, sha256Tree } from '../log-identity.js';
import { Gossip } from './gossip.js';
import { HeadPublisher, PUSH_EVERY_MS, type WitnessState } from './head-publisher.js';
import type { KnownFork } from './known-forks.js';
import type { Level } from './level.js';
import type { OwnLog } from './own-log.js';
import type { Pace } from './pace.js';
import { newestWitnessedIn } from './standing.js';
import { Witness } from './witness.js';
import { cosignerOf, witnessSigner } from './witness-keys.js';
import { WitnessLink } from './witness-link.js';
import type { WitnessStore } from './witness-store.js';
import type { Wire } from './wire.js';

const GOSSIP_EVERY_MS = 60_000;
/** A witnessed head older than this is an alarm: the log has lost its witnesses, or the line to them. */
export const STALE_AFTER_SECONDS = 90;

/** What a node knows of the witnessing of its own log, and of the logs that it witnesses. Everything is read at once. */
export interface Witnessing {
  /** The first cosignature of each witness on the own head of this size. */
  cosignaturesOf(size: number): readonly NoteSignature[];
  /** The newest own head that reached this level or a higher one; its note carries the cosignatures. */
  newest(level: Level): SignedHead | undefined;
  /** The highest level of the own heads that hold the first `size` entries. */
  levelOf(size: number): Level;
  /** When the first witnessed head that holds `size` entries was cosigned: median, Unix seconds. */
  witnessedAt(size: number): number | undefined;
  /** The largest own head of at most `most` entries that was witnessed by an instant (Unix seconds), by its signatures. */
  witnessedBy(seconds: number, most: number): SignedHead | undefined;
  forks(): readonly KnownFork[];
  /** Whether facts of this node are not accepted, because its log has a fork that no operator has settled. */
  isFrozen(node: string): boolean;
}

/** A fork that no operator has settled. */
export interface OpenFork {
  /** The node whose log it is. */
  readonly node: string;
  readonly proof: string;
}

/** How it stands with the witnesses, for an operator. */
export interface WitnessingHealth {
  /** Of the newest head. */
  readonly level: Level;
  /** Size of the newest witnessed head; 0 when there is none. */
  readonly witnessedSize: number;
  /** Seconds since the newest witnessed head was last cosigned; undefined when there is none. */
  readonly witnessedAge: number | undefined;
  /** Something has been signed and no quorum of witnesses has said so within 90 s. */
  readonly isStale: boolean;
  readonly witnesses: readonly WitnessState[];
  /** Seconds by which this node's clock has gone back behind what it cosigned for others; what it cosigns keeps that time. */
  readonly clockBehind: number;
  /** Nodes whose facts are held, because their log has forked. */
  readonly frozen: readonly string[];
}

export interface WitnessingDeps {
  readonly node: string;
  readonly trust: TrustList;
  /** The keys that the node knows at its start. */
  readonly keys: KeyHistory;
  readonly key: PrivateJwk;
  readonly policy: Policy;
  readonly log: OwnLog;
  readonly store: WitnessStore;
  readonly wire: Wire;
  readonly pace: Pace;
  readonly clock: { now(): string };
  /** A witness proved that this log forgot, or did not sign, what its key signed: nothing more may be signed. */
  readonly forgotten: (fault: LedgerFault) => void;
}

/** Keeps the own log witnessed, witnesses the others, and compares what they show to whom. */
export class RunningWitnessing implements Witnessing {
  readonly witness: Witness;
  readonly pace: Pace;
  readonly #deps: WitnessingDeps;
  readonly #links: readonly WitnessLink[];
  readonly #publisher: HeadPublisher;
  readonly #gossip: Gossip;
  readonly #onFork: ((fork: OpenFork) => Promise<void>)[] = [];
  readonly #onSettled: (() => Promise<void>)[] = [];
  /** Open forks in the round before; at the start whatever waits is told once. */
  #open = Number.POSITIVE_INFINITY;
  #keys: KeyHistory;
  readonly #timers: { stop(): Promise<void> }[] = [];
  #peers: ReadonlyMap<string, string> = new Map();

  /** @throws LedgerFault `WITNESS_KEY_UNTRUSTED` */
  constructor(deps: WitnessingDeps) {
    this.#deps = deps;
    this.#keys = deps.keys;
    this.pace = deps.pace;
    const { trust, node, store, log, wire, pace } = deps;
    const others = trust.nodes.map((one) => one.node).filter((one) => one !== node);
    this.witness = new Witness({
      logs: new Map(others.map((one) => [originOf(one), () => headVerifiers(this.#keys, one)])),
      signer: witnessSigner(trust, node, deps.key),
      heads: store.witnessed,
      now: () => this.#now(),
      forked: (known, second) => this.#keep({ origin: known.origin, first: known.note, second }),
    });
    this.#links = deps.policy.witnesses.map(
      ({ key, url }) =>
        new WitnessLink(
          { verifier: cosignerOf(key), url: () => url ?? this.#witnessUrl(nodeOfWitness(trust, key.name)) },
          { log, wire, cosigned: store.cosigned },
        ),
    );
    this.#publisher = new HeadPublisher({
      links: this.#links,
      head: log.head,
      pace,
      forgotten: deps.forgotten,
    });
    this.#gossip = new Gossip({
      logs: others.map((one) => ({
        origin: originOf(one),
        verifiers: () => pastVerifiers(this.#keys, one),
        url: () => this.#urlOf(one, 'ledger'),
      })),
      others: () => this.#links.map(({ url }) => url).filter((url) => url !== undefined),
      own: (origin) => store.witnessed.read(origin),
      wire,
      isHeld: (origin) => store.forks.isOpen(origin),
      found: (fork) => this.#keep(fork),
    });
  }

  /** Tells where the gateways of the other nodes are, by node; a policy line with an address of its own is not changed. */
  meet(peers: ReadonlyMap<string, string>): void {
    this.#peers = peers;
    this.#publisher.retry();
  }

  /**
   * Asks every witness that answers what it remembers of this log. MUST be done before anything new is signed.
   * @throws LedgerFault `LEDGER_BEHIND_WITNESS`, `LOG_FORKED`
   */
  async compareAtStart(): Promise<void> {
    const answers = await Promise.allSettled(this.#links.map((link) => link.compare()));
    // Who is away is asked again before it gets its first head.
    const fault = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])).find(Boolean);
    if (fault !== undefined) throw fault;
  }

  start(): void {
    const { pace } = this.#deps;
    this.#timers.push(
      pace.every(PUSH_EVERY_MS, () => this.#publisher.push()),
      pace.every(GOSSIP_EVERY_MS, () => this.gossip()),
    );
  }

  /** Told of every change of the keys that the node knows: other logs may be signed by others now. */
  learn(keys: KeyHistory): void {
    this.#keys = keys;
  }

  /** Told after every group that the log has grown. */
  grown(): void {
    this.#publisher.grown();
  }

  /** Compares now what the other witnesses hold, and tells of what is open and what has been settled. */
  async gossip(): Promise<void> {
    await this.#gossip.round();
    const open = this.forks().filter(({ settled }) => settled === undefined);
    const told = open.flatMap(({ origin, proof }) => {
      const node = nodeOfOrigin(origin);
      return node === undefined || node === this.#deps.node ? [] : this.#onFork.map((tell) => tell({ node, proof }));
    });
    if (open.length < this.#open) told.push(...this.#onSettled.map((tell) => tell()));
    this.#open = open.length;
    // Who could not take it (a store that is full) is told again in the next round.
    await Promise.allSettled(told);
  }

  /** Calls `listener` in every round with every fork of another log that no operator has settled; it MUST be idempotent. */
  onFork(listener: (fork: OpenFork) => Promise<void>): void {
    this.#onFork.push(listener);
  }

  /** Calls `listener` after an operator has settled a fork. */
  onSettled(listener: () => Promise<void>): void {
    this.#onSettled.push(listener);
  }

  cosignaturesOf(size: number): readonly NoteSignature[] {
    return this.#deps.store.cosigned.cosignaturesOf(size);
  }

  newest(level: Level): SignedHead | undefined {
    if (level !== 'LOCAL') return this.#deps.store.cosigned.newest(level);
    const head = this.#deps.log.head();
    const cosigned = this.#deps.store.cosigned.newest('LOCAL');
    return head !== undefined && cosigned?.size === head.size ? cosigned : head;
  }

  levelOf(size: number): Level {
    const { cosigned } = this.#deps.store;
    const covers = (level: Level): boolean => (cosigned.newest(level)?.size ?? -1) >= size;
    return covers('SEALED') ? 'SEALED' : covers('WITNESSED') ? 'WITNESSED' : 'LOCAL';
  }

  witnessedAt(size: number): number | undefined {
    return this.#deps.store.cosigned.covering(size)?.witnessedAt;
  }

  witnessedBy(seconds: number, most: number): SignedHead | undefined {
    const { store, log, trust } = this.#deps;
    return newestWitnessedIn(store.cosigned, log.origin, trust, log.verifiers)(seconds, most);
  }

  forks(): readonly KnownFork[] {
    return this.#deps.store.forks.all();
  }

  isFrozen(node: string): boolean {
    return this.#deps.store.forks.isOpen(originOf(node));
  }

  health(): WitnessingHealth {
    const { store, log, trust } = this.#deps;
    const newest = store.cosigned.newest('WITNESSED');
    const size = log.head()?.size ?? 0;
    const at = newest === undefined ? undefined : store.cosigned.freshness(newest.size);
    const witnessedAge = at === undefined ? undefined : Math.max(0, this.#now() - at);
    return {
      level: this.levelOf(size),
      witnessedSize: newest?.size ?? 0,
      witnessedAge,
      isStale: size > 0 && (witnessedAge === undefined || witnessedAge > STALE_AFTER_SECONDS),
      witnesses: this.#publisher.states(),
      clockBehind: this.witness.clockBehind(),
      frozen: trust.nodes.map(({ node }) => node).filter((node) => this.isFrozen(node)),
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#timers.map((timer) => timer.stop()));
    await this.#publisher.stop();
    this.#deps.store.close();
  }

  /** A proof is believed only after it has been read back from its own text and verified. */
  #keep(fork: ForkProof): void {
    const { trust, store, clock } = this.#deps;
    const proof = formatForkProof(fork);
    const parsed = parseForkProof(proof);
    const node = trust.nodes.find((one) => originOf(one.node) === fork.origin)?.node;
    if (parsed === undefined || node === undefined) return;
    if (store.forks.isOpen(fork.origin) || !verifyForkProof(sha256Tree, parsed, pastVerifiers(this.#keys, node)))
      return;
    const known = {
      id: createHash('sha256').update(proof).digest('hex'),
      origin: fork.origin,
      proof,
      foundAt: clock.now(),
    };
    store.forks.add(known);
  }

  #now(): number {
    return Math.floor(Date.parse(this.#deps.clock.now()) / 1_000);
  }

  #witnessUrl(node: string | undefined): string | undefined {
    return node === undefined ? undefined : this.#urlOf(node, 'witness');
  }

  #urlOf(node: string, part: 'ledger' | 'witness'): string | undefined {
    const url = this.#peers.get(node);
    return url === undefined ? undefined : `${url}/${part}`;
  }
}

const nodeOfWitness = (trust: TrustList, keyName: string): string | undefined =>
  trust.nodes.find(({ witnessKeys }) => witnessKeys.some(({ name }) => name === keyName))?.node;
