import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import type { CommandContext } from './act.js';
import { dueInstants } from './deadlines.js';
import { addMonths } from './instant.js';
import { absenceIn, sanctionFor } from './non-report.js';
import { hubRules } from './rule-book.js';
import type { Sanction } from './terms.js';
import { rulePack2020 } from './rule-pack-2020.js';
import { approving, at, by, commands, paper, qingpu, wujiang } from './testing/cast.js';
import { sendCopy } from './testing/copying.js';
import { histories } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { CorrectionKind, TransferEvent } from './transfer.events.js';
import { AT_ONCE } from './transmission.js';
import { personStatusOf } from './transfer.status.js';

const given = specFor(transferDecider);
const documents = [paper('other')];
const rules = hubRules;

/** The decision was served on Wed 2025-03-19: the person reports by Wed 03-26, 24:00. */
const due = at('2025-03-27 00:00');
const node31 = { officerId: 'node-31', role: 'system', agencyId: qingpu.id } as const;
const judge = (local: string): TransferCommand => ({
  ...{ ...by(qingpu, local, 'system'), type: 'JudgeDeadlines', rules, transmission: AT_ONCE },
  actor: node31,
});
const after = (history: readonly TransferEvent[], command: TransferCommand): readonly TransferEvent[] => {
  const decision = transferDecider.decide(command, fold(transferDecider, history));
  if ('rejected' in decision) throw new Error(decision.rejected.code);
  return [...history, ...decision.accepted];
};
/** In the last minute; that nobody has sent the copies of the approval has been said by then. */
const waiting = after(histories.receipted, judge('2025-03-26 23:59'));
const notified = after(waiting, judge('2025-03-27 00:00'));
const search = (context: CommandContext = by(wujiang, '2025-03-27 08:10')): TransferCommand => ({
  ...{ ...context, type: 'StartSearch', documents },
});
const tell = (context: CommandContext = by(wujiang, '2025-03-27 17:00')): TransferCommand => ({
  ...{ ...context, type: 'NotifyPolice', documents },
});
const report = (local = '2025-03-29 10:00'): TransferCommand => commands.report(by(qingpu, local));
const close = (outcome: 'found' | 'not-found' = 'found', local = '2025-03-29 11:00'): TransferCommand => ({
  ...{ ...by(wujiang, local), type: 'CloseSearch', outcome, documents },
});
const propose = (measure: Sanction = 'admonition', context = by(wujiang, '2025-03-31 09:00')): TransferCommand => ({
  ...{ ...context, type: 'ProposeSanction', measure, documents, rules },
});
const decide = (
  measure: Sanction | 'none' = 'admonition',
  context = approving(by(qingpu, '2025-04-01 09:00')),
): TransferCommand => ({ ...{ ...context, type: 'DecideSanction', measure, documents, rules } });

const searching = [search(), tell()].reduce(after, notified);
const found = [report(), close()].reduce(after, searching);
/** Given up and decided on by the origin before the person reports. */
const decidedEarly = [
  close('not-found', '2025-03-28 09:00'),
  propose('admonition', by(wujiang, '2025-03-28 10:00')),
  decide('none', approving(by(wujiang, '2025-03-28 11:00'))),
].reduce(after, searching);

describe('G3, the person does not report (办法31)', () => {
  it('is told to the origin at the very instant at which the last day ends, with the breach', () => {
    given(...waiting)
      .when(judge('2025-03-26 23:59'))
      .then();
    const [breach, notice, ...more] = notified.slice(waiting.length);
    expect([breach?.type, breach?.occurredAt, more]).toEqual(['transfer.deadline-breached', due, []]);
    expect(notice).toEqual({ type: 'transfer.nonreport-notified', occurredAt: due, actor: node31, data: { due } });
    expect(admit(fold(transferDecider, [...waiting, breach!]), notice!, qingpu)).toBeUndefined();
  });

  it('is told once, however often the node looks', () =>
    given(...notified)
      .when(judge('2025-03-28 00:00'))
      .then());

  it('is followed by a search of the origin, which still answers, by the police, and by an end', () => {
    given(...notified)
      .when(search())
      .then({
        type: 'transfer.search-started',
        occurredAt: search().occurredAt,
        actor: by(wujiang, '2025-03-27 08:10').actor,
        data: { documents },
      });
    expect(found.slice(notified.length).map(({ type }) => type)).toEqual([
      ...['transfer.search-started', 'transfer.police-notified', 'transfer.person-reported', 'transfer.completed'],
      'transfer.search-closed',
    ]);
  });

  it('leaves the person LATE, MISSING when the search is given up, and REPORTED when they come after all', () => {
    const lost = after(searching, close('not-found'));
    const histories = [notified, searching, lost, after(lost, report('2025-04-20 10:00'))];
    expect(histories.map((history) => personStatusOf(fold(transferDecider, history)))).toEqual([
      ...['LATE', 'LATE', 'MISSING', 'REPORTED'],
    ]);
  });

  it('sets duties for both sides, each with its article', () => {
    const duties = dueInstants(fold(transferDecider, after(found, propose())), rules).slice(-4);
    expect(duties.map(({ step, agency, dueDay, met, rule }) => [step, agency, dueDay, met, rule])).toEqual([
      ['SEARCH', wujiang.id, '2025-03-28', true, '办法31@2020.1'],
      ['POLICE_NOTICE', wujiang.id, '2025-03-28', true, '办法38@2020.1'],
      ['SANCTION_PROPOSAL', wujiang.id, '2025-04-03', true, '办法34@2020.1'],
      ['SANCTION_DECISION', qingpu.id, '2025-04-07', undefined, '办法34@2020.1'],
    ]);
  });
});

describe('a search where the notice does not come, since the line is down (法30: at once)', () => {
  const [unheard, atOnce] = [histories.receipted, search(by(wujiang, '2025-03-27 00:00'))];

  it('begins when the last day is over, and not before', () => {
    given(...unheard)
      .when(search(by(wujiang, '2025-03-26 23:59')))
      .thenRejected({ code: 'NONREPORT_NOT_NOTIFIED', rule: '办法31' });
    expect(after(unheard, atOnce).at(-1)?.type).toBe('transfer.search-started');
  });

  it('is none of a person who is known to have come in time, and is admitted where that was not known', () => {
    const reported = after(unheard, report('2025-03-26 10:00'));
    given(...reported)
      .when(atOnce)
      .thenRejected({ code: 'NONREPORT_NOT_NOTIFIED', rule: '办法31' });
    expect(admit(fold(transferDecider, reported), after(unheard, atOnce).at(-1)!, wujiang)).toBeUndefined();
  });

  it('is one with the notice when both are known', () => {
    const started = after(unheard, atOnce).at(-1)!;
    const notice = notified.filter((event) => !unheard.includes(event));
    expect(admit(fold(transferDecider, notified), started, wujiang)).toBeUndefined();
    const heardLater = [...unheard, started, ...notice];
    notice.forEach((event, n) =>
      expect(admit(fold(transferDecider, heardLater.slice(0, unheard.length + 1 + n)), event, qingpu)).toBeUndefined(),
    );
    expect(fold(transferDecider, heardLater)).toEqual(fold(transferDecider, [...notified, started]));
  });
});

it('the procuratorate of the origin is told of the search promptly: no limit runs until it has been', () => {
  const about = 'transfer.search-started/origin-procuratorate';
  const noted = (history: readonly TransferEvent[]) =>
    dueInstants(fold(transferDecider, history), rules).filter((each) => each.about === about);
  const copy = sendCopy('origin-procuratorate', by(wujiang, '2025-03-27 17:30'));
  const told = after(searching, { ...copy, of: 'transfer.search-started' });
  expect(told.at(-1)?.data).toMatchObject({ of: 'transfer.search-started', recipient: 'proc-320509', documents });
  expect(noted(searching)).toEqual([]);
  expect(noted(told).map(({ step, owedBy, dueDay }) => [step, owedBy, dueDay])).toEqual([
    ['ORIGIN_COPY_NOTED', 'recipient', '2025-04-01'],
  ]);
});

it('days off put off neither the search nor the notice to the police: the article says at once', () => {
  const moved = (event: TransferEvent): TransferEvent =>
    event.type === 'transfer.nonreport-notified' ? { ...event, occurredAt: at('2025-10-01 00:00') } : event;
  const history = after(notified.map(moved), search(by(wujiang, '2025-10-02 08:10')));
  const dues = dueInstants(fold(transferDecider, history), rules).slice(-2);
  expect(dues.map(({ step, dueDay }) => [step, dueDay])).toEqual([
    ['SEARCH', '2025-10-02'],
    ['POLICE_NOTICE', '2025-10-03'],
  ]);
});

describe('the sanction', () => {
  it('is proposed by the agency that answered, with the days, and decided by the one that executes now', () => {
    const proposed = after(found, propose());
    expect(proposed.at(-1)?.data).toEqual({ measure: 'admonition', days: 3, documents });
    expect(after(proposed, decide()).at(-1)?.data).toEqual({ measure: 'admonition', documents });
    expect(after(proposed, decide('none')).at(-1)?.data).toEqual({ measure: 'none', documents });
  });

  it('is the origin’s to decide while the person is missing, by another officer', () => {
    const missing = [
      close('not-found', '2025-05-06 09:00'),
      propose('revocation-proposal', by(wujiang, '2025-05-07 09:00')),
    ];
    const proposed = missing.reduce(after, searching);
    const local = '2025-05-08 09:00';
    given(...proposed)
      .when(decide('revocation-proposal', by(wujiang, local)))
      .thenRejected({ code: 'FOUR_EYES_REQUIRED', rule: '办法34' });
    given(...proposed)
      .when(decide('revocation-proposal', by(qingpu, local)))
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '办法31' });
    expect(after(proposed, decide('revocation-proposal', approving(by(wujiang, local)))).at(-1)?.type).toBe(
      'transfer.sanction-decided',
    );
  });

  it('of who is still missing grows until it is proposed', () => {
    const missing = after(searching, close('not-found', '2025-04-07 09:00'));
    given(...missing)
      .when(propose('revocation-proposal', by(wujiang, '2025-04-26 09:00')))
      .thenRejected({ code: 'SANCTION_NOT_FITTING', rule: '办法35' });
    expect(after(missing, propose('warning', by(wujiang, '2025-04-26 09:00'))).at(-1)?.data).toMatchObject({
      days: 31,
    });
    const proposed = after(missing, propose('revocation-proposal', by(wujiang, '2025-04-27 09:00')));
    expect(proposed.at(-1)?.data).toMatchObject({ measure: 'revocation-proposal', days: 32 });
  });

  it.each([
    ['SuspendedSentence', 'revocation-proposal', '高法解释543'],
    ['Parole', 'revocation-proposal', '高法解释543'],
    ['TemporaryServiceOutsidePrison', 'imprisonment-proposal', '高法解释516'],
    ['PublicSurveillance', 'penalty-proposal', '法28'],
  ] as const)('of more than a month, for %s, is the %s', (category, measure, rule) => {
    const ofCategory = after(searching, report('2025-05-06 09:00')).map((event) =>
      event.type === 'transfer.applied' ? { ...event, data: { ...event.data, category } } : event,
    );
    for (const other of ['revocation-proposal', 'imprisonment-proposal', 'penalty-proposal', 'warning'] as const) {
      const when = given(...ofCategory).when(propose(other, by(wujiang, '2025-05-07 09:00')));
      if (other !== measure) when.thenRejected({ code: 'SANCTION_NOT_FITTING', rule });
    }
    expect(after(ofCategory, propose(measure, by(wujiang, '2025-05-07 09:00'))).at(-1)?.data).toMatchObject({
      measure,
    });
  });

  it.each([
    ['2025-03-26', undefined],
    ['2025-03-27', 'admonition'],
    ['2025-04-05', 'admonition'],
    ['2025-04-06', 'warning'],
    ['2025-04-26', 'warning'],
    ['2025-04-27', 'revocation-proposal'],
  ])('for an absence until %s is %s: more than 10 days, more than a month', (until, measure) => {
    const days = (Date.parse(until) - Date.parse('2025-03-26')) / 86_400_000;
    const rungs = rulePack2020.sanctions.filter(({ categories }) => categories?.includes('Parole') ?? true);
    expect(sanctionFor({ lastDay: '2025-03-26', until, days }, rungs)?.measure).toBe(measure);
  });

  it('counts a month to the same date, or to the last day of a shorter month (高法解释 202)', () =>
    expect(['2025-01-31', '2024-01-31', '2025-12-15', '2025-03-26'].map((day) => addMonths(day, 1))).toEqual([
      ...['2025-02-28', '2024-02-29', '2026-01-15', '2025-04-26'],
    ]));

  it('is none when a report that was recorded late turns out to have been in time', () => {
    const inTime = after(searching, { ...report('2025-03-28 10:00'), occurredAt: at('2025-03-26 17:00') });
    expect(absenceIn(fold(transferDecider, inTime), at('2025-03-28 10:00'), hubRules)).toBeUndefined();
  });
});

describe('refused', () => {
  const cases: readonly (readonly [string, readonly TransferEvent[], TransferCommand, string | undefined])[] = [
    ['NONREPORT_NOT_NOTIFIED', histories.served, search(by(wujiang, '2025-03-26 17:00')), '办法31'],
    ['SEARCH_NOT_STARTED', notified, tell(), '办法38'],
    ['SEARCH_NOT_STARTED', notified, close(), '办法38'],
    ['SEARCH_ALREADY_STARTED', searching, search(), undefined],
    ['POLICE_ALREADY_NOTIFIED', searching, tell(), undefined],
    ['SEARCH_ALREADY_CLOSED', found, close(), undefined],
    ['ACT_NOT_YOURS', notified, search(by(qingpu, '2025-03-27 08:10')), '办法31'],
    ['ACT_NOT_YOURS', found, propose('admonition', by(qingpu, '2025-03-31 09:00')), '办法34'],
    ['NOTHING_TO_SANCTION', searching, propose(), '办法31'],
    ['SANCTION_NOT_FITTING', found, propose('warning'), '办法34'],
    ['SANCTION_NOT_PROPOSED', found, decide(), '办法34'],
    ['SANCTION_ALREADY_PROPOSED', after(found, propose()), propose(), undefined],
    ['SANCTION_ALREADY_DECIDED', [propose(), decide()].reduce(after, found), decide(), undefined],
    ['SANCTION_ALREADY_DECIDED', after(decidedEarly, report()), decide(), undefined],
    ['SANCTION_NOT_FITTING', after(found, propose()), decide('warning'), '办法34'],
  ];
  it.each(cases)('%s', (code, history, command, rule) =>
    given(...history)
      .when(command)
      .thenRejected((rule === undefined ? { code } : { code, rule }) as never),
  );

  it('not by a partner that could not know: a proposal that crosses the report is admitted', () => {
    const crossed = [
      close('not-found', '2025-03-28 09:00'),
      propose('admonition', by(wujiang, '2025-03-28 10:00')),
    ].reduce(after, searching);
    const state = fold(transferDecider, after(searching, report('2025-03-28 09:30')));
    const joined = crossed.slice(searching.length).map((event) => admit(state, event, wujiang));
    expect(joined).toEqual([undefined, undefined]);
  });
});

it('a whole history of it folds to the same whoever learns it in which order', () => {
  const whole = [propose(), decide()].reduce(after, found);
  expect(fold(transferDecider, [...whole].reverse())).toEqual(fold(transferDecider, whole));
});

it.each([
  ['2025-04-01 08:00', wujiang],
  ['2025-04-01 10:00', qingpu],
])('decisions of both parties that cross are admitted, and the earlier one counts: at %s', (local, counts) => {
  const proposed = [close('not-found'), propose()].reduce(after, searching);
  const atOrigin = after(proposed, decide('none', approving(by(wujiang, local))));
  const atReceiving = [report(), decide()].reduce(after, proposed);
  const [own, crossing] = [atOrigin.at(-1)!, atReceiving.at(-1)!];
  expect(admit(fold(transferDecider, atOrigin), crossing, qingpu)).toBeUndefined();
  expect(admit(fold(transferDecider, atReceiving), own, wujiang)).toBeUndefined();
  const both = fold(transferDecider, [...atReceiving, own]);
  expect(fold(transferDecider, [...atOrigin, ...atReceiving.slice(proposed.length)])).toEqual(both);
  expect(both['transfer.sanction-decided']?.actor.agencyId).toBe(counts.id);
});

describe('a wrong decision on a sanction (G10)', () => {
  const decided = [propose(), decide()].reduce(after, found);
  const correct = (
    agency: typeof qingpu,
    local = '2025-04-02 09:00',
    kind: CorrectionKind = 'wrong-content',
  ): TransferCommand => ({
    ...{ ...by(agency, local), type: 'CorrectFact', fact: 'transfer.sanction-decided', kind, documents },
    actor: { ...by(agency, local).actor, officerId: `corrector-of-${agency.id}` },
  });
  const dueOf = (events: readonly TransferEvent[]) =>
    dueInstants(fold(transferDecider, events), rules).find(({ step }) => step === 'SANCTION_DECISION');

  it('is struck by the party that made it, and is owed again until it is decided anew', () => {
    given(...decided)
      .when(correct(wujiang))
      .thenRejected({ code: 'ACT_NOT_YOURS' });
    const struck = after(decided, correct(qingpu));
    expect(admit(fold(transferDecider, decided), struck.at(-1)!, qingpu)).toBeUndefined();
    expect([dueOf(decided)?.met, dueOf(struck)?.met]).toEqual([true, undefined]);
    const anew = after(struck, decide('none', approving(by(qingpu, '2025-04-03 09:00'))));
    expect(anew.at(-1)?.data).toEqual({ measure: 'none', documents, nth: 2 });
    expect(dueOf(anew)?.at).toBe(at('2025-04-03 09:00'));
    const note = { ...by(wujiang, '2025-04-02 10:00'), type: 'AcknowledgeCorrection' } as const;
    expect(after(anew, { ...note, fact: 'transfer.sanction-decided' })).toHaveLength(anew.length + 1);
    given(...anew)
      .when(decide('none', approving(by(qingpu, '2025-04-04 09:00'))))
      .thenRejected({ code: 'SANCTION_ALREADY_DECIDED' });
  });

  it('of which only a document was wrong stands', () => {
    const paperOnly = after(decided, correct(qingpu, '2025-04-02 09:00', 'wrong-document'));
    expect(dueOf(paperOnly)?.met).toBe(true);
  });

  it('is decided anew by whoever executes by then', () => {
    const reported = after(after(decidedEarly, correct(wujiang, '2025-03-28 12:00')), report());
    given(...reported)
      .when(decide('admonition', approving(by(wujiang, '2025-03-31 09:00'))))
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '办法31' });
    expect(after(reported, decide()).at(-1)?.data).toMatchObject({ measure: 'admonition', nth: 2 });
  });
});

describe('decisions of both parties that cross, of which one is struck', () => {
  const proposed = [close('not-found'), propose()].reduce(after, searching);
  const correct = (agency: typeof qingpu, local: string, kind: CorrectionKind = 'wrong-content'): TransferCommand => ({
    ...{ ...by(agency, local), type: 'CorrectFact', fact: 'transfer.sanction-decided', kind, documents },
    actor: { ...by(agency, local).actor, officerId: `corrector-of-${agency.id}` },
  });
  const here = after(proposed, decide('none', approving(by(wujiang, '2025-04-01 08:00'))));
  const there = [report(), decide()].reduce(after, proposed);
  /** Both nodes once each has all that the other recorded: every event is admitted, and they stand in one state. */
  const joined = (origin: readonly TransferEvent[], receiving: readonly TransferEvent[]) => {
    const [ours, theirs] = [origin.slice(proposed.length), receiving.slice(proposed.length)];
    const join = (own: readonly TransferEvent[], others: readonly TransferEvent[], author: typeof qingpu) =>
      others.reduce((events, event) => {
        expect(admit(fold(transferDecider, events), event, author)).toBeUndefined();
        return [...events, event];
      }, own);
    const [one, other] = [join(origin, theirs, qingpu), join(receiving, ours, wujiang)];
    const state = fold(transferDecider, one);
    expect(fold(transferDecider, other)).toEqual(state);
    return [state['transfer.sanction-decided'], one] as const;
  };

  it('are both struck: one sanction was decided on, by whichever counts, and the one who executes decides anew', () => {
    const [standing, events] = joined(after(here, correct(wujiang, '2025-04-02 09:00')), there);
    expect(standing).toBeUndefined();
    const anew = after(events, decide('admonition', approving(by(qingpu, '2025-04-03 09:00'))));
    expect(anew.at(-1)?.data).toMatchObject({ nth: 2 });
  });

  it('are both struck also when both parties correct theirs, whatever kind counts', () => {
    for (const kinds of [
      ['wrong-document', 'wrong-date'],
      ['wrong-date', 'wrong-document'],
      ['wrong-date', 'wrong-content'],
    ] as const)
      expect(
        joined(
          after(here, correct(wujiang, '2025-04-02 09:00', kinds[0])),
          after(there, correct(qingpu, '2025-04-02 10:00', kinds[1])),
        )[0],
      ).toBeUndefined();
  });

  it('a decision that was made anew is not touched by the other party’s correction of the first', () => {
    const origin = [
      correct(wujiang, '2025-04-02 09:00'),
      decide('admonition', approving(by(wujiang, '2025-04-02 10:00'))),
    ].reduce(after, here);
    const receiving = after(there, correct(qingpu, '2025-04-02 11:00'));
    expect(joined(origin, receiving)[0]?.data).toMatchObject({ nth: 2 });
  });
});
