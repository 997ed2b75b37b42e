import { addDays, type PlainDate, weekdayOf } from './instant.js';

/** One year's notice of the State Council's General Office on public holidays 部分节假日安排. */
export interface CalendarYear {
  readonly year: number;
  /** The notice's number, e.g. 国办发明电〔2024〕12号. */
  readonly source: string;
  /** False until somebody has compared the data with the gazette. */
  readonly verified: boolean;
  /** Days off 放假调休, first and last day of each period; weekends inside a period belong to it. */
  readonly holidays: readonly (readonly [first: PlainDate, last: PlainDate])[];
  /** Weekend days on which everybody works 调休上班. */
  readonly workingDays: readonly PlainDate[];
}

/** Which days are off. Made from notices; replaced as a whole when a notice comes or is amended. */
export interface Calendar {
  /** The notices it was made from. */
  readonly years: readonly CalendarYear[];
  readonly coveredYears: ReadonlySet<number>;
  readonly holidays: ReadonlySet<PlainDate>;
  readonly workingDays: ReadonlySet<PlainDate>;
}

export type DayKind = 'working-day' | 'weekend' | 'public-holiday';

export const calendarFrom = (years: readonly CalendarYear[]): Calendar => ({
  years,
  coveredYears: new Set(years.map(({ year }) => year)),
  holidays: new Set(years.flatMap(({ holidays }) => holidays.flatMap(([first, last]) => daysOf(first, last)))),
  workingDays: new Set(years.flatMap(({ workingDays }) => workingDays)),
});

/** What kind of day it is. Outside the covered years only weekends are known: ask `isCovered`. */
export const dayKind = (calendar: Calendar, day: PlainDate): DayKind => {
  if (calendar.holidays.has(day)) return 'public-holiday';
  if (calendar.workingDays.has(day)) return 'working-day';
  return weekdayOf(day) >= 6 ? 'weekend' : 'working-day';
};

/** Whether the year's notice is in the calendar. */
export const isCovered = (calendar: Calendar, day: PlainDate): boolean =>
  calendar.coveredYears.has(Number(day.slice(0, 4)));

const daysOf = (first: PlainDate, last: PlainDate): readonly PlainDate[] =>
  first > last ? [] : [first, ...daysOf(addDays(first, 1), last)];
