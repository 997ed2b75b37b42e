import type { Range, RangeCheck, RangeVerdict } from './range.js';

/**
 * Has ranges verified by several checks at once and hands the verdicts over in the order of the ranges, up to and with
 * the first fault. No check is more than a few ranges ahead of what was handed over.
 */
export const inOrder = async (
  ranges: Iterable<Range>,
  checks: readonly RangeCheck[],
  take: (verdict: RangeVerdict, range: Range) => boolean,
  progress?: (verified: number) => void,
): Promise<void> => {
  const free = [...checks];
  const waiting: { readonly range: Range; readonly check: RangeCheck; readonly verdict: Promise<RangeVerdict> }[] = [];
  const rest = ranges[Symbol.iterator]();
  for (;;) {
    while (free.length > 0) {
      const next = rest.next();
      if (next.done === true) break;
      const check = free.pop()!;
      const verdict = check.check(next.value, progress);
      verdict.catch(() => undefined);
      waiting.push({ range: next.value, check, verdict });
    }
    const first = waiting.shift();
    if (first === undefined) return;
    const verdict = await first.verdict;
    free.push(first.check);
    if (!take(verdict, first.range)) {
      await Promise.allSettled(waiting.map((one) => one.verdict));
      return;
    }
  }
};
