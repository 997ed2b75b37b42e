import { describe, expect, it } from '@jest/globals';
import { type Beat, type OutageEvidence, outageOf, isSilent, skewOf } from './line.js';

const beat = (node: string, sequence: number, time: string, heard: Readonly<Record<string, number>>): Beat => ({
  node,
  sequence,
  time: `2025-09-${time}.000Z`,
  told: [],
  heard: Object.entries(heard).map(([peer, last]) => ({
    node: peer,
    sequence: last,
    time: '2025-09-29T00:00:00.000Z',
  })),
});

/** 皖 is cut off on 29 September 08:00 (Asia/Shanghai); it goes on beating alone, and so does 苏. */
const G9: OutageEvidence = {
  before: beat('34', 100, '29T00:00:00', { '32': 200 }),
  alone: beat('34', 2_979, '30T23:59:00', { '32': 200 }),
  peer: beat('32', 3_080, '30T23:59:30', { '34': 100 }),
};

describe('an outage', () => {
  it('lasts as long as both sides say that they did not hear each other', () => {
    expect(outageOf(G9)).toEqual({
      node: '34',
      peer: '32',
      from: '2025-09-29T00:00:00.000Z',
      until: '2025-09-30T23:59:00.000Z',
    });
  });

  it.each<[string, Partial<OutageEvidence>, string]>([
    [
      'the peer heard the node meanwhile',
      { peer: beat('32', 3_080, '30T23:59:30', { '34': 101 }) },
      'PEER_HEARD_THE_NODE',
    ],
    ['the peer never heard of the node', { peer: beat('32', 3_080, '30T23:59:30', {}) }, 'PEER_HEARD_THE_NODE'],
    [
      'the node heard the peer meanwhile',
      { alone: beat('34', 2_979, '30T23:59:00', { '32': 3_080 }) },
      'NODE_HEARD_THE_PEER',
    ],
    [
      'it is the node itself that is called as the peer',
      { peer: beat('34', 2_980, '30T23:59:30', { '34': 100 }) },
      'NOT_ONE_NODE',
    ],
    ['two nodes are mixed up', { alone: beat('33', 2_979, '30T23:59:00', { '32': 200 }) }, 'NOT_ONE_NODE'],
    ['the lonely heartbeat is the older one', { alone: beat('34', 99, '30T23:59:00', { '32': 200 }) }, 'NOT_IN_ORDER'],
    [
      'five minutes are not exceeded',
      { alone: beat('34', 105, '29T00:05:00', { '32': 200 }) },
      'SHORTER_THAN_AN_OUTAGE',
    ],
  ])('is none when %s', (_, change, flaw) => {
    expect(outageOf({ ...G9, ...change })).toEqual({ flaw });
  });
});

describe('silence', () => {
  it.each([
    [undefined, true],
    ['2025-09-29T00:00:00.000Z', false],
    ['2025-09-28T23:59:59.999Z', true],
  ])('last heard %s, five minutes later: %s', (heard, silent) => {
    expect(isSilent(heard, '2025-09-29T00:05:00.000Z')).toBe(silent);
  });
});

describe('the clock of a peer', () => {
  const said = (time: string, ours: string) => ({
    ...{ node: '34', sequence: 7, time: `2025-09-29T${time}.000Z`, told: [] },
    heard: [{ node: '32', sequence: 9, time: `2025-09-29T${ours}.000Z` }],
  });
  it.each([
    ['right', said('08:00:00', '07:59:30'), undefined],
    ['five minutes ahead', said('08:06:00', '07:59:30'), undefined],
    ['more than five minutes ahead', said('08:06:01', '07:59:30'), 301_000],
    ['late by two days, which is a delay', said('00:00:00', '00:00:00'), undefined],
    ['five minutes behind', said('07:55:00', '08:00:00'), undefined],
    ['more than five minutes behind: it has heard what we said later', said('07:54:59', '08:00:00'), -301_000],
    ['behind, and has not heard us', { ...said('07:00:00', '08:00:00'), heard: [] }, undefined],
  ])('%s', (_, beat, skew) => {
    expect(skewOf(beat, '32', '2025-09-29T08:01:00.000Z')).toBe(skew);
  });
});
