import type { CommandContext } from '../act.js';
import { correctionsOf, isCorrectable } from '../corrections.js';
import { standingReply } from '../reply.js';
import type { TransferCommand } from '../transfer.commands.js';
import { actsOf, type TransferState } from '../transfer.state.js';
import { approving, by, commands, paper, qingpu, wujiang } from './cast.js';
import { noteCopy, noteCorrection, offices, recipients, sendCopy } from './copying.js';

export type Side = 'origin' | 'receiving';
export type Times = Pick<CommandContext, 'now' | 'occurredAt'>;
export interface Attempt {
  readonly side: Side;
  readonly command: TransferCommand;
}

const deskOf = (side: Side, times: Times): CommandContext => ({
  ...by(side === 'origin' ? wujiang : qingpu, '2025-03-10 09:00'),
  ...times,
});

/** Copies and the notes of their recipients, at the recipients' own nodes; and another reply in place of the standing one. */
export const besides = (states: Readonly<Record<Side, TransferState>>, times: Times): Attempt[] => [
  ...offices.flatMap((office): Attempt[] => {
    const side = office.startsWith('receiving') ? 'receiving' : 'origin';
    const desk = { ...by(recipients[office], '2025-03-10 09:00', 'recipient'), ...times };
    return [
      { side, command: sendCopy(office, deskOf(side, times)) },
      { side, command: noteCopy(office, desk) },
      { side, command: noteCorrection(office, desk) },
    ];
  }),
  ...superseding(states.receiving, times),
];

const superseding = (state: TransferState, times: Times): Attempt[] => {
  const cited = standingReply(state);
  if (cited === undefined) return [];
  const reply = cited.data.agrees ? commands.refuse : commands.agree;
  const citation = { supersedes: cited.occurredAt, reason: 'new-evidence' } as const;
  return [{ side: 'receiving', command: { ...reply(deskOf('receiving', times)), superseding: citation } }];
};

/** Corrections by the party whose fact it is, by another officer; and the notes of the other party. */
export const corrections = (states: Readonly<Record<Side, TransferState>>, times: Times): Attempt[] =>
  (['origin', 'receiving'] as const).flatMap((side) => {
    const documents = [paper('proof')];
    const wrong = actsOf(states[side]).flatMap(({ type }) => (isCorrectable(type) ? [type] : []));
    const kinds = ['wrong-date', 'wrong-document'] as const;
    return [
      ...wrong.map((fact, index): Attempt => {
        const kind = kinds[index % 2] ?? 'wrong-date';
        return {
          side,
          command: { ...approving(approving(deskOf(side, times))), type: 'CorrectFact', fact, kind, documents },
        };
      }),
      ...correctionsOf(states[side]).map(({ correction: { data } }): Attempt => {
        return { side, command: { ...deskOf(side, times), type: 'AcknowledgeCorrection', fact: data.fact } };
      }),
    ];
  });
