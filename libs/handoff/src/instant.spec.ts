import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  dayOf,
  daysBetween,
  endOfDay,
  isInstant,
  isPlainDate,
  parseInstant,
  startOfDay,
  weekdayOf,
} from './instant.js';

const days = fc.integer({ min: -20_000, max: 100_000 }).map((days) => addDays('1970-01-01', days));
const instants = fc
  .date({ min: new Date('1950-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('instants', () => {
  it.each([
    ['2025-03-10T09:30:00+08:00', '2025-03-10T01:30:00.000Z'],
    ['2025-03-10t01:30:00z', '2025-03-10T01:30:00.000Z'],
    ['2025-03-09T20:30:00.123456789-05:00', '2025-03-10T01:30:00.123Z'],
    ['2024-02-29T23:59:59.9Z', '2024-02-29T23:59:59.900Z'],
  ])('%s is %s', (text, instant) => expect(parseInstant(text)).toBe(instant));

  it.each([
    '',
    '2025-03-10',
    '2025-03-10T09:30:00',
    '2025-03-10 09:30:00Z',
    '2025-02-29T00:00:00Z',
    '2025-04-31T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-03-10T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '2025-03-10T09:30:00+24:00',
    '+002025-03-10T09:30:00Z',
    '0099-03-10T09:30:00Z',
    '9999-12-31T23:59:59-01:00',
    '2025-03-10T09:30:00Z\n',
  ])('%j is none', (text) => expect(parseInstant(text)).toBeUndefined());

  it('has one form only', () => {
    expect(isInstant('2025-03-10T01:30:00.000Z')).toBe(true);
    expect(isInstant('2025-03-10T01:30:00Z')).toBe(false);
    expect(isInstant('2025-03-10T09:30:00.000+08:00')).toBe(false);
    expect(isInstant('2025-02-29T01:30:00.000Z')).toBe(false);
    expect(isInstant('2025-03-10T25:30:00.000Z')).toBe(false);
  });

  it('compares as text in the order of time', () =>
    fc.assert(fc.property(instants, instants, (a, b) => expect(a < b).toBe(Date.parse(a) < Date.parse(b)))));
});

describe('legal days in Asia/Shanghai', () => {
  it.each([
    ['2025-03-09T15:59:59.999Z', '2025-03-09'],
    ['2025-03-09T16:00:00.000Z', '2025-03-10'],
    ['2024-12-31T16:00:00.000Z', '2025-01-01'],
    // China had summer time in 1986 to 1991; the law here is from 2020, and UTC+8 holds throughout.
    ['1990-06-30T15:30:00.000Z', '1990-06-30'],
  ])('%s falls on %s', (instant, day) => expect(dayOf(instant)).toBe(day));

  it('ends at 24:00, which is the first instant of the next day', () => {
    expect(endOfDay('2025-03-17')).toBe('2025-03-17T16:00:00.000Z');
    expect(dayOf(endOfDay('2025-03-17'))).toBe('2025-03-18');
  });

  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2025-02-28', 1, '2025-03-01'],
    ['2024-12-31', 1, '2025-01-01'],
    ['2025-01-01', -1, '2024-12-31'],
    ['2100-02-28', 1, '2100-03-01'],
  ])('%s and %d days is %s', (day, count, result) => expect(addDays(day, count)).toBe(result));

  it('knows the weekday', () =>
    expect(['2025-03-10', '2025-03-15', '2025-03-16', '1969-12-31'].map(weekdayOf)).toEqual([1, 6, 7, 3]));

  it('every instant of a day falls on it, and counting undoes adding', () =>
    fc.assert(
      fc.property(days, fc.integer({ min: -3_000, max: 3_000 }), (day, count) => {
        expect(dayOf(startOfDay(day))).toBe(day);
        expect(startOfDay(day) < endOfDay(day)).toBe(true);
        expect(daysBetween(day, addDays(day, count))).toBe(count);
        expect(isPlainDate(day)).toBe(true);
      }),
    ));

  it('refuses what is no day and no instant, with a code', () => {
    expect(() => addDays('2025-02-29', 1)).toThrow(expect.objectContaining({ code: 'PLAIN_DATE_INVALID' }));
    expect(() => addDays('9999-12-31', 1)).toThrow(expect.objectContaining({ code: 'PLAIN_DATE_INVALID' }));
    expect(() => dayOf('2025-02-29T00:00:00.000Z')).toThrow(expect.objectContaining({ code: 'INSTANT_INVALID' }));
    expect(() => dayOf('2025-03-10')).toThrow(expect.objectContaining({ code: 'INSTANT_INVALID' }));
  });
});
