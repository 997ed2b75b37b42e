import { HandoffFault } from './faults.js';

/** A point in time: RFC 3339 in UTC with milliseconds, exactly `YYYY-MM-DDTHH:mm:ss.sssZ`. Compares as text. */
export type Instant = string;

/** A legal day 日 in Asia/Shanghai, `YYYY-MM-DD`. Compares as text. */
export type PlainDate = string;

/** Asia/Shanghai is UTC+8 the whole year round; there is no summer time. */
const SHANGHAI = 8 * 3_600_000;
const DAY = 24 * 3_600_000;

const INSTANT = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const PLAIN_DATE = /^(?:19|[2-9]\d)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** Up to this day of a month every month has it. */
const IN_EVERY_MONTH = '28';

/** Whether the text is a day of the calendar, 1900 to 9999: `2025-02-29` is not. */
export const isPlainDate = (text: string): boolean =>
  PLAIN_DATE.test(text) && (text.slice(8) <= IN_EVERY_MONTH || text === textOfDay(Date.parse(`${text}T00:00:00Z`)));

/** Whether the text is an instant in the one form that is stored and compared. */
export const isInstant = (text: string): boolean => INSTANT.test(text) && isPlainDate(text.slice(0, 10));

/**
 * An RFC 3339 date and time with any offset as an `Instant`; undefined when it is none.
 * Digits below the millisecond are cut off; a leap second (`:60`) is refused.
 */
export const parseInstant = (text: string): Instant | undefined => {
  const [, day = '', hour, minute, second, fraction = '.', offset = 'Z'] = RFC_3339.exec(text) ?? [];
  if (!isPlainDate(day)) return undefined;
  const milliseconds = fraction.slice(1, 4).padEnd(3, '0');
  const instant = new Date(`${day}T${hour}:${minute}:${second}.${milliseconds}${offset.toUpperCase()}`).toISOString();
  return INSTANT.test(instant) ? instant : undefined;
};

/** The legal day an instant falls on. Throws INSTANT_INVALID. */
export const dayOf = (instant: Instant): PlainDate => {
  const known = days.get(instant);
  if (known !== undefined) return known;
  if (!isInstant(instant)) throw new HandoffFault('INSTANT_INVALID', instant);
  return remember(days, instant, textOfDay(Date.parse(instant) + SHANGHAI));
};

/** 00:00 of a legal day. */
export const startOfDay = (day: PlainDate): Instant =>
  starts.get(day) ?? remember(starts, day, new Date(numberOfDay(day) * DAY - SHANGHAI).toISOString());

/** 24:00 of a legal day, which is 00:00 of the next: the first instant that is too late. */
export const endOfDay = (day: PlainDate): Instant => startOfDay(addDays(day, 1));

/** Throws PLAIN_DATE_INVALID, also when the result lies outside 1900 to 9999. */
export const addDays = (day: PlainDate, days: number): PlainDate => {
  const result = textOfDay((numberOfDay(day) + days) * DAY);
  if (!isPlainDate(result)) throw new HandoffFault('PLAIN_DATE_INVALID', `${day} and ${days} days`);
  return result;
};

/** 月 counted by the calendar (高法解释 202): the same date so many months on, or the last day of that month. */
export const addMonths = (day: PlainDate, months: number): PlainDate => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
};

/** Calendar days from one day to another; negative when `to` is earlier. */
export const daysBetween = (from: PlainDate, to: PlainDate): number => numberOfDay(to) - numberOfDay(from);

/** Monday 1 to Sunday 7. */
export const weekdayOf = (day: PlainDate): number => ((((numberOfDay(day) + 3) % 7) + 7) % 7) + 1;

/** Days since 1970-01-01. Throws PLAIN_DATE_INVALID. */
const numberOfDay = (day: PlainDate): number => {
  const known = numbers.get(day);
  if (known !== undefined) return known;
  if (!isPlainDate(day)) throw new HandoffFault('PLAIN_DATE_INVALID', day);
  return remember(numbers, day, Date.parse(`${day}T00:00:00Z`) / DAY);
};

const textOfDay = (milliseconds: number): PlainDate => {
  if (Number.isNaN(milliseconds)) return '';
  const number = Math.floor(milliseconds / DAY);
  return texts.get(number) ?? remember(texts, number, new Date(milliseconds).toISOString().slice(0, 10));
};

/**
 * Legal days come again and again, a few years of them, and so do the instants of a case: to read one as text costs more
 * than all that is counted with it.
 */
const numbers = new Map<PlainDate, number>();
const texts = new Map<number, PlainDate>();
const starts = new Map<PlainDate, Instant>();
const days = new Map<Instant, PlainDate>();
const MOST_DAYS = 20_000;

const remember = <K, V>(known: Map<K, V>, key: K, value: V): V => {
  if (known.size >= MOST_DAYS) known.clear();
  known.set(key, value);
  return value;
};
