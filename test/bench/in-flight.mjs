import { performance } from 'node:perf_hooks';

/** Runs `work(n)` for n below `count`, so many in flight; returns how many a second. */
export const inFlight = async (count, width, work) => {
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
  return (count * 1000) / (performance.now() - start);
};

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
