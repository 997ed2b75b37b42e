import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { calendarFrom } from './calendar.js';
import { prcCalendar } from './calendar-data.js';
import { dueInstants, lastDayOf } from './deadlines.js';
import { endOfDay } from './instant.js';
import { hubRules } from './rule-book.js';
import { at, by, commands, qingpu, wujiang } from './testing/cast.js';
import { histories, play, ofTheCase } from './testing/play.js';
import { transferDecider } from './transfer.js';
import type { TransferEvent } from './transfer.events.js';

const duesOf = (history: readonly TransferEvent[]) => dueInstants(fold(transferDecider, history), hubRules);
const due = (history: readonly TransferEvent[], step: string) => duesOf(history).find((one) => one.step === step);

describe('the last day of a limit', () => {
  it.each([
    // start, days, raw, due
    ['2025-04-28 09:00', 5, '2025-05-03', '2025-05-06', 'G1: Labour Day'],
    ['2025-09-26 09:00', 5, '2025-10-01', '2025-10-09', 'G9: National Day and Mid-Autumn'],
    ['2025-05-14 09:00', 5, '2025-05-19', '2025-05-19', 'G2: a Monday'],
    ['2025-06-11 09:00', 7, '2025-06-18', '2025-06-18', 'G3: a Wednesday'],
    ['2024-02-24 09:00', 5, '2024-02-29', '2024-02-29', 'leap day'],
    ['2025-02-23 09:00', 5, '2025-02-28', '2025-02-28', 'no leap day'],
    ['2024-12-27 09:00', 5, '2025-01-01', '2025-01-02', 'year end into New Year'],
    ['2025-12-29 09:00', 5, '2026-01-03', '2026-01-04', 'a make-up working Sunday ends the roll'],
    ['2025-04-22 09:00', 5, '2025-04-27', '2025-04-27', 'a make-up working Sunday is a last day'],
    ['2025-04-21 09:00', 5, '2025-04-26', '2025-04-27', 'the Saturday before rolls only to it'],
    ['2026-02-09 23:59', 5, '2026-02-14', '2026-02-14', 'a make-up working Saturday before Spring Festival'],
    ['2026-02-10 00:00', 5, '2026-02-15', '2026-02-24', 'the whole of Spring Festival'],
    ['2025-03-10 23:59', 5, '2025-03-15', '2025-03-17', 'the last minute of a day starts the same count'],
  ])('%s and %d days: raw %s, due %s (%s)', (from, days, rawDay, dueDay) => {
    const lastDay = lastDayOf(days, at(from), 'days-off', prcCalendar);
    expect(lastDay).toEqual({ rawDay, dueDay, due: endOfDay(dueDay), isCalendarCovered: true });
  });

  it('is over at 24:00 in Asia/Shanghai', () =>
    expect(lastDayOf(5, at('2025-03-10 09:00'), 'days-off', prcCalendar).due).toBe('2025-03-17T16:00:00.000Z'));

  it.each([
    ['days-off', '2025-03-17'],
    ['public-holidays', '2025-03-15'],
    ['never', '2025-03-15'],
  ] as const)('a plain Saturday under the switch %s: %s', (rollForward, dueDay) =>
    expect(lastDayOf(5, at('2025-03-10 09:00'), rollForward, prcCalendar).dueDay).toBe(dueDay),
  );

  it.each([
    ['days-off', '2025-05-06'],
    ['public-holidays', '2025-05-06'],
    ['never', '2025-05-03'],
  ] as const)('Labour Day under the switch %s: %s', (rollForward, dueDay) =>
    expect(lastDayOf(5, at('2025-04-28 09:00'), rollForward, prcCalendar).dueDay).toBe(dueDay),
  );

  it('outside the covered years rolls over weekends only, and says so', () => {
    expect(lastDayOf(5, at('2027-04-26 09:00'), 'days-off', prcCalendar)).toEqual({
      rawDay: '2027-05-01',
      dueDay: '2027-05-03',
      due: '2027-05-03T16:00:00.000Z',
      isCalendarCovered: false,
    });
    // The raw day is covered, the day it rolls to is not.
    const only2022 = calendarFrom([{ year: 2022, source: 'invented', verified: false, holidays: [], workingDays: [] }]);
    expect(lastDayOf(5, at('2022-12-26 09:00'), 'days-off', only2022)).toMatchObject({
      rawDay: '2022-12-31',
      dueDay: '2023-01-02',
      isCalendarCovered: false,
    });
    expect(lastDayOf(4, at('2022-12-26 09:00'), 'days-off', only2022).isCalendarCovered).toBe(true);
    expect(lastDayOf(5, at('2027-04-26 09:00'), 'never', prcCalendar).isCalendarCovered).toBe(true);
  });
});

describe('the limits of a transfer', () => {
  it('one in full', () =>
    expect(due(histories.agreed, 'REPLY')).toEqual({
      step: 'REPLY',
      agency: qingpu.id,
      owedBy: 'agency',
      from: at('2025-03-13 10:16'),
      rawDay: '2025-03-18',
      dueDay: '2025-03-18',
      due: '2025-03-18T16:00:00.000Z',
      isCalendarCovered: true,
      rule: '办法30@2020.1',
      ruleId: 'REPLY@2020.1',
      source: 'recalled',
      verified: false,
      at: at('2025-03-17 15:40'),
      met: true,
      marginDays: 1,
    }));

  it('the reply has no clock before the letter has been received', () => {
    expect(due(histories.consulted, 'REPLY')).toBeUndefined();
    expect(due(histories.received, 'REPLY')).toMatchObject({ dueDay: '2025-03-18' });
  });

  it('an open limit has no verdict', () => {
    const open = due(histories.received, 'REPLY');
    expect([open?.at, open?.met, open?.marginDays, open?.lapsedAt]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['2025-03-18 23:59', true, 0],
    ['2025-03-19 00:00', false, -1],
    ['2025-03-25 08:00', false, -7],
  ])('a reply at %s: in time %s, margin %d', (when, met, marginDays) =>
    expect(due([...histories.received, ...replyAt(when)], 'REPLY')).toMatchObject({ met, marginDays }),
  );

  it('a refusal has to be told, an approval sets papers and person moving', () => {
    const steps = (history: TransferEvent[]) => ofTheCase(duesOf(history)).map(({ step }) => step);
    expect(steps(histories.turnedDown).slice(4)).toEqual(['REFUSAL_TOLD']);
    expect(steps(histories.told).slice(4)).toEqual(['REFUSAL_TOLD']);
    expect(steps(histories.approved).slice(4)).toEqual(['FILE_SENT']);
    expect(steps(histories.served).slice(4)).toEqual(['FILE_SENT', 'REPORT']);
    expect(due(histories.told, 'REFUSAL_TOLD')).toMatchObject({ agency: wujiang.id, dueDay: '2025-03-24', met: true });
  });

  it('the person owes the report, at the desk of the receiving agency', () =>
    expect(due(histories.served, 'REPORT')).toMatchObject({ agency: qingpu.id, owedBy: 'person' }));

  it('a withdrawal ends what is still owed and leaves what was done', () => {
    const history = play(commands.apply(), commands.opine(), commands.withdraw(by(wujiang, '2025-03-12 09:00')));
    expect(due(history, 'OPINION')).toMatchObject({ met: true });
    expect(due(history, 'CONSULTATION')).toMatchObject({ lapsedAt: at('2025-03-12 09:00') });
  });

  it('the hub’s own targets are marked as proposals', () =>
    expect(
      ofTheCase(duesOf(histories.completed))
        .filter(({ source }) => source === 'proposal')
        .map(({ step }) => step),
    ).toEqual(['OPINION', 'DECISION']));

  it('nothing runs before the application', () => expect(duesOf([])).toEqual([]));
});

const replyAt = (when: string) =>
  play(
    commands.apply(),
    commands.opine(),
    commands.consult(),
    commands.receive(),
    commands.agree(by(qingpu, when)),
  ).slice(-1);
