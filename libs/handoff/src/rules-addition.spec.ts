import { afterEach, describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import { dueInstants } from './deadlines.js';
import { absenceIn } from './non-report.js';
import { defaultPolicy, type PolicySwitches, SWITCHES } from './policy.js';
import { builtInRules, packInForce, type Rules, rulesText, tracedRules, traceRule, useRules } from './rule-book.js';
import { type RulesAddition, withAddition } from './rules-addition.js';
import { agencies, at, by, commands, qingpu, wujiang } from './testing/cast.js';
import { histories, play } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferEvent } from './transfer.events.js';
import { statusOf } from './transfer.status.js';
import { AT_ONCE } from './transmission.js';
import { dueActs } from './verdicts.js';

const given = specFor(transferDecider);
const rule = { article: '新办法1', source: 'law', verified: true, text: 'Within 3 days.' } as const;
const ruled = (addition: RulesAddition): Rules => withAddition(builtInRules, addition);
const switched = (policy: Partial<PolicySwitches>): Rules =>
  ruled({ packs: [{ version: '2024.9', base: '2020.1', effectiveFrom: '2024-01-01', policy }] });
const stateOf = (history: readonly TransferEvent[]) => fold(transferDecider, history);
const due = (history: readonly TransferEvent[], rules: Rules) =>
  Object.fromEntries(
    dueInstants(stateOf(history), rules)
      .filter(({ about }) => about === undefined)
      .map(({ step, dueDay, ruleId }) => [step, `${dueDay} ${ruleId}`]),
  );

afterEach(() => useRules(builtInRules));

describe('a second version of the pack, in force from 14 March 2025', () => {
  const next = ruled({
    packs: [
      {
        ...{ version: '2025.1', base: '2020.1', effectiveFrom: '2025-03-14' },
        limits: [
          { step: 'REPLY', days: 3, rule },
          { step: 'DECISION', days: 1, rule },
        ],
      },
    ],
  });

  it('judges what begins from that day on; what began before stays under the old one', () =>
    expect(due(histories.approved, next)).toEqual({
      OPINION: '2025-03-13 OPINION@2020.1',
      CONSULTATION: '2025-03-17 CONSULTATION@2020.1',
      // The letter was received on the 13th.
      REPLY: '2025-03-18 REPLY@2020.1',
      DECISION: '2025-03-18 DECISION@2025.1',
      FILE_SENT: '2025-03-24 FILE_SENT@2025.1',
    }));

  it('both nodes give the same verdict, whichever order the facts came in and whenever they look', () => {
    const history = play(
      ...[commands.apply(by(wujiang, '2025-03-13 09:30')), commands.opine(by(wujiang, '2025-03-13 10:00'))],
      ...[
        commands.consult(by(wujiang, '2025-03-14 10:15')),
        commands.receive(by(qingpu, '2025-03-14 10:16', 'system')),
      ],
    );
    const [here, there] = [history, history.toReversed()].map((facts) =>
      dueActs(stateOf(facts), at('2025-04-01 00:00'), next, 'origin', AT_ONCE),
    );
    expect(here).toEqual(there);
    expect(here!.map(({ type, occurredAt, data }) => [type, occurredAt, 'rule' in data && data.rule])).toEqual([
      ['transfer.deadline-reminded', at('2025-03-17 00:00'), 'REPLY@2025.1'],
      ['transfer.deadline-breached', at('2025-03-18 00:00'), 'REPLY@2025.1'],
      ['transfer.deadline-escalated', at('2025-03-18 00:00'), 'REPLY@2025.1'],
      ['transfer.deadline-escalated', at('2025-03-20 00:00'), 'REPLY@2025.1'],
    ]);
    // The same letter a day earlier is judged by the old pack.
    expect(due(histories.received, next)['REPLY']).toBe('2025-03-18 REPLY@2020.1');
  });

  it('is traced with its own article and days; the old one ends the day before', () => {
    const traced = (id: string) => traceRule(id, next.book);
    expect([traced('REPLY@2020.1'), traced('REPLY@2025.1')]).toMatchObject([
      { article: '办法30', verified: false, effectiveFrom: '2020-07-01', effectiveTo: '2025-03-13' },
      { article: '新办法1', verified: true, effectiveFrom: '2025-03-14', effectiveTo: null },
    ]);
    expect(traced('office-province@2025.1+32.1')?.effectiveFrom).toBe('2025-03-14');
  });

  it.each([
    [{ version: '2', base: '1999.1', effectiveFrom: '2025-03-14' }, /no pack 1999.1/],
    [{ version: '2', base: '2020.1', effectiveFrom: '2019-03-14' }, /effectiveFrom/],
    [{ version: '2020.1', base: '2020.1', effectiveFrom: '2025-03-14' }, /two of one version/],
    [
      {
        version: '2',
        base: '2020.1',
        effectiveFrom: '2025-03-14',
        limits: [{ step: 'NONE' as 'REPLY', days: 1, rule }],
      },
      /no limit NONE/,
    ],
  ])('that does not follow is refused: %#', (pack, message) => expect(() => ruled({ packs: [pack] })).toThrow(message));
});

describe('a province brings its own', () => {
  const target = { step: 'OPINION', days: 1, rule: { ...rule, article: '苏细则7', source: 'recalled' } } as const;
  const overlay = { node: '32', version: '2', base: '2020.1', effectiveFrom: '2024-01-01', effectiveTo: null } as const;
  const own = ruled({ overlays: [{ ...overlay, targets: [target], offices: [] }] });

  it('overlay: the limit changes for its own agencies alone, and leads to the provincial text', () => {
    expect(due(histories.applied, own)['OPINION']).toBe('2025-03-11 OPINION@2020.1+32.2');
    expect(traceRule('OPINION@2020.1+32.2', own.book)).toMatchObject({ article: '苏细则7', text: rule.text });
    expect(packInForce(own.book, '31', '2025-03-11')?.limits[0]).toEqual(builtInRules.book.packs[0]?.limits[0]);
    expect(tracedRules(own.book).filter(({ id }) => id.startsWith('office-') && id.includes('+32'))).toEqual([]);
  });

  it('overlay, which tightens no article of the law', () =>
    expect(() => ruled({ overlays: [{ ...overlay, targets: [{ ...target, step: 'REPLY' }], offices: [] }] })).toThrow(
      'OVERLAY_CHANGES_LAW',
    ));

  it('power list: what is not on it is refused, also when another node says it was done', () => {
    const powers = builtInRules.book.packs[0]!.powers.filter(({ type }) => type !== 'transfer.withdrawn');
    useRules(ruled({ overlays: [{ ...overlay, targets: [], offices: [], powers }] }));
    given(...histories.agreed)
      .when(commands.withdraw())
      .thenRejected({ code: 'POWER_NOT_HELD', rule: '办法30' });
    useRules(builtInRules);
    const [withdrawn] = play(...[commands.apply(), commands.opine(), commands.withdraw()]).slice(-1);
    useRules(ruled({ overlays: [{ ...overlay, targets: [], offices: [], powers }] }));
    const author = agencies.find(({ id }) => id === wujiang.id)!;
    expect(admit(stateOf(histories.agreed), withdrawn!, author)?.code).toBe('POWER_NOT_HELD');
  });

  it('calendar: a year that is amended moves the last day, a new year is covered', () => {
    const day = (year: number, holiday: string) => ({
      ...{ year, source: '国办发明电', verified: true, workingDays: [] },
      holidays: [[holiday, holiday] as const],
    });
    const amended = ruled({ calendar: [day(2025, '2025-03-18'), day(2027, '2027-01-01')] });
    expect(due(histories.received, amended)['REPLY']).toBe('2025-03-19 REPLY@2020.1');
    expect(amended.calendar.years.map(({ year }) => year)).toEqual([2024, 2025, 2026, 2027]);
    expect([...amended.calendar.coveredYears]).toEqual([2024, 2025, 2026, 2027]);
    expect(amended.calendar.holidays.has('2025-10-01')).toBe(false);
  });

  it('and other rules are another text', () => {
    expect(rulesText(own)).not.toBe(rulesText(builtInRules));
    expect(rulesText(ruled({}))).toBe(rulesText(builtInRules));
  });
});

describe('each of the ten switches', () => {
  it('is shown, in the order of the domain reference', () => {
    expect(SWITCHES.map(({ number }) => number)).toEqual(['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x']);
    expect(SWITCHES.map(({ name }) => name)).toEqual(Object.keys(defaultPolicy));
  });

  // The letter of the 13th: raw 18 March, Tuesday; the application of the 10th: raw 15 March, Saturday.
  it.each([
    ['days-off', '2025-03-17'],
    ['public-holidays', '2025-03-15'],
    ['never', '2025-03-15'],
  ] as const)('(i) roll-forward over %s: %s', (rollForward, lastDay) =>
    expect(due(histories.applied, switched({ rollForward }))['CONSULTATION']).toBe(`${lastDay} CONSULTATION@2024.9`),
  );

  it('(ii) days of travel lengthen the person’s own limit, and so the guard of the term’s end', () => {
    expect(due(histories.served, switched({ travelDays: 0 }))['REPORT']).toBe('2025-03-26 REPORT@2024.9');
    expect(due(histories.served, switched({ travelDays: 2 }))['REPORT']).toBe('2025-03-28 REPORT@2024.9');
    const apply = { ...commands.apply(), person: { ...commands.apply().person, correctionEnd: '2025-03-26' } };
    const agreed = play(apply, commands.opine(), commands.consult(), commands.receive(), commands.agree());
    given(...agreed)
      .when(commands.decide())
      .then(
        ...play(
          apply,
          commands.opine(),
          commands.consult(),
          commands.receive(),
          commands.agree(),
          commands.decide(),
        ).slice(-1),
      );
    useRules(switched({ travelDays: 2 }));
    given(...agreed)
      .when(commands.decide())
      .thenRejected({ code: 'TERM_ENDS_FIRST', rule: '法44' });
  });

  it('(iii) no target for the decision where there is none', () => {
    expect(due(histories.agreed, switched({ decisionLimit: 'target' }))['DECISION']).toBe('2025-03-20 DECISION@2024.9');
    expect(due(histories.agreed, switched({ decisionLimit: 'none' }))['DECISION']).toBeUndefined();
  });

  it('(iv) silence is neither: the case stays overdue, and nothing can be decided on it', () => {
    const overdue = dueActs(stateOf(histories.received), at('2025-03-19 00:00'), builtInRules, 'origin', AT_ONCE);
    const silent = [...histories.received, ...overdue];
    expect(statusOf(stateOf(silent))).toBe('REPLY_OVERDUE');
    for (const approved of [true, false])
      given(...silent)
        .when(commands.decide(by(wujiang, '2025-03-20 09:00'), approved))
        .thenRejected({ code: 'REPLY_MISSING', rule: '法27' });
  });

  it.each([
    ['opened', { lastDay: '2025-03-26', until: '2025-03-28', days: 2 }],
    ['last-contact', { lastDay: '2025-03-19', until: '2025-03-28', days: 9 }],
  ] as const)('(vi) an absence is counted from %s', (absenceFrom, absence) => {
    const rules = switched({ absenceFrom });
    const told: TransferEvent = {
      ...{ type: 'transfer.nonreport-notified', occurredAt: at('2025-03-27 00:00') },
      actor: by(qingpu, '2025-03-27 00:00', 'system').actor,
      data: { due: at('2025-03-27 00:00') },
    };
    const state = stateOf([...histories.served, told]);
    const reported = transferDecider.decide(commands.report(by(qingpu, '2025-03-28 09:00')), state);
    const facts = 'accepted' in reported ? reported.accepted : [];
    const now = at('2025-06-02 09:00');
    expect(absenceIn(state, now, rules)).toBeUndefined();
    expect(absenceIn(facts.reduce(transferDecider.evolve, state), now, rules)).toEqual(absence);
  });

  it('(viii) the origin answers until the report: see answerable.spec.ts', () =>
    expect(defaultPolicy.answerableUntilReport).toBe('origin'));

  it('(ix) any ground of the list, or a false address alone; at both nodes', () => {
    const unstable = { ...commands.refuse(), ground: 'residence-unstable' } as const;
    const [reply] = play(
      ...[commands.apply(), commands.opine(), commands.consult(), commands.receive(), unstable],
    ).slice(-1);
    given(...histories.received)
      .when(unstable)
      .then(reply!);
    expect(admit(stateOf(histories.received), reply!, qingpu)).toBeUndefined();
    useRules(switched({ refusalGrounds: 'false-address-only' }));
    const refused = { code: 'GROUND_NOT_ADMITTED', rule: '办法30' } as const;
    given(...histories.received)
      .when(unstable)
      .thenRejected(refused);
    expect(admit(stateOf(histories.received), reply!, qingpu)).toEqual(refused);
    expect('accepted' in transferDecider.decide(commands.refuse(), stateOf(histories.received))).toBe(true);
  });

  it('(v), (vii), (x) are stated for leave, alerts and positioning, which are no transfers', () =>
    expect(
      SWITCHES.filter(({ isOfTransfers }) => !isOfTransfers).map(({ number, name }) => [number, defaultPolicy[name]]),
    ).toEqual([
      ['v', { partDays: 'count', recurringTrips: 'shown' }],
      ['vii', { raised: 5, acknowledgedByDay: 30, acknowledgedByNight: 60, verified: 240, closed: 1_440 }],
      ['x', 'information-check'],
    ]));
});
