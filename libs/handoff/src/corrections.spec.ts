import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import type { CommandContext } from './act.js';
import { correctionsOf } from './corrections.js';
import { approving, by, commands, paper, qingpu, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent } from './transfer.events.js';
import { statusOf } from './transfer.status.js';

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

  it('the original stays, and the status with it', () => {
    const state = fold(transferDecider, corrected);
    expect([state[fact]?.type, statusOf(state)]).toEqual([fact, 'CONSULTING']);
    expect(correctionsOf(state)).toEqual([{ correction: recorded }]);
  });

  it('nothing new is put on top of it here, but for a withdrawal; a partner that did not know is heard', () => {
    given(...corrected)
      .when(commands.agree())
      .thenRejected({ code: 'RESTS_ON_CORRECTED' });
    expect(admit(fold(transferDecider, corrected), histories.agreed.at(-1)!, qingpu)).toBeUndefined();
    given(...corrected)
      .when(commands.withdraw())
      .then(play(commands.apply(), commands.withdraw()).at(-1)!);
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
