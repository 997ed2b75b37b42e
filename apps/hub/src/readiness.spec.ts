import { generateKeyPair } from '@delta-hub/crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Check } from './readiness.js';
import { follows, log, ToldNode } from './testing/told-node.js';

let node: ToldNode;
beforeEach(() => {
  node = new ToldNode();
});

const failing = (checks: readonly Check[]): readonly string[] =>
  checks.filter(({ status }) => status !== 'pass').map(({ name, status, detail }) => `${name} ${status}: ${detail}`);

it('is ready when everything can do its work', async () => {
  const { status, checks } = await node.probe.ask();
  expect(status).toBe('ready');
  expect(checks.map(({ name, status: each }) => [name, each])).toEqual([
    ['sign', 'pass'],
    ['peers', 'pass'],
    ['store', 'pass'],
    ['broker', 'pass'],
    ['subscribers', 'pass'],
    ['facts', 'pass'],
    ['checkpoint', 'pass'],
    ['witnesses', 'pass'],
  ]);
});

describe('is not ready', () => {
  it('with a key that nobody would take', async () => {
    node.signing = generateKeyPair();
    expect(failing((await node.probe.ask()).checks)).toEqual(['sign fail: what key 32/1 signs does not verify']);
  });

  it('without a key of a peer', async () => {
    node.trusted = node.trusted.slice(0, 1);
    expect(failing((await node.probe.ask()).checks)).toEqual(['peers fail: no valid key of 31']);
  });

  it('without its store', async () => {
    node.head = () => Promise.reject(Object.assign(new Error('gone'), { code: 'UNAVAILABLE' }));
    expect(failing((await node.probe.ask()).checks)).toEqual(['store fail: UNAVAILABLE']);
  });

  it('without its broker, unless that is left out', async () => {
    node.subscribers = [follows(-1)];
    expect(failing((await node.probe.ask()).checks)).toEqual(['broker fail: not reachable for consumer-31']);
    expect((await node.probe.ask()).status).toBe('not ready');
    expect((await node.probe.ask(['broker'])).status).toBe('ready');
  });

  it('with a subscriber that has stopped', async () => {
    node.subscribers = [follows(3, 'POSITION_LOST: records 8 to 9 were removed')];
    expect(failing((await node.probe.ask()).checks)).toEqual(['subscribers fail: stopped: consumer-31 POSITION_LOST']);
    node.subscribers = [follows(3, 'of no code')];
    expect(failing((await node.probe.ask()).checks)).toEqual(['subscribers fail: stopped: consumer-31']);
  });

  it('when events have waited a minute for a signed head, and again ready when one comes', async () => {
    node.ledger = { ...log, behind: 2 };
    await node.probe.ask();
    node.ms = 59_999;
    expect((await node.probe.ask()).status).toBe('ready');
    node.ms = 60_000;
    expect(failing((await node.probe.ask()).checks)).toEqual([
      'checkpoint fail: events wait since 60 s for a signed head',
    ]);
    node.ledger = { ...log, size: 6, behind: 1 };
    expect((await node.probe.ask()).status).toBe('ready');
  });

  it('when the log has a fault', async () => {
    node.ledger = { ...log, fault: { code: 'SUBSTRATE_DIVERGENCE', message: 'the store lost an event' } };
    expect(failing((await node.probe.ask()).checks)).toEqual(['checkpoint fail: SUBSTRATE_DIVERGENCE']);
  });
});

describe('is degraded, and works', () => {
  const witnessing = { level: 'SEALED', witnessedSize: 5, witnessedAge: 1, isStale: false } as const;
  const lone = { witnesses: [], clockBehind: 0, frozen: [] };

  it.each([
    [{ isStale: true }, 'no quorum of witnesses has cosigned within 90 s'],
    [{ clockBehind: 60 }, 'the clock is 60 s behind what this node has cosigned'],
  ])('with %j', async (how, detail) => {
    node.ledger = { ...log, witnessing: { ...witnessing, ...lone, ...how } };
    const { status, checks } = await node.probe.ask();
    expect(status).toBe('degraded');
    expect(failing(checks)).toEqual([`witnesses warn: ${detail}`]);
  });

  it('while facts that a peer has sent are not here', async () => {
    node.missing = 2;
    const { status, checks } = await node.probe.ask();
    expect([status, failing(checks)]).toEqual(['degraded', ['facts warn: sent, and not here: 2 of node 31']]);
  });

  it('not while a clock that was set is a few seconds behind', async () => {
    node.ledger = { ...log, witnessing: { ...witnessing, ...lone, clockBehind: 5 } };
    expect((await node.probe.ask()).status).toBe('ready');
  });
});
