import { describe, expect, it } from '@jest/globals';
import { specFor } from '@delta-hub/decider/testing';
import { type PersonCommand, personDecider, type PersonEvent } from './person.js';
import { personFile } from './person-file.js';
import type { PersonFact } from './person-history.js';
import { at, atWujiang, by, commands, ofAge, personId, qingpu, songling, suzhou, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';

const given = specFor(personDecider);

const register: PersonCommand = {
  ...by(wujiang, '2025-01-06 09:00'),
  type: 'RegisterIntake',
  personId,
  known: undefined,
  category: 'SuspendedSentence',
  correctionStart: '2025-01-06',
  correctionEnd: '2026-07-05',
  ...ofAge,
};
const registered: PersonEvent = {
  type: 'person.intake-registered',
  occurredAt: at('2025-01-06 09:00'),
  actor: by(wujiang, '2025-01-06 09:00').actor,
  data: {
    personId,
    category: 'SuspendedSentence',
    agency: wujiang.id,
    correctionStart: '2025-01-06',
    correctionEnd: '2026-07-05',
  },
};

describe('the intake', () => {
  it('is registered by the county agency', () => given().when(register).then(registered));

  it('may be of a term of one day', () =>
    given()
      .when({ ...register, correctionEnd: '2025-01-06' })
      .then({ ...registered, data: { ...registered.data, correctionEnd: '2025-01-06' } }));

  it.each([
    ['twice', [registered], register, { code: 'PERSON_ALREADY_REGISTERED', rule: '法22' }],
    [
      'known from a transfer',
      [],
      { ...register, known: atWujiang },
      { code: 'PERSON_ALREADY_REGISTERED', rule: '法22' },
    ],
    [
      'by the city',
      [],
      { ...register, ...by(suzhou, '2025-01-06 09:00', 'officer') },
      { code: 'ACT_NOT_YOURS', rule: '法22' },
    ],
    [
      'by an inspector',
      [],
      { ...register, ...by(wujiang, '2025-01-06 09:00', 'inspector') },
      { code: 'ROLE_NOT_PERMITTED' },
    ],
    [
      'by an office',
      [],
      { ...register, ...by(songling, '2025-01-06 09:00') },
      { code: 'DELEGATION_MISSING', rule: '法9' },
    ],
    ['for another agency', [], { ...register, agency: qingpu }, { code: 'ACT_NOT_YOURS', rule: '法22' }],
    ['ahead of time', [], { ...register, now: at('2025-01-06 08:59') }, { code: 'OCCURRED_IN_FUTURE' }],
    [
      'ending before it starts',
      [],
      { ...register, correctionEnd: '2025-01-05' },
      { code: 'FIELD_INVALID', field: 'correctionEnd' },
    ],
  ] as const)('is refused %s', (_name, history, command, rejection) =>
    given(...history)
      .when(command)
      .thenRejected(rejection),
  );
});

describe('what a node knows of a person', () => {
  const intake: PersonFact = { caseId: `person-${personId}`, event: registered };
  const transfer = (history: (typeof histories)['applied']): PersonFact[] =>
    history.map((event) => ({ caseId: 'transfer-1', event }));
  const later = at('2025-06-01 00:00');

  it('is nothing before the first fact', () => {
    expect(personFile([], later)).toBeUndefined();
    expect(personFile([intake], at('2025-01-06 08:59'))).toBeUndefined();
  });

  it('comes from the intake', () => expect(personFile([intake], later)).toEqual(atWujiang));

  it('names the open transfer', () =>
    expect(personFile([intake, ...transfer(histories.served)], later)).toEqual({
      ...atWujiang,
      openTransferId: 'transfer-1',
    }));

  it.each(['told', 'completed'] as const)('names none that is over: %s', (name) =>
    expect(personFile([intake, ...transfer(histories[name])], later)?.openTransferId).toBeUndefined(),
  );

  it('names none that was withdrawn', () => {
    const facts = transfer(play(commands.apply(), commands.withdraw()));
    expect(personFile([intake, ...facts], later)).toEqual(atWujiang);
  });

  it('at the receiving node comes from the transfer alone', () => {
    const facts = transfer(histories.reported);
    const file = { ...atWujiang, openTransferId: 'transfer-1' };
    expect(personFile(facts, at('2025-03-24 09:04'))).toEqual(file);
    expect(personFile(facts, at('2025-03-24 09:05'))).toEqual({
      ...file,
      agency: qingpu.id,
      since: at('2025-03-24 09:05'),
    });
  });

  it('is enough to open the next transfer', () => {
    const known = personFile(transfer(histories.completed), later);
    expect(known).toEqual({ ...atWujiang, agency: qingpu.id, since: at('2025-03-24 09:05') });
    expect(play({ ...commands.apply(by(qingpu, '2025-06-02 09:00')), person: known, receiving: wujiang })).toHaveLength(
      1,
    );
  });

  describe('takes the newest word on the term', () => {
    const [applied] = histories.applied;
    const application = (caseId: string, when: string, correctionEnd: string): PersonFact => {
      if (applied?.type !== 'transfer.applied') throw new Error('no application');
      return { caseId, event: { ...applied, occurredAt: at(when), data: { ...applied.data, correctionEnd } } };
    };
    const first = application('transfer-1', '2025-02-01 09:00', '2026-01-05');
    const second = application('transfer-2', '2025-03-01 09:00', '2026-02-05');
    const atOnce = application('transfer-3', '2025-03-01 09:00', '2026-03-05');

    it.each([
      [[intake, first], '2026-01-05'],
      [[intake, first, second], '2026-02-05'],
      [[second, first, intake], '2026-02-05'],
      [[intake, second, atOnce], '2026-03-05'],
      [[intake, atOnce, second], '2026-03-05'],
    ])('%#', (facts, end) => expect(personFile(facts, later)?.correctionEnd).toBe(end));
  });
});
