import type { Broker, BrokerSubscription, IncomingRecord } from '@delta-hub/broker';
import { AFTER_ALL, digest, type KeyHistory, openDetached, ruleAt, toDetached } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { type Heard, isSilent, outageOf, skewOf } from '@delta-hub/handoff';
import { v5 as uuidv5 } from 'uuid';
import { Backoff } from './backoff.js';
import type { Completeness } from './completeness.js';
import { ConsumerFault, type FailedAt } from './consumer-fault.js';
import { faultText } from './fault-text.js';
import { lagOf } from './lag.js';
import type { Gap, LineLog } from './line-log.js';
import { isPlaceLost, type Positions } from './positions.js';
import { beatIn, signBeat, type SignedBeat } from './signed-beats.js';
import { type Keeper, sign } from './signed-events.js';
import type { SubscriberState } from './subscriber.js';

const OUTAGE_NAMESPACE = '9b1f5a0e-2c6d-5e1b-8f43-5d0c7a9e4b21';
const COMMAND_HASH = digest(new Uint8Array(0));

/** The topic on which only `node` says that it is there. */
export const heartbeatsTopic = (node: string): string => `delta-hub.${node}.heartbeats.v1`;

/** Under which name the position in the heartbeats of a peer is kept. */
export const heartbeatsName = (peer: string): string => `heartbeats-${peer}`;

interface Deps {
  readonly keeper: Keeper;
  readonly broker: Broker;
  readonly store: EventStore;
  readonly log: LineLog;
  readonly positions: Positions;
  /** The keys of all nodes as this node knows them now. */
  readonly keys: () => Promise<KeyHistory>;
  readonly completeness: Pick<Completeness, 'told' | 'lacks' | 'compare'>;
  /** Called when a peer has been heard: by what it told, something may no longer have to wait. */
  readonly onHeard?: () => void;
}

/** What a node knows of another: when it heard it last, and since when that is too long ago. Instants are UTC. */
export interface PeerState {
  readonly id: string;
  readonly heardAt: string | undefined;
  readonly staleSince: string | undefined;
  readonly isStale: boolean;
  /** Whether its clock goes wrong by more than five minutes, and by how many seconds at least. */
  readonly isSkewed: boolean;
  readonly skewSeconds: number | undefined;
  /** How many facts it has sent to this node, by its own count, that have not come: it is asked for them. */
  readonly missingFacts: number;
}

/** Says with every tick that this node is there. A heartbeat that cannot go out is kept: it shows how long the node was alone. */
export class HeartbeatSender {
  private sending: Promise<void> = Promise.resolve();
  private waiting = 0;
  private fault: string | undefined;

  constructor(private readonly deps: Deps) {}

  tick(): void {
    this.waiting += 1;
    this.sending = this.sending
      .then(() => this.send())
      .catch((error: unknown) => (this.fault = faultText(error)))
      .then(() => void (this.waiting -= 1));
  }

  state(): Promise<SubscriberState> {
    return Promise.resolve({ name: 'heartbeat', position: undefined, behind: this.waiting, fault: this.fault });
  }

  start(): void {
    this.tick();
  }

  stop(): Promise<void> {
    return this.sending;
  }

  private heard(): readonly Heard[] {
    return this.deps.log.heardOf().map((heard) => {
      const lacks = this.deps.completeness.lacks(heard.node);
      return lacks > 0 ? { ...heard, lacks } : heard;
    });
  }

  private async send(): Promise<void> {
    const { keeper, broker, log, completeness } = this.deps;
    const said = { sequence: log.nextSequence(), heard: this.heard(), told: completeness.told() };
    const beat = signBeat(said, keeper);
    const { payload, detached } = toDetached(beat.jws);
    const headers = { 'content-type': 'application/cloudevents+json', jws: detached };
    try {
      await broker.publish(heartbeatsTopic(keeper.node), [{ key: `node-${keeper.node}`, value: payload, headers }]);
      log.sent(beat);
      this.fault = undefined;
    } catch (error) {
      log.unsent(beat);
      this.fault = faultText(error);
    }
  }
}

/** Hears one peer: remembers its last heartbeat, and declares an outage when the heartbeats of both sides show one. */
export class HeartbeatListener {
  private readonly name: string;
  private readonly fault = new ConsumerFault();
  private readonly backoff = new Backoff();
  private subscription: BrokerSubscription | undefined;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly peer: string,
    private readonly deps: Deps,
  ) {
    this.name = heartbeatsName(peer);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.backoff.end();
    await this.subscription?.stop();
    await this.running;
  }

  async state(): Promise<SubscriberState> {
    const at = this.deps.positions.placesOf(this.name);
    const behind = await lagOf(this.deps.broker, heartbeatsTopic(this.peer), at);
    return { name: this.name, position: undefined, behind, fault: this.fault.text };
  }

  private async run(): Promise<void> {
    const { broker, positions } = this.deps;
    while (!this.stopped) {
      let at: FailedAt = 'subscribe';
      try {
        const topic = heartbeatsTopic(this.peer);
        this.subscription = await broker.subscribe(topic, positions.placesOf(this.name), (record) => {
          at = record;
          return this.fault.during(record, () => this.take(record)).then(() => void (at = 'following'));
        });
        at = 'following';
        this.fault.subscribed();
        if (this.stopped) await this.subscription.stop();
        await this.subscription.finished;
      } catch (error) {
        this.fault.failed(error, at);
        // Heartbeats are no facts: of a topic that was cut off or made anew the rest is heard.
        if (isPlaceLost(error)) positions.forget(this.name);
        await this.backoff.pause(); // the line is down: that nothing is heard is what the others are shown
      } finally {
        await this.subscription?.stop();
      }
    }
  }

  private async take(record: IncomingRecord): Promise<void> {
    const { log, keys, positions, completeness } = this.deps;
    const rule = ruleAt(await keys(), AFTER_ALL);
    const opened = openDetached(record.value, record.headers['jws'], rule);
    const beat = opened.ok ? beatIn(opened) : undefined;
    // What is no heartbeat of this peer says nothing about it; there is no case to refuse it in.
    if (beat?.node === this.peer) {
      if (beat.sequence > (log.lastHeard(this.peer)?.sequence ?? 0)) {
        await completeness.compare(beat); // before it is heard: until then what was told before is old
        log.heard(beat);
        this.deps.onHeard?.();
      }
      for (const gap of log.gaps()) await this.lookAt(gap, beat);
    }
    positions.taken(this.name, record);
    this.backoff.succeeded();
  }

  /** While the peer does not hear this node it shows the gap; once it hears it again there is no more to come. */
  private async lookAt(gap: Gap, beat: SignedBeat): Promise<void> {
    const { log, keeper } = this.deps;
    const kept = log.evidence(gap, this.peer);
    if (kept === 'done') return;
    if (!('flaw' in outageOf({ ...gap, peer: beat }))) return log.shown(gap, beat);
    const heardAgain = beat.heard.find(({ node }) => node === keeper.node);
    if (heardAgain === undefined || heardAgain.sequence <= gap.before.sequence) return;
    if (kept !== undefined) await this.declare(gap, kept);
    log.done(gap, this.peer);
  }

  private async declare(gap: Gap, peerBeat: SignedBeat): Promise<void> {
    const { keeper, store } = this.deps;
    const { node, signer, clock, newId } = keeper;
    const outage = outageOf({ ...gap, peer: peerBeat });
    if ('flaw' in outage) return;
    const name = uuidv5(`${gap.before.jws}|${this.peer}`, OUTAGE_NAMESPACE);
    const now = clock.now();
    const act = {
      type: 'outage.declared' as const,
      occurredAt: now,
      actor: { officerId: `node-${node}`, role: 'system' as const, agencyId: `prov-${node}0000` },
      data: {
        ...{ peer: outage.peer, from: outage.from, until: outage.until },
        ...{ before: gap.before.jws, alone: gap.alone.jws, peerBeat: peerBeat.jws },
      },
    };
    const envelope = {
      id: newId(),
      node,
      stream: `outage-${name}`,
      signedAt: now,
      recipients: ['31', '32', '33', '34'],
    };
    const told = { rule: 'hub-line@1', causationId: undefined, commandId: name, commandHash: COMMAND_HASH };
    // A conflict means that it has been declared before.
    await store.append(envelope.stream, 'no-stream', [sign(act, { ...envelope, ...told }, signer)]);
  }
}

/** What this node may say of the facts of each peer now. */
export const peerStates = (
  node: string,
  peers: readonly string[],
  log: LineLog,
  completeness: Pick<Completeness, 'lacks'>,
  now: string,
): readonly PeerState[] =>
  peers.map((id) => {
    const beat = log.lastHeard(id);
    const isStale = isSilent(beat?.time, now);
    const skew = beat && skewOf(beat, node, now);
    return {
      ...{ id, heardAt: beat?.time, isStale, staleSince: isStale ? beat?.time : undefined },
      ...{ isSkewed: skew !== undefined, skewSeconds: skew === undefined ? undefined : Math.trunc(skew / 1000) },
      missingFacts: completeness.lacks(id),
    };
  });
