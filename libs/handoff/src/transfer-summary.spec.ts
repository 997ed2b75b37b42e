import { describe, expect, it } from '@jest/globals';
import { hubRules } from './rule-book.js';
import { personId, qingpu, wujiang } from './testing/cast.js';
import { histories, ofTheCase } from './testing/play.js';
import type { TransferEvent } from './transfer.events.js';
import { transferSummary, type TransferSummary } from './transfer-summary.js';

const readModel = transferSummary(() => hubRules);
const summaryOf = (history: readonly TransferEvent[]) =>
  history.reduce<TransferSummary | undefined>(
    (summary, event) => readModel.evolve(summary, 'transfer-1', event),
    readModel.initial,
  );

describe('the summary of a transfer', () => {
  it('of G0, at its end', () => {
    const { dues, facts, ...rest } = summaryOf(histories.completed) as TransferSummary;
    expect(rest).toEqual({
      id: 'transfer-1',
      personId,
      category: 'SuspendedSentence',
      correctionEnd: '2026-07-05',
      origin: wujiang.id,
      receiving: qingpu.id,
      originNode: '32',
      receivingNode: '31',
      reason: 'employment',
      status: 'COMPLETED',
      fileStatus: 'RECEIPTED',
      personStatus: 'REPORTED',
      isOpen: false,
    });
    expect(ofTheCase(dues)).toHaveLength(7);
    expect(dues).toHaveLength(12);
    expect(Object.keys(facts)).toHaveLength(12);
  });

  it('shows due instants before anything is late', () =>
    expect(summaryOf(histories.applied)?.dues.map(({ step, due }) => [step, due])).toEqual([
      ['OPINION', '2025-03-13T16:00:00.000Z'],
      ['CONSULTATION', '2025-03-17T16:00:00.000Z'],
    ]));

  it('survives being stored as JSON at every step', () => {
    const stored = histories.completed.reduce<TransferSummary | undefined>(
      (summary, event) => JSON.parse(JSON.stringify(readModel.evolve(summary, 'transfer-1', event))) as TransferSummary,
      undefined,
    );
    expect(stored).toEqual(summaryOf(histories.completed));
  });

  it('is the same when an event is taken twice', () =>
    expect(summaryOf(histories.completed.flatMap((event) => [event, event]))).toEqual(summaryOf(histories.completed)));

  it('does not begin without an application', () =>
    expect(() => summaryOf(histories.opined.slice(1))).toThrow(
      expect.objectContaining({ code: 'CASE_WITHOUT_APPLICATION' }),
    ));
});
