import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import type { CommandContext } from './act.js';
import { type MergeToTell, stillToTell } from './merge-told.js';
import { approving, by, commands, forMinors, jiashan, kunshan, qingpu, wujiang } from './testing/cast.js';
import { histories } from './testing/play.js';
import { admit, transferDecider } from './transfer.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent } from './transfer.events.js';

const given = specFor(transferDecider);
const jws = 'e30.e30.AAAA';
/** An agency of 浙江 has merged two ids before the person came to 吴江, and 青浦 had anything of either. */
const merge: MergeToTell = { fact: 'merged', jws, author: '33', recipients: ['32', '33'], isSealed: false };
const [applied] = histories.applied as [TransferEvent];
const node32 = { officerId: 'node-32', role: 'system', agencyId: wujiang.id } as const;
const told = (fact: string, occurredAt = applied.occurredAt): TransferEvent => ({
  ...{ type: 'transfer.merge-told', occurredAt, actor: node32, data: { fact, jws } },
});
const tell = (fact: string, context: CommandContext = atNode('2025-03-12 09:00')): TransferCommand => ({
  ...{ ...context, type: 'TellMerge', merge: { fact, jws } },
});
const decided = (command: TransferCommand, ...history: readonly TransferEvent[]): readonly TransferEvent[] => {
  const decision = transferDecider.decide(command, fold(transferDecider, history));
  return 'accepted' in decision ? decision.accepted : [];
};
const atNode = (local: string) => ({ ...by(wujiang, local), actor: node32 });

describe('a person of two ids who moves to where nothing of them is known', () => {
  it('comes with the merge, in one', () =>
    given()
      .when({ ...commands.apply(), merge })
      .then(applied, told('merged')));

  it.each([
    ['by an agency of the origin’s node that knew of nobody else', { author: '32', recipients: ['32'] }],
    ['by another that sent it there too, where it may not be known who answered', { recipients: ['31', '32', '33'] }],
  ] as const)('comes with a merge %s', (_, more) =>
    given()
      .when({ ...commands.apply(), merge: { ...merge, ...more } })
      .then(applied, told('merged')),
  );

  it.each([
    [
      'whose node the origin’s own node has sent it to',
      { ...commands.apply(), merge: { ...merge, author: '32', recipients: ['31', '32'] } },
    ],
    ['in the same province', { ...commands.apply(), merge, receiving: kunshan }],
    ['in the open, of a sealed record', { ...commands.apply(), merge: { ...merge, isSealed: true } }],
  ] as const)('is not told again to an agency %s', (_, command) => {
    const decision = transferDecider.decide(command, transferDecider.initialState);
    expect('accepted' in decision && decision.accepted.map(({ type }) => type)).toEqual(['transfer.applied']);
  });

  it('comes with the merge of a sealed record where the case is sealed too', () => {
    const apply = forMinors(commands.apply()) as ReturnType<typeof commands.apply>;
    const person = { ...apply.person, confidentiality: 'MINOR_SEALED' } as const;
    const decision = transferDecider.decide({ ...apply, person, merge: { ...merge, isSealed: true } }, {});
    expect('accepted' in decision && decision.accepted).toHaveLength(2);
  });

  it('what is said of the two ids afterwards is told once, by the node of the origin', () => {
    const end = told('end', tell('end').occurredAt);
    given(applied, told('merged')).when(tell('end')).then(end);
    given(applied, told('merged'), end).when(tell('end')).thenRejected({ code: 'MERGE_ALREADY_TOLD' });
    given(applied, told('merged'))
      .when(tell('end', approving(by(wujiang, '2025-03-12 09:00'))))
      .thenRejected({ code: 'ROLE_NOT_PERMITTED' });
    given(applied, told('merged'))
      .when(tell('end', by(qingpu, '2025-03-12 09:00', 'system')))
      .thenRejected({ code: 'ACT_NOT_YOURS', rule: '个保法46' });
  });

  it('is told of to the partner once, also when the case is withdrawn', () => {
    const state = fold(transferDecider, [applied]);
    expect(admit(state, told('merged'), wujiang)).toBeUndefined();
    expect(admit(state, told('merged'), jiashan)?.code).toBe('ACT_NOT_YOURS');
    expect(admit(fold(transferDecider, [applied, told('merged')]), told('merged'), wujiang)?.code).toBe(
      'MERGE_ALREADY_TOLD',
    );
    given(applied, ...decided(commands.withdraw(), applied))
      .when(tell('end', atNode('2025-06-02 09:00')))
      .then(told('end', by(wujiang, '2025-06-02 09:00').occurredAt));
  });
});

describe('what is still to be told in a case', () => {
  const said = ['first', 'first-end', 'merged', 'end', 'anew'].map((fact): MergeToTell => ({ ...merge, fact }));
  const factsOf = (events: readonly TransferEvent[], start?: string, all = said) =>
    stillToTell(fold(transferDecider, events), all, start).map(({ fact }) => fact);
  const withdrawn = decided(commands.withdraw(), applied);

  it('is all that came after the merge that was told, in its order', () => {
    expect(factsOf([applied, told('merged')])).toEqual(['end', 'anew']);
    expect(factsOf([applied, told('merged'), told('end')])).toEqual(['anew']);
    expect(factsOf([applied, told('merged'), ...withdrawn], 'anew')).toEqual(['end', 'anew']);
  });

  it('begins with what came here after the application where nothing was told with it', () =>
    expect(factsOf([applied], 'merged')).toEqual(['merged', 'end', 'anew']));

  it('is nothing where no merge was told or came, and nothing that the origin’s own node has sent there', () => {
    expect(factsOf([applied])).toEqual([]);
    const sent = said.map((each): MergeToTell => ({ ...each, author: '32', recipients: ['31', '32'] }));
    expect(factsOf([applied], 'merged', sent)).toEqual([]);
    expect(factsOf([applied, told('merged')], 'merged', sent)).toEqual([]);
  });
});
