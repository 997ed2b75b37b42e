import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import type { AgencyRecord } from './agency.js';
import { at, by, commands, kunshan, qingpu, songling, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferEvent } from './transfer.events.js';

const stateOf = (history: readonly TransferEvent[]) => fold(transferDecider, history);
const lastOf = (history: readonly TransferEvent[]): TransferEvent => history.at(-1) as TransferEvent;
const withdrawn = (history: TransferEvent[]) => {
  const decision = transferDecider.decide(commands.withdraw(), stateOf(history));
  return 'accepted' in decision ? [...history, ...decision.accepted] : [];
};
const authorOf = (event: TransferEvent): AgencyRecord =>
  [wujiang, qingpu, songling].find(({ id }) => id === event.actor.agencyId) as AgencyRecord;

describe('a partner’s verified event', () => {
  it('the whole of G0 is admitted, each event on top of those before it', () =>
    histories.completed.forEach((event, index, all) =>
      expect(admit(stateOf(all.slice(0, index)), event, authorOf(event))).toBeUndefined(),
    ));

  it.each([
    ['a reply in flight', histories.agreed, histories.received],
    ['a letter’s receipt in flight', histories.received, histories.consulted],
  ])('%s is admitted after our withdrawal', (_name, theirs, ours) =>
    expect(admit(stateOf(withdrawn(ours)), lastOf(theirs), qingpu)).toBeUndefined(),
  );

  it('but the origin is bound by its own withdrawal', () =>
    expect(admit(stateOf(withdrawn(histories.agreed)), lastOf(histories.approved), wujiang)).toEqual({
      code: 'TRANSFER_CLOSED',
    }));

  it.each([
    ['a second decision', histories.approved, lastOf(histories.approved), wujiang, { code: 'ALREADY_DECIDED' }],
    ['a second completion', histories.completed, lastOf(histories.completed), qingpu, { code: 'ALREADY_COMPLETED' }],
    [
      'a reply never asked for',
      histories.opined,
      lastOf(histories.agreed),
      qingpu,
      { code: 'CONSULTATION_NOT_SENT', rule: '办法30' },
    ],
    ['an act of an unknown case', [], lastOf(histories.agreed), qingpu, { code: 'TRANSFER_UNKNOWN' }],
    [
      'completion without receipt',
      histories.reported,
      lastOf(histories.completed),
      qingpu,
      { code: 'RECEIPT_MISSING', rule: '办法31' },
    ],
    [
      'completion without report',
      histories.receipted,
      lastOf(histories.completed),
      qingpu,
      { code: 'NOT_REPORTED', rule: '办法31' },
    ],
    [
      'a refusal without ground',
      histories.received,
      { ...lastOf(histories.refused), data: { agrees: false, documents: [] } } as TransferEvent,
      qingpu,
      { code: 'REFUSAL_GROUND_MISSING', rule: '办法30' },
    ],
    [
      'an act dated before its cause',
      histories.received,
      { ...lastOf(histories.agreed), occurredAt: at('2025-03-12 09:00') },
      qingpu,
      { code: 'OCCURRED_BEFORE_CAUSE' },
    ],
    [
      'an application dated before the origin answered',
      [],
      { ...lastOf(histories.applied), occurredAt: at('2025-01-01 09:00') },
      wujiang,
      { code: 'OCCURRED_BEFORE_CAUSE' },
    ],
  ])('%s is refused', (_name, history, event, author, rejection) =>
    expect(admit(stateOf(history), event, author)).toEqual(rejection),
  );

  it('had two of a kind ever been stored, the first would count', () => {
    const [first, second] = [lastOf(histories.agreed), lastOf(histories.refused)];
    expect(stateOf([...histories.received, first, second])).toEqual(stateOf(histories.agreed));
  });

  describe('by the wrong author', () => {
    const decided = lastOf(histories.approved);
    const opinion = lastOf(histories.opined);
    const signedBy = (agency: AgencyRecord): TransferEvent => ({
      ...decided,
      actor: by(agency, '2025-03-18 11:00').actor,
    });

    it.each([
      [
        'the receiving agency decides',
        histories.agreed,
        signedBy(qingpu),
        qingpu,
        { code: 'ACT_NOT_YOURS', rule: '法27' },
      ],
      ['a third agency decides', histories.agreed, signedBy(kunshan), kunshan, { code: 'ACT_NOT_YOURS', rule: '法27' }],
      ['the record is of another agency', histories.agreed, decided, kunshan, { code: 'ACT_NOT_YOURS', rule: '法27' }],
      [
        'the party sits at another node',
        histories.agreed,
        decided,
        { ...wujiang, node: '33' },
        { code: 'ACT_NOT_YOURS', rule: '法27' },
      ],
      [
        'an office decides',
        histories.agreed,
        signedBy(songling),
        songling,
        { code: 'DELEGATION_MISSING', rule: '法9' },
      ],
      [
        'an office cites no delegation',
        histories.applied,
        { ...opinion, actor: by(songling, '2025-03-11 14:00').actor },
        songling,
        { code: 'DELEGATION_MISSING', rule: '法9' },
      ],
      [
        'an office below another agency',
        histories.applied,
        opinion,
        { ...songling, parentId: kunshan.id },
        { code: 'ACT_NOT_YOURS', rule: '办法30' },
      ],
      [
        'an application in the name of another origin',
        [],
        lastOf(play({ ...commands.apply(), receiving: qingpu })),
        { ...wujiang, id: kunshan.id },
        { code: 'ACT_NOT_YOURS', rule: '办法30' },
      ],
    ])('%s', (_name, history, event, author, rejection) =>
      expect(admit(stateOf(history), event, author)).toEqual(rejection),
    );
  });
});
