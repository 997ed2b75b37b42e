import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseScenario } from './scenario-file.js';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));

const fail = (problem: string): never => {
  throw new Error(problem);
};
const HEAD = 'scenario: X\ntitle: a title\nactors: { 吴江: { agency: cca-320509 } }\nsteps:\n';
const BOMB = `scenario: &a [x, x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(', ')}]`).join('\n')}`;
const APPLY =
  '  - { at: 2025-05-07T00:00Z, by: 吴江, do: applyTransfer, with: { personId: T-1, receivingDivision: x, reason: study';
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
  ['an empty file', '', /file/],
  ['a field twice', `${HEAD}  - { at: 2025-05-07T00:00Z, says: a, says: b }`, /unique/],
  ['aliases without end', BOMB, /alias/i],
  ['two documents', `${HEAD}  - at: 2025-05-07T00:00Z\n---\nscenario: Y`, /several documents/],
  [
    'an agency of no directory',
    HEAD.replace('cca-320509', 'cca-999999') + '  - at: 2025-05-07T00:00Z',
    /actors\.吴江\.agency/,
  ],
  [
    'an input that is missing',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: applyTransfer, with: { personId: T-1 } }',
    /steps\[0\]\.with: .*receivingDivision/,
  ],
  [
    'a value that the API does not know',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: applyTransfer, with: { personId: T-1, receivingDivision: x, reason: fun } }',
    /steps\[0\]\.with\.reason: .*fun/,
  ],
  [
    'a value of another type',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: registerIntake, with: { personId: T-1, category: Parole, correctionStart: 2025-01-01, correctionEnd: 2026-01-01, ageAtOffence: old } }',
    /steps\[0\]\.with\.ageAtOffence/,
  ],
  [
    'a document that is none',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: applyTransfer, with: { personId: T-1, receivingDivision: x, reason: study, documents: [poem] } }',
    /steps\[0\]\.with\.documents\[0\]\.kind: .*poem/,
  ],
  [
    'a transfer that no act has opened',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: withdrawTransfer, with: { transferId: $transfer, reason: agency } }',
    /steps\[0\]\.with: .*\$transfer/,
  ],
  [
    'a transfer under a name that nobody gave',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, transfer: $other, status: APPLIED }] }',
    /steps\[0\]\.expect: .*\$other/,
  ],
  [
    'a refusal that the API does not have',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: applyTransfer, refused: NO_SUCH_CODE }',
    /steps\[0\]\.refused/,
  ],
  ['a fact of no type', '  - { at: 2025-05-07T00:00Z, facts: [transfer.done] }', /steps\[0\]\.facts\[0\]/],
  [
    'a status that there is none',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, transfer: T, status: DONE }] }',
    /steps\[0\]\.expect\[0\]\.status/,
  ],
  [
    'a step without a limit',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, transfer: T, deadlines: { TEA: { due: 2025-05-07 } } }] }',
    /steps\[0\]\.expect\[0\]\.deadlines\.TEA: no step that has a limit/,
  ],
  [
    'a query that is none',
    "  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, query: '{ person', gives: {} }] }",
    /steps\[0\]\.expect\[0\]\.query/,
  ],
  ['an instant without an offset', '  - at: 2025-05-07T00:00', /steps\[0\]\.at/],
  [
    'a day among the inputs that is not in the calendar',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: registerIntake, with: { personId: T-1, category: Parole, correctionStart: 2025-01-01, correctionEnd: 2026-02-30 } }',
    /steps\[0\]\.with\.correctionEnd: .*2026-02-30/,
  ],
  [
    'an instant of an act that is not in the calendar',
    '  - { at: 2025-05-07T00:00Z, by: 吴江, do: sendFile, with: { transferId: T, occurredAt: 2025-02-30T00:00:00Z } }',
    /steps\[0\]\.with\.occurredAt: .*2025-02-30/,
  ],
  ['an instant of an act that is none', `${APPLY}, occurredAt: yesterday } }`, /with\.occurredAt: .*yesterday/],
  [
    'a due day that is not in the calendar',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, transfer: T, deadlines: { REPLY: { due: 2025-02-30 } } }] }',
    /steps\[0\]\.expect\[0\]\.deadlines\.REPLY\.due/,
  ],
  [
    'a query for a field that the API does not know',
    "  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, query: '{ worklist { colour } }', gives: {} }] }",
    /steps\[0\]\.expect\[0\]\.query: .*colour/,
  ],
  [
    'a query of two fields in which only the log is asked for what it does not know',
    "  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, query: '{ treeHead { size height } }', fails: FORBIDDEN }] }",
    /steps\[0\]\.expect\[0\]\.query: /,
  ],
  [
    'an act in the place of a query',
    "  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, query: 'mutation { sendFile }', gives: {} }] }",
    /steps\[0\]\.expect\[0\]\.query: .*`do`/,
  ],
  ['a step without its time', '  - { says: x }', /steps\[0\]\.at: the field is missing$/],
  [
    'a limit without its day',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, transfer: T, deadlines: { REPLY: { met: true } } }] }',
    /steps\[0\]\.expect\[0\]\.deadlines\.REPLY\.due: the field is missing$/,
  ],
  [
    'a file without its name',
    'title: a title\nactors: {}\nsteps: [{ at: 2025-05-07T00:00Z }]',
    /^scenario: the field is missing$/,
  ],
  ['an act of nobody', '  - { at: 2025-05-07T00:00Z, do: sendFile }', /steps\[0\]\.by: the field is missing$/],
  ['an actor of no name', "  - { at: 2025-05-07T00:00Z, by: '', do: sendFile }", /steps\[0\]\.by: no actor ""$/],
  [
    'one who answers that is neither actor nor agency',
    '  - { at: 2025-05-07T00:00Z, expect: [{ by: 吴江, person: T-1, at: 2025-05-07T00:00Z, answerable: 苏州 }] }',
    /steps\[0\]\.expect\[0\]\.answerable: .*苏州/,
  ],
])('refuses %s, with its place', (_, steps, message) => {
  expect(() => (steps.startsWith(' ') ? read(steps) : parseScenario(steps, fail))).toThrow(message);
});

it.each(['GRAPHQL_VALIDATION_FAILED', 'FIELD_INVALID'])('takes an input that is to be refused with %s', (refused) => {
  const opening = "{ personId: T-1, category: None, correctionStart: '2025-02-30', correctionEnd: '2027-01-05' }";
  const step = `  - { at: 2025-05-07T00:00Z, by: 吴江, do: registerIntake, with: ${opening}`;
  expect(read(`${step}, refused: ${refused} }`)).toMatchObject({ steps: [{ refused }] });
  expect(() => read(`${step}, refused: PERSON_UNKNOWN }`)).toThrow(/steps\[0\]\.with/);
});

it.each(readdirSync(FOLDER).filter((file) => file.endsWith('.yaml')))('%s can be read', (file) => {
  expect(parseScenario(readFileSync(`${FOLDER}${file}`, 'utf8'), fail)).toMatchObject({ steps: expect.any(Array) });
});
