import { describe, expect, it } from '@jest/globals';
import type { SignedHead } from './ledger-store.js';
import { leafOf, SequencerBench, watching } from './testing/sample-log.js';

const bench = SequencerBench.forEachTest();

describe('a sequencer', () => {
  it('gives every group a signed head, and keeps the order of the store', async () => {
    await bench.node.append(269);
    const log = bench.open();
    const seen: SignedHead[] = [];
    const sequencer = log.start({ lock: watching(log, seen) });
    for (const leaves of bench.groups()) sequencer.append(leaves);
    expect(seen.map(({ size }) => size)).toEqual([5, 6, 266, 269]);
    expect(sequencer.head).toEqual(seen.at(-1));
    await bench.expectOneHistory(log, seen);
  });

  it('leaves an event where it is that comes again', async () => {
    const leaves = (await bench.node.append(4)).map(leafOf);
    const log = bench.open();
    const sequencer = log.start();
    const head = sequencer.append(leaves);
    expect(sequencer.append(leaves)).toBe(head);
    expect(sequencer.append([leaves[3]!, leaves[0]!])).toBe(head);
    expect(log.store.newestHead()?.size).toBe(4);
  });

  it('makes one leaf of an event that comes twice in a group', async () => {
    const [leaf] = (await bench.node.append(1)).map(leafOf);
    expect(bench.open().start().append([leaf!, leaf!])?.size).toBe(1);
  });

  it.each([
    ['in the log', 1],
    ['in the same group', 0],
  ])('stops at an event that comes again with other bytes, the first being %s', async (_, sequenced) => {
    const [leaf] = (await bench.node.append(1)).map(leafOf);
    const sequencer = bench.open().start();
    sequencer.append([leaf!].slice(0, sequenced));
    const other = { ...leaf!, leaf: leaf!.leaf.with(9, 1) };
    const code = 'SUBSTRATE_DIVERGENCE';
    expect(() => sequencer.append([leaf!, other])).toThrow(expect.objectContaining({ code }));
  });

  it('stops at a stream that lost an event', async () => {
    const leaves = (await bench.node.append(3)).map(leafOf);
    const sequencer = bench.open().start();
    const evidence = { eventId: leaves[2]!.eventId, expected: '1', found: '2' };
    const fault = expect.objectContaining({ code: 'SUBSTRATE_DIVERGENCE', evidence });
    expect(() => sequencer.append([leaves[0]!, leaves[2]!])).toThrow(fault);
    expect(() => sequencer.append([leaves[0]!])).toThrow(fault);
    expect(sequencer.head).toBeUndefined();
  });
});
