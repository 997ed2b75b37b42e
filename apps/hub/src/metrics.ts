import { type EventData, wireType } from '@delta-hub/contracts';
import type { RecordedEvent } from '@delta-hub/event-store';
import { INBOUND_CHECKS, nodeOfSource, readEvent, type StoreFeed, StoreSubscriber } from '@delta-hub/handoff-app';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Readiness } from './readiness.js';

type RefusalIssued = EventData['refusal.issued'];

/** What is measured at the moment somebody asks. */
export interface Measured {
  readonly readiness: Readiness;
  readonly duties: { readonly open: number; readonly overdue: number };
  /** Open duties that are due within so many seconds, or were. */
  readonly dueWithin: (seconds: number) => number;
  /** Records in the quarantine. */
  readonly refused: number;
  /** Seconds since the trust list was last written. */
  readonly trustListAge: number;
  /** The node's clock, seconds since 1970. */
  readonly now: number;
}

/** One request that the node has answered. */
export interface AnsweredRequest {
  /** The route, from a closed list; never what the caller wrote. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

const DAY = 86_400;
/** How soon open duties are due: overdue, within a day, three, a week, two, a month. */
const DUE_WITHIN = [0, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];

/** Answers to officers take milliseconds to a second; replays longer. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of one node, in the format of Prometheus. Counters count from the start of the process, as Prometheus wants
 * it. Labels are from closed lists: node numbers, fact types, checks, routes; never an id, a name or an address.
 */
export class NodeMetrics {
  readonly #node: string;
  readonly #registry = new Registry();
  readonly #facts;
  readonly #signed;
  readonly #refused;
  readonly #breaches;
  readonly #rebuilds;
  readonly #requests;
  readonly #gauges;
  #subscriber: StoreSubscriber | undefined;

  constructor(node: string) {
    this.#node = node;
    const registers = [this.#registry];
    this.#registry.setDefaultLabels({ region: node });
    collectDefaultMetrics({ register: this.#registry });
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers });
    this.#facts = counter('hub_facts_stored_total', 'Facts taken into the store', 'type', 'source');
    this.#signed = counter('hub_events_signed_total', 'Facts signed by this node', 'suite');
    this.#refused = counter('hub_verify_failures_total', 'Records refused, by the check that failed', 'reason');
    this.#breaches = counter('hub_clock_breaches_total', 'Limits that passed without their act');
    this.#rebuilds = counter('hub_consumer_rebuilds_total', 'Readers of a topic that were built anew', 'topic');
    this.#requests = new Histogram({
      name: 'hub_http_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['route', 'status'],
      buckets: BUCKETS,
      registers,
    });
    this.#gauges = gaugesOf(registers);
  }

  /** Counts facts from the newest one on, as they come; those of this node are signed by `suite`. */
  async follow(feed: StoreFeed, suite: string): Promise<void> {
    // A counter that first appears with its first event shows no increase.
    this.#signed.inc({ suite }, 0);
    for (const reason of INBOUND_CHECKS) this.#refused.inc({ reason }, 0);
    let position = await feed.store.head();
    this.#subscriber = new StoreSubscriber({
      name: 'metrics',
      feed,
      load: () => position,
      handle: (events) => {
        for (const event of events) this.#count(event, suite);
        position = events.at(-1)?.position;
        return Promise.resolve();
      },
    });
    this.#subscriber.start();
  }

  async stop(): Promise<void> {
    await this.#subscriber?.stop();
  }

  rebuilt(topic: string): void {
    this.#rebuilds.inc({ topic });
  }

  answered({ route, status, seconds }: AnsweredRequest): void {
    this.#requests.observe({ route, status: String(status) }, seconds);
  }

  /** The text of an answer to Prometheus, with its content type. */
  async text(measured: Measured): Promise<{ readonly type: string; readonly body: string }> {
    this.#measure(measured);
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #count(recorded: RecordedEvent, suite: string): void {
    const event = readEvent(recorded);
    const source = nodeOfSource(event.source);
    this.#facts.inc({ type: event.type, source });
    if (source !== this.#node) return;
    this.#signed.inc({ suite });
    if (event.type === wireType('refusal.issued')) this.#refused.inc({ reason: (event.data as RefusalIssued).check });
    if (event.type === wireType('transfer.deadline-breached')) this.#breaches.inc();
  }

  #measure({ readiness, duties, dueWithin, refused, trustListAge, now }: Measured): void {
    const { ledger, held, missing, subscribers, checks } = readiness;
    const at = this.#gauges;
    at.ready.set(readiness.status === 'not ready' ? 0 : 1);
    for (const { name, status } of checks) at.check.set({ check: name }, status === 'fail' ? 0 : 1);
    for (const { name, behind, fault } of subscribers) {
      at.lag.set({ consumer: name }, behind);
      at.stalled.set({ consumer: name }, fault === undefined && behind >= 0 ? 0 : 1);
    }
    at.held.set(held);
    for (const { id, missingFacts } of missing) at.missing.set({ peer: id }, missingFacts);
    at.dutiesOpen.set(duties.open);
    at.dutiesOverdue.set(duties.overdue);
    for (const seconds of DUE_WITHIN) at.dueWithin.set({ le: String(seconds) }, dueWithin(seconds));
    at.dueWithin.set({ le: '+Inf' }, duties.open);
    at.refused.set(refused);
    at.trustListAge.set(trustListAge);
    if (ledger === undefined) return;
    at.ledgerSize.set(ledger.size);
    at.ledgerBehind.set(ledger.behind);
    // Never is no time ago.
    const { publishedAt } = ledger;
    at.checkpointAge.set(publishedAt === undefined ? Infinity : Math.max(0, now - Date.parse(publishedAt) / 1000));
    if (ledger.witnessing === undefined) return;
    const { witnesses, witnessedAge, frozen } = ledger.witnessing;
    at.cosignatures.set(witnesses.filter(({ size }) => size === ledger.size).length);
    at.witnessedAge.set(witnessedAge ?? Infinity);
    at.frozen.set(frozen.length);
  }
}

const gaugesOf = (registers: Registry[]) => {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  return {
    ready: gauge('hub_ready', '1 when the node can do its work'),
    check: gauge('hub_readiness_check', '1 when a check of readiness holds', 'check'),
    lag: gauge(
      'hub_consumer_lag',
      'Positions or records that a consumer is behind; -1 when it cannot be told',
      'consumer',
    ),
    stalled: gauge('hub_consumer_stalled', '1 when a consumer has stopped', 'consumer'),
    held: gauge('hub_records_held', 'Records of peers that wait for what they rest on'),
    missing: gauge('hub_facts_missing', 'Facts that a peer has sent to this node and that are not here', 'peer'),
    dutiesOpen: gauge('hub_duties_open', 'Duties that are open'),
    dutiesOverdue: gauge('hub_duties_overdue', 'Open duties past their due instant'),
    dueWithin: gauge('hub_clock_deadline_seconds_bucket', 'Open duties that are due within so many seconds', 'le'),
    refused: gauge('hub_dlq_depth', 'Records of peers in the quarantine, all of them dead letters'),
    trustListAge: gauge('hub_trustlist_age_seconds', 'Time since the trust list was written'),
    ledgerSize: gauge('hub_ledger_size', 'Entries under the newest signed head'),
    ledgerBehind: gauge('hub_ledger_behind', 'How far the log is behind the event store'),
    checkpointAge: gauge('hub_checkpoint_age_seconds', 'Time since this process last signed a head'),
    cosignatures: gauge('hub_witness_cosignatures', 'Witnesses that have cosigned the newest head'),
    witnessedAge: gauge('hub_witnessed_age_seconds', 'Time since a quorum last cosigned the newest witnessed head'),
    frozen: gauge('hub_logs_forked', 'Logs of other nodes that are held because they have forked'),
  };
};
