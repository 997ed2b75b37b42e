import {
  generateKeyPair,
  parseTrustList,
  signerFromJwk,
  trustedHistory,
  type TrustedNode,
  trustedNode,
} from '@delta-hub/crypto';
import type { SubscriberState } from '@delta-hub/handoff-app';
import type { LedgerHealth } from '@delta-hub/ledger-app';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Check, ReadinessProbe } from './readiness.js';

const NOW = '2025-03-10T01:30:00.000Z';
const FROM = '2020-07-01T00:00:00.000Z';
const own = generateKeyPair();
const nodeOf = (node: string, key = generateKeyPair()): TrustedNode =>
  trustedNode(node, key.publicJwk, generateKeyPair().publicJwk, FROM);

const log: LedgerHealth = { size: 5, behind: 0, publishedAt: NOW, witnessing: undefined, fault: undefined };
const follows = (behind: number, fault?: string): SubscriberState => ({
  name: 'consumer-31',
  position: '0:7',
  behind,
  fault,
});

/** What the parts of the node say; a test changes what it is about. */
let said: { ledger: LedgerHealth; subscribers: SubscriberState[]; head: () => Promise<bigint | undefined> };
let ms: number;
let nodes: TrustedNode[];
let signing: typeof own;
let probe: ReadinessProbe;

beforeEach(() => {
  said = { ledger: log, subscribers: [follows(0)], head: () => Promise.resolve(7n) };
  ms = 0;
  nodes = [nodeOf('32', own), nodeOf('31')];
  signing = own;
  probe = new ReadinessProbe(
    {
      node: '32',
      peers: ['31'],
      store: { head: () => said.head() },
      keys: () => Promise.resolve(trustedHistory(parseTrustList({ nodes }), '32')),
      signer: { kid: '32/1', alg: 'EdDSA', sign: (bytes) => signerFromJwk(signing.privateJwk, '32/1').sign(bytes) },
      clock: { now: () => NOW },
      handoff: { subscribers: () => Promise.resolve(said.subscribers), held: () => 0 },
      ledger: { health: () => Promise.resolve(said.ledger) },
    },
    () => ms,
  );
});

const failing = (checks: readonly Check[]): readonly string[] =>
  checks.filter(({ status }) => status !== 'pass').map(({ name, status, detail }) => `${name} ${status}: ${detail}`);

it('is ready when everything can do its work', async () => {
  const { status, checks } = await probe.ask();
  expect(status).toBe('ready');
  expect(checks.map(({ name, status: each }) => [name, each])).toEqual([
    ['sign', 'pass'],
    ['peers', 'pass'],
    ['store', 'pass'],
    ['broker', 'pass'],
    ['subscribers', 'pass'],
    ['checkpoint', 'pass'],
    ['witnesses', 'pass'],
  ]);
});

describe('is not ready', () => {
  it('with a key that nobody would take', async () => {
    signing = generateKeyPair();
    expect(failing((await probe.ask()).checks)).toEqual(['sign fail: what key 32/1 signs does not verify']);
  });

  it('without a key of a peer', async () => {
    nodes = nodes.slice(0, 1);
    expect(failing((await probe.ask()).checks)).toEqual(['peers fail: no valid key of 31']);
  });

  it('without its store', async () => {
    said.head = () => Promise.reject(Object.assign(new Error('gone'), { code: 'UNAVAILABLE' }));
    expect(failing((await probe.ask()).checks)).toEqual(['store fail: UNAVAILABLE']);
  });

  it('without its broker, unless that is left out', async () => {
    said.subscribers = [follows(-1)];
    expect(failing((await probe.ask()).checks)).toEqual(['broker fail: not reachable for consumer-31']);
    expect((await probe.ask()).status).toBe('not ready');
    expect((await probe.ask(['broker'])).status).toBe('ready');
  });

  it('with a subscriber that has stopped', async () => {
    said.subscribers = [follows(3, 'POSITION_LOST')];
    expect(failing((await probe.ask()).checks)).toEqual(['subscribers fail: stopped: consumer-31']);
  });

  it('when events have waited a minute for a signed head, and again ready when one comes', async () => {
    said.ledger = { ...log, behind: 2 };
    await probe.ask();
    ms = 59_999;
    expect((await probe.ask()).status).toBe('ready');
    ms = 60_000;
    expect(failing((await probe.ask()).checks)).toEqual(['checkpoint fail: events wait since 60 s for a signed head']);
    said.ledger = { ...log, size: 6, behind: 1 };
    expect((await probe.ask()).status).toBe('ready');
  });

  it('when the log has a fault', async () => {
    said.ledger = { ...log, fault: { code: 'SUBSTRATE_DIVERGENCE', message: 'the store lost an event' } };
    expect(failing((await probe.ask()).checks)).toEqual(['checkpoint fail: SUBSTRATE_DIVERGENCE']);
  });
});

describe('is degraded, and works', () => {
  const witnessing = { level: 'SEALED', witnessedSize: 5, witnessedAge: 1, isStale: false } as const;
  const lone = { witnesses: [], clockBehind: 0, frozen: [] };

  it.each([
    [{ isStale: true }, 'no quorum of witnesses has cosigned within 90 s'],
    [{ clockBehind: 60 }, 'the clock is 60 s behind what this node has cosigned'],
  ])('with %j', async (how, detail) => {
    said.ledger = { ...log, witnessing: { ...witnessing, ...lone, ...how } };
    const { status, checks } = await probe.ask();
    expect(status).toBe('degraded');
    expect(failing(checks)).toEqual([`witnesses warn: ${detail}`]);
  });

  it('not while a clock that was set is a few seconds behind', async () => {
    said.ledger = { ...log, witnessing: { ...witnessing, ...lone, clockBehind: 5 } };
    expect((await probe.ask()).status).toBe('ready');
  });
});
