import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import type { CommandContext } from './act.js';
import { nthOf } from './anew.js';
import { answerableIntervals } from './answerable.js';
import { correctionsOf } from './corrections.js';
import { dueInstants } from './deadlines.js';
import { hubRules } from './rule-book.js';
import { approving, at, by, commands, paper, qingpu, wujiang } from './testing/cast.js';
import { noteCopy, noteCorrection, recipients, sendCopy } from './testing/copying.js';
import { histories } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { OnceType, TransferEvent } from './transfer.events.js';
import { struckOf } from './transfer.state.js';
import { personStatusOf, statusOf } from './transfer.status.js';
import { AT_ONCE } from './transmission.js';

const given = specFor(transferDecider);
const documents = [paper('proof')];
const fact = 'transfer.consultation-sent';
const desk = approving(by(wujiang, '2025-03-14 09:00'));
const correct = (context: CommandContext = desk, more: object = {}): TransferCommand => ({
  ...context,
  type: 'CorrectFact',
  fact,
  kind: 'wrong-content',
  documents,
  ...more,
});
const acknowledge = (context: CommandContext = by(qingpu, '2025-03-14 10:00')): TransferCommand => ({
  ...{ ...context, type: 'AcknowledgeCorrection', fact },
});
const recorded: TransferEvent = {
  ...{ type: 'transfer.fact-corrected', occurredAt: desk.occurredAt, actor: desk.actor },
  data: { fact, kind: 'wrong-content', documents },
};
const corrected = [...histories.received, recorded];

describe('G10, a wrong fact is corrected', () => {
  it('by another officer of the party that wrote it', () =>
    given(...histories.received)
      .when(correct())
      .then(recorded));

  it('does not count any more: the case stands where it stood before', () => {
    const state = fold(transferDecider, corrected);
    expect([state[fact], struckOf(state, fact).length, statusOf(state)]).toEqual([undefined, 1, 'OPINION_GIVEN']);
    expect(correctionsOf(state)).toEqual([{ correction: recorded }]);
  });

  it('nothing new is put on top of it here; a partner that did not know is heard', () => {
    given(...corrected)
      .when(commands.agree())
      .thenRejected({ code: 'RESTS_ON_CORRECTED' });
    expect(admit(fold(transferDecider, corrected), histories.agreed.at(-1)!, qingpu)).toBeUndefined();
  });

  it('is done anew by its party, and is not what was struck', () => {
    const anew = { ...histories.consulted.at(-1)!, occurredAt: at('2025-03-14 11:00') } as TransferEvent;
    given(...corrected)
      .when(commands.consult(by(wujiang, '2025-03-14 11:00')))
      .then({ ...anew, data: { ...anew.data, nth: 2 } } as TransferEvent);
    const state = fold(transferDecider, corrected);
    expect(admit(state, anew, wujiang)).toEqual({ code: 'CONSULTATION_ALREADY_SENT' });
    const third = { ...anew, data: { ...anew.data, nth: 3 } } as TransferEvent;
    expect(admit(state, third, wujiang)).toEqual({ code: 'NOT_CORRECTED' });
    expect(transferDecider.evolve(state, histories.consulted.at(-1)!)).toEqual(state);
  });

  it('the other party takes note, once', () => {
    const { occurredAt, actor } = by(qingpu, '2025-03-14 10:00');
    const note: TransferEvent = { type: 'transfer.correction-acknowledged', occurredAt, actor, data: { fact } };
    given(...corrected)
      .when(acknowledge())
      .then(note);
    given(...corrected, note)
      .when(acknowledge())
      .thenRejected({ code: 'ALREADY_ACKNOWLEDGED' });
    expect(correctionsOf(fold(transferDecider, [...corrected, note]))).toEqual([
      { correction: recorded, acknowledged: note },
    ]);
  });

  it('a document that was wrong strikes nothing: the right one stands beside it', () => {
    const events = after(histories.received, correct(desk, { kind: 'wrong-document' }));
    expect(statusOf(fold(transferDecider, events))).toBe('CONSULTING');
    given(...events)
      .when(commands.agree())
      .then(histories.agreed.at(-1)!);
  });

  it.each([
    ['FOUR_EYES_REQUIRED', '个保法46', histories.received, correct(by(wujiang, '2025-03-14 09:00'))],
    ['ACT_NOT_YOURS', '个保法46', histories.received, correct(by(qingpu, '2025-03-14 09:00'))],
    ['EVIDENCE_MISSING', undefined, histories.received, correct(desk, { documents: [] })],
    ['FACT_UNKNOWN', undefined, histories.received, correct(desk, { fact: 'transfer.decided' })],
    ['OCCURRED_BEFORE_CAUSE', undefined, histories.received, correct(approving(by(wujiang, '2025-03-13 10:00')))],
    ['ALREADY_CORRECTED', undefined, corrected, correct()],
    ['NOT_CORRECTED', undefined, histories.received, acknowledge()],
    ['ACT_NOT_YOURS', '个保法46', corrected, acknowledge(by(wujiang, '2025-03-14 10:00'))],
  ] as const)('%s', (code, rule, history, command) =>
    given(...history)
      .when(command)
      .thenRejected(rule === undefined ? { code } : { code, rule }),
  );
});

/** What is recorded when the commands follow a history. */
const after = (history: readonly TransferEvent[], ...series: readonly TransferCommand[]): TransferEvent[] =>
  series.reduce<TransferEvent[]>(
    (events, command) => {
      const decision = transferDecider.decide(command, fold(transferDecider, events));
      if ('rejected' in decision) throw new Error(`${command.type}: ${decision.rejected.code}`);
      return [...events, ...decision.accepted];
    },
    [...history],
  );

const striking = (wrong: OnceType, agency: typeof qingpu, local: string): TransferCommand => ({
  ...{ ...approving(approving(by(agency, local))), actor: corrector(agency) },
  ...{ type: 'CorrectFact', fact: wrong, kind: 'wrong-person', documents },
});
const corrector = ({ id }: typeof qingpu): CommandContext['actor'] => ({
  ...{ officerId: `corrector-of-${id}`, role: 'officer', agencyId: id },
});
const holders = (events: readonly TransferEvent[]) =>
  answerableIntervals(events.map((event) => ({ caseId: 'transfer-1', event }))).map(({ agency }) => agency);
const stepOf = (events: readonly TransferEvent[], step: string) =>
  dueInstants(fold(transferDecider, events), hubRules).find((due) => due.step === step);

describe('what follows from a correction', () => {
  const struck = after(histories.completed, striking('transfer.person-reported', qingpu, '2025-03-25 09:00'));

  it('a report that was another person’s: the origin answers as before, nothing is complete, the limit runs', () => {
    expect(holders(histories.completed)).toEqual([wujiang.id, qingpu.id]);
    expect(holders(struck)).toEqual([wujiang.id]);
    expect(statusOf(fold(transferDecider, struck))).toBe('NOTIFIED');
    expect([stepOf(histories.completed, 'REPORT')?.at, stepOf(struck, 'REPORT')?.at]).toEqual([
      at('2025-03-24 09:05'),
      undefined,
    ]);
  });

  it('once the right person has reported, the receiving agency answers, and the transfer is complete again', () => {
    const anew = after(struck, commands.report(by(qingpu, '2025-03-26 09:00')));
    expect(anew.slice(struck.length).map(({ type, occurredAt, data }) => ({ type, occurredAt, data }))).toEqual([
      { type: 'transfer.person-reported', occurredAt: at('2025-03-26 09:00'), data: { nth: 2 } },
      { type: 'transfer.completed', occurredAt: at('2025-03-26 09:00'), data: { nth: 2 } },
    ]);
    expect(holders(anew)).toEqual([wujiang.id, qingpu.id]);
    expect(statusOf(fold(transferDecider, anew))).toBe('COMPLETED');
    const again = after(anew, striking('transfer.person-reported', qingpu, '2025-03-27 09:00'));
    expect(again.at(-1)?.data).toMatchObject({ fact: 'transfer.person-reported', nth: 2 });
    expect(holders(again)).toEqual([wujiang.id]);
  });

  it('the report of whoever has applied to move on since stands; a document of it can be put right', () => {
    const wrong = { ...striking('transfer.person-reported', qingpu, '2025-03-25 09:00'), hasMovedOn: true };
    given(...histories.completed)
      .when(wrong)
      .thenRejected({ code: 'PERSON_HAS_MOVED_ON', rule: '办法30' });
    const paperOnly = { ...wrong, kind: 'wrong-document' } as TransferCommand;
    expect(holders(after(histories.completed, paperOnly))).toEqual([wujiang.id, qingpu.id]);
  });

  it('a breach that a report had overtaken is so again once that report is struck, and is found anew', () => {
    const judge = (local: string): TransferCommand => ({
      ...{ ...by(qingpu, local, 'system'), type: 'JudgeDeadlines', rules: hubRules, transmission: AT_ONCE },
    });
    const verdicts = (events: readonly TransferEvent[]) =>
      events.flatMap(({ type, data }) => ('step' in data && data.step === 'REPORT' ? [[type, nthOf({ data })]] : []));
    const late = after(
      after(histories.receipted, judge('2025-03-27 09:00')),
      { ...commands.report(by(qingpu, '2025-03-27 10:00')), occurredAt: at('2025-03-26 16:00') },
      judge('2025-03-27 10:01'),
    );
    const first = [
      ['transfer.deadline-breached', 1],
      ['transfer.deadline-superseded', 1],
    ];
    expect(verdicts(late)).toEqual(first);
    const again = after(
      late,
      striking('transfer.person-reported', qingpu, '2025-03-28 09:00'),
      judge('2025-03-28 09:01'),
    );
    expect(verdicts(again)).toEqual([...first, ['transfer.deadline-breached', 2]]);
    expect(personStatusOf(fold(transferDecider, again))).toBe('LATE');
    expect(after(again, judge('2025-03-28 09:02'))).toEqual(again);
  });

  it('a decision takes its service with it: it is decided and served anew, or the case is withdrawn', () => {
    const undone = after(histories.served, striking('transfer.decided', wujiang, '2025-03-19 15:00'));
    expect(statusOf(fold(transferDecider, undone))).toBe('REPLIED_AGREE');
    given(...undone)
      .when(commands.serve(by(wujiang, '2025-03-20 09:00')))
      .thenRejected({ code: 'RESTS_ON_CORRECTED' });
    const anew = after(
      undone,
      commands.decide(by(wujiang, '2025-03-20 10:00')),
      commands.serve(by(wujiang, '2025-03-20 11:00')),
    );
    expect(stepOf(histories.served, 'REPORT')?.due).toBe(at('2025-03-27 00:00'));
    expect(stepOf(anew, 'REPORT')?.due).toBe(at('2025-03-28 00:00'));
    expect(statusOf(fold(transferDecider, after(undone, commands.withdraw(by(wujiang, '2025-03-20 10:00')))))).toBe(
      'WITHDRAWN',
    );
  });

  it('whoever reported on a decision struck since is at the receiving agency, and nothing is withdrawn over them', () => {
    const undone = after(histories.served, striking('transfer.decided', wujiang, '2025-03-19 15:00'));
    const report = histories.reported.at(-1)!;
    expect(admit(fold(transferDecider, undone), report, qingpu)).toBeUndefined();
    expect(holders([...undone, report])).toEqual([wujiang.id, qingpu.id]);
    given(...undone, report)
      .when(commands.withdraw(by(wujiang, '2025-03-25 10:00')))
      .thenRejected({ code: 'ALREADY_REPORTED', rule: '办法30' });
  });

  it('an application that was wrong is withdrawn, also after the service, and nothing else is done', () => {
    const wrong = after(histories.served, striking('transfer.applied', wujiang, '2025-03-19 15:00'));
    given(...wrong)
      .when(commands.sendFile())
      .thenRejected({ code: 'RESTS_ON_CORRECTED' });
    expect(statusOf(fold(transferDecider, after(wrong, commands.withdraw(by(wujiang, '2025-03-20 10:00')))))).toBe(
      'WITHDRAWN',
    );
  });

  it('a copy of what was struck is noted as corrected, and the new decision is copied anew', () => {
    const copied = after(histories.approved, sendCopy('origin-police', by(wujiang, '2025-03-18 12:00')));
    const undone = after(copied, striking('transfer.decided', wujiang, '2025-03-18 15:00'));
    const anew = after(
      undone,
      commands.decide(by(wujiang, '2025-03-18 16:00')),
      sendCopy('origin-police', by(wujiang, '2025-03-18 17:00')),
    );
    expect(anew.at(-1)?.data).toMatchObject({ of: 'transfer.decided', office: 'origin-police', nth: 2 });
    expect(
      dueInstants(fold(transferDecider, anew), hubRules).flatMap(({ step, about }) =>
        step === 'ORIGIN_COPY_NOTED' ? [about] : [],
      ),
    ).toEqual([
      ...['transfer.decided/2/origin-police', 'transfer.decided/origin-police'],
      'transfer.decided/origin-police/correction',
    ]);
    const office = by(recipients['origin-police'], '2025-03-19 09:00', 'recipient');
    const noted = after(
      anew,
      ...[
        noteCopy('origin-police', office),
        noteCopy('origin-police', office),
        noteCorrection('origin-police', office),
      ],
    );
    expect(noted.slice(anew.length).map(({ data }) => data)).toEqual([
      { of: 'transfer.decided', office: 'origin-police' },
      { of: 'transfer.decided', office: 'origin-police', nth: 2 },
      { fact: 'transfer.decided', office: 'origin-police' },
    ]);
  });
});
