import { describe, expect, it } from '@jest/globals';
import { fetchedFrom, type FetchResponse } from './fetched.js';

/** Of `answer`, what is looked at: batches of one partition, each with its first offset and its records' deltas. */
const answer = (...batches: readonly (readonly [first: bigint, lastDelta: number, deltas: readonly number[]])[]) => {
  const records = batches.map(([firstOffset, lastOffsetDelta, deltas]) => ({
    firstOffset,
    lastOffsetDelta,
    attributes: 0,
    records: deltas.map((offsetDelta) => ({ offsetDelta, key: null, value: Buffer.from('x'), headers: [] })),
  }));
  return { responses: [{ partitions: [{ records }] }] } as unknown as FetchResponse;
};

/** What a reader that asked from there on makes of it. */
const offsets = (response: FetchResponse, from: bigint) => {
  const { records, next } = fetchedFrom(response, from);
  return { records: records.map(({ offset }) => offset), next };
};

describe('what was fetched', () => {
  it('are the records from the place on, and the next place is behind them', () => {
    expect(offsets(answer([5n, 2, [0, 1, 2]], [8n, 0, [0]]), 6n)).toEqual({ records: [6n, 7n, 8n], next: 9n });
  });

  it('nothing: the place is where it was', () => {
    expect(offsets({ responses: [] } as unknown as FetchResponse, 6n)).toEqual({ records: [], next: 6n });
    const none = { responses: [{ partitions: [{ records: null }] }] } as unknown as FetchResponse;
    expect(offsets(none, 6n)).toEqual({ records: [], next: 6n });
  });

  it('a batch whose last records, or all, a broker has cleaned away: the next place is behind what it was', () => {
    expect(offsets(answer([6n, 3, [0]]), 6n)).toEqual({ records: [6n], next: 10n });
    expect(offsets(answer([6n, 3, []]), 6n)).toEqual({ records: [], next: 10n });
  });

  it('a batch from before the place moves nothing back', () => {
    expect(offsets(answer([2n, 1, [0, 1]]), 6n)).toEqual({ records: [], next: 6n });
  });
});
