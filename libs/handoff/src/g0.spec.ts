import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { answerable, answerableIntervals } from './answerable.js';
import { dueInstants } from './deadlines.js';
import { personDecider } from './person.js';
import { personFile } from './person-file.js';
import type { PersonFact } from './person-history.js';
import { hubRules } from './rule-book.js';
import { at, by, commands, ofAge, personId, qingpu, wujiang } from './testing/cast.js';
import { transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent } from './transfer.events.js';
import { statusOf, type TransferStatus } from './transfer.status.js';
import { ofTheCase } from './testing/play.js';

/** Scenario G0 of the domain reference: 吴江 320509 → 青浦 310118, every limit kept. Days of 2025, Asia/Shanghai. */
describe('G0, the baseline', () => {
  const intake = personDecider.decide(
    {
      ...{ ...by(wujiang, '2025-01-06 09:00'), type: 'RegisterIntake', personId, known: undefined },
      ...{ category: 'SuspendedSentence', correctionStart: '2025-01-06', correctionEnd: '2026-07-05', ...ofAge },
    },
    personDecider.initialState,
  );
  const known: PersonFact[] =
    'accepted' in intake ? intake.accepted.map((event) => ({ caseId: `person-${personId}`, event })) : [];

  const steps: [TransferCommand, TransferStatus][] = [
    [{ ...commands.apply(), person: personFile(known, at('2025-03-10 09:30')) }, 'APPLIED'],
    [commands.opine(), 'OPINION_GIVEN'],
    [commands.consult(), 'CONSULTING'],
    [commands.receive(), 'CONSULTING'],
    [commands.agree(), 'REPLIED_AGREE'],
    [commands.decide(), 'DECIDED_APPROVED'],
    [commands.serve(), 'NOTIFIED'],
    [commands.sendFile(), 'NOTIFIED'],
    [commands.receiveFile(), 'NOTIFIED'],
    [commands.receipt(), 'NOTIFIED'],
    [commands.report(), 'COMPLETED'],
  ];

  const history: TransferEvent[] = [];
  const statuses = steps.map(([command]) => {
    const decision = transferDecider.decide(command, fold(transferDecider, history));
    if ('accepted' in decision) history.push(...decision.accepted);
    return statusOf(fold(transferDecider, history));
  });
  const facts: PersonFact[] = [...known, ...history.map((event) => ({ caseId: 'transfer-1', event }))];

  it('goes its way', () => expect(statuses).toEqual(steps.map(([, status]) => status)));

  it('keeps every limit, by exactly so many days', () =>
    expect(
      ofTheCase(dueInstants(fold(transferDecider, history), hubRules)).map(
        ({ step, agency, rawDay, dueDay, due, met, marginDays }) => [
          step,
          agency,
          rawDay,
          dueDay,
          due,
          met,
          marginDays,
        ],
      ),
    ).toEqual([
      ['OPINION', wujiang.id, '2025-03-13', '2025-03-13', '2025-03-13T16:00:00.000Z', true, 2],
      ['CONSULTATION', wujiang.id, '2025-03-15', '2025-03-17', '2025-03-17T16:00:00.000Z', true, 4],
      ['REPLY', qingpu.id, '2025-03-18', '2025-03-18', '2025-03-18T16:00:00.000Z', true, 1],
      ['DECISION', wujiang.id, '2025-03-20', '2025-03-20', '2025-03-20T16:00:00.000Z', true, 2],
      ['FILE_SENT', wujiang.id, '2025-03-23', '2025-03-24', '2025-03-24T16:00:00.000Z', true, 4],
      ['RECEIPT', qingpu.id, '2025-03-26', '2025-03-26', '2025-03-26T16:00:00.000Z', true, 5],
      ['REPORT', qingpu.id, '2025-03-26', '2025-03-26', '2025-03-26T16:00:00.000Z', true, 2],
    ]));

  it('吴江 answers until the report on 03-24, 青浦 from then on', () => {
    expect(answerableIntervals(facts)).toEqual([
      { agency: wujiang.id, from: at('2025-01-06 09:00'), until: at('2025-03-24 09:05') },
      { agency: qingpu.id, from: at('2025-03-24 09:05') },
    ]);
    expect(answerable(facts, at('2025-03-24 09:04'))?.agency).toBe(wujiang.id);
    expect(answerable(facts, at('2025-03-24 09:05'))?.agency).toBe(qingpu.id);
  });
});
