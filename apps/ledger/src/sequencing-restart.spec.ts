import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LedgerFault } from './ledger-fault.js';
import { RunningSequencing } from './sequencing.js';
import { failing, replacing } from './testing/failing.js';
import { openSampleLog, type SampleLog } from './testing/sample-log.js';
import { SampleNode } from './testing/sample-node.js';

let node: SampleNode;
let log: SampleLog;
let running: RunningSequencing | undefined;
let pauses: number[];
/** What spans were told, after how many events they began with. */
let spans: (readonly [events: number, end: number | string])[];

beforeEach(async () => {
  node = new SampleNode();
  await node.append(3);
  log = openSampleLog(node);
  pauses = [];
  spans = [];
});

afterEach(async () => {
  await running?.stop();
  log.crash();
  node.remove();
});

const start = async (store: SampleLog['store']): Promise<RunningSequencing> =>
  (running = await RunningSequencing.start({
    events: node.store,
    store,
    sequencer: log.start({ store }),
    trust: node.trust,
    node: '32',
    clock: { now: () => '2025-03-10T01:30:00.000Z' },
    pause: (milliseconds) => Promise.resolve(pauses.push(milliseconds)),
    traced: ({ length }) => ({
      sequenced: (size) => void spans.push([length, size]),
      failed: (code) => void spans.push([length, code]),
    }),
  }));

describe('a log that stops on a fault of its machine', () => {
  it.each(['failed', 'failed but persisted'] as const)('goes on from its files: a write that %s', async (failure) => {
    const sequencing = await start(failing(log.store, 'stage', failure, 1));
    expect((await sequencing.waitFor(3n)).size).toBe(3);
    expect([sequencing.fault, pauses]).toEqual([undefined, [1000]]);
    const [next] = await node.append(1);
    expect((await sequencing.waitFor(next!.id)).size).toBe(4);
    const [failed, ...others] = spans;
    expect([failed, others.at(-1)]).toEqual([
      [3, 'STORAGE_FAILED'],
      [1, 4],
    ]);
  });

  it('is left alone after five tries, ever more slowly', async () => {
    const full = new LedgerFault('STORAGE_FULL', 'database or disk is full');
    const store = replacing(log.store, 'stage', () => () => {
      throw full;
    });
    const sequencing = await start(store);
    await expect(sequencing.waitFor(3n)).rejects.toBe(full);
    expect([await sequencing.failed, sequencing.fault]).toEqual([full, full]);
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it('is not started again when its events are wrong', async () => {
    node.events.all[1] = { ...node.events.all[1]!, type: 'cn.delta-hub.transfer.decided.v1' };
    const sequencing = await start(log.store);
    expect(await sequencing.failed).toMatchObject({ code: 'EVENT_NOT_AUTHENTIC' });
    expect([pauses, spans]).toEqual([[], [[3, 'EVENT_NOT_AUTHENTIC']]]);
  });
});
