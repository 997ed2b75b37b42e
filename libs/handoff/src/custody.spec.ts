import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import { dueInstants } from './deadlines.js';
import { hubRules } from './rule-book.js';
import { atWujiang, by, commands, paper, qingpu, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent } from './transfer.events.js';
import { statusOf } from './transfer.status.js';

const given = specFor(transferDecider);
const documents = [paper('notice')];
const outside = { ...atWujiang, category: 'TemporaryServiceOutsidePrison' } as const;
const { apply, opine, consult, receive, agree, decide, serve, sendFile, receiveFile, receipt, report } = commands;
const approved = play({ ...apply(), person: outside }, opine(), consult(), receive(), agree(), decide());
const afterAll: readonly TransferCommand[] = [serve(), sendFile(), receiveFile(), receipt(), report()];
const after = (history: readonly TransferEvent[], command: TransferCommand): readonly TransferEvent[] => {
  const decision = transferDecider.decide(command, fold(transferDecider, history));
  if ('rejected' in decision) throw new Error(decision.rejected.code);
  return [...history, ...decision.accepted];
};
const place = (local = '2025-03-25 10:00', agency = qingpu): TransferCommand => ({
  ...{ ...by(agency, local), type: 'RegisterCustodyFile', documents },
});
const waiting = afterAll.reduce(after, approved);

describe('a person who serves outside prison 暂予监外执行 (办法17, 31)', () => {
  it('has papers and person in place, and is not completed before the custodial file is', () => {
    expect(statusOf(fold(transferDecider, waiting))).toBe('NOTIFIED');
    const placed = after(waiting, place());
    expect(placed.slice(waiting.length).map(({ type, occurredAt }) => [type, occurredAt])).toEqual([
      ['transfer.custody-file-placed', place().occurredAt],
      ['transfer.completed', place().occurredAt],
    ]);
  });

  it('may have the custodial file first: the later of the others completes', () => {
    const first = [place('2025-03-19 10:00'), ...afterAll].reduce(after, approved);
    expect(first.at(-1)).toMatchObject({ type: 'transfer.completed', occurredAt: report().occurredAt });
  });

  it('sets the receiving agency five days, and nobody else’s case', () => {
    const steps = (history: readonly TransferEvent[]) =>
      dueInstants(fold(transferDecider, history), hubRules).filter(({ step }) => step === 'CUSTODY_FILE');
    expect(steps(waiting)).toMatchObject([{ agency: qingpu.id, dueDay: '2025-03-24' }]);
    expect(steps(histories.completed)).toEqual([]);
  });

  it('is not completed by a partner either', () => {
    const completed = histories.completed.at(-1)!;
    expect(admit(fold(transferDecider, waiting), completed, qingpu)).toEqual({
      code: 'CUSTODY_FILE_MISSING',
      rule: '办法31',
    });
  });

  it('waits for the custodial file also while the decision is struck: it will move with the one made anew', () => {
    const reported = [serve(), report(), sendFile(), receiveFile()].reduce(after, approved);
    const struck = after(reported, {
      ...{ ...by(wujiang, '2025-03-25 09:00'), type: 'CorrectFact', fact: 'transfer.decided', kind: 'wrong-content' },
      ...{ documents, actor: { ...by(wujiang, '2025-03-25 09:00').actor, officerId: 'corrector' } },
    });
    const receipted = after(struck, receipt(by(qingpu, '2025-03-25 10:00')));
    expect(receipted.at(-1)?.type).toBe('transfer.file-receipted');
    const anew = [decide(by(wujiang, '2025-03-25 11:00')), place('2025-03-26 10:00')].reduce(after, receipted);
    expect(anew.at(-1)).toMatchObject({ type: 'transfer.completed', occurredAt: place('2025-03-26 10:00').occurredAt });
  });

  it.each([
    ['NOT_DECIDED', histories.agreed, place(), '办法31'],
    ['NOT_OUTSIDE_PRISON', histories.approved, place(), '办法31'],
    ['NOT_APPROVED', histories.turnedDown, place(), '办法31'],
    ['ACT_NOT_YOURS', waiting, place(undefined, wujiang), '办法31'],
    ['CUSTODY_FILE_ALREADY_PLACED', after(waiting, place()), place(), undefined],
  ] as const)('refused: %s', (code, history, command, rule) =>
    given(...history)
      .when(command)
      .thenRejected(rule === undefined ? { code } : { code, rule }),
  );
});

describe('a term that ends before the last day of the report (法44)', () => {
  const ending = (correctionEnd: string) =>
    play({ ...apply(), person: { ...atWujiang, correctionEnd } }, opine(), consult(), receive(), agree());

  it('stands against an approval until it says that this has been seen', () => {
    given(...ending('2025-03-24'))
      .when(decide())
      .thenRejected({ code: 'TERM_ENDS_FIRST', rule: '法44' });
    const seen = after(ending('2025-03-24'), { ...decide(), termEndNoted: true });
    expect(seen.at(-1)?.data).toMatchObject({ approved: true, termEndNoted: true });
  });

  it('does not when the last day of the report is its last day, nor against a refusal', () => {
    expect(after(ending('2025-03-25'), decide()).at(-1)?.type).toBe('transfer.decided');
    const refused = play(
      { ...apply(), person: { ...atWujiang, correctionEnd: '2025-03-24' } },
      opine(),
      consult(),
      receive(),
      commands.refuse(),
    );
    expect(after(refused, decide(undefined, false)).at(-1)?.type).toBe('transfer.decided');
  });
});
