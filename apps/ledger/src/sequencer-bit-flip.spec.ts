import { describe, expect, it } from '@jest/globals';
import { toBase64 } from '@delta-hub/ledger';
import { sha256Tree } from './log-identity.js';
import { recheck } from './recheck.js';
import { failing, replacing } from './testing/failing.js';
import { leafOf, SequencerBench } from './testing/sample-log.js';

const bench = SequencerBench.forEachTest();

describe('a bit that flips before the signature', () => {
  const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
    const at = bit % (bytes.length * 8);
    return bytes.with(at >> 3, bytes[at >> 3]! ^ (1 << (at & 7)));
  };

  it.each(
    [
      ['in a leaf that is written', 'entries'],
      ['in a tile that is written', 'tiles'],
      ['in the root', 'state'],
      ['in a leaf hash', 'leafHash'],
    ].flatMap(([name, where]) => [0, 77, 255].map((bit) => [name!, where!, bit] as const)),
  )('%s is noticed (%s, bit %d): nothing is signed, the log recovers', async (_, where, bit) => {
    await bench.node.append(300);
    const leaves = bench.node.events.all.map(leafOf);
    const log = bench.open();
    const store = replacing(log.store, 'stage', (original) => (given) => {
      const batch = given as Parameters<typeof log.store.stage>[0];
      const entries = batch.entries.with(200, { ...batch.entries[200]!, leaf: flip(batch.entries[200]!.leaf, bit) });
      const tiles = batch.tiles.map((tile) => ({ ...tile, hashes: flip(tile.hashes, bit) }));
      const state = { ...batch.state, root: flip(batch.state.root, bit) };
      return original({ ...batch, ...{ entries: { entries }, tiles: { tiles }, state: { state } }[where] });
    });
    const sequencer = log.start({ store });
    const wrong = leaves.with(200, { ...leaves[200]!, leafHash: flip(leaves[200]!.leafHash, bit) });
    const code = 'READ_BACK_MISMATCH';
    expect(() => sequencer.append(where === 'leafHash' ? wrong : leaves)).toThrow(expect.objectContaining({ code }));
    expect(log.lock.read('delta-hub.cn/ledger/32')).toBeUndefined();
    log.crash();

    const again = bench.open();
    expect(again.start().head).toBeUndefined();
    expect(again.store.newestHead()).toBeUndefined();
    again.crash();
    await expectWhole();
  });

  it('in what a tile has held for long is noticed too', async () => {
    const leaves = (await bench.node.append(20)).map(leafOf);
    const log = bench.open();
    let flipped = false;
    const store = replacing(log.store, 'stage', (original) => (given) => {
      const batch = given as Parameters<typeof log.store.stage>[0];
      const tiles = batch.tiles.map((tile) => ({ ...tile, hashes: flipped ? flip(tile.hashes, 77) : tile.hashes }));
      return original({ ...batch, tiles });
    });
    const sequencer = log.start({ store });
    for (const leaf of leaves.slice(0, 19)) sequencer.append([leaf]);
    flipped = true;
    const code = 'READ_BACK_MISMATCH';
    expect(() => sequencer.append(leaves.slice(19))).toThrow(expect.objectContaining({ code }));
    expect(log.lock.read('delta-hub.cn/ledger/32')).toMatchObject({ size: 19 });
  });

  it('says which entry', async () => {
    const leaves = (await bench.node.append(5)).map(leafOf);
    const log = bench.open();
    const sequencer = log.start();
    sequencer.append(leaves.slice(0, 2));
    const wrong = leaves.slice(2).with(1, { ...leaves[3]!, leafHash: flip(leaves[3]!.leafHash, 1) });
    const evidence = expect.objectContaining({ position: 3, found: toBase64(leaves[3]!.leafHash) });
    expect(() => sequencer.append(wrong)).toThrow(expect.objectContaining({ evidence }));
  });

  it('takes back only what was never signed', async () => {
    const leaves = (await bench.node.append(600)).map(leafOf);
    const log = bench.open();
    const signed = log.start().append(leaves.slice(0, 300))!;
    const before = log.store.tile(0, 1);
    const staged = failing(log.lock, 'compareAndSwap', 'failed', 1);
    expect(() => log.start({ lock: staged }).append(leaves.slice(300))).toThrow('injected');
    log.store.discardAfter(300);
    expect(log.store.newestHead()).toMatchObject({ size: 300 });
    expect(log.store.tile(0, 1)).toEqual(before);
    expect(recheck(sha256Tree, log.store, { from: 0, to: 300, states: [signed] })).toBeUndefined();
    expect(log.store.positionsIn([leaves[599]!.stream]).size).toBe(0);
    log.crash();
    await expectWhole();
  });

  const expectWhole = async (): Promise<void> => {
    const leaves = bench.node.events.all.map(leafOf);
    bench.open().start().append(leaves);
    expect(await bench.verify()).toMatchObject({ ok: true, size: leaves.length });
  };
});
