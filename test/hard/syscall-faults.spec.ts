import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Chance } from '../simulation/chance.js';
import { countOf, replayOf, SEED } from './counts.js';
import { HurtNode, type Run } from './hurt-node.js';
import { wrongWith } from './one-history.js';

jest.setTimeout(3 * 3_600_000);

const SYSCALLS = ['openat', 'rename', 'fsync', 'fdatasync', 'pwrite64', 'write', 'close', 'ftruncate', 'unlink'];
const FAULTS = { EIO: 'error=EIO', ENOSPC: 'error=ENOSPC', SIGKILL: 'signal=KILL' } as const;
const FILES = ['ledger.db', 'ledger.db-wal', 'lock.db', 'lock.db-wal'];
const BEFORE = 3;
const EVENTS = 4;

/** The command that runs another one and hurts it at a call on a file of the log: counted in each system call for itself. */
const tracing = (node: HurtNode, trace: string, inject: readonly string[] = []): string[] => [
  ...['strace', '-f', '-qq', '-o', trace],
  ...FILES.flatMap((name) => ['-P', node.file(name)]),
  ...['-e', `trace=${SYSCALLS.join(',')}`, ...inject],
];

/** A node with a log, and a process that goes on with it under the tracer. */
const trial = async (inject?: readonly string[]) => {
  const node = new HurtNode();
  const trace = node.file('trace');
  const before = await node.write(BEFORE);
  const run = await node.write(EVENTS, { before: tracing(node, trace, inject) });
  return { node, told: [...before.acknowledged, ...run.acknowledged], run, trace: readFileSync(trace, 'utf8') };
};

interface Point {
  readonly syscall: string;
  readonly at: number;
  readonly fault: keyof typeof FAULTS;
}

/** Every fault at every call that a run makes which nothing happens to. */
const pointsOf = (trace: string): Point[] =>
  SYSCALLS.flatMap((syscall) => {
    const calls = trace.split('\n').filter((line) => new RegExp(`^\\d+ +${syscall}\\(`).test(line)).length;
    const places = Array.from({ length: calls }, (_, index) => index + 1);
    return places.flatMap((at) => (Object.keys(FAULTS) as Point['fault'][]).map((fault) => ({ syscall, at, fault })));
  });

/** Of each system call some, the rest by chance. */
const chosen = (points: readonly Point[], count: number): Point[] => {
  const chance = new Chance(SEED);
  const shuffled = points
    .map((point) => ({ point, key: chance.next() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ point }) => point);
  const firsts = SYSCALLS.flatMap((name) => shuffled.find(({ syscall }) => syscall === name) ?? []);
  return [...firsts, ...shuffled.filter((point) => !firsts.includes(point))].slice(0, count);
};

/** What must hold of a run whatever was done to it. */
const wrongWithRun = (run: Run, fault: Point['fault']): string[] => {
  if (fault === 'SIGKILL') return run.isClosed ? ['it was to be killed and was not'] : [];
  if (run.fault === undefined) return run.acknowledged.length === EVENTS ? [] : ['it stopped and named no fault'];
  return /^[A-Z]+(_[A-Z]+)+$/.test(run.fault) ? [] : [`its fault has no code: ${run.fault} ${run.errors}`];
};

describe('one failing system call on the files of the log', () => {
  let points: Point[];

  beforeAll(async () => {
    expect(spawnSync('strace', ['-V']).status).toBe(0);
    const { node, run, trace } = await trial();
    expect(run).toMatchObject({ code: 0, isClosed: true, fault: undefined });
    points = pointsOf(trace);
    node.remove();
  });

  it('is met in every kind that an append is made of', () => {
    const met = new Set(points.map(({ syscall }) => syscall));
    expect([...met].toSorted()).toEqual(['close', 'fsync', 'ftruncate', 'openat', 'pwrite64', 'unlink']);
    expect(points.length).toBeGreaterThan(200);
  });

  it('leaves one history that holds all that was acknowledged', async () => {
    const faults: string[] = [];
    const seen: Record<string, number> = {};
    for (const point of chosen(points, countOf('syscallFaults'))) {
      const name = `${point.fault} at ${point.syscall} ${point.at}`;
      const { node, told, run, trace } = await trial([
        '-e',
        `inject=${point.syscall}:${FAULTS[point.fault]}:when=${point.at}`,
      ]);
      const wasMet = point.fault === 'SIGKILL' ? run.signal === 'SIGKILL' : trace.includes('(INJECTED)');
      if (!wasMet) faults.push(`${name}: was not injected`);
      faults.push(...wrongWithRun(run, point.fault).map((fault) => `${name}: ${fault}`));
      await node.startClean().catch((error: unknown) => faults.push(`${name}: the next start fails: ${String(error)}`));
      faults.push(...(await wrongWith(node, told)).map((fault) => `${name}: ${fault}`));
      const outcome = run.fault ?? (point.fault === 'SIGKILL' ? 'killed' : 'went on');
      seen[outcome] = (seen[outcome] ?? 0) + 1;
      node.remove();
    }
    console.info(`syscall faults, seed ${SEED}: ${JSON.stringify(seen)}`);
    if (faults.length > 0) faults.push(replayOf('syscall-faults'));
    expect(faults).toEqual([]);
  });
});
