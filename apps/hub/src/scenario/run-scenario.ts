import { isDeepStrictEqual } from 'node:util';
import { eventName } from '@delta-hub/contracts';
import { v5 as uuidv5 } from 'uuid';
import { HubFault } from '../faults.js';
import { ask } from '../graphql-client.js';
import { bind } from './binding.js';
import { differences } from './expectations.js';
import { inOrderOfSigning } from './known-facts.js';
import { mutationOf, textOf } from './mutations.js';
import type { NodeId } from '../nodes.js';
import { type Actor, nodeOf, type Scenario, type Step } from './scenario-file.js';
import { settle } from './settle.js';
import type { Difference, Progress, Stage } from './stage.js';

/** Names the commands of a scenario, so that one that was cut off goes on instead of starting again. */
const PLAY_NAMESPACE = '6f0e2a52-0d0b-5a5c-9c39-7f1d4c8f7e11';

export const startOf = ({ scenario }: Scenario): Progress => ({
  scenario,
  done: 0,
  transfers: {},
  seen: [],
  failures: [],
});

/**
 * Plays a scenario through the nodes' public GraphQL API, as its officers would, from where it was left. An expectation
 * that is not met is kept with its step and the play goes on; an act that is refused or recorded against the file stops it.
 * @throws HubFault `STEP_REFUSED` (a node failed to answer a question of the play itself), `TIMED_OUT`
 */
export const runScenario = async (scenario: Scenario, from: Progress, stage: Stage): Promise<Progress> => {
  let progress = from;
  await cutAsBefore(scenario.steps.slice(0, from.done), stage);
  for (const [index, step] of scenario.steps.entries()) {
    if (index >= progress.done) {
      progress = await runStep(scenario, step, index, progress, stage);
      if (progress.stopped !== undefined) return progress;
      stage.save(progress);
    } else if (from.done === scenario.steps.length) continue;
    if (step.says !== undefined) stage.say(`${localMinute(step.at)}  ${step.says}`);
  }
  return progress;
};

/** A hub that was stopped comes back with every node on the line: those that were cut are cut again. */
const cutAsBefore = async (done: readonly Step[], { fleet }: Stage): Promise<void> => {
  const cut = new Set<NodeId>();
  for (const step of done) {
    for (const node of step.cut ?? []) cut.add(node);
    for (const node of step.restore ?? []) cut.delete(node);
  }
  await fleet.link([...cut], false);
};

const runStep = async (
  scenario: Scenario,
  step: Step,
  index: number,
  progress: Progress,
  stage: Stage,
): Promise<Progress> => {
  const place = `steps[${index}]`;
  await stage.fleet.drive(step.at);
  // What the clock alone brings about comes before the act.
  await settle(stage);
  if (step.cut !== undefined) await stage.fleet.link(step.cut, false);
  if (step.restore !== undefined) await stage.fleet.link(step.restore, true);
  const { opened, stopped } = step.do === undefined ? {} : await act(scenario, step, index, progress, stage);
  if (stopped !== undefined) return { ...progress, stopped };
  // `$transfer` is the one that was opened last: an act in another leaves it.
  const isNamed = step.as === undefined && Object.values(progress.transfers).includes(opened ?? '');
  const transfers =
    opened === undefined || isNamed ? progress.transfers : { ...progress.transfers, [step.as ?? 'transfer']: opened };
  await settle(stage);
  const known = await factsOf(scenario, Object.values(transfers), stage);
  const fresh = known.filter(({ id }) => !progress.seen.includes(id));
  const types = fresh.map(({ type }) => type);
  const unexpected =
    step.facts === undefined || isDeepStrictEqual(types, step.facts)
      ? []
      : [{ place: `${place}.facts`, expected: step.facts, found: types }];
  const unmet = await differences(scenario, step.expect, { place: `${place}.expect`, transfers }, stage);
  return {
    ...progress,
    done: index + 1,
    transfers,
    seen: known.map(({ id }) => id),
    failures: [...progress.failures, ...unexpected, ...unmet],
  };
};

interface Answer {
  readonly result: {
    readonly __typename: string;
    readonly code?: string;
    readonly message?: string;
    readonly transfer?: { readonly id: string };
  };
}

/** Does the act of a step; the transfer that it is about, when it names one. */
/** What an act has opened, or how it did not end as its step says. */
interface Outcome {
  readonly opened?: string | undefined;
  readonly stopped?: Difference;
}

const act = async (
  { scenario, actors }: Scenario,
  step: Step,
  index: number,
  { transfers }: Progress,
  { fleet, tokenFor }: Stage,
): Promise<Outcome> => {
  const mutation = mutationOf(step.do ?? '');
  const actor = actors[step.by ?? ''];
  if (mutation === undefined || actor === undefined) throw new HubFault('SCENARIO_INVALID', `steps[${index}]`);
  const signer = approving(actor, mutation.name);
  const given = bind(step.with, transfers, scenario) as Readonly<Record<string, unknown>>;
  const input = mutation.fields.has('occurredAt') ? { occurredAt: step.at, ...given } : given;
  const key = uuidv5(`${scenario}/${index}/${mutation.name}`, PLAY_NAMESPACE);
  const { result } = await ask<Answer>(fleet.url(nodeOf(actor)), await tokenFor(signer), textOf(mutation), {
    ...{ key, input },
  }).catch((error: unknown) => failed(error, `steps[${index}] ${mutation.name}`));
  if (result.code !== step.refused) {
    const ended = (...outcome: readonly string[]): string => `${mutation.name} ${outcome.join(': ')}`;
    const expected = step.refused === undefined ? ended('recorded') : ended('refused', step.refused);
    const found = result.code === undefined ? ended('recorded') : ended('refused', result.code, result.message ?? '');
    return { stopped: { place: `steps[${index}].do`, expected, found } };
  }
  return { opened: result.transfer?.id };
};

/** An answer with an error in the place of a result, as a refusal with the error's code. */
const failed = (error: unknown, place: string): Answer => {
  if (!(error instanceof HubFault)) throw error;
  const [, code, message] = /^([A-Z_]+): (.*)$/s.exec(error.message) ?? [];
  if (error.code !== 'STEP_REFUSED' || code === undefined) throw new HubFault(error.code, `${place}: ${error.message}`);
  return { result: { __typename: 'Error', code, message: message ?? '' } };
};

/** What the rule pack wants another officer of the agency for than prepared the case. */
const APPROVALS: readonly string[] = ['decideTransfer', 'decideSanction'];

/** An actor without a number of their own stands for the agency's desk: there the second officer approves. */
const approving = (actor: Actor, mutation: string): Actor =>
  actor.officer === undefined && actor.role === 'officer' && APPROVALS.includes(mutation)
    ? { ...actor, officer: `officer-${actor.agency.replace(/^[a-z]+-/, '')}-002` }
    : actor;

interface KnownFact {
  readonly id: string;
  readonly type: string;
  readonly signedAt: string;
}

/** The facts of transfers that any actor of the scenario sees, in the order of signing. */
const factsOf = async (
  { actors }: Scenario,
  transfers: readonly string[],
  { fleet, tokenFor }: Stage,
): Promise<readonly KnownFact[]> => {
  const known = new Map<string, KnownFact>();
  for (const actor of Object.values(actors))
    for (const id of transfers) {
      const { transfer } = await ask<{ transfer: { facts: readonly KnownFact[] } | null }>(
        fleet.url(nodeOf(actor)),
        await tokenFor(actor),
        'query Known($id: ID!) { transfer(id: $id) { facts { id type signedAt } } }',
        { id },
      );
      for (const fact of transfer?.facts ?? [])
        known.set(fact.id, { ...fact, type: eventName(fact.type) ?? fact.type });
    }
  return inOrderOfSigning([...known.values()]);
};

const localMinute = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
