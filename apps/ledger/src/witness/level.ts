/**
 * How far a head is believed by others than its own log: by nobody yet, by enough witnesses (two of three), by all of
 * them. The numbers are a matter of the policy file.
 */
export type Level = 'LOCAL' | 'WITNESSED' | 'SEALED';

export const LEVELS = ['LOCAL', 'WITNESSED', 'SEALED'] as const satisfies readonly Level[];

/** The median of cosignature times, the later of two: what inspectors take as the time of a head. */
export const medianOf = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
