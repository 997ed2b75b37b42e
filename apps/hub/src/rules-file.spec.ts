import { expect, it } from '@jest/globals';
import { parseRules } from './rules-file.js';

const read = (text: string): unknown => parseRules(text, 'own.yaml');
const OVERLAY = "overlays: [{ node: '32', version: '2', base: '2020.1', effectiveFrom: 2024-01-01";
const RULE = '{ article: 苏细则7, source: recalled, verified: false, text: Target of a day. }';

it('what a province adds is read with its defaults', () =>
  expect(read(`${OVERLAY}, targets: [{ step: OPINION, days: 1, rule: ${RULE} }] }]`)).toEqual({
    overlays: [
      {
        ...{ node: '32', version: '2', base: '2020.1', effectiveFrom: '2024-01-01', effectiveTo: null, offices: [] },
        targets: [
          {
            ...{ step: 'OPINION', days: 1 },
            rule: { article: '苏细则7', source: 'recalled', verified: false, text: 'Target of a day.' },
          },
        ],
      },
    ],
  }));

it.each([
  ['an empty file', '', /file: /],
  ['an unknown field', 'holidays: []', /holidays/],
  [
    'a rule without its source',
    `${OVERLAY}, targets: [{ step: OPINION, days: 1, rule: { article: 苏7 } }] }]`,
    /overlays\.0\.targets\.0\.rule\.source/,
  ],
  ['a province that has no node', OVERLAY.replace("'32'", "'35'") + ' }]', /overlays\.0\.node/],
  [
    'a day that is none',
    'calendar: [{ year: 2027, source: x, verified: false, holidays: [[2027-02-29, 2027-03-01]], workingDays: [] }]',
    /calendar\.0\.holidays\.0\.0/,
  ],
  [
    'a day of another year',
    'calendar: [{ year: 2027, source: x, verified: false, holidays: [], workingDays: [2026-12-31] }]',
    /2027: 2026-12-31 is of another year/,
  ],
  [
    'a switch with an answer that is none',
    "packs: [{ version: '3', base: '2020.1', effectiveFrom: 2026-01-01, policy: { silence: consent } }]",
    /packs\.0\.policy\.silence/,
  ],
  ['a key twice', 'calendar: []\ncalendar: []', /own\.yaml: /],
  ['no YAML', 'calendar: [', /own\.yaml: /],
])('refuses %s, with its place', (_, text, message) => expect(() => read(text)).toThrow(message));
