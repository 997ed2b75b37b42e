import { v5 as uuidv5 } from 'uuid';
import { HubFault } from './faults.js';
import type { Fleet } from './fleet.js';
import { ask } from './graphql-client.js';
import { G0, ORIGIN, type Player, RECEIVING, type Step } from './scenario-g0.js';

/** Names the commands of the play, so that a play that was cut off goes on instead of starting again. */
const PLAY_NAMESPACE = '6f0e2a52-0d0b-5a5c-9c39-7f1d4c8f7e11';

export interface PlayDeps {
  readonly fleet: Fleet;
  readonly tokenFor: (player: Player) => Promise<string>;
  readonly say: (line: string) => void;
}

interface Answer {
  readonly result: {
    readonly __typename: string;
    readonly code?: string;
    readonly message?: string;
    readonly facts?: readonly { readonly id: string }[];
    readonly transfer?: { readonly id: string };
  };
}

/**
 * Plays scenario G0 through the nodes' public GraphQL, as the officers would, and returns the id of the transfer.
 * Playing it again on the same data changes nothing: every command has its own idempotency key.
 * @throws HubFault `STEP_REFUSED`, `TIMED_OUT`
 */
export const playG0 = async (deps: PlayDeps): Promise<string> => {
  let transferId = '';
  for (const [index, step] of G0.entries()) {
    const instant = new Date(step.at).toISOString();
    await deps.fleet.drive(instant);
    const { result } = await act(deps, step, index, transferId);
    if (result.facts === undefined)
      throw new HubFault(
        'STEP_REFUSED',
        `${step.mutation}: ${result.code ?? result.__typename}: ${result.message ?? ''}`,
      );
    transferId = result.transfer?.id ?? transferId;
    deps.say(`${step.at.slice(0, 16).replace('T', ' ')}  ${step.says}`);
    if (transferId !== '')
      await bothKnow(
        deps,
        transferId,
        result.facts.map(({ id }) => id),
        step,
      );
  }
  return transferId;
};

/** The mutations whose input is not named after them. */
const INPUT_TYPES: Readonly<Record<string, string>> = {
  sendConsultation: 'TransferActInput',
  serveDecision: 'TransferActInput',
  sendFile: 'TransferActInput',
  issueReceipt: 'TransferActInput',
  registerFileReceived: 'TransferArrivalInput',
  registerPersonReported: 'TransferArrivalInput',
};

const act = async (deps: PlayDeps, step: Step, index: number, transferId: string): Promise<Answer> => {
  const inputType =
    INPUT_TYPES[step.mutation] ?? `${step.mutation[0]?.toUpperCase() ?? ''}${step.mutation.slice(1)}Input`;
  const accepted =
    step.mutation === 'registerIntake'
      ? 'IntakeRecorded { facts { id } }'
      : 'TransferRecorded { facts { id } transfer { id } }';
  const input = {
    ...step.input,
    occurredAt: step.at,
    ...(step.input['transferId'] === undefined ? {} : { transferId }),
  };
  return ask<Answer>(
    deps.fleet.url(step.who.node),
    await deps.tokenFor(step.who),
    `mutation Act($key: ID!, $input: ${inputType}!) { result: ${step.mutation}(idempotencyKey: $key, input: $input) { __typename ... on ${accepted} ... on Refusal { code message } } }`,
    { key: uuidv5(`G0/${index}/${step.mutation}`, PLAY_NAMESPACE), input },
  );
};

/** Waits until both sides hold the facts, and the letter's receipt once the letter is sent. */
const bothKnow = async (deps: PlayDeps, transferId: string, facts: readonly string[], step: Step): Promise<void> => {
  for (const player of [ORIGIN, RECEIVING]) {
    const until = Date.now() + 60_000;
    for (;;) {
      const known = await factsAt(deps, player, transferId);
      const complete = facts.every((id) => known.some((fact) => fact.id === id));
      const received =
        step.mutation !== 'sendConsultation' || known.some(({ type }) => type.includes('consultation-received'));
      if (complete && received) break;
      if (Date.now() > until)
        throw new HubFault('TIMED_OUT', `${player.agencyId} did not learn of ${step.mutation} within 60 s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};

const factsAt = async (
  deps: PlayDeps,
  player: Player,
  transferId: string,
): Promise<readonly { id: string; type: string }[]> => {
  const { transfer } = await ask<{ transfer: { facts: { id: string; type: string }[] } | null }>(
    deps.fleet.url(player.node),
    await deps.tokenFor(player),
    'query Known($id: ID!) { transfer(id: $id) { facts { id type } } }',
    { id: transferId },
  );
  return transfer?.facts ?? [];
};
