import { describe, expect, it } from '@jest/globals';
import { specFor } from '@delta-hub/decider/testing';
import { type PersonCommand, personDecider, type PersonEvent } from './person.js';
import { personFile } from './person-file.js';
import { personMergeDecider } from './person-merge.js';
import { hubRules } from './rule-book.js';
import { sealedRecordDecider, type SealedRecordCommand } from './sealed-record.js';
import { isSealedAtBirth, opensRecord } from './sealing.js';
import type { Reader } from './terms.js';
import { sealing } from './sealing-rules-2020.js';
import { at, atWujiang, by, commands, forMinors, ofAge, paper, personId, qingpu, wujiang } from './testing/cast.js';
import { transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent } from './transfer.events.js';

const desk = forMinors(by(wujiang, '2025-01-06 09:00'));
const intake = (offence: PersonCommand['offence'], context = desk): PersonCommand => ({
  ...{ ...context, type: 'RegisterIntake', personId, known: undefined, category: 'SuspendedSentence' },
  ...{ correctionStart: '2025-01-06', correctionEnd: '2026-07-05', ...ofAge, offence },
});
const registered = (seal: object): PersonEvent => ({
  ...{ type: 'person.intake-registered', occurredAt: desk.occurredAt, actor: desk.actor },
  data: {
    ...{ personId, category: 'SuspendedSentence', agency: wujiang.id },
    ...{ correctionStart: '2025-01-06', correctionEnd: '2026-07-05', ...seal },
  },
});
const ofIntake = specFor(personDecider);
const ofTransfer = specFor(transferDecider);

describe('the seal (刑诉法286)', () => {
  it.each([
    [17, 60, true],
    [17, 61, false],
    [18, 12, false],
    [12, undefined, true],
    [undefined, 12, false],
  ])('age %p at the offence, %p months: sealed %p', (ageAtOffence, sentenceMonths, isSealed) =>
    expect(isSealedAtBirth({ ageAtOffence, sentenceMonths }, sealing)).toBe(isSealed),
  );

  it('is set at the intake, which records neither age nor sentence', () =>
    ofIntake()
      .when(intake({ ageAtOffence: 16, sentenceMonths: 12 }))
      .then(registered({ confidentiality: 'MINOR_SEALED' })));

  it('is absent for one who was of age', () =>
    ofIntake()
      .when(intake({ ageAtOffence: 18, sentenceMonths: 12 }))
      .then(registered({})));

  it('marks the file that mentions the sealed record of another', () =>
    ofIntake()
      .when({ ...intake({}), mentionsSealed: true })
      .then(registered({ mentionsSealed: true })));

  it('is set by one whose duty minors are (法52)', () =>
    ofIntake()
      .when(intake({ ageAtOffence: 16 }, by(wujiang, '2025-01-06 09:00')))
      .thenRejected({ code: 'JUVENILE_DUTY_MISSING', rule: '法52' }));
});

const sealedPerson = { ...atWujiang, confidentiality: 'MINOR_SEALED' } as const;
const apply = { ...commands.apply(forMinors(by(wujiang, '2025-09-02 09:30'))), person: sealedPerson };
const opened = transferDecider.decide(apply, transferDecider.initialState);
const [applied] = ('accepted' in opened ? opened.accepted : []) as [TransferEvent & { type: 'transfer.applied' }];

describe('a transfer of a sealed person', () => {
  it('carries the seal', () => expect(applied.data.confidentiality).toBe('MINOR_SEALED'));

  it('keeps the person sealed, whatever a later fact says', () => {
    const birth = registered({ confidentiality: 'MINOR_SEALED' });
    const { confidentiality: _, ...data } = applied.data;
    const facts = [
      { caseId: `person-${personId}`, event: birth },
      { caseId: 'transfer-1', event: { ...applied, data } },
    ];
    expect(personFile(facts, at('2025-09-03 09:00'))?.confidentiality).toBe('MINOR_SEALED');
  });

  it('is not to be applied for by another officer: the person is unknown', () =>
    ofTransfer()
      .when({ ...apply, ...by(wujiang, '2025-09-02 09:30') })
      .thenRejected({ code: 'PERSON_UNKNOWN' }));

  const others: readonly TransferCommand[] = [
    commands.opine(by(wujiang, '2025-09-02 10:00')),
    commands.agree(by(qingpu, '2025-09-03 10:00')),
    commands.recuse(by(wujiang, '2025-09-02 10:00')),
  ];
  it.each(others.map((command) => [command.type, command] as const))(
    'is not there for another officer: %s',
    (_, command) => ofTransfer(applied).when(command).thenRejected({ code: 'TRANSFER_UNKNOWN' }),
  );

  it('goes on for those whose duty minors are, and for the node itself', () => {
    const given = ofTransfer(applied);
    const decision = transferDecider.decide(
      commands.opine(forMinors(by(wujiang, '2025-09-02 10:00'))),
      transferDecider.evolve(transferDecider.initialState, applied),
    );
    expect('accepted' in decision).toBe(true);
    given.when(commands.receive(by(qingpu, '2025-09-02 10:00', 'system'))).thenRejected({
      code: 'CONSULTATION_NOT_SENT',
      rule: '电子签名法11',
    });
  });
});

const read = (reader: Reader, more: Partial<SealedRecordCommand> = {}): SealedRecordCommand => ({
  ...{ ...by(qingpu, '2025-10-09 09:00'), type: 'ReadSealedRecord', personId, reader, ground: 'judicial-proceeding' },
  ...{ documents: [paper('other')], isReadable: true, book: hubRules.book, ...more },
});
const ofReading = specFor(sealedRecordDecider);

describe('the reading of a sealed record', () => {
  it('is a fact with its ground and its article', () => {
    const command = read('court');
    ofReading()
      .when(command)
      .then({
        ...{ type: 'person.sealed-record-read', occurredAt: command.occurredAt, actor: command.actor },
        data: { personId, ground: 'judicial-proceeding', basis: '刑诉法286', documents: command.documents },
      });
  });

  it('needs no letter of those whose duty minors are', () => {
    const command = read('correction', {
      ...forMinors(by(qingpu, '2025-10-09 09:00')),
      ...{ ground: 'correction-work', documents: [] },
    });
    expect(sealedRecordDecider.decide(command, {})).toHaveProperty('accepted');
  });

  it.each([
    ['a ground that is another’s', read('correction'), { code: 'ROLE_NOT_PERMITTED' }],
    ['a place of custody', read('custody'), { code: 'ROLE_NOT_PERMITTED' }],
    ['a court without a letter', read('court', { documents: [] }), { code: 'EVIDENCE_MISSING', rule: '刑诉法286' }],
    ['an officer without that duty', read('correction', { ground: 'correction-work' }), { code: 'PERSON_UNKNOWN' }],
    ['an inspector without that duty', read('inspector', { ground: 'supervision' }), { code: 'PERSON_UNKNOWN' }],
    ['no sealed record, or none of theirs', read('court', { isReadable: false }), { code: 'PERSON_UNKNOWN' }],
  ] as const)('is refused: %s', (_, command, rejection) => ofReading().when(command).thenRejected(rejection));

  it('is refused alike whether there is a record or not, to whom it is not open', () => {
    const of = (isReadable: boolean) => [
      sealedRecordDecider.decide(read('correction', { ground: 'correction-work', isReadable }), {}),
      sealedRecordDecider.decide(read('inspector', { ground: 'supervision', isReadable }), {}),
      sealedRecordDecider.decide(read('custody', { isReadable }), {}),
      sealedRecordDecider.decide(read('court', { documents: [], isReadable }), {}),
    ];
    expect(of(true)).toEqual(of(false));
  });

  it('opens the record to its reader until 24:00 of the legal day', () => {
    const reader = { officerId: 'officer-1', agencyId: qingpu.id };
    const reading = { occurredAt: at('2025-10-09 09:00'), actor: reader };
    expect(opensRecord(reading, reader, at('2025-10-09 23:59'))).toBe(true);
    expect(opensRecord(reading, reader, at('2025-10-10 00:00'))).toBe(false);
    expect(opensRecord(reading, { ...reader, officerId: 'officer-2' }, at('2025-10-09 10:00'))).toBe(false);
    expect(opensRecord(reading, { ...reader, agencyId: wujiang.id }, at('2025-10-09 10:00'))).toBe(false);
  });
});

describe('a merge with a sealed person', () => {
  it('is for those whose duty minors are', () =>
    specFor(personMergeDecider)()
      .when({
        ...{ ...by(wujiang, '2025-09-02 09:00'), type: 'ProposeMatch', personId, duplicateId: 'T-320509-0002' },
        ...{ person: sealedPerson, duplicate: atWujiang, isTaken: false, documents: [paper('other')] },
      })
      .thenRejected({ code: 'PERSON_UNKNOWN' }));
});
