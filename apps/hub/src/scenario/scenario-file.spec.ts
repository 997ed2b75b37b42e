import { expect, it } from '@jest/globals';
import { parseScenario } from './scenario-file.js';

const fail = (problem: string): never => {
  throw new Error(problem);
};
const HEAD = 'scenario: X\ntitle: a title\nactors: { 吴江: { agency: cca-320509 } }\nsteps:\n';
const read = (steps: string): unknown => parseScenario(`${HEAD}${steps}`, fail);

it('an instant is read in UTC, whatever its offset', () => {
  expect(read('  - at: 2025-05-07T00:00+08:00')).toMatchObject({ steps: [{ at: '2025-05-06T16:00:00.000Z' }] });
});

it.each([
  ['an unknown field of the file', `${HEAD}  - at: 2025-05-07T00:00Z\nnotes: none`, /notes/],
  ['an unknown field of a step', '  - { at: 2025-05-07T00:00Z, wth: {} }', /steps\[0\].*wth/],
  [
    'an act that the API does not know',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: approveAll }',
    /steps\[0\]\.do: .*approveAll/,
  ],
  [
    'an input that the act does not have',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: sendFile, with: { note: x } }',
    /steps\[0\]\.with\.note/,
  ],
  ['an actor that nobody is', '  - { at: 2025-05-07T00:00Z, by: 青浦, do: sendFile }', /steps\[0\]\.by/],
  ['a day that is not in the calendar', '  - at: 2025-02-29T00:00Z', /steps\[0\]\.at/],
  ['time that runs backwards', '  - at: 2025-05-07T00:00Z\n  - at: 2025-05-06T00:00Z', /steps\[1\]\.at/],
  ['two things in one step', "  - { at: 2025-05-07T00:00Z, cut: ['34'], restore: ['34'] }", /steps\[0\]: only one/],
  ['a node that does not exist', "  - { at: 2025-05-07T00:00Z, cut: ['35'] }", /steps\[0\]\.cut/],
  [
    'an expectation with an unknown field',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, transfer: $transfer, stat: X }] }',
    /steps\[0\]\.expect\[0\].*stat/,
  ],
  ['no YAML at all', '  - at: [', /./],
])('refuses %s, with its place', (_, steps, message) => {
  expect(() => (steps.startsWith('scenario') ? parseScenario(steps, fail) : read(steps))).toThrow(message);
});
