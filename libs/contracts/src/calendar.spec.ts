import { describe, expect, it } from '@jest/globals';
import { SCHEMAS } from './index.js';

const pick = (schema: string, ...path: readonly string[]): string =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], SCHEMAS[schema]) as string;

const day = new RegExp(pick('defs.v1', '$defs', 'day', 'pattern'), 'u');
const instant = new RegExp(pick('defs.v1', '$defs', 'instant', 'pattern'), 'u');

/** Whether a text is a day by the calendar of the platform. */
const exists = (text: string): boolean => {
  const at = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
};
const two = (number: number): string => String(number).padStart(2, '0');
const daysOf = (year: number): readonly string[] =>
  Array.from({ length: 14 * 33 }, (_, n) => `${year}-${two(Math.floor(n / 33))}-${two(n % 33)}`);

describe('a day', () => {
  it.each([1900, 1999, 2000, 2024, 2025, 2100, 2400, 9996, 9999])('of %i is one of the calendar', (year) => {
    expect(daysOf(year).filter((text) => day.test(text))).toEqual(daysOf(year).filter(exists));
  });
  it('29 February is one in leap years alone, 1900 to 9999', () => {
    const leapDays = Array.from({ length: 8_100 }, (_, n) => `${1900 + n}-02-29`);
    expect(leapDays.filter((text) => day.test(text))).toEqual(leapDays.filter(exists));
  });
  it.each(['1899-12-31', '0000-01-01', '2025-1-1', '２０２５-01-01', ' 2025-01-01', '2025-01-01\n'])(
    'is not %j',
    (text) => expect(day.test(text)).toBe(false),
  );
});

describe('an instant', () => {
  it('falls on a day of the calendar, 1900 to 2199', () => {
    const leapDays = Array.from({ length: 300 }, (_, n) => `${1900 + n}-02-29`);
    const years = [1900, 1999, 2000, 2025, 2100, 2199].flatMap((year) => daysOf(year));
    const texts = [...leapDays, ...years];
    expect(texts.filter((text) => instant.test(`${text}T00:00:00.000Z`))).toEqual(texts.filter(exists));
  });
  it.each(['00:00:00.000Z', '23:59:59.999Z'])('may be at %s', (time) =>
    expect(instant.test(`2025-03-10T${time}`)).toBe(true),
  );
  it.each(['24:00:00.000Z', '23:60:00.000Z', '23:59:60.000Z', '09:30:00Z', '09:30:00.000+08:00', '09:30:00.000z'])(
    'may not be at %s',
    (time) => expect(instant.test(`2025-03-10T${time}`)).toBe(false),
  );
  it.each(['1899-12-31', '2200-01-01', '9999-12-31'])('is not on %s', (text) =>
    expect(instant.test(`${text}T00:00:00.000Z`)).toBe(false),
  );
  it('is the same in the envelope', () => {
    expect(pick('hub-event.v1', 'properties', 'time', 'pattern')).toBe(instant.source);
  });
});
