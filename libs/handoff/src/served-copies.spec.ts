import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import { copiesOf } from './copies.js';
import { builtInRules } from './rule-book.js';
import { noteDue } from './served-copies.js';
import { agencies, at, by, commands, forMinors, jiashan, kunshan, paper, wujiang } from './testing/cast.js';
import { histories } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { AgencyRecord } from './agency.js';
import type { TransferAct, TransferEvent } from './transfer.events.js';

const given = specFor(transferDecider);
const court: AgencyRecord = { id: 'court-330421', level: 'recipient', node: '33', parentId: null, delegations: [] };
const police: AgencyRecord = { ...court, id: 'police-330421' };
const copy: TransferAct<'transfer.copy-sent'> = {
  ...{ type: 'transfer.copy-sent', occurredAt: at('2025-03-18 11:30'), actor: by(wujiang, '2025-03-18 11:30').actor },
  data: { of: 'transfer.decided', office: 'deciding-authority', recipient: court.id, documents: [paper('decision')] },
};
const correction: TransferAct<'transfer.fact-corrected'> = {
  ...{
    type: 'transfer.fact-corrected',
    occurredAt: at('2025-03-20 09:00'),
    actor: by(wujiang, '2025-03-20 09:00').actor,
  },
  data: { fact: 'transfer.decided', kind: 'wrong-content', documents: [paper('proof')] },
};
const about = { of: 'transfer.decided', office: 'deciding-authority' } as const;
const note = (agency = court, local = '2025-03-19 09:00') =>
  ({ ...by(agency, local, 'recipient'), type: 'AcknowledgeCopy', ...about }) as const;
const stateOf = (...events: TransferEvent[]) => fold(transferDecider, events);
const admitted = (events: readonly TransferEvent[], act: TransferEvent) =>
  admit(stateOf(...events), act, agencies.find(({ id }) => id === act.actor.agencyId) ?? kunshan)?.code;

describe('at a node that serves the recipient of a copy and is no party of the case', () => {
  it('the copy is taken, once, and the correction of what was copied after it', () => {
    expect(admitted([], copy)).toBeUndefined();
    expect(admitted([copy], copy)).toBe('TRANSFER_UNKNOWN');
    expect(admitted([copy], correction)).toBeUndefined();
    expect(admitted([], correction)).toBe('TRANSFER_UNKNOWN');
    expect(admitted([copy], { ...correction, actor: by(kunshan, '2025-03-20 09:00').actor })).toBe('TRANSFER_UNKNOWN');
  });

  it('its recipient takes note, of the copy and of the correction', () => {
    given(copy)
      .when(note())
      .then({
        ...{ type: 'transfer.copy-acknowledged', occurredAt: at('2025-03-19 09:00') },
        ...{ actor: note().actor, data: about },
      });
    given(copy, correction)
      .when({
        ...by(court, '2025-03-21 09:00', 'recipient'),
        type: 'AcknowledgeCorrection',
        fact: about.of,
        office: about.office,
      })
      .then({
        ...{ type: 'transfer.correction-acknowledged', occurredAt: at('2025-03-21 09:00') },
        ...{ actor: note().actor, data: { fact: about.of, office: about.office } },
      });
  });

  it.each([
    ['another recipient', 'ACT_NOT_YOURS', note(police)],
    ['an officer', 'ROLE_NOT_PERMITTED', { ...note(), ...by(jiashan, '2025-03-19 09:00') }],
    ['the recipient before the copy', 'OCCURRED_BEFORE_CAUSE', note(court, '2025-03-18 11:00')],
  ] as const)('nobody else takes note: %s', (_, code, command) => {
    const decision = transferDecider.decide(command, stateOf(copy));
    expect('rejected' in decision && decision.rejected.code).toBe(code);
  });

  it('nothing else of the case is there', () => {
    for (const command of [commands.opine(), commands.agree(), commands.decide(), commands.withdraw()])
      given(copy).when(command).thenRejected({ code: 'TRANSFER_UNKNOWN' });
    expect(histories.completed.slice(1).map((act) => admitted([copy], act))).not.toContain(undefined);
  });

  it('the copy of a sealed record is there for those whose duty minors are', () => {
    const sealed = { ...copy, data: { ...copy.data, confidentiality: 'MINOR_SEALED' } } as const;
    given(sealed).when(note()).thenRejected({ code: 'TRANSFER_UNKNOWN' });
    expect(
      'accepted' in
        transferDecider.decide(
          { ...note(), ...forMinors(by(court, '2025-03-19 09:00', 'recipient')) },
          stateOf(sealed),
        ),
    ).toBe(true);
  });

  it('the day of the note is that of the sender’s rule: five days, over the weekend', () => {
    const [status] = copiesOf(stateOf(copy));
    expect(noteDue(status!, '32', builtInRules)).toBe(at('2025-03-25 00:00'));
  });

  it('what a stranger has put there before the case came is none of the case', () => {
    const forged = { ...copy, actor: by(kunshan, '2025-03-01 09:00').actor };
    const state = stateOf(forged, ...histories.approved);
    expect(copiesOf(state)).toEqual([]);
    expect(admit(state, copy, wujiang)).toBeUndefined();
    expect(stateOf(copy, ...histories.approved)).toEqual(stateOf(...histories.approved, copy));
  });
});
