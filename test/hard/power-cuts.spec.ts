import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Chance } from '../simulation/chance.js';
import { countOf, replayOf, SEED } from './counts.js';
import { type DiskEvent, readTrace, tracer } from './disk-trace.js';
import { type Acknowledged, HurtNode } from './hurt-node.js';
import { wrongWith } from './one-history.js';
import { type Fate, PowerCutDisk } from './power-cut-disk.js';

jest.setTimeout(3 * 3_600_000);

const BEFORE = 3;
const EVENTS = 12;

/** What the disk keeps of the sectors that were not synced. */
const FATES = ['nothing', 'everything', 'some'] as const;

/** A run whose every write was noted: the disk as it was before, and what happened to it since. */
interface Recorded {
  readonly node: HurtNode;
  readonly before: ReadonlyMap<string, Buffer>;
  readonly told: readonly Acknowledged[];
  readonly events: readonly DiskEvent[];
}

const filesOf = (node: HurtNode): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(node.directory)
      .filter((name) => /\.db(-wal)?$/.test(name))
      .map((name) => [name, readFileSync(node.file(name))]),
  );

/** A first start of an empty directory (`first`), or one that goes on with a log; each with its orderly end. */
const record = async (first: boolean): Promise<Recorded> => {
  const node = new HurtNode();
  const earlier = first ? undefined : await node.write(BEFORE);
  const before = filesOf(node);
  const trace = node.file('trace');
  const run = await node.write(EVENTS, { before: tracer(trace) });
  expect(run).toMatchObject({ code: 0, isClosed: true, fault: undefined });
  const events = readTrace(readFileSync(trace, 'latin1'), node.directory);
  return { node, before, told: earlier?.acknowledged ?? [], events };
};

/** The disk after the first `at` calls, and what had been told by then. */
const diskAfter = ({ before, told, events }: Recorded, at: number, lies = false) => {
  const disk = new PowerCutDisk(before);
  const acknowledged = [...told];
  for (const event of events.slice(0, at)) {
    if (!lies || event.kind !== 'sync') disk.apply(event);
    if (event.kind !== 'told') continue;
    const line = JSON.parse(event.line) as Partial<Acknowledged>;
    if (line.acknowledged !== undefined) acknowledged.push(line as Acknowledged);
  }
  return { disk, acknowledged };
};

/** Cuts the power, starts the node on what is left, and says what is wrong with it. */
const wrongAfter = async (
  recorded: Recorded,
  { disk, acknowledged }: ReturnType<typeof diskAfter>,
  keeps: Fate,
  names: number,
): Promise<readonly string[]> => {
  const node = new HurtNode(recorded.node);
  try {
    disk.cut(node.directory, keeps, names);
    await node.startClean();
    return await wrongWith(node, acknowledged);
  } catch (error) {
    return [`it does not start: ${String(error)}`];
  } finally {
    node.remove();
  }
};

describe('a power cut that drops what was written and not synced', () => {
  let runs: readonly Recorded[];
  beforeAll(async () => {
    runs = [await record(true), await record(false)];
  });
  afterAll(() => {
    for (const { node } of runs) node.remove();
  });

  it('is recorded with every write and sync of the three files and their logs', () => {
    for (const { events } of runs) {
      const written = new Set(events.flatMap((event) => (event.kind === 'write' ? event.file : [])));
      const files = ['events.db', 'ledger.db', 'lock.db'].flatMap((name) => [name, `${name}-wal`]);
      expect([...written].filter((name) => files.includes(name)).toSorted()).toEqual(files);
      const count = (kind: DiskEvent['kind']): number => events.filter((event) => event.kind === kind).length;
      expect(count('told')).toBe(EVENTS + 2);
      expect(count('sync')).toBeGreaterThan(3 * EVENTS);
    }
  });

  it('loses nothing that was acknowledged, whatever else is left of it', async () => {
    const chance = new Chance(SEED);
    const faults: string[] = [];
    for (let cut = 0; cut < countOf('powerCuts'); cut += 1) {
      const run = runs[cut % runs.length]!;
      const fate = FATES[Math.floor(cut / runs.length) % FATES.length]!;
      const at = 1 + chance.below(run.events.length);
      const { disk, acknowledged } = diskAfter(run, at);
      const share = fate === 'some' ? chance.next() : fate === 'everything' ? 1 : 0;
      const names = fate === 'nothing' ? 0 : chance.below(4);
      const wrong = await wrongAfter(run, { disk, acknowledged }, () => chance.is(share), names);
      faults.push(...wrong.map((fault) => `cut ${cut}, after call ${at}, ${fate} kept: ${fault}`));
    }
    if (faults.length > 0) faults.push(replayOf('power-cuts'));
    expect(faults).toEqual([]);
  });

  it('is noticed where the disk lies and keeps nothing that it was told to sync', async () => {
    const run = runs[1]!;
    const lying = diskAfter(run, run.events.length - 1, true);
    const wrong = await wrongAfter(run, lying, () => false, 0);
    expect(wrong.filter((fault) => fault.includes('acknowledged and is lost'))).toHaveLength(EVENTS);
  });
});
