import { describe, expect, it } from '@jest/globals';
import { LedgerFault } from './ledger-fault.js';
import type { SignedHead } from './ledger-store.js';
import { type Failure, failing, replacing } from './testing/failing.js';
import { leafOf, type SampleLog, SequencerBench, watching } from './testing/sample-log.js';

const bench = SequencerBench.forEachTest();

/** Each step of the write path that can go wrong, by the call that does it. */
const STEPS = [
  ['stage', 'store', 'stage'],
  ['read back of entries', 'store', 'entries'],
  ['read back of tiles', 'store', 'tile'],
  ['lock', 'lock', 'compareAndSwap'],
] as const;
const FAILURES: readonly Failure[] = ['failed', 'failed but persisted'];
const CRASHES = STEPS.flatMap(([step, part, method]) =>
  FAILURES.flatMap((failure) => [1, 2, 3, 4].map((at) => ({ step, part, method, failure, at }))),
);
type Crash = (typeof CRASHES)[number];

/** The parts of a log with one call in them that goes wrong. */
const broken = (log: SampleLog, lock: SampleLog['lock'], { part, method, failure, at }: Crash) =>
  part === 'lock'
    ? { lock: failing(lock, 'compareAndSwap', failure, at) }
    : { lock, store: failing(log.store, method as 'stage', failure, at) };

/** Runs until the injected fault, then as a process that was killed: only the files are left. */
const runInto = (crash: Crash, seen: SignedHead[]): unknown => {
  const log = bench.open();
  let fault: unknown;
  try {
    const sequencer = log.start(broken(log, watching(log, seen), crash));
    for (const leaves of bench.groups()) {
      sequencer.append(leaves);
      expect(log.lock.read('delta-hub.cn/ledger/32')?.note).toBe(sequencer.head?.note);
    }
  } catch (error) {
    fault = error;
  }
  log.crash();
  return fault;
};

const finish = async (seen: SignedHead[]): Promise<void> => {
  const log = bench.open();
  const sequencer = log.start({ lock: watching(log, seen) });
  for (const leaves of bench.groups()) sequencer.append(leaves);
  await bench.expectOneHistory(log, seen);
};

describe('a crash leaves one history', () => {
  it.each(CRASHES)('$step $failure, call $at', async (crash) => {
    // The third group, where the crash is in it, fills a tile.
    await bench.node.append(crash.at === 3 ? 269 : 12);
    const seen: SignedHead[] = [];
    expect(runInto(crash, seen)).toMatchObject({ message: expect.stringContaining('injected') });
    await finish(seen);
  });

  it.each(CRASHES.filter(({ at }) => at === 1))(
    'also when the start after it crashes: $step $failure',
    async (second) => {
      await bench.node.append(12);
      const seen: SignedHead[] = [];
      const first = CRASHES.find((crash) => crash.step === 'lock' && crash.failure === 'failed' && crash.at === 3)!;
      runInto(first, seen);
      runInto(second, seen);
      await finish(seen);
    },
  );

  it('publish, also when the note of the newest head cannot be stored', async () => {
    await bench.node.append(269);
    const seen: SignedHead[] = [];
    runInto(
      CRASHES.find((crash) => crash.step === 'lock' && crash.failure === 'failed but persisted')!,
      seen,
    );
    for (const failure of FAILURES) {
      const log = bench.open();
      expect(() => log.start({ store: failing(log.store, 'publish', failure, 1) })).toThrow('injected');
      log.crash();
    }
    await finish(seen);
  });

  it('a full disk stops the log with its own code, and the next start goes on', async () => {
    await bench.node.append(12);
    const log = bench.open();
    const full = new LedgerFault('STORAGE_FULL', 'database or disk is full');
    const store = replacing(log.store, 'stage', () => () => {
      throw full;
    });
    const sequencer = log.start({ store });
    expect(() => sequencer.append(bench.groups()[0]!)).toThrow(full);
    log.crash();
    await finish([]);
  });

  it('after a fault nothing more is written', async () => {
    const leaves = (await bench.node.append(2)).map(leafOf);
    const log = bench.open();
    const sequencer = log.start({ lock: failing(log.lock, 'compareAndSwap', 'failed', 1) });
    expect(() => sequencer.append([leaves[0]!])).toThrow('injected');
    expect(() => sequencer.append([leaves[1]!])).toThrow('injected');
    expect(log.store.newestHead()?.size).toBe(1);
    expect(log.lock.read('delta-hub.cn/ledger/32')).toBeUndefined();
  });
});
