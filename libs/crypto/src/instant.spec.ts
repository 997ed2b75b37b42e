import { expect, it } from '@jest/globals';
import { isInstant } from './instant.js';

it.each(['2026-03-02T01:15:00.000Z', '2024-02-29T23:59:59.999Z'])('%s is an instant', (text) => {
  expect(isInstant(text)).toBe(true);
});

it.each([
  '2026-03-02T01:15:00Z',
  '2026-03-02T01:15:00.0Z',
  '2026-03-02T01:15:00.000+08:00',
  '2026-03-02T01:15:00.000z',
  '2026-03-02 01:15:00.000Z',
  '2026-02-29T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-03-02T24:00:00.000Z',
  '2026-03-02T23:59:60.000Z',
  ' 2026-03-02T01:15:00.000Z',
  '2026-03-02T01:15:00.000Z\n',
  '+012026-03-02T01:15:00.000Z',
  '',
  0,
  undefined,
])('%p is none', (text) => {
  expect(isInstant(text)).toBe(false);
});
