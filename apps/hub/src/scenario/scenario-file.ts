import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { agencyById, EVENT_NAMES } from '@delta-hub/contracts';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { HubFault } from '../faults.js';
import { isNodeId, type NodeId } from '../nodes.js';
import { queryFault } from './api-schema.js';
import { bind } from './binding.js';
import { isDay, isInstant } from './calendar.js';
import { inputFault, mutationOf, valuesOf } from './mutations.js';

/** An instant with its offset, as a person writes it: seconds may be left out. Read as UTC with milliseconds. */
const instant = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/,
    'an instant such as 2025-03-10T09:30+08:00',
  )
  .refine((text) => isInstant(text), 'no instant of the calendar')
  .transform((text) => new Date(text).toISOString());

const node = z.string().refine(isNodeId, 'one of "31", "32", "33", "34"');
const legalDay = z.string().refine(isDay, 'a legal day of the calendar, YYYY-MM-DD in Asia/Shanghai');
const values = z.record(z.string(), z.json());
const oneOf = (name: string) => z.enum(valuesOf(name));
const factName = z.enum(EVENT_NAMES);
/** Errors of the API that are no refusal of a command, see docs/scenarios.md. */
const errorCode = z.enum([
  'GRAPHQL_VALIDATION_FAILED',
  'AS_OF_IN_FUTURE',
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'UNAUTHENTICATED',
]);
const text = z.string().superRefine((query, context) => {
  const message = queryFault(query);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Who acts: an officer of an agency of the directory. */
const actor = z.strictObject({
  agency: z.string().refine((id) => agencyById(id) !== undefined, 'no agency of the directory'),
  role: z.enum(['officer', 'office-officer', 'inspector', 'operator', 'recipient']).default('officer'),
  /** `juvenile`: one of those whose work is with minors. */
  duty: z.literal('juvenile').optional(),
  /** The officer's number; when absent, invented from the agency, whose second officer then approves what the first prepared. */
  officer: z.string().min(1).optional(),
});

/** What the legal deadline of a step must be: its last day, and how it was kept. */
const deadline = z.strictObject({
  due: legalDay,
  met: z.boolean().nullable().optional(),
  marginDays: z.int().nullable().optional(),
  /** The outage that excuses why it came late. */
  excusedBy: z.strictObject({ node, peer: node, from: instant, until: instant }).nullable().optional(),
});

const isDeadline = (name: string): boolean => valuesOf('DeadlineStep').includes(name.split('#')[0] ?? '');

/** The two times of a question: what the node knew then, and what had been done by then. */
const times = { asOf: instant.optional(), validAt: instant.optional() };

/** One thing that must be so, as an actor sees it at their own node. Only the fields that are written are compared. */
const expectation = z.union([
  z.strictObject({
    by: z.string(),
    transfer: z.string(),
    ...times,
    /** False: the node must show no such transfer. */
    isKnown: z.literal(false).optional(),
    status: oneOf('TransferStatus').optional(),
    fileStatus: oneOf('FileStatus').optional(),
    personStatus: oneOf('PersonStatus').optional(),
    /** Every fact of the case at this node, by type, in the order in which it was signed. */
    facts: z.array(factName).optional(),
    /** By step; with `#` and what it is about where a case has the limit several times. */
    deadlines: z.record(z.string().refine(isDeadline, 'no step that has a limit'), deadline).optional(),
  }),
  z.strictObject({ by: z.string(), person: z.string(), at: instant, ...times, answerable: z.string().nullable() }),
  z.strictObject({ by: z.string(), query: text, variables: values.default({}), gives: z.json() }),
  z.strictObject({
    by: z.string(),
    query: text,
    variables: values.default({}),
    fails: z.string().regex(/^[A-Z][A-Z_]*$/, 'an error code'),
  }),
]);

/** One moment of a scenario. At most one of `do`, `cut` and `restore`; with none of them only time passes. */
const step = z.strictObject({
  at: instant,
  says: z.string().optional(),
  by: z.string().optional(),
  do: z.string().optional(),
  with: values.default({}),
  /** The code with which the act must be refused; without it, it must be recorded. */
  refused: z.union([oneOf('RefusalCode'), errorCode], 'no refusal of the API').optional(),
  /** Keeps the transfer that this act opens under a name of its own: `$name` instead of `$transfer`. */
  as: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]*$/, 'a name')
    .optional(),
  /** Takes nodes off the line: they go on working, alone. */
  cut: z.array(node).min(1).optional(),
  /** Puts nodes back on the line. */
  restore: z.array(node).min(1).optional(),
  /** Every fact of the scenario's transfers that is new since the step before, by type, in the order of signing. */
  facts: z.array(factName).optional(),
  expect: z.array(expectation).default([]),
});

const Schema = z.strictObject({
  scenario: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, 'letters, digits and hyphens'),
  title: z.string().min(1),
  actors: z.record(z.string(), actor),
  steps: z.array(step).min(1),
});

export type Scenario = z.infer<typeof Schema>;
export type Step = Scenario['steps'][number];
export type Expectation = z.infer<typeof expectation>;
export type Actor = Scenario['actors'][string];

/** The scenario that is played when none is named. */
export const G0 = fileURLToPath(new URL('../../scenarios/g0.yaml', import.meta.url));

/** Reads a scenario, YAML 1.2 or JSON. @throws HubFault `SCENARIO_INVALID` naming the place, before anything is played */
export const readScenario = (file: string): Scenario => {
  const fail = (problem: string): never => {
    throw new HubFault('SCENARIO_INVALID', `${file}: ${problem}`);
  };
  const text = ((): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return fail('cannot be read');
    }
  })();
  return parseScenario(text, fail);
};

export const parseScenario = (text: string, fail: (problem: string) => never): Scenario => {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const flaw = document.errors[0] ?? document.warnings[0];
  if (flaw?.code === 'MULTIPLE_DOCS') return fail(`several documents, where one is a scenario: ${placeOf(flaw)}`);
  if (flaw !== undefined) return fail(flaw.message.split('\n')[0] ?? 'not YAML');
  const read = ((): unknown => {
    try {
      // A handful of aliases is a convenience, a thousand are an attack.
      return document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      return fail((error as Error).message);
    }
  })();
  if (read === null) return fail('file: empty');
  const parsed = Schema.safeParse(read, { error: ({ input }) => (input === undefined ? MISSING : undefined) });
  if (!parsed.success) return fail(describe(parsed.error.issues[0]));
  const problem = firstProblem(parsed.data);
  return problem === undefined ? parsed.data : fail(problem);
};

const MISSING = 'the field is missing';

const placeOf = ({ linePos: [from] = [] }: { readonly linePos?: readonly { readonly line: number }[] | undefined }) =>
  `line ${from?.line ?? 1}`;

/** The innermost reason: of the forms an expectation may have, the one that came nearest. */
const describe = (issue: z.core.$ZodIssue | undefined, above: readonly PropertyKey[] = []): string => {
  if (issue === undefined) return 'not a scenario';
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.toSorted((a, b) => unknownFields(a) - unknownFields(b) || a.length - b.length)[0];
    if (nearest?.[0] !== undefined) return describe(nearest[0], path);
  }
  const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue;
  return `${
    path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('')
      .replace(/^\./, '') || 'file'
  }: ${message}`;
};

const unknownFields = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);

/** What the form alone cannot say: names that nobody has, acts that the API does not know, time that runs backwards. */
const firstProblem = ({ scenario, actors, steps }: Scenario): string | undefined => {
  const opened = new Set<string>();
  const isKnown = (name: string): boolean => Object.hasOwn(actors, name);
  for (const [index, one] of steps.entries()) {
    const place = `steps[${index}]`;
    const before = steps[index - 1];
    if (before !== undefined && one.at < before.at) return `${place}.at: before the step above it`;
    if ([one.do, one.cut, one.restore].filter((kind) => kind !== undefined).length > 1)
      return `${place}: only one of do, cut and restore`;
    if (one.do === undefined) {
      const stray = (['by', 'refused', 'as'] as const).find((field) => one[field] !== undefined);
      if (stray !== undefined || Object.keys(one.with).length > 0) return `${place}.${stray ?? 'with'}: nothing to do`;
    } else {
      if (one.by === undefined) return `${place}.by: ${MISSING}`;
      if (!isKnown(one.by)) return `${place}.by: no actor ${JSON.stringify(one.by)}`;
      const mutation = mutationOf(one.do);
      if (mutation === undefined) return `${place}.do: the API has no mutation ${one.do}`;
      const stray = Object.keys(one.with).find((field) => !mutation.fields.has(field));
      if (stray !== undefined) return `${place}.with.${stray}: ${one.do} has no such input`;
      const isToBeRefused = one.refused !== undefined && OF_WRONG_INPUT.includes(one.refused);
      const fault = isToBeRefused ? undefined : inputFault(mutation, bind(one.with, {}, scenario));
      if (fault !== undefined) return `${place}.with${fault}`;
      const unnamed = namesIn(one.with).find((name) => !opened.has(name));
      if (unnamed !== undefined) return `${place}.with: no act before opens ${unnamed}`;
      if (one.do === 'applyTransfer') opened.add(`$${one.as ?? 'transfer'}`);
    }
    const lost = namesIn(one.expect.map(({ by: _by, ...rest }) => rest)).find((name) => !opened.has(name));
    if (lost !== undefined) return `${place}.expect: no act before opens ${lost}`;
    for (const [n, expected] of one.expect.entries()) {
      if (!isKnown(expected.by)) return `${place}.expect[${n}].by: no actor ${JSON.stringify(expected.by)}`;
      const answers = 'answerable' in expected ? expected.answerable : null;
      if (answers !== null && !isKnown(answers) && agencyById(answers) === undefined)
        return `${place}.expect[${n}].answerable: no actor and no agency ${JSON.stringify(answers)}`;
    }
  }
  return undefined;
};

/** With these codes the API refuses an input that it cannot take: a step that expects it gives one. */
const OF_WRONG_INPUT: readonly string[] = ['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'FIELD_INVALID'];

/** The names `$name` among values. */
const namesIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return /^\$[a-z][A-Za-z0-9]*$/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
};

export const nodeOf = ({ agency }: Actor): NodeId => agencyById(agency)?.node as NodeId;
