import { describe, expect, it } from '@jest/globals';
import { specFor } from '@delta-hub/decider/testing';
import type { AgencyRecord } from './agency.js';
import { at, atWujiang, by, commands, jiashan, kunshan, qingpu, songling, suzhou, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent, TransferRejectionCode } from './transfer.events.js';

const given = specFor(transferDecider);
const withdrawn = (history: readonly TransferEvent[]): TransferEvent[] => {
  const decision = transferDecider.decide(
    commands.withdraw(),
    history.reduce(transferDecider.evolve, transferDecider.initialState),
  );
  if ('rejected' in decision) throw new Error(decision.rejected.code);
  return [...history, ...decision.accepted];
};

type Case = [code: TransferRejectionCode, rule: string | undefined, history: TransferEvent[], command: TransferCommand];

const cases: Case[] = [
  // Who.
  ['ROLE_NOT_PERMITTED', undefined, [], commands.apply(by(wujiang, '2025-03-10 09:30', 'inspector'))],
  ['ROLE_NOT_PERMITTED', undefined, histories.consulted, commands.receive(by(qingpu, '2025-03-13 10:16'))],
  ['ROLE_NOT_PERMITTED', undefined, histories.received, commands.agree(by(qingpu, '2025-03-17 15:40', 'system'))],
  ['ROLE_NOT_PERMITTED', undefined, histories.agreed, commands.decide(by(wujiang, '2025-03-18 11:00', 'operator'))],
  [
    'ROLE_NOT_PERMITTED',
    undefined,
    histories.agreed,
    commands.decide(by(wujiang, '2025-03-18 11:00', 'office-officer')),
  ],
  ['ACT_NOT_YOURS', '办法30', [], commands.apply(by(suzhou, '2025-03-10 09:30', 'officer'))],
  ['ACT_NOT_YOURS', '办法30', histories.opined, commands.consult(by(qingpu, '2025-03-13 10:15'))],
  ['ACT_NOT_YOURS', '办法30', histories.received, commands.agree(by(wujiang, '2025-03-17 15:40'))],
  ['ACT_NOT_YOURS', '法27', histories.agreed, commands.decide(by(qingpu, '2025-03-18 11:00'))],
  ['ACT_NOT_YOURS', '法27', histories.agreed, commands.decide(by(kunshan, '2025-03-18 11:00'))],
  ['ACT_NOT_YOURS', '办法31', histories.served, commands.report(by(jiashan, '2025-03-24 09:05'))],
  ['ACT_NOT_YOURS', '电子签名法11', histories.consulted, commands.receive(by(wujiang, '2025-03-13 10:16', 'system'))],
  [
    'ACT_NOT_YOURS',
    '办法30',
    histories.applied,
    commands.opine(by(elsewhere(songling, kunshan.id), '2025-03-11 14:00')),
  ],
  ['ACT_NOT_YOURS', '办法30', histories.applied, { ...commands.opine(), agency: wujiang }],
  [
    'DELEGATION_MISSING',
    '法9',
    histories.applied,
    commands.opine(by({ ...songling, delegations: [] }, '2025-03-11 14:00')),
  ],
  ['DELEGATION_MISSING', '法9', histories.applied, citing('delegation-9')],
  ['DELEGATION_MISSING', '法9', histories.applied, commands.opine(by(songling, '2026-01-01 00:00'))],
  ['DELEGATION_MISSING', '法9', histories.applied, commands.opine(by(songling, '2024-12-31 23:59'))],
  ['DELEGATION_MISSING', '法9', histories.agreed, commands.decide(by(mayDecide(), '2025-03-18 11:00'))],

  // The application.
  ['PERSON_UNKNOWN', undefined, [], { ...commands.apply(), person: undefined }],
  ['PERSON_UNKNOWN', undefined, [], { ...commands.apply(), personId: 'T-320509-0002' }],
  ['PERSON_NOT_YOURS', '法27', [], { ...commands.apply(), person: { ...atWujiang, agency: kunshan.id } }],
  [
    'PERSON_HAS_OPEN_TRANSFER',
    undefined,
    [],
    { ...commands.apply(), person: { ...atWujiang, openTransferId: 'transfer-1' } },
  ],
  ['AGENCY_UNKNOWN', undefined, [], { ...commands.apply(), receiving: undefined }],
  ['AGENCY_NOT_COUNTY', '办法30', [], { ...commands.apply(), receiving: suzhou }],
  ['AGENCY_NOT_COUNTY', '办法30', [], { ...commands.apply(), receiving: songling }],
  ['SAME_AGENCY', undefined, [], { ...commands.apply(), receiving: wujiang }],

  // Once only.
  ['ALREADY_APPLIED', undefined, histories.applied, commands.apply()],
  ['OPINION_ALREADY_GIVEN', undefined, histories.opined, commands.opine()],
  ['CONSULTATION_ALREADY_SENT', undefined, histories.consulted, commands.consult()],
  ['CONSULTATION_ALREADY_RECEIVED', undefined, histories.received, commands.receive()],
  ['ALREADY_REPLIED', undefined, histories.agreed, commands.agree()],
  ['ALREADY_REPLIED', undefined, histories.agreed, commands.refuse()],
  ['ALREADY_DECIDED', undefined, histories.approved, commands.decide()],
  ['ALREADY_DECIDED', undefined, histories.completed, commands.decide(undefined, false)],
  ['ALREADY_SERVED', undefined, histories.served, commands.serve()],
  ['FILE_ALREADY_SENT', undefined, histories.fileSent, commands.sendFile()],
  ['FILE_ALREADY_RECEIVED', undefined, histories.fileReceived, commands.receiveFile()],
  ['RECEIPT_ALREADY_ISSUED', undefined, histories.receipted, commands.receipt()],
  ['ALREADY_REPORTED', undefined, histories.completed, commands.report()],

  // Closed.
  ['ALREADY_SERVED', '办法30', histories.served, commands.withdraw(by(wujiang, '2025-03-19 17:00'))],
  ['ALREADY_SERVED', '办法30', histories.told, commands.withdraw(by(wujiang, '2025-03-19 17:00'))],
  ['ALREADY_SERVED', '办法30', histories.completed, commands.withdraw(by(wujiang, '2025-03-25 17:00'))],
  ['TRANSFER_CLOSED', undefined, withdrawn(histories.agreed), commands.withdraw()],
  ['TRANSFER_CLOSED', undefined, withdrawn(histories.agreed), commands.decide()],
  ['TRANSFER_CLOSED', undefined, withdrawn(histories.received), commands.agree()],
  ['TRANSFER_CLOSED', undefined, withdrawn(histories.consulted), commands.receive()],
  ['TRANSFER_CLOSED', undefined, withdrawn(histories.applied), commands.opine()],
  ['TRANSFER_CLOSED', undefined, withdrawn(histories.approved), commands.serve()],

  // What must have gone before.
  ['TRANSFER_UNKNOWN', undefined, [], commands.opine()],
  ['TRANSFER_UNKNOWN', undefined, [], commands.withdraw()],
  ['TRANSFER_UNKNOWN', undefined, [], commands.report()],
  ['OPINION_MISSING', '办法30', histories.applied, commands.consult()],
  ['CONSULTATION_NOT_SENT', '电子签名法11', histories.opined, commands.receive()],
  ['CONSULTATION_NOT_SENT', '办法30', histories.opined, commands.agree()],
  ['CONSULTATION_NOT_RECEIVED', '办法30', histories.consulted, commands.agree()],
  ['REPLY_MISSING', '法27', histories.received, commands.decide()],
  ['REPLY_MISSING', '法27', histories.received, commands.decide(undefined, false)],
  ['NOT_DECIDED', '办法30', histories.agreed, commands.serve()],
  ['NOT_DECIDED', '办法31', histories.agreed, commands.sendFile()],
  ['NOT_APPROVED', '办法31', histories.turnedDown, commands.sendFile()],
  ['NOT_APPROVED', '办法31', histories.told, commands.report()],
  ['NOT_SERVED', '办法31', histories.approved, commands.report()],
  ['FILE_NOT_SENT', '办法31', histories.served, commands.receiveFile()],
  ['FILE_NOT_RECEIVED', '办法31', histories.fileSent, commands.receipt()],

  // What it says.
  ['REFUSAL_GROUND_MISSING', '办法30', histories.received, { ...commands.agree(), agrees: false }],
  ['REFUSAL_GROUND_UNEXPECTED', undefined, histories.received, { ...commands.refuse(), agrees: true }],
  ['DECISION_CONTRADICTS_REPLY', '法27', histories.refused, commands.decide()],
  ['DECISION_CONTRADICTS_REPLY', '法27', histories.agreed, commands.decide(undefined, false)],

  // When.
  ['OCCURRED_IN_FUTURE', undefined, [], { ...commands.apply(), now: at('2025-03-10 09:29') }],
  ['OCCURRED_IN_FUTURE', undefined, histories.received, { ...commands.agree(), now: at('2025-03-17 15:39') }],
  ['OCCURRED_BEFORE_CAUSE', undefined, [], { ...commands.apply(), occurredAt: at('2025-01-06 08:59') }],
  ['OCCURRED_BEFORE_CAUSE', undefined, histories.received, { ...commands.agree(), occurredAt: at('2025-03-13 10:15') }],
  ['OCCURRED_BEFORE_CAUSE', undefined, histories.agreed, { ...commands.decide(), occurredAt: at('2025-03-17 15:39') }],
  ['OCCURRED_BEFORE_CAUSE', undefined, histories.served, { ...commands.report(), occurredAt: at('2025-03-19 09:19') }],
  [
    'OCCURRED_BEFORE_CAUSE',
    undefined,
    histories.opined,
    { ...commands.withdraw(), occurredAt: at('2025-03-10 09:29') },
  ],
];

/** Every code there is: one that is missing here does not compile. */
const metBy: Record<
  TransferRejectionCode,
  | 'command'
  | 'event'
  | 'in a dispute'
  | 'about the officer'
  | 'in a correction'
  | 'in a second reply'
  | 'of a copy'
  | 'after a non-report'
  | 'of a merge'
  | 'of custody or term'
  | 'under a switch'
> = {
  TRANSFER_UNKNOWN: 'command',
  ROLE_NOT_PERMITTED: 'command',
  ACT_NOT_YOURS: 'command',
  DELEGATION_MISSING: 'command',
  POWER_NOT_HELD: 'about the officer',
  FOUR_EYES_REQUIRED: 'about the officer',
  OFFICER_RECUSED: 'about the officer',
  PERSON_UNKNOWN: 'command',
  PERSON_NOT_YOURS: 'command',
  PERSON_HAS_OPEN_TRANSFER: 'command',
  AGENCY_UNKNOWN: 'command',
  AGENCY_NOT_COUNTY: 'command',
  SAME_AGENCY: 'command',
  ALREADY_APPLIED: 'command',
  OPINION_ALREADY_GIVEN: 'command',
  CONSULTATION_ALREADY_SENT: 'command',
  CONSULTATION_ALREADY_RECEIVED: 'command',
  ALREADY_REPLIED: 'command',
  SUPERSEDED_REPLY_UNKNOWN: 'in a second reply',
  ALREADY_DECIDED: 'command',
  ALREADY_SERVED: 'command',
  FILE_ALREADY_SENT: 'command',
  FILE_ALREADY_RECEIVED: 'command',
  RECEIPT_ALREADY_ISSUED: 'command',
  ALREADY_REPORTED: 'command',
  ALREADY_COMPLETED: 'event',
  TRANSFER_CLOSED: 'command',
  VERDICT_ALREADY_GIVEN: 'event',
  VERDICT_UNFOUNDED: 'event',
  RECUSAL_ALREADY_DECLARED: 'about the officer',
  ALREADY_CORRECTED: 'in a correction',
  PERSON_HAS_MOVED_ON: 'in a correction',
  ALREADY_ACKNOWLEDGED: 'in a correction',
  NOT_CORRECTED: 'in a correction',
  MERGE_ALREADY_TOLD: 'of a merge',
  FACT_UNKNOWN: 'in a correction',
  EVIDENCE_MISSING: 'in a correction',
  RESTS_ON_CORRECTED: 'in a correction',
  COPY_NOT_DUE: 'of a copy',
  COPY_ALREADY_SENT: 'of a copy',
  RECIPIENT_UNKNOWN: 'of a copy',
  DISPUTE_ALREADY_RAISED: 'in a dispute',
  DISPUTE_ALREADY_RESOLVED: 'in a dispute',
  DISPUTE_LEVEL_MISSING: 'in a dispute',
  DISPUTE_NOT_RAISED: 'in a dispute',
  DISPUTE_PENDING: 'in a dispute',
  DISPUTE_TOO_EARLY: 'in a dispute',
  NOTHING_TO_DISPUTE: 'in a dispute',
  DECISION_CONTRADICTS_RULING: 'in a dispute',
  OPINION_MISSING: 'command',
  CONSULTATION_NOT_SENT: 'command',
  CONSULTATION_NOT_RECEIVED: 'command',
  REPLY_MISSING: 'command',
  NOT_DECIDED: 'command',
  NOT_APPROVED: 'command',
  NOT_SERVED: 'command',
  FILE_NOT_SENT: 'command',
  FILE_NOT_RECEIVED: 'command',
  RECEIPT_MISSING: 'event',
  NOT_REPORTED: 'event',
  REFUSAL_GROUND_MISSING: 'command',
  REFUSAL_GROUND_UNEXPECTED: 'command',
  GROUND_NOT_ADMITTED: 'under a switch',
  DECISION_CONTRADICTS_REPLY: 'command',
  CUSTODY_FILE_ALREADY_PLACED: 'of custody or term',
  CUSTODY_FILE_MISSING: 'event',
  NOT_OUTSIDE_PRISON: 'of custody or term',
  TERM_ENDS_FIRST: 'of custody or term',
  NONREPORT_ALREADY_NOTIFIED: 'after a non-report',
  SEARCH_ALREADY_STARTED: 'after a non-report',
  POLICE_ALREADY_NOTIFIED: 'after a non-report',
  SEARCH_ALREADY_CLOSED: 'after a non-report',
  SANCTION_ALREADY_PROPOSED: 'after a non-report',
  SANCTION_ALREADY_DECIDED: 'after a non-report',
  NOTHING_TO_SANCTION: 'after a non-report',
  NONREPORT_NOT_NOTIFIED: 'after a non-report',
  SEARCH_NOT_STARTED: 'after a non-report',
  SANCTION_NOT_PROPOSED: 'after a non-report',
  SANCTION_NOT_FITTING: 'after a non-report',
  OCCURRED_IN_FUTURE: 'command',
  OCCURRED_BEFORE_CAUSE: 'command',
};

describe('refused, and nothing is recorded', () => {
  it.each(cases)('%s (%s)', (code, rule, history, command) =>
    given(...history)
      .when(command)
      .thenRejected(rule === undefined ? { code } : { code, rule }),
  );

  it('who comes first: a stranger learns nothing of the case', () => {
    for (const history of Object.values(histories))
      given(...history)
        .when(commands.decide(by(jiashan, '2025-06-01 09:00')))
        .thenRejected({ code: 'ACT_NOT_YOURS', rule: '法27' });
  });

  it('an act may be done in the very instant of the act it depends on', () => {
    const instant = (agency: AgencyRecord) => by(agency, '2025-03-10 09:30');
    const history = play(
      ...[commands.apply(instant(wujiang)), commands.opine(instant(songling)), commands.consult(instant(wujiang))],
      ...[commands.receive(by(qingpu, '2025-03-10 09:30', 'system')), commands.agree(instant(qingpu))],
      ...[commands.decide(instant(wujiang)), commands.serve(instant(wujiang)), commands.report(instant(qingpu))],
    );
    expect(history).toHaveLength(8);
  });

  it('every code of the union is named above, but for those only a partner’s event can meet', () => {
    const named = new Set(cases.map(([code]) => code));
    const all = Object.keys(metBy) as TransferRejectionCode[];
    expect(all.filter((code) => !named.has(code))).toEqual(all.filter((code) => metBy[code] !== 'command'));
  });
});

function elsewhere(office: AgencyRecord, parentId: string): AgencyRecord {
  return { ...office, parentId };
}

/** An office with a delegation for an act that cannot be delegated. */
function mayDecide(): AgencyRecord {
  return {
    ...songling,
    delegations: [{ id: 'delegation-2', type: 'transfer.decided', validFrom: '2025-01-01', validTo: null }],
  };
}

function citing(delegationId: string): TransferCommand {
  const opine = commands.opine();
  return { ...opine, actor: { ...opine.actor, delegationId } };
}
