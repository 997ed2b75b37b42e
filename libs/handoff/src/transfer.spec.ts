import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import {
  approving,
  at,
  atWujiang,
  by,
  commands,
  kunshan,
  paper,
  personId,
  qingpu,
  songling,
  wujiang,
} from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { transferDecider } from './transfer.js';
import type { TransferEvent } from './transfer.events.js';
import { fileStatusOf, isOpen, personStatusOf, statusOf } from './transfer.status.js';

const given = specFor(transferDecider);
const documents = [paper('other')];
const wujiangOfficer = by(wujiang, '2025-03-10 09:30').actor;
const wujiangApprover = approving(by(wujiang, '2025-03-10 09:30')).actor;
const qingpuOfficer = by(qingpu, '2025-03-10 09:30').actor;

const applied: TransferEvent = {
  type: 'transfer.applied',
  occurredAt: at('2025-03-10 09:30'),
  actor: wujiangOfficer,
  data: {
    personId,
    category: 'SuspendedSentence',
    origin: wujiang.id,
    receiving: qingpu.id,
    originNode: '32',
    receivingNode: '31',
    answerableSince: atWujiang.since,
    correctionEnd: '2026-07-05',
    reason: 'employment',
    documents,
  },
};

/** An act of 吴江 or 青浦 as it should be recorded. */
const act = (type: string, actor: TransferEvent['actor'], when: string, data: object): TransferEvent =>
  ({ type, occurredAt: at(when), actor, data }) as TransferEvent;

describe('a transfer of place of correction, act by act', () => {
  it('the origin takes the application', () => given().when(commands.apply()).then(applied));

  it('the judicial office gives its opinion and cites its delegation', () =>
    given(...histories.applied)
      .when(commands.opine())
      .then(
        act(
          'transfer.opinion-given',
          { ...by(songling, '2025-03-11 14:00').actor, delegationId: 'delegation-1' },
          '2025-03-11 14:00',
          {
            supports: true,
            documents,
          },
        ),
      ));

  it('the county agency may give the opinion itself', () =>
    given(...histories.applied)
      .when(commands.opine(by(wujiang, '2025-03-11 14:00'), false))
      .then(act('transfer.opinion-given', wujiangOfficer, '2025-03-11 14:00', { supports: false, documents })));

  it('the origin consults, also after an adverse opinion', () =>
    given(...play(commands.apply(), commands.opine(undefined, false)))
      .when(commands.consult())
      .then(act('transfer.consultation-sent', wujiangOfficer, '2025-03-13 10:15', { documents })));

  it('the receiving node records the letter', () =>
    given(...histories.consulted)
      .when(commands.receive())
      .then(
        act('transfer.consultation-received', by(qingpu, '2025-03-13 10:16', 'system').actor, '2025-03-13 10:16', {}),
      ));

  it('the receiving agency agrees, without a ground', () =>
    given(...histories.received)
      .when(commands.agree())
      .then(act('transfer.consultation-replied', qingpuOfficer, '2025-03-17 15:40', { agrees: true, documents })));

  it('or refuses on a ground', () =>
    given(...histories.received)
      .when(commands.refuse())
      .then(
        act('transfer.consultation-replied', qingpuOfficer, '2025-03-17 15:40', {
          agrees: false,
          ground: 'residence-untrue',
          documents,
        }),
      ));

  it('the origin approves after agreement', () =>
    given(...histories.agreed)
      .when(commands.decide())
      .then(act('transfer.decided', wujiangApprover, '2025-03-18 11:00', { approved: true, documents })));

  it('and refuses after refusal', () =>
    given(...histories.refused)
      .when(commands.decide(undefined, false))
      .then(act('transfer.decided', wujiangApprover, '2025-03-18 11:00', { approved: false, documents })));

  it.each(['approved', 'turnedDown'] as const)('the decision is served: %s', (history) =>
    given(...histories[history])
      .when(commands.serve())
      .then(act('transfer.decision-served', wujiangOfficer, '2025-03-19 09:20', { documents })),
  );

  it.each(['approved', 'served'] as const)('the file is sent once the decision is made: %s', (history) =>
    given(...histories[history])
      .when(commands.sendFile())
      .then(act('transfer.file-sent', wujiangOfficer, '2025-03-20 16:00', { documents })),
  );

  it('the file arrives', () =>
    given(...histories.fileSent)
      .when(commands.receiveFile())
      .then(act('transfer.file-received', qingpuOfficer, '2025-03-21 10:00', {})));

  it('the receipt is issued', () =>
    given(...histories.fileReceived)
      .when(commands.receipt())
      .then(act('transfer.file-receipted', qingpuOfficer, '2025-03-21 10:30', { documents })));

  it('the person may report before the papers have come', () =>
    given(...histories.served)
      .when(commands.report())
      .then(act('transfer.person-reported', qingpuOfficer, '2025-03-24 09:05', {})));

  it('the person reports, papers in place: completed with the same act', () =>
    given(...histories.receipted)
      .when(commands.report())
      .then(
        act('transfer.person-reported', qingpuOfficer, '2025-03-24 09:05', {}),
        act('transfer.completed', qingpuOfficer, '2025-03-24 09:05', {}),
      ));

  it('the receipt is issued, person in place: completed at the later of the two acts, though recorded first', () =>
    given(...histories.reported)
      .when(commands.receipt({ ...by(qingpu, '2025-03-21 10:30'), now: at('2025-03-25 08:00') }))
      .then(
        act('transfer.file-receipted', qingpuOfficer, '2025-03-21 10:30', { documents }),
        act('transfer.completed', qingpuOfficer, '2025-03-24 09:05', {}),
      ));

  it('the origin withdraws', () =>
    given(...histories.agreed)
      .when(commands.withdraw())
      .then(act('transfer.withdrawn', wujiangOfficer, '2025-03-18 17:00', { reason: 'applicant', documents })));

  it('even with the file on its way, as long as the decision has not been served', () =>
    given(...play(...through(), commands.sendFile(by(wujiang, '2025-03-18 16:00'))))
      .when(commands.withdraw())
      .then(act('transfer.withdrawn', wujiangOfficer, '2025-03-18 17:00', { reason: 'applicant', documents })));
});

describe('between two agencies of one node', () => {
  const within = { ...commands.apply(), receiving: kunshan };
  const consult = { ...commands.consult(), now: at('2025-03-13 10:20') };

  it('is a transfer like any other', () =>
    given()
      .when(within)
      .then({ ...applied, data: { ...applied.data, receiving: kunshan.id, receivingNode: '32' } }));

  it('the letter enters the addressee’s system as it is stored', () =>
    given(...play(within, commands.opine()))
      .when(consult)
      .then(
        act('transfer.consultation-sent', wujiangOfficer, '2025-03-13 10:15', { documents }),
        act(
          'transfer.consultation-received',
          { officerId: 'node-32', role: 'system', agencyId: kunshan.id },
          '2025-03-13 10:20',
          {},
        ),
      ));

  it('and comes to its end', () => {
    const there = (when: string) => by(kunshan, when);
    const history = play(
      ...[within, commands.opine(), consult, commands.agree(there('2025-03-17 15:40')), commands.decide()],
      ...[commands.serve(), commands.sendFile(), commands.receiveFile(there('2025-03-21 10:00'))],
      ...[commands.receipt(there('2025-03-21 10:30')), commands.report(there('2025-03-24 09:05'))],
    );
    expect(statusOf(fold(transferDecider, history))).toBe('COMPLETED');
  });
});

describe('where a transfer stands', () => {
  const withdrawn = play(commands.apply(), commands.withdraw());

  it.each([
    ['none', [], undefined, 'NOT_SENT', 'NOT_DUE', false],
    ['applied', histories.applied, 'APPLIED', 'NOT_SENT', 'NOT_DUE', true],
    ['opined', histories.opined, 'OPINION_GIVEN', 'NOT_SENT', 'NOT_DUE', true],
    ['consulted', histories.consulted, 'CONSULTING', 'NOT_SENT', 'NOT_DUE', true],
    ['received', histories.received, 'CONSULTING', 'NOT_SENT', 'NOT_DUE', true],
    ['agreed', histories.agreed, 'REPLIED_AGREE', 'NOT_SENT', 'NOT_DUE', true],
    ['refused', histories.refused, 'REPLIED_REFUSE', 'NOT_SENT', 'NOT_DUE', true],
    ['approved', histories.approved, 'DECIDED_APPROVED', 'NOT_SENT', 'NOT_DUE', true],
    ['turned down', histories.turnedDown, 'DECIDED_REFUSED', 'NOT_SENT', 'NOT_DUE', true],
    ['told', histories.told, 'DECIDED_REFUSED', 'NOT_SENT', 'NOT_DUE', false],
    ['served', histories.served, 'NOTIFIED', 'NOT_SENT', 'DUE', true],
    ['file sent', histories.fileSent, 'NOTIFIED', 'SENT', 'DUE', true],
    ['file received', histories.fileReceived, 'NOTIFIED', 'RECEIVED', 'DUE', true],
    ['receipted', histories.receipted, 'NOTIFIED', 'RECEIPTED', 'DUE', true],
    ['reported', histories.reported, 'NOTIFIED', 'RECEIVED', 'REPORTED', true],
    ['completed', histories.completed, 'COMPLETED', 'RECEIPTED', 'REPORTED', false],
    ['withdrawn', withdrawn, 'WITHDRAWN', 'NOT_SENT', 'NOT_DUE', false],
  ])('%s', (_name, history, status, files, person, open) => {
    const state = fold(transferDecider, history);
    expect([statusOf(state), fileStatusOf(state), personStatusOf(state), isOpen(state)]).toEqual([
      status,
      files,
      person,
      open,
    ]);
  });
});

/** Up to the approval. */
function through() {
  return [
    commands.apply(),
    commands.opine(),
    commands.consult(),
    commands.receive(),
    commands.agree(),
    commands.decide(),
  ];
}
