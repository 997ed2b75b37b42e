/**
 * How often each hard test is tried: on every change, and with `HARD_TESTS=full`, as `npm run test:hard` sets it. The only
 * place that says so.
 */
const COUNTS = {
  syscallFaults: { reduced: 4, full: Number.POSITIVE_INFINITY },
  kills: { reduced: 6, full: 1_000 },
  powerCuts: { reduced: 8, full: 2_000 },
  witnessAbuse: { reduced: 24, full: 5_000 },
  /** Of test/engines: with both clients among the nodes, and with kafkajs alone. */
  playsUnderFaults: { reduced: 1, full: 2 },
  scenariosOnEngines: { reduced: 2, full: Number.POSITIVE_INFINITY },
  nodeKills: { reduced: 4, full: 8 },
} as const;

const IS_FULL = process.env['HARD_TESTS'] === 'full';

export const countOf = (test: keyof typeof COUNTS): number => COUNTS[test][IS_FULL ? 'full' : 'reduced'];

/** Chooses faults, cuts and times; `HARD_SEED` sets it, to see again what a run has found. */
export const SEED = Number(process.env['HARD_SEED'] ?? 1);

/** How to see a failure again. */
export const replayOf = (spec: string): string =>
  `again: HARD_SEED=${SEED}${IS_FULL ? ' HARD_TESTS=full' : ''} npm run test:hard -- ${spec}`;
