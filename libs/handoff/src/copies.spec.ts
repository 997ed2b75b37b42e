import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import { copiesOf } from './copies.js';
import { dueInstants } from './deadlines.js';
import { hubRules } from './rule-book.js';
import { approving, at, by, commands, paper, qingpu, suzhou, wujiang } from './testing/cast.js';
import { type CopiedOffice, noteCopy, noteCorrection, offices, recipients, sendCopy } from './testing/copying.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent } from './transfer.events.js';
import { AT_ONCE } from './transmission.js';
import { dueActs } from './verdicts.js';
import { worklistOf } from './worklist.js';

const given = specFor(transferDecider);
const stateOf = (history: readonly TransferEvent[]) => fold(transferDecider, history);
const after = (history: readonly TransferEvent[], ...series: readonly TransferCommand[]): TransferEvent[] =>
  series.reduce<TransferEvent[]>(
    (known, command) => {
      const decision = transferDecider.decide(command, stateOf(known));
      if ('rejected' in decision) throw new Error(`${command.type}: ${decision.rejected.code}`);
      return [...known, ...decision.accepted];
    },
    [...history],
  );
const open = (history: readonly TransferEvent[]) =>
  dueInstants(stateOf(history), hubRules)
    .filter(({ at: done, about }) => done === undefined && about !== undefined)
    .map(({ step, about, agency, owedBy, dueDay }) => [step, about, agency, owedBy, dueDay]);
const copiesAndNotes = (all: readonly CopiedOffice[]): TransferCommand[] => [
  ...all.map((office) => sendCopy(office)),
  ...all.map((office) => noteCopy(office)),
];
const police = recipients['origin-police'];
const { documents } = commands.decide();

describe('copies 抄送 of an approval', () => {
  it('that are missing are open duties of the one who has to send them', () =>
    expect(open(histories.completed)).toEqual([
      ['ORIGIN_COPY', 'transfer.decided/deciding-authority', wujiang.id, 'agency', '2025-03-24'],
      ['ORIGIN_COPY', 'transfer.decided/origin-procuratorate', wujiang.id, 'agency', '2025-03-24'],
      ['ORIGIN_COPY', 'transfer.decided/origin-police', wujiang.id, 'agency', '2025-03-24'],
      ['RECEIVING_COPY', 'transfer.file-sent/receiving-procuratorate', qingpu.id, 'agency', '2025-03-26'],
      ['RECEIVING_COPY', 'transfer.file-sent/receiving-police', qingpu.id, 'agency', '2025-03-26'],
    ]));

  it('are of the documents, by their digests, to whom the directory has', () => {
    const { occurredAt, actor } = by(wujiang, '2025-03-24 10:00');
    given(...histories.completed)
      .when(sendCopy('origin-police'))
      .then({
        ...{ type: 'transfer.copy-sent', occurredAt, actor },
        data: { of: 'transfer.decided', office: 'origin-police', recipient: 'police-320509', documents },
      });
  });

  it('are each taken note of by the recipient alone, within a time', () => {
    const sent = after(histories.completed, sendCopy('origin-police'));
    expect(open(sent).filter(([step]) => step === 'ORIGIN_COPY_NOTED')).toEqual([
      ['ORIGIN_COPY_NOTED', 'transfer.decided/origin-police', wujiang.id, 'recipient', '2025-03-31'],
    ]);
    given(...sent)
      .when(noteCopy('origin-police', by(recipients['origin-procuratorate'], '2025-03-25 10:00', 'recipient')))
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '法27' });
    const noted = after(sent, noteCopy('origin-police'));
    expect(copiesOf(stateOf(noted))).toEqual([{ sent: sent.at(-1), acknowledged: noted.at(-1) }]);
  });

  it('that all are noted leave nothing open', () =>
    expect(open(after(histories.completed, ...copiesAndNotes(offices)))).toEqual([]));

  it('are not due of a refusal', () => expect(open(histories.told)).toEqual([]));

  it('go to the place of custody of a person who serves outside prison', () => {
    const [first, ...rest] = histories.approved;
    if (first?.type !== 'transfer.applied') throw new Error('no application');
    const category = 'TemporaryServiceOutsidePrison' as const;
    expect(open([{ ...first, data: { ...first.data, category } }, ...rest]).map(([, about]) => about)).toContain(
      'transfer.decided/custody-place',
    );
  });
});

describe('a copy is refused', () => {
  const sent = after(histories.completed, sendCopy('origin-police'));
  const [copy, note] = [sendCopy('origin-police'), noteCopy('origin-police')];
  const early = { ...sendCopy('receiving-police'), occurredAt: at('2025-03-21 10:29') };

  it.each([
    ['COPY_NOT_DUE', undefined, histories.told, copy],
    ['COPY_NOT_DUE', undefined, histories.fileReceived, sendCopy('receiving-police')],
    ['COPY_NOT_DUE', undefined, histories.completed, { ...copy, of: 'transfer.applied' }],
    ['NOT_DECIDED', '法27', histories.agreed, copy],
    ['COPY_ALREADY_SENT', undefined, sent, copy],
    ['RECIPIENT_UNKNOWN', undefined, histories.completed, { ...copy, recipientOf: () => undefined }],
    ['ACT_NOT_YOURS', '法27', histories.completed, { ...copy, ...by(qingpu, '2025-03-24 10:00') }],
    ['ACT_NOT_YOURS', '法27', histories.completed, { ...copy, ...by(suzhou, '2025-03-24 10:00', 'officer') }],
    ['OCCURRED_BEFORE_CAUSE', undefined, histories.completed, early],
    ['ACT_NOT_YOURS', '法27', histories.completed, note],
    ['ROLE_NOT_PERMITTED', undefined, sent, { ...note, ...by(wujiang, '2025-03-25 10:00') }],
    [
      'ROLE_NOT_PERMITTED',
      undefined,
      sent,
      { ...note, ...by(recipients['origin-police'], '2025-03-25 10:00', 'system') },
    ],
    [
      'ROLE_NOT_PERMITTED',
      undefined,
      histories.agreed,
      { ...commands.decide(), ...by(police, '2025-03-25 09:00', 'recipient') },
    ],
    ['ALREADY_ACKNOWLEDGED', undefined, after(sent, note), note],
    ['OCCURRED_BEFORE_CAUSE', undefined, sent, { ...note, occurredAt: at('2025-03-24 09:59') }],
  ] as const)('%s', (code, rule, history, command) =>
    given(...history)
      .when(command)
      .thenRejected(rule === undefined ? { code } : { code, rule }),
  );
});

describe('what the hub finds about copies', () => {
  const sent = after(histories.completed, sendCopy('origin-police'));
  const verdicts = (history: readonly TransferEvent[], party: 'origin' | 'receiving', local = '2025-04-30 00:00') =>
    dueActs(stateOf(history), at(local), hubRules, party, AT_ONCE).flatMap(({ type, data }) =>
      'about' in data ? [[type.replace('transfer.deadline-', ''), data.about]] : [],
    );

  it('a missing one is a breach of the origin, which the other party’s node writes', () =>
    expect(verdicts(sent, 'receiving')).toEqual([
      ['breached', 'transfer.decided/deciding-authority'],
      ['breached', 'transfer.decided/origin-procuratorate'],
    ]));

  it('a note that is overdue is found by the sender’s node, each by itself', () => {
    const acts = verdicts(after(sent, sendCopy('origin-procuratorate')), 'origin');
    expect(acts).toEqual([
      ['reminded', 'transfer.file-sent/receiving-procuratorate'],
      ['reminded', 'transfer.file-sent/receiving-police'],
      ['reminded', 'transfer.decided/origin-police'],
      ['reminded', 'transfer.decided/origin-procuratorate'],
    ]);
    expect(verdicts(after(sent, noteCopy('origin-police')), 'origin')).not.toContainEqual(acts[2]);
  });

  it('stands in the worklist of the sender, with who owes it', () => {
    const rows = worklistOf('transfer-1', stateOf(sent), hubRules, (id) => (id === wujiang.id ? wujiang : undefined));
    expect(rows.find(({ step }) => step === 'ORIGIN_COPY_NOTED')).toMatchObject({
      ...{ about: 'transfer.decided/origin-police', recipient: 'police-320509', owedBy: 'recipient' },
      ...{ agency: wujiang.id, chain: [wujiang.id, 'city-3205'] },
    });
  });
});

describe('a correction of what was copied', () => {
  const sent = after(histories.completed, sendCopy('origin-police'), noteCopy('origin-police'));
  const clerk = by(wujiang, '2025-03-26 09:00');
  const corrected = after(sent, {
    ...{ ...clerk, type: 'CorrectFact', fact: 'transfer.decided', kind: 'wrong-document', documents: [paper('proof')] },
  });
  const about = 'transfer.decided/origin-police/correction';

  it('is an open duty of the other party and of each recipient', () =>
    expect(open(corrected).filter(([step]) => String(step).endsWith('NOTED'))).toEqual([
      ['ORIGIN_COPY_NOTED', about, wujiang.id, 'recipient', '2025-03-31'],
      ['RECEIVING_CORRECTION_NOTED', 'transfer.decided', qingpu.id, 'agency', '2025-03-31'],
    ]));

  it('is taken note of by each for itself', () => {
    const byPolice = noteCorrection('origin-police', by(police, '2025-03-27 09:00', 'recipient'));
    const byQingpu = {
      ...by(qingpu, '2025-03-27 09:00'),
      type: 'AcknowledgeCorrection',
      fact: 'transfer.decided',
    } as const;
    expect(open(after(corrected, byPolice, byQingpu)).filter(([step]) => String(step).endsWith('NOTED'))).toEqual([]);
    given(...corrected)
      .when({ ...byQingpu, office: 'origin-police' })
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '个保法46' });
    given(...corrected)
      .when({ ...byPolice, office: 'origin-procuratorate' })
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '个保法46' });
    const { office: _office, ...asParty } = byPolice;
    given(...corrected)
      .when(asParty)
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '个保法46' });
  });

  it('of a wrong date takes away the limits that were counted from it', () => {
    const fact = 'transfer.decision-served';
    const wrong = {
      ...approving(clerk),
      type: 'CorrectFact',
      fact,
      kind: 'wrong-date',
      documents: [paper('proof')],
    } as const;
    const steps = (history: readonly TransferEvent[]) =>
      dueInstants(stateOf(history), hubRules).map(({ step }) => step);
    expect(steps(histories.served)).toContain('REPORT');
    expect(steps(after(histories.served, wrong))).not.toContain('REPORT');
    expect(steps(after(histories.served, { ...wrong, kind: 'wrong-document' }))).toContain('REPORT');
  });
});

it('a partner’s copy and note are admitted', () => {
  const history = play(
    ...[commands.apply(), commands.opine(), commands.consult(), commands.receive(), commands.agree()],
    commands.decide(),
  );
  const [copy, note] = after(history, sendCopy('origin-police'), noteCopy('origin-police')).slice(-2);
  expect(admit(stateOf(history), copy!, wujiang)).toBeUndefined();
  expect(admit(stateOf([...history, copy!]), note!, police)).toBeUndefined();
  expect(admit(stateOf(history), note!, police)).toEqual({ code: 'ACT_NOT_YOURS', rule: '法27' });
});
