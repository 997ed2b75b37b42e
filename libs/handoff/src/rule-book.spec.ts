import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { dueInstants } from './deadlines.js';
import { defaultPolicy } from './policy.js';
import { checkBook, hubRules, packInForce, type Rules, tracedRules, traceRule } from './rule-book.js';
import { mergeOverlay, type Overlay } from './rule-overlay.js';
import type { RulePack } from './rule-pack.js';
import { rulePack2020 } from './rule-pack-2020.js';
import { histories, ofTheCase } from './testing/play.js';
import type { DeadlineStep } from './terms.js';
import { transferDecider } from './transfer.js';

const rule = { article: '省2', source: 'recalled', verified: false, text: 'Target of 2 days.' } as const;
const overlay = (targets: readonly [DeadlineStep, number][], more: Partial<Overlay> = {}): Overlay => ({
  ...{ node: '32', version: '9', base: '2020.1', effectiveFrom: '2020-07-01', effectiveTo: null, offices: [] },
  targets: targets.map(([step, days]) => ({ step, days, rule })),
  ...more,
});
const next: RulePack = {
  ...{ ...rulePack2020, version: '2025.1', effectiveFrom: '2025-03-12' },
  limits: rulePack2020.limits.map((limit) => ({ ...limit, days: limit.days * 2 })),
};
const book = (...overlays: Overlay[]): Rules => ({ ...hubRules, book: { packs: [rulePack2020], overlays } });
const daysOf = (rules: Rules) =>
  ofTheCase(dueInstants(fold(transferDecider, histories.approved), rules)).map(({ step, rawDay, rule: by }) => [
    step,
    rawDay,
    by,
  ]);

describe('an overlay', () => {
  it('may be stricter with the hub’s own targets, for what its own agencies owe', () => {
    expect(daysOf(book(overlay([['OPINION', 2]])))[0]).toEqual(['OPINION', '2025-03-12', '省2@2020.1+32.9']);
    expect(daysOf(book(overlay([['OPINION', 2]], { node: '31' })))[0]).toEqual([
      'OPINION',
      '2025-03-13',
      '办法30@2020.1',
    ]);
  });

  it.each([
    [overlay([['REPLY', 4]]), { code: 'OVERLAY_CHANGES_LAW', step: 'REPLY' }],
    [overlay([['OPINION', 4]]), { code: 'OVERLAY_LOOSENS_TARGET', step: 'OPINION' }],
    [overlay([['NONE' as DeadlineStep, 1]]), { code: 'OVERLAY_STEP_UNKNOWN', step: 'NONE' }],
    [overlay([], { base: '2019.1' }), { code: 'OVERLAY_BASE_DIFFERS' }],
  ])('a conflict is refused: %#', (each, conflict) => {
    expect(mergeOverlay(rulePack2020, each)).toEqual(conflict);
    expect(() => checkBook({ packs: [rulePack2020], overlays: [each] })).toThrow('RULE_BOOK_INVALID');
  });

  it('changes nothing of the pack it is laid on', () => {
    const before = structuredClone(rulePack2020);
    mergeOverlay(rulePack2020, overlay([['DECISION', 1]]));
    expect(rulePack2020).toEqual(before);
  });
});

describe('the book', () => {
  it('of the hub can be used', () => expect(checkBook(hubRules.book)).toBe(hubRules.book));

  it.each([
    ['2020-06-30', undefined],
    ['2020-07-01', '2020.1'],
    ['2025-03-11', '2020.1'],
    ['2025-03-12', '2025.1'],
  ])('on %s the pack in force is %s', (day, version) => {
    const packs = [{ ...rulePack2020, effectiveTo: '2025-03-11' }, next];
    expect(packInForce({ packs, overlays: [] }, '32', day)?.version).toBe(version);
  });

  it('judges each act by the pack of its own day', () => {
    const packs = [{ ...rulePack2020, effectiveTo: '2025-03-11' }, next];
    expect(daysOf({ ...hubRules, book: checkBook({ packs, overlays: [] }) })).toEqual([
      ['OPINION', '2025-03-13', '办法30@2020.1'],
      ['CONSULTATION', '2025-03-15', '办法30@2020.1'],
      ['REPLY', '2025-03-23', '办法30@2025.1'],
      ['DECISION', '2025-03-23', '法27@2025.1'],
      ['FILE_SENT', '2025-03-28', '办法31@2025.1'],
    ]);
  });

  it('with two packs in force on one day is refused', () =>
    expect(() => checkBook({ packs: [rulePack2020, next], overlays: [] })).toThrow('RULE_BOOK_INVALID'));
});

describe('a rule can be traced to its article', () => {
  it('by its id', () =>
    expect(traceRule('REPLY@2020.1')).toEqual({
      ...{ id: 'REPLY@2020.1', article: '办法30', source: 'recalled', textSource: 'U', verified: false },
      text: 'Verify and reply in writing within 5 days of receiving the letter of consultation.',
      ...{ effectiveFrom: '2020-07-01', effectiveTo: null },
    }));

  it('every rule of the book, each by one id', () => {
    const ids = tracedRules(hubRules.book).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      expect(traceRule(id)).toMatchObject({
        id,
        article: expect.stringMatching(/^(法|办法|刑诉法|个保法|高法解释)\d+$/),
      });
  });

  it('every due instant names one', () => {
    for (const { ruleId } of dueInstants(fold(transferDecider, histories.completed), hubRules))
      expect(traceRule(ruleId)?.id).toBe(ruleId);
  });

  it.each(['REPLY@2019.1', 'NONE@2020.1', 'REPLY', ''])('%j names none', (id) => expect(traceRule(id)).toBeUndefined());
});

describe('the ten switches', () => {
  it('have the defaults of the domain reference', () =>
    expect(defaultPolicy).toEqual({
      rollForward: 'days-off',
      travelDays: 0,
      decisionLimit: 'target',
      silence: 'neither-consent-nor-refusal',
      leaveDays: { partDays: 'count', recurringTrips: 'shown' },
      absenceFrom: 'opened',
      alertMinutes: { raised: 5, acknowledgedByDay: 30, acknowledgedByNight: 60, verified: 240, closed: 1_440 },
      answerableUntilReport: 'origin',
      refusalGrounds: 'closed-list',
      mobileCheckIn: 'information-check',
    }));

  it('travel days lengthen the person’s own limit and no agency’s', () => {
    const packs = [{ ...rulePack2020, policy: { ...defaultPolicy, travelDays: 2 } }];
    const dues = dueInstants(fold(transferDecider, histories.served), { ...hubRules, book: { packs, overlays: [] } });
    expect(
      ofTheCase(dues)
        .map(({ step, rawDay }) => [step, rawDay])
        .slice(-2),
    ).toEqual([
      ['FILE_SENT', '2025-03-23'],
      ['REPORT', '2025-03-28'],
    ]);
  });

  it('no target for the decision where the switch says there is none', () => {
    const packs = [{ ...rulePack2020, policy: { ...defaultPolicy, decisionLimit: 'none' as const } }];
    const dues = dueInstants(fold(transferDecider, histories.agreed), { ...hubRules, book: { packs, overlays: [] } });
    expect(dues.map(({ step }) => step)).toEqual(['OPINION', 'CONSULTATION', 'REPLY']);
  });
});
