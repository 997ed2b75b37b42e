import { isDeepStrictEqual } from 'node:util';
import { eventName } from '@delta-hub/contracts';
import { HubFault } from '../faults.js';
import { ask } from '../graphql-client.js';
import { bind } from './binding.js';
import { inOrderOfSigning } from './known-facts.js';
import { type Actor, type Expectation, nodeOf, type Scenario } from './scenario-file.js';
import type { Difference, Stage } from './stage.js';

interface Situation {
  readonly place: string;
  readonly transfers: Readonly<Record<string, string>>;
}

/** The expectations that are not met. */
export const differences = async (
  scenario: Scenario,
  expectations: readonly Expectation[],
  { place, transfers }: Situation,
  stage: Stage,
): Promise<readonly Difference[]> => {
  const unmet: Difference[] = [];
  for (const [index, expectation] of expectations.entries()) {
    const actor = scenario.actors[expectation.by];
    if (actor === undefined) throw new HubFault('SCENARIO_INVALID', `${place}[${index}].by`);
    const bound = bind(expectation, transfers, scenario.scenario) as Expectation;
    const { expected, found } = await compare(bound, actor, scenario, stage);
    if (!isDeepStrictEqual(expected, found)) unmet.push({ place: `${place}[${index}]`, expected, found });
  }
  return unmet;
};

interface Comparison {
  readonly expected: unknown;
  readonly found: unknown;
}

const compare = async (
  expectation: Expectation,
  actor: Actor,
  { actors }: Scenario,
  { fleet, tokenFor }: Stage,
): Promise<Comparison> => {
  const query = async <T>(text: string, variables: Record<string, unknown>): Promise<T> =>
    ask<T>(fleet.url(nodeOf(actor)), await tokenFor(actor), text, variables);
  if ('transfer' in expectation) return compareTransfer(expectation, query);
  if ('answerable' in expectation) {
    const { person } = await query<{ person: { answerable: { agency: { id: string } } | null } | null }>(
      `query Who($id: ID!, $at: DateTime!, $asOf: DateTime, $validAt: DateTime)
         { person(id: $id, asOf: $asOf, validAt: $validAt) { answerable(at: $at) { agency { id } } } }`,
      { id: expectation.person, at: expectation.at, asOf: expectation.asOf, validAt: expectation.validAt },
    );
    const wanted = expectation.answerable;
    return {
      expected: wanted === null ? null : (actors[wanted]?.agency ?? wanted),
      found: person?.answerable?.agency.id ?? null,
    };
  }
  const expected = 'gives' in expectation ? expectation.gives : { fails: expectation.fails };
  const fails = 'fails' in expectation ? expectation.fails : undefined;
  const found = await query<unknown>(expectation.query, expectation.variables).catch((error: unknown) =>
    errorOf(error, fails),
  );
  return { expected, found };
};

/** An error of the API as what was found: its code; of a query that the API does not read also what it says, unless just that code is expected. */
const errorOf = (error: unknown, expected: string | undefined): { readonly fails: string } => {
  if (!(error instanceof HubFault) || error.code !== 'STEP_REFUSED') throw error;
  const [code = '', ...rest] = error.message.split(':');
  return code !== expected &&
    (code === 'ERROR' || code === 'GRAPHQL_VALIDATION_FAILED' || code === 'GRAPHQL_PARSE_FAILED')
    ? { fails: `${code}:${rest.join(':')}` }
    : { fails: code };
};

type OfTransfer = Extract<Expectation, { readonly transfer: string }>;

interface SeenTransfer {
  readonly status: string;
  readonly fileStatus: string;
  readonly personStatus: string;
  readonly facts: readonly { readonly id: string; readonly type: string; readonly signedAt: string }[];
  readonly deadlines: readonly {
    readonly step: string;
    readonly about: string | null;
    readonly due: string;
    readonly met: boolean | null;
    readonly marginDays: number | null;
    readonly excusedBy: object | null;
  }[];
}

const compareTransfer = async (
  { by: _, transfer: id, asOf, validAt, isKnown, ...wanted }: OfTransfer,
  query: <T>(text: string, variables: Record<string, unknown>) => Promise<T>,
): Promise<Comparison> => {
  const { transfer } = await query<{ transfer: SeenTransfer | null }>(
    `query Seen($id: ID!, $asOf: DateTime, $validAt: DateTime)
       { transfer(id: $id, asOf: $asOf, validAt: $validAt) { status fileStatus personStatus facts { id type signedAt }
       deadlines { step about due met marginDays excusedBy { node peer from until } } } }`,
    { id, asOf, validAt },
  );
  if (isKnown === false) return { expected: null, found: transfer };
  if (transfer === null) return { expected: wanted, found: null };
  const { deadlines, ...plain } = wanted;
  const seen: Readonly<Record<string, unknown>> = {
    ...transfer,
    facts: inOrderOfSigning(transfer.facts).map(({ type }) => eventName(type) ?? type),
  };
  const found = Object.fromEntries(Object.keys(plain).map((field) => [field, seen[field]]));
  if (deadlines === undefined) return { expected: plain, found };
  const foundDeadlines = Object.fromEntries(
    Object.entries(deadlines).map(([step, fields]) => [step, fieldsOf(transfer.deadlines, step, Object.keys(fields))]),
  );
  return { expected: wanted, found: { ...found, deadlines: foundDeadlines } };
};

/** A due instant is the end of its legal day, 24:00 Asia/Shanghai; a file names the day. */
const fieldsOf = (deadlines: SeenTransfer['deadlines'], step: string, fields: readonly string[]): unknown => {
  const [name, about] = step.split('#');
  const one = deadlines.find((each) => each.step === name && (about === undefined || each.about === about));
  if (one === undefined) return undefined;
  const day = new Date(Date.parse(one.due) - 1 + 8 * 3_600_000).toISOString().slice(0, 10);
  const all: Readonly<Record<string, unknown>> = {
    due: day,
    met: one.met,
    marginDays: one.marginDays,
    excusedBy: one.excusedBy,
  };
  return Object.fromEntries(fields.map((field) => [field, all[field]]));
};

/** What is not as the scenario has it, for a person to read. */
export const describeDifference = ({ place, expected, found }: Difference): string =>
  `${place}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
