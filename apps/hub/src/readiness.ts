import { AFTER_ALL, type KeyHistory, signingKeyOf, type Signer, verifyBytes } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { codeInFault, type SubscriberState } from '@delta-hub/handoff-app';
import type { HandoffApp } from '@delta-hub/handoff-app/service';
import type { LedgerApp, LedgerHealth } from '@delta-hub/ledger-app/service';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What readiness is made of (design section 7). `facts` and `witnesses` only ever warn: a node works on with what it has,
 * and with its own signature.
 */
export const CHECKS = ['sign', 'peers', 'store', 'broker', 'subscribers', 'facts', 'checkpoint', 'witnesses'] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  readonly name: CheckName;
  readonly status: 'pass' | 'warn' | 'fail';
  /** Why it is not `pass`; a sentence for operators without personal data. */
  readonly detail?: string;
}

export interface Readiness {
  /** `degraded` does its work, but somebody should look. */
  readonly status: 'ready' | 'degraded' | 'not ready';
  readonly checks: readonly Check[];
  readonly ledger: LedgerHealth | undefined;
  readonly held: number;
  /** Facts of each other node that it has sent and that are not here. */
  readonly missing: readonly MissingFacts[];
  readonly subscribers: readonly SubscriberState[];
}

export interface MissingFacts {
  readonly id: string;
  readonly missingFacts: number;
}

export interface ReadinessParts {
  readonly node: string;
  readonly peers: readonly string[];
  readonly store: Pick<EventStore, 'head'>;
  readonly keys: () => Promise<KeyHistory>;
  readonly signer: Signer;
  readonly clock: { now(): string };
  readonly handoff: Pick<HandoffApp, 'subscribers' | 'held'> & { peers(): readonly MissingFacts[] };
  readonly ledger: Pick<LedgerApp, 'health'>;
}

/** Longer than this without an answer is an answer. */
const PATIENCE_MS = 2000;
/** Events that wait for longer than this to come under a signed head mean that the head is not fresh. */
const STALE_AFTER_MS = 60_000;
const TEST_TEXT = Buffer.from('delta-hub readiness test, no event');

/** Asks the parts of a node whether they can do their work. */
export class ReadinessProbe {
  readonly #parts: ReadinessParts;
  readonly #monotonicMs: () => number;
  #size = -1;
  #freshAt: number;

  /** `monotonicMs` counts milliseconds from anywhere, whatever the node's clock is told. */
  constructor(parts: ReadinessParts, monotonicMs: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#monotonicMs = monotonicMs;
    this.#freshAt = monotonicMs();
  }

  /** `without` leaves checks out of the verdict: a node that is cut off from the others is still there for its officers. */
  async ask(without: readonly string[] = []): Promise<Readiness> {
    const { handoff, ledger, store } = this.#parts;
    const [keys, head, subscribers, log] = await Promise.all([
      answered(this.#parts.keys()),
      answered(store.head()),
      answered(handoff.subscribers()),
      answered(ledger.health()),
    ]);
    const states = subscribers.value ?? [];
    const missing = handoff.peers().map(({ id, missingFacts }) => ({ id, missingFacts }));
    const checks: readonly Check[] = [
      keys.value === undefined ? failed('sign', keys.fault) : this.#canSign(keys.value),
      keys.value === undefined ? failed('peers', keys.fault) : this.#canVerify(keys.value),
      head.fault === undefined ? passed('store') : failed('store', head.fault),
      subscribers.fault === undefined ? brokerCheck(states) : failed('broker', subscribers.fault),
      subscribers.fault === undefined ? subscribersCheck(states) : failed('subscribers', subscribers.fault),
      factsCheck(missing),
      log.value === undefined ? failed('checkpoint', log.fault) : this.#isFresh(log.value),
      witnessesCheck(log.value),
    ];
    const counted = checks.filter(({ name }) => !without.includes(name));
    return {
      status: statusOf(counted),
      checks,
      ledger: log.value,
      held: handoff.held(),
      missing,
      subscribers: states,
    };
  }

  /** Signs a text and verifies it with the key that everybody else would take. */
  #canSign(keys: KeyHistory): Check {
    const { node, signer, clock } = this.#parts;
    const period = signingKeyOf(keys, node, AFTER_ALL, clock.now());
    if (period?.kid !== signer.kid) return failed('sign', `key ${signer.kid} is not the one that may sign now`);
    const isGood = verifyBytes(TEST_TEXT, signer.sign(TEST_TEXT), period.publicJwk);
    return isGood ? passed('sign') : failed('sign', `what key ${signer.kid} signs does not verify`);
  }

  #canVerify(keys: KeyHistory): Check {
    const { peers, clock } = this.#parts;
    const unknown = peers.filter((peer) => signingKeyOf(keys, peer, AFTER_ALL, clock.now()) === undefined);
    return unknown.length === 0 ? passed('peers') : failed('peers', `no valid key of ${unknown.join(', ')}`);
  }

  #isFresh({ fault, behind, size }: LedgerHealth): Check {
    if (behind <= 0 || size !== this.#size) this.#freshAt = this.#monotonicMs();
    this.#size = size;
    if (fault !== undefined) return failed('checkpoint', fault.code);
    const waited = this.#monotonicMs() - this.#freshAt;
    return waited < STALE_AFTER_MS
      ? passed('checkpoint')
      : failed('checkpoint', `events wait since ${Math.round(waited / 1000)} s for a signed head`);
  }
}

/** A consumer that cannot say how far it is behind has no broker. */
const brokerCheck = (states: readonly SubscriberState[]): Check => {
  const cut = states.filter(({ behind }) => behind < 0).map(({ name }) => name);
  return cut.length === 0 ? passed('broker') : failed('broker', `not reachable for ${cut.join(', ')}`);
};

const subscribersCheck = (states: readonly SubscriberState[]): Check => {
  const stopped = states.flatMap(({ name, fault }) =>
    fault === undefined ? [] : [[name, codeInFault(fault)].filter(Boolean).join(' ')],
  );
  return stopped.length === 0 ? passed('subscribers') : failed('subscribers', `stopped: ${stopped.join(', ')}`);
};

/** What was sent and has not come is asked for; the node works on with what it has. */
const factsCheck = (missing: readonly MissingFacts[]): Check => {
  const said = missing.flatMap(({ id, missingFacts }) => (missingFacts > 0 ? [`${missingFacts} of node ${id}`] : []));
  return said.length === 0
    ? passed('facts')
    : { name: 'facts', status: 'warn', detail: `sent, and not here: ${said.join(', ')}` };
};

/** A clock that is set steps back a little and often. */
const CLOCK_TOLERANCE_S = 5;

const witnessesCheck = (log: LedgerHealth | undefined): Check => {
  const witnessing = log?.witnessing;
  if (witnessing === undefined) return passed('witnesses');
  const { clockBehind } = witnessing;
  const said = [
    ...(clockBehind > CLOCK_TOLERANCE_S ? [`the clock is ${clockBehind} s behind what this node has cosigned`] : []),
    ...(witnessing.isStale ? ['no quorum of witnesses has cosigned within 90 s'] : []),
    ...(witnessing.frozen.length > 0 ? [`the log of ${witnessing.frozen.join(', ')} has forked`] : []),
  ];
  return said.length === 0 ? passed('witnesses') : { name: 'witnesses', status: 'warn', detail: said.join('; ') };
};

const statusOf = (checks: readonly Check[]): Readiness['status'] => {
  if (checks.some(({ status }) => status === 'fail')) return 'not ready';
  return checks.some(({ status }) => status === 'warn') ? 'degraded' : 'ready';
};

const passed = (name: CheckName): Check => ({ name, status: 'pass' });
const failed = (name: CheckName, detail = 'no answer'): Check => ({ name, status: 'fail', detail });

type Answer<T> = { readonly value: T; readonly fault?: never } | { readonly value?: never; readonly fault: string };

/** The answer, or why there is none; never waits longer than a probe may. */
const answered = async <T>(work: Promise<T>): Promise<Answer<T>> => {
  const timer = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { signal: timer.signal, ref: false }).then(
    () => ({ fault: `no answer within ${PATIENCE_MS} ms` }),
    () => ({ fault: '' }),
  );
  try {
    return await Promise.race([work.then((value) => ({ value })), late]);
  } catch (error) {
    return { fault: (error as { code?: string }).code ?? (error as Error).message };
  } finally {
    timer.abort();
  }
};
