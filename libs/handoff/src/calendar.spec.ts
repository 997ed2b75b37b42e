import { describe, expect, it } from '@jest/globals';
import { type CalendarYear, dayKind, isCovered } from './calendar.js';
import { prcCalendar, prcCalendarYears } from './calendar-data.js';
import { weekdayOf } from './instant.js';

describe('the calendar of the PRC', () => {
  it.each([
    ['2025-03-14', 'working-day'],
    ['2025-03-15', 'weekend'],
    ['2025-03-16', 'weekend'],
    ['2025-05-01', 'public-holiday'],
    ['2025-05-04', 'public-holiday'], // a Sunday inside the period
    ['2025-04-27', 'working-day'], // a Sunday that makes up for it
    ['2025-10-08', 'public-holiday'],
    ['2025-10-11', 'working-day'], // Saturday
    ['2024-02-09', 'working-day'], // 除夕 2024: encouraged, not given
    ['2024-02-29', 'working-day'],
    ['2026-02-28', 'working-day'], // Saturday
    ['2026-02-23', 'public-holiday'],
    ['2027-10-01', 'working-day'], // not covered: a Friday like any other
    ['2027-10-02', 'weekend'],
  ])('%s is a %s', (day, kind) => expect(dayKind(prcCalendar, day)).toBe(kind));

  it('says which years it covers', () =>
    expect(['2023-12-31', '2024-01-01', '2026-12-31', '2027-01-01'].map((day) => isCovered(prcCalendar, day))).toEqual([
      false,
      true,
      true,
      false,
    ]));

  it.each(prcCalendarYears.map((year): [number, CalendarYear] => [year.year, year]))(
    '%d: the notice is named, not yet verified, and its days are of its year',
    (year, { source, verified, holidays, workingDays }) => {
      expect(source).toMatch(/^国办发明电〔\d{4}〕\d+号$/);
      expect(verified).toBe(false);
      for (const day of [...holidays.flat(), ...workingDays]) expect(day.slice(0, 4)).toBe(String(year));
      for (const [first, last] of holidays) expect(first <= last).toBe(true);
      for (const day of workingDays) expect(weekdayOf(day)).toBeGreaterThanOrEqual(6);
    },
  );

  it('gives each year exactly the days the law gives (全国年节及纪念日放假办法): 11 in 2024, 13 since 2025', () => {
    // Weekdays off, less weekend days worked for them.
    const given = (year: string) => {
      const holidays = [...prcCalendar.holidays].filter((day) => day.startsWith(year));
      const madeUp = [...prcCalendar.workingDays].filter((day) => day.startsWith(year));
      return holidays.filter((day) => weekdayOf(day) < 6).length - madeUp.length;
    };
    expect([given('2024'), given('2025'), given('2026')]).toEqual([11, 13, 13]);
  });
});
