import { describe, expect, it } from '@jest/globals';
import { fromBase64, verifyInclusion } from '@delta-hub/ledger';
import { LedgerReader } from './ledger-reader.js';
import type { LedgerStore } from './ledger-store.js';
import { sha256Tree } from './log-identity.js';
import { failing, replacing } from './testing/failing.js';
import { leafOf, SequencerBench } from './testing/sample-log.js';

const bench = SequencerBench.forEachTest();

describe('a reader', () => {
  it('proves every entry against the newest signed head', async () => {
    await bench.node.append(300);
    const log = bench.open();
    const sequencer = log.start();
    for (const leaves of bench.groups()) sequencer.append(leaves);
    const reader = new LedgerReader(log.store, () => sequencer.head);
    const ids = bench.node.events.all.map(({ id }) => id);
    const entries = reader.entriesOf(ids);
    expect([...entries.keys()]).toHaveLength(300);
    for (const [index, { id, data }] of bench.node.events.all.entries()) {
      const { leafHash, proof } = entries.get(id)!;
      const { treeSize: size, rootHash, path, checkpoint } = proof();
      const proven = { index, size, leafHash: sha256Tree.leaf(data), path: path.map(bytes), root: bytes(rootHash) };
      expect(verifyInclusion(sha256Tree, proven)).toBe(true);
      expect(bytes(leafHash)).toEqual(proven.leafHash);
      expect(checkpoint).toBe(sequencer.head?.note);
    }
  });

  it('reads nothing that is staged and not signed', async () => {
    const leaves = (await bench.node.append(5)).map(leafOf);
    const log = bench.open();
    const sequencer = log.start({ lock: failing(log.lock, 'compareAndSwap', 'failed', 2) });
    const reader = new LedgerReader(log.store, () => sequencer.head);
    expect(reader.entriesOf([leaves[0]!.eventId]).size).toBe(0);
    sequencer.append(leaves.slice(0, 2));
    expect(() => sequencer.append(leaves.slice(2))).toThrow('injected');
    expect(log.store.newestHead()?.size).toBe(5);

    expect([...reader.entriesOf(leaves.map(({ eventId }) => eventId)).values()].map(({ index }) => index)).toEqual([
      0, 1,
    ]);
    expect(
      reader
        .entriesIn([leaves[0]!.stream])
        .get(leaves[0]!.stream)
        ?.map(({ index }) => index),
    ).toEqual([0, 1]);
    expect(reader.resource({ kind: 'hashes', level: 0, index: 0, width: 2 })).toHaveLength(64);
    expect(reader.resource({ kind: 'hashes', level: 0, index: 0, width: 3 })).toBeUndefined();
    expect(reader.resource({ kind: 'entries', index: 0, width: 3 })).toBeUndefined();
  });

  it('answers for many events with a few reads', async () => {
    await bench.node.append(300);
    const log = bench.open();
    const sequencer = log.start();
    sequencer.append(bench.node.events.all.map(leafOf));
    const reads: string[] = [];
    const counted = (['tile', 'entries', 'positionsOf'] as const).reduce<LedgerStore>(
      (store, name) =>
        replacing(store, name, (original) => (...given) => {
          reads.push(name);
          return original(...given);
        }),
      log.store,
    );
    const reader = new LedgerReader(counted, () => sequencer.head);
    for (const entry of reader.entriesOf(bench.node.events.all.map(({ id }) => id)).values()) entry.proof();
    expect(reads.toSorted()).toEqual(['positionsOf', 'tile', 'tile', 'tile']);
  });
});

const bytes = (base64: string): Uint8Array => fromBase64(base64)!;
