import type { Range, RangeCheck, RangeVerdict } from './range.js';

/**
 * Has ranges verified by several checks at once, each taking the next range when it is free, and hands the verdicts over
 * in the order of the ranges, up to and with the first fault.
 */
export const inOrder = async (
  ranges: Iterable<Range>,
  checks: readonly RangeCheck[],
  take: (verdict: RangeVerdict, range: Range) => boolean,
  progress?: (verified: number) => void,
): Promise<void> => {
  const rest = ranges[Symbol.iterator]();
  const waiting: { readonly range: Range; verdict?: RangeVerdict }[] = [];
  let isOver = false;
  const handOver = (): void => {
    while (!isOver && waiting[0]?.verdict !== undefined) {
      const { range, verdict } = waiting.shift()!;
      isOver = !take(verdict!, range);
    }
  };
  const work = async (check: RangeCheck): Promise<void> => {
    try {
      for (let next = rest.next(); !isOver && next.done !== true; next = rest.next()) {
        const one: (typeof waiting)[number] = { range: next.value };
        waiting.push(one);
        one.verdict = await check.check(next.value, progress);
        handOver();
      }
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  await Promise.all(checks.map(work));
};
